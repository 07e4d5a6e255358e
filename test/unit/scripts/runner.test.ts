/** `npm test` itself, where something is missing or it is ended: it says so in words, and leaves no process behind. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { until } from '../../lib/until';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const MARK = 'RUNNER_TEST';
const ended: (() => void)[] = [];
afterAll(() => {
  for (const end of ended.splice(0)) end();
});

/** A Go that says its version, and whose other commands run `body`. */
const go = (body: string): string =>
  `case "$1" in version) echo "go version go1.26.0 linux/amd64";; env) echo go1.26.0;; *) ${body};; esac`;
/**
 * Works on for a minute, in processes of its own too, one of them in a session that no signal of the group reaches, and
 * does not want to be ended.
 */
const BUSY = 'trap "" TERM INT; echo begun; setsid sleep 60 & sleep 60 & sleep 60; wait';

/** A place for runs: nothing cached, nothing on the PATH but what is given. */
class Place {
  readonly dir = fs.mkdtempSync(path.join(os.tmpdir(), 'tuner-runner-'));
  readonly results = path.join(this.dir, 'results');
  readonly #mark = randomUUID();

  constructor(tools: Record<string, string> = {}) {
    for (const name of ['bin', 'tmp', 'cache', 'results']) fs.mkdirSync(path.join(this.dir, name));
    for (const name of ['sh', 'sleep', 'setsid', 'echo'])
      fs.symlinkSync(
        spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim() || `/bin/${name}`,
        path.join(this.dir, 'bin', name),
      );
    for (const [name, body] of Object.entries(tools))
      fs.writeFileSync(path.join(this.dir, 'bin', name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    ended.push(() => {
      for (const pid of this.left())
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          /* it has ended */
        }
      fs.rmSync(this.dir, { recursive: true, force: true });
    });
  }

  run(...args: string[]): Run {
    return new Run(
      spawn(process.execPath, [path.join(ROOT, 'scripts/test.mjs'), '--results', this.results, ...args], {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: path.join(this.dir, 'bin'),
          HOME: this.dir,
          TMPDIR: path.join(this.dir, 'tmp'),
          CONTROLLER_TUNER_CACHE: path.join(this.dir, 'cache'),
          [MARK]: this.#mark,
        },
      }),
    );
  }

  /** Processes that runs here have started, however they are related to them by now. */
  left(): number[] {
    return fs
      .readdirSync('/proc')
      .filter((n) => /^\d+$/.test(n))
      .filter((n) => {
        try {
          return fs.readFileSync(`/proc/${n}/environ`, 'utf8').includes(`${MARK}=${this.#mark}`);
        } catch {
          return false;
        }
      })
      .map(Number);
  }
}

class Run {
  output = '';
  readonly code: Promise<number | null>;

  constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (b: Buffer) => {
        this.output += b.toString();
      });
    this.code = new Promise((resolve) => {
      child.once('close', resolve);
    });
  }

  /** Its lines, when it has ended with this status. */
  async lines(status: number): Promise<string[]> {
    expect(await this.code, this.output).toBe(status);
    return this.output.trimEnd().split('\n');
  }
}

const matching = (text: string): unknown => expect.stringMatching(text);

