import { execFile, spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const script = path.join(root, 'scripts/inspect.mjs');
const bundle = path.join(root, 'dist/inspect.js');
const fixture = (name: string): string => path.join(root, 'test/fixtures', name);

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `npm run -s inspect --` ends in. */
function inspect(...args: string[]): Promise<Ran> {
  return run(bundle, args);
}

function run(file: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { maxBuffer: 64 << 20 }, (e, stdout, stderr) => {
      resolve({ status: e === null ? 0 : typeof e.code === 'number' ? e.code : -1, stdout, stderr });
    });
  });
}

let dir: string;
beforeAll(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'inspect-'));
  // The script builds the bundle where it is older than the sources; the tests then start the bundle itself, which is
  // quicker.
  const { status, stdout } = await run(script, ['--help']);
  expect(status).toBe(0);
  expect(stdout).toContain('Usage: npm run -s inspect');
}, 240_000);
afterAll(async () => {
  await fs.rm(dir, { recursive: true, force: true });
});

describe('inspect profile', () => {
  it('gives what go tool pprof gives, in the shape that scripts rely on', async () => {
    const { status, stdout, stderr } = await inspect('profile', fixture('cpu.prof'), '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const out = JSON.parse(stdout) as { top: { name: string; flat: number; cum: number }[] } & Record<string, unknown>;
    expect(Object.keys(out)).toEqual(['sampleTypes', 'sampleType', 'samples', 'durationNanos', 'top']);
    expect(out).toMatchObject({
      sampleType: 'cpu',
      sampleTypes: [
        { type: 'samples', unit: 'count' },
        { type: 'cpu', unit: 'nanoseconds', total: expect.any(Number) as number },
      ],
    });
    expect(Object.keys(out.top[0] ?? {})).toEqual(['name', 'file', 'line', 'flat', 'cum']);
    const go = (await fs.readFile(fixture('cpu.prof.cpu.top.txt'), 'utf8')).split('\n').flatMap((line) => {
      const m = /^\s*(\d+)ns\s+\S+\s+\S+\s+(\d+)ns\s+\S+\s+(.*?)(?: \(inline\)| \(partial-inline\))?$/.exec(line);
      return m ? [{ name: m[3] ?? '', flat: Number(m[1]), cum: Number(m[2]) }] : [];
    });
    expect(go.length).toBeGreaterThan(5);
    const byName = new Map(out.top.map((r) => [r.name, r]));
    for (const row of go) expect(byName.get(row.name)).toMatchObject({ flat: row.flat, cum: row.cum });
    expect(out.top.map((r) => r.flat)).toEqual(out.top.map((r) => r.flat).sort((a, b) => b - a));
  });

  it('takes another sample type by name or number, and lists the types when there is none of that name', async () => {
    const [byName, byNumber, none] = await Promise.all([
      inspect('profile', fixture('mem.prof'), '--sample-index', 'inuse_objects', '--json'),
      inspect('profile', fixture('mem.prof'), '--sample-index', '0', '--json'),
      inspect('profile', fixture('mem.prof'), '--sample-index', 'cpu', '--json'),
    ]);
    expect(JSON.parse(byName.stdout)).toMatchObject({ sampleType: 'inuse_objects' });
    expect(JSON.parse(byNumber.stdout)).toMatchObject({ sampleType: 'alloc_objects' });
    expect(none).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('alloc_objects, alloc_space, inuse_objects, inuse_space') as string,
    });
  });

  it('writes parts, differences and other forms', async () => {
    const out = path.join(dir, 'part.pb.gz');
    const [top, peek, folded, split, diff, proto, none] = await Promise.all([
      inspect('profile', fixture('cpu.prof'), '--tagfocus', 'controller=widget', '--top'),
      inspect('profile', fixture('cpu.prof'), '--peek', 'busy.Grow$'),
      inspect('profile', fixture('cpu.prof'), '--sample-index', 'samples', '--hide', 'runtime|testing', '--folded'),
      inspect('profile', fixture('cpu.prof'), '--split'),
      inspect('profile', fixture('cpu.prof'), '--base', fixture('cpu.prof'), '--json'),
      inspect('profile', fixture('cpu.prof'), '--focus', 'Digest', '--proto', out),
      inspect('profile', fixture('cpu.prof'), '--peek', 'nothing of the kind'),
    ]);
    // Each number as go tool pprof has it for this file.
    expect(top.stdout).toMatch(
      /20 ms +10\.0 % +20\.0 % +40 ms +20\.0 % +example\.com\/fixtures\/busy\.Hash \(inline\)/,
    );
    expect(peek.stdout).toMatch(
      /10 ms +100 % \| {3}example\.com\/fixtures\/busy\.TestBusy\.func2\n +0 ns +0\.0 % +10 ms \| example\.com\/fixtures\/busy\.Grow\n +10 ms +100 % \| {3}strings\.Repeat$/m,
    );
    expect(folded.stdout).toMatch(/^example\.com\/fixtures\/busy\.TestBusy;.*busy\.Hash 3$/m);
    expect(split.stdout).toMatch(/everything else/);
    const { top: rows, combined } = JSON.parse(diff.stdout) as {
      top: { flat: number; cum: number; cumBefore: number; cumAfter: number }[];
      combined: unknown;
    };
    expect(combined).toEqual({ sources: 1, bases: 1, ofBase: false, normalize: 'none' });
    expect(rows.length).toBeGreaterThan(5);
    for (const r of rows) expect([r.flat, r.cum, r.cumAfter - r.cumBefore]).toEqual([0, 0, 0]);
    expect(proto.stdout).toContain('is written');
    expect((await inspect('profile', out, '--json')).stdout).toContain('busy.Digest');
    expect(none).toMatchObject({ status: 1, stderr: expect.stringContaining('No function matches') as string });
  });

  it('writes a table for people', async () => {
    const { status, stdout } = await inspect('profile', fixture('cpu.prof'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/\* cpu: 200 ms/);
    expect(stdout).toMatch(/flat +flat % +sum % +cum +cum % +function/);
  });

  it('says on standard error what is wrong, with status 1', async () => {
    const cut = path.join(dir, 'cut.prof');
    await fs.writeFile(cut, (await fs.readFile(fixture('cpu.prof'))).subarray(0, 1500));
    const cases: [string[], RegExp][] = [
      [['profile', path.join(dir, 'none')], /no such file/],
      [['profile', cut, '--json'], /ends before it is complete/],
      [['profile', dir], /is a folder/],
      [['goroutines', fixture('cpu.prof')], /holds no goroutines/],
      [['nonsense'], /no command "nonsense"/],
    ];
    const ran = await Promise.all(cases.map(([args]) => inspect(...args)));
    for (const [i, [, message]] of cases.entries())
      expect(ran[i]).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(message) as string });
  });
});

describe('inspect goroutines', () => {
  it('groups a capture by stack, with states and creators', async () => {
    const { status, stdout } = await inspect('goroutines', fixture('capture.goroutines.txt'), '--json');
    expect(status).toBe(0);
    const out = JSON.parse(stdout) as {
      total: number;
      groups: {
        count: number;
        state: string;
        createdBy: string | null;
        stack: { name: string; file: string; line: number }[];
      }[];
    };
    expect(Object.keys(out)).toEqual(['total', 'groups']);
    expect(out.groups.reduce((n, g) => n + g.count, 0)).toBe(out.total);
    expect(Object.keys(out.groups[0] ?? {})).toEqual(['count', 'state', 'minutes', 'labels', 'createdBy', 'stack']);
    expect(
      out.groups.every(
        (g) => g.state !== '' && g.stack.length > 0 && Object.keys(g.stack[0] ?? {}).join() === 'name,file,line',
      ),
    ).toBe(true);
    expect(out.groups.some((g) => typeof g.createdBy === 'string')).toBe(true);
  });
});

describe('inspect growth', () => {
  it('names the leak, by the times of the files where nothing else tells them, and says so', async () => {
    const files = await Promise.all(
      [1, 3].map(async (n) => {
        const file = path.join(dir, `dump-${n}.txt`);
        await fs.copyFile(fixture(`growth/growth-${n}.txt`), file);
        await fs.utimes(file, 1_700_000_000, 1_700_000_000 + n * 60);
        return file;
      }),
    );
    const { status, stdout, stderr } = await inspect('growth', ...files, '--json');
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/^dump-1\.txt, dump-3\.txt tell no time of their own: /) as string,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      totals: [53, 133],
      minutes: 2,
      verdict: {
        change: 80,
        perMinute: 40,
        counts: [6, 86],
        ended: 0,
        leak: 'none ended',
        createdBy: { name: 'main.(*Sender).Send' },
        stack: [{ name: 'main.(*Sender).wait' }],
      },
    });
  });

  it("takes the time from a capture's own name, and names only the files that have none", async () => {
    const dump = async (n: number, name: string): Promise<string> => {
      const file = path.join(dir, name);
      await fs.copyFile(fixture(`growth/growth-${n}.txt`), file);
      return file;
    };
    const [first, last] = [
      await dump(1, 'widgets-0.goroutine.2026-01-01T10-00-00.goroutines.txt'),
      await dump(3, 'widgets-0.goroutine.2026-01-01T10-02-00.goroutines.txt'),
    ];
    const dated = await inspect('growth', first, last, '--json');
    expect(dated).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(dated.stdout)).toMatchObject({ minutes: 2 });
    expect((await inspect('growth', first, await dump(3, 'pasted.txt'))).stdout).toMatch(
      /^warning: pasted\.txt tells no time of its own: /m,
    );
  });
});