// Side by side: most of it is the patience that a run has with tools that do not want to end.
describe.runIf(process.platform === 'linux').concurrent('npm test', () => {
  it('without Go says so at each stage that needs it', async () => {
    const place = new Place();
    const lines = await place.run('--only', 'pprof', '--only', 'kube').lines(1);
    expect(lines).toContainEqual(matching('SKIPPED pprof: Go is not on the PATH. Install Go 1.26 from'));
    expect(lines).toContainEqual(matching('SKIPPED cluster: Go is not on the PATH; .* Install Go 1.26 from'));
    expect(lines).toContainEqual(matching('SKIPPED kube: needs the stage cluster, which did not succeed'));
    expect(lines.at(-1)).toBe('0 passed, 0 failed, 3 skipped');
    expect(place.left()).toEqual([]);
  });

  it('without Chromium says so', async () => {
    const place = new Place({ 'apt-get': 'echo "E: Unable to locate package chromium" >&2; exit 100' });
    const lines = await place.run('--only', 'pages').lines(1);
    expect(lines).toContainEqual(matching('SKIPPED pages: (apt-get could not install Chromium|There is no Chromium)'));
    expect(lines.at(-1)).toBe('0 passed, 0 failed, 1 skipped');
    expect(place.left()).toEqual([]);
  });

  it('without a network says what could not be fetched', async () => {
    const place = new Place({
      go: go('echo "go: k8s.io/api: dial tcp: lookup proxy.golang.org: no such host" >&2; exit 1'),
    });
    const lines = await place.run('--only', 'kube').lines(1);
    expect(lines).toContainEqual(matching('Building prometheus failed:'));
    expect(lines).toContainEqual(matching('lookup proxy.golang.org: no such host'));
    expect(lines.at(-1)).toBe('0 passed, 1 failed, 1 skipped');
    expect(place.left()).toEqual([]);
  });

  it('without room for its logs says so', async () => {
    const place = new Place({ go: go('exit 0') });
    fs.symlinkSync('/dev/full', path.join(place.results, 'pprof.log'));
    const lines = await place.run('--only', 'pprof').lines(1);
    expect(lines).toContainEqual(
      matching('The disk is full: free some space and run this again. .*pprof.log could not be written.'),
    );
    expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
    expect(place.left()).toEqual([]);
  });

  it('says that the disk is full when a tool does', async () => {
    const place = new Place({
      go: go('echo "compile: writing output: write _pkg_.a: no space left on device" >&2; exit 1'),
    });
    expect(await place.run('--only', 'cluster').lines(1)).toContainEqual(
      matching('^ *The disk is full: free some space and run this again.$'),
    );
    expect(place.left()).toEqual([]);
  });

  it.each([
    ['SIGINT', 'pprof', 130],
    ['SIGTERM', 'pprof', 143],
    ['SIGINT', 'cluster', 130],
    ['SIGTERM', 'cluster', 143],
  ] as const)('ended by %s in the stage %s leaves nothing', async (signal, stage, status) => {
    const place = new Place({ go: go(BUSY) });
    const run = place.run('--only', stage);
    await until(() => place.left().length >= 5, 'Go to work');
    // npm passes on what the terminal has sent to the script already.
    for (let i = 0; i < 5; i++) run.child.kill(signal);
    const lines = await run.lines(status);
    expect(lines.at(-1)).toBe('Ended. Nothing that was started is left.');
    expect(place.left()).toEqual([]);
  });

  it('at its limit ends what runs, and counts what did not run as failed', async () => {
    const place = new Place({ go: go(BUSY) });
    const lines = await place.run('--only', 'kube', '--only', 'pprof', '--limit', '0.05').lines(1);
    expect(lines.filter((l) => l.endsWith('Ended after 3 s, the limit of the whole run.'))).toHaveLength(3);
    expect(lines).toContainEqual(matching('^ *Not begun. Ended after 3 s'));
    expect(lines.at(-1)).toBe('0 passed, 3 failed, 0 skipped');
    expect(place.left()).toEqual([]);
  });

  it('that was killed leaves nothing after the next run', async () => {
    const place = new Place({ go: go(BUSY) });
    const killed = place.run('--only', 'pprof');
    await until(() => place.left().length >= 5, 'Go to work');
    killed.child.kill('SIGKILL');
    await killed.code;
    expect(place.left().length).toBeGreaterThan(0);
    fs.writeFileSync(path.join(place.dir, 'bin/go'), '#!/bin/sh\nexit 1\n');
    const next = place.run('--only', 'package', '--limit', '0.001');
    await next.code;
    expect(next.output).toMatch(/^Ended \d+ processes of a run that was killed.$/m);
    expect(place.left()).toEqual([]);
  });

  it.each([
    [['--only', 'nothing'], 'There is no stage "nothing". Stages: cluster, unit,'],
    [
      ['--only', 'kube', '--files', 'no/such'],
      'No test file of the stage kube has "no/such" in its path. Its files: test/kube/',
    ],
    [['--files', 'a'], '--files chooses among the files of one stage: name it with --only, once.'],
    [['--only', 'check', '--files', 'a'], 'The stage check has no test files to choose from.'],
    [['--limit', 'soon'], '--limit takes a number above 0, not "soon". --help tells what there is.'],
    [['--olny', 'kube'], "Unknown option '--olny'. --help tells what there is."],
  ])('says what is wrong with %j', async (args, words) => {
    const place = new Place();
    const lines = await place.run(...args).lines(1);
    expect(lines.filter((l) => l.startsWith(words))).toHaveLength(1);
    expect(lines.every((l) => !/^\s+at /.test(l))).toBe(true);
  });

  it('runs the files that are asked for, and starts no cluster where they need none', async () => {
    const place = new Place();
    const run = place.run('--only', 'kube', '--files', 'test/kube/kube.config');
    await run.code;
    // Without npm it gets as far as the Node that these tests need, or runs them on this one; no Go was asked for.
    expect(run.output).not.toMatch(/^cluster /m);
    expect(run.output).toMatch(/npm is not on the PATH|kube +\d+ passed/);
  });
});