describe('inspect capture --url', () => {
  async function served<T>(handler: http.RequestListener, use: (url: string) => Promise<T>): Promise<T> {
    const server = http.createServer(handler);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    try {
      return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it('saves the file and tells about it', async () => {
    const body = await fs.readFile(fixture('cpu.prof'));
    const out = path.join(dir, 'got.pb.gz');
    const ran = await served(
      (_req, res) => {
        res.end(body);
      },
      (url) => inspect('capture', 'cpu', '--url', url, '--seconds', '1', '-o', out, '--json'),
    );
    expect(ran.status).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ file: out, bytes: body.length, kind: 'cpu', seconds: 1 });
    expect(await fs.readFile(out)).toEqual(body);
  });

  it('leaves no file when the capture fails, and the one before as it was', async () => {
    const out = path.join(dir, 'kept.pb.gz');
    await fs.writeFile(out, 'before');
    const ran = await served(
      (_req, res) => {
        res.end('<html>login</html>');
      },
      (url) => inspect('capture', 'heap', '--url', url, '-o', out),
    );
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(await fs.readFile(out, 'utf8')).toBe('before');
    expect((await fs.readdir(dir)).filter((n) => n.endsWith('.tmp'))).toEqual([]);
  });

  // Windows has no signals: kill() there ends a process without telling it.
  it.skipIf(process.platform === 'win32')('ends at once on Ctrl-C', async () => {
    const out = path.join(dir, 'stopped.pb.gz');
    let child: ReturnType<typeof spawn> | undefined;
    const status = await served(
      () => {
        child?.kill('SIGINT');
      },
      (url) =>
        new Promise<number | null>((resolve) => {
          child = spawn(process.execPath, [bundle, 'capture', 'cpu', '--url', url, '--seconds', '60', '-o', out], {
            stdio: 'ignore',
          });
          child.on('exit', resolve);
        }),
    );
    expect(status).toBe(130);
    await expect(fs.access(out)).rejects.toThrow();
  });
});
