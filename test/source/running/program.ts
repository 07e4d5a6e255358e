/**
 * Programs as processes of this machine: mended by the editor's own code path, built by Go, run against the test
 * cluster.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Analyzer } from '../../../src/advice/analyzer';
import { fixAll } from '../../../src/advice/fixall';
import type { Finding } from '../../../src/advice/types';
import { realFiles } from '../lib/claims';
import { PATIENCE, SLOWNESS, until } from '../../lib/until';
import type { Workspace } from '../lib/workspace';
import { grammar } from '../../unit/advice/harness';
import { NAMESPACE } from './programs';
import { Tap } from './tap';

/** A program in the workspace, with what is found in it. */
export interface Mended {
  readonly name: string;
  readonly findings: readonly Finding[];
}

export const ruled = (mended: Mended, rule: string): Finding => {
  const found = mended.findings.find((f) => f.rule === rule);
  if (found === undefined)
    throw new Error(`${mended.name}: no finding of ${rule} among ${mended.findings.map((f) => f.rule).join(', ')}`);
  return found;
};

/**
 * Writes a program as a package of the workspace and applies these fixes (`rule/fix`) one after the other, as `--apply`
 * does. Throws when one of them is not offered.
 */
export async function mend(
  workspace: Workspace,
  name: string,
  files: Readonly<Record<string, string>>,
  fixes: readonly string[],
  swap: Readonly<Record<string, string>> = {},
): Promise<Mended> {
  const dir = `${workspace.dir}/${name}`;
  const problems: string[] = [];
  const analyzer = new Analyzer(() => Promise.resolve(grammar()), realFiles(), {
    tell: (p) => {
      problems.push(p.sentence);
    },
  });
  const sources = (): string[] =>
    fs
      .readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((f) => f.endsWith('.go'))
      .map((f) => `${dir}/${f}`);
  const look = async (): Promise<Finding[]> =>
    (await Promise.all(sources().map(async (file) => (await analyzer.file(file)).findings))).flat();
  for (const [file, text] of Object.entries(files)) workspace.write(`${name}/${file}`, text);
  for (const [rule = '', fix] of fixes.map((f) => f.split('/'))) {
    const changed = await fixAll(analyzer, sources(), { rule, fix });
    if (changed.size === 0)
      throw new Error(
        `${name}: ${rule}/${fix ?? ''} is not offered. There is: ${(await look()).map((f) => `${f.rule}: ${f.message} (${f.fixes.map((x) => x.id).join(', ')})`).join('\n')}`,
      );
    for (const [file, { after }] of changed) {
      fs.writeFileSync(file, after);
      analyzer.changed(file);
    }
  }
  const findings = await look();
  analyzer.clear();
  if (problems.length > 0) throw new Error(problems.join('\n'));
  // What a person types over: another address, so that several programs can run at once.
  for (const file of sources())
    fs.writeFileSync(
      file,
      Object.entries(swap).reduce((text, [from, to]) => text.replaceAll(from, to), fs.readFileSync(file, 'utf8')),
    );
  return { name, findings };
}

/** Builds programs of a workspace, each by its name, into its folder `bin`. Throws what the compiler says. */
export async function build(workspace: Workspace, names: readonly string[]): Promise<void> {
  // Without the debugger's tables: linking takes half the time.
  const built = await workspace.go([
    'build',
    '-ldflags=-s -w',
    '-o',
    `${workspace.dir}/bin/`,
    ...names.map((n) => `./${n}`),
  ]);
  if (built.code !== 0) throw new Error(built.stderr);
}

/** Ports of the loopback that nobody has just now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<net.Server>((resolve) => {
          const s = net.createServer();
          s.listen(0, '127.0.0.1', () => {
            resolve(s);
          });
        }),
    ),
  );
  const ports = servers.map((s) => (s.address() as net.AddressInfo).port);
  await Promise.all(
    servers.map(
      (s) =>
        new Promise((resolve) => {
          s.close(resolve);
        }),
    ),
  );
  return ports;
}

export interface RunOptions {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly args?: readonly string[];
}

export class Running {
  #output = '';
  #ended = false;

  private constructor(
    readonly tap: Tap,
    readonly metricsPort: number,
    private readonly child: ChildProcess,
    private readonly home: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-8000);
      });
    child.once('close', () => {
      this.#ended = true;
    });
  }

  /** The program behind a tap of its own, whose gate is closed. Ended with `end`, or by itself after some minutes. */
  static async start(
    workspace: Workspace,
    name: string,
    { kubeconfig, namespace, args = [] }: RunOptions,
  ): Promise<Running> {
    const tap = await Tap.open(kubeconfig);
    const [metricsPort = 0] = await freePorts(1);
    const home = fs.mkdtempSync(path.join(workspace.dir, 'home-'));
    const config = path.join(home, 'kubeconfig');
    fs.writeFileSync(
      config,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'c',
        clusters: [{ name: 'c', cluster: { server: tap.url } }],
        users: [{ name: 'u', user: {} }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      }),
    );
    const child = spawn(
      path.join(workspace.dir, 'bin', name),
      [`--metrics-bind-address=127.0.0.1:${metricsPort}`, ...args],
      {
        cwd: home,
        env: { PATH: process.env['PATH'], HOME: home, KUBECONFIG: config, [NAMESPACE]: namespace },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 300_000 * SLOWNESS,
        killSignal: 'SIGKILL',
      },
    );
    return new Running(tap, metricsPort, child, home);
  }

  get output(): string {
    return this.#output;
  }
  /** Null until it has ended and all of its output was read, which may come later. */
  get code(): number | null {
    return this.#ended ? this.child.exitCode : null;
  }

  async get(port: number, where: string): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await fetch(`http://127.0.0.1:${port}${where}`, { signal: AbortSignal.timeout(PATIENCE) });
    return { status: answer.status, text: await answer.text() };
  }

  async metrics(): Promise<string> {
    return (await this.get(this.metricsPort, '/metrics')).text;
  }

  /**
   * How many ConfigMaps are worked on at once: none is answered until nobody new has come for `quiet` ms, by which time
   * a limiter of a few requests a second has let out all who wait for it as well. Opens the gate.
   */
  async workers(quiet = 1000 * SLOWNESS): Promise<number> {
    await until(() => this.tap.waiting.count > 0 && this.tap.waiting.quiet > quiet, 'workers that ask');
    const { count } = this.tap.waiting;
    this.tap.openGate();
    return count;
  }

  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((resolve) => {
        this.child.once('exit', resolve);
      });
      this.child.kill('SIGKILL');
      await ended;
    }
    await this.tap.close();
    fs.rmSync(this.home, { recursive: true, force: true });
  }
}

/** What a saturated token bucket let through: how many at once, and then how many a second. */
export interface Rate {
  readonly qps: number;
  readonly burst: number;
}
/** A limit's rate, requests a second without a limit, or why neither could be read off. */
export type Measured = Rate | number | { readonly wrong: string };

/** ms that a program has to fill its bucket for eight seconds. */
const SATURATED_MS = 30_000 * SLOWNESS;

/**
 * Measures the token bucket that reads come through. Until any moment it lets out no more than its burst and QPS for
 * each second, and just so many when the program waits for it: at those moments its rate and burst are read off. Where
 * a slow machine holds the program back there are fewer of them, and it takes longer; `wrong` tells that there never
 * were enough of them, or that more came than is claimed.
 */
export async function rate(running: Running, claimed: Rate): Promise<Measured> {
  const { reads } = running.tap;
  /**
   * Reads that passed the limiter at the same moment may come in any order, and those from before the gate count too.
   */
  const slack = 0.1 * claimed.burst + 3;
  // Of eight seconds the first and the last two: a read that is told a tenth of a second late then moves the rate by a
  // hundredth.
  const window = Math.ceil(2 * claimed.qps);
  const above = (i: number): number => i + 1 - (claimed.qps * ((reads[i]?.at ?? 0) - (reads[0]?.at ?? 0))) / 1000;
  const highest = (from: number, to: number): number => {
    let best = from;
    for (let i = from; i < to; i++) if (above(i) > above(best)) best = i;
    return best;
  };
  let early: number | undefined;
  let late = 0;
  let seen = 0;
  const end = performance.now() + SATURATED_MS;
  const wrong = await until(
    () => {
      for (; seen < reads.length; seen++) {
        if (above(seen) > claimed.burst + slack)
          return `more than ${claimed.qps}/s after ${claimed.burst}: ${seen + 1} in ${(((reads[seen]?.at ?? 0) - (reads[0]?.at ?? 0)) / 1000).toFixed(2)} s`;
        if (above(seen) < claimed.burst - slack) continue;
        early ??= seen;
        late = seen;
      }
      if (early !== undefined && late - early >= 4 * window) return '';
      return (
        performance.now() > end &&
        `never ${claimed.qps}/s after ${claimed.burst} for long: ${reads.length} reads, ${reads.length > 0 ? above(highest(0, reads.length)).toFixed(1) : 0} at once`
      );
    },
    'reads',
    2 * SATURATED_MS,
  );
  if (wrong !== '') return { wrong };
  const from = early ?? 0;
  // Of the first and of the last of these moments the one at which the bucket was emptiest.
  const [first, last] = [highest(from, from + window), highest(late - window, late + 1)];
  const qps = ((last - first) / ((reads[last]?.at ?? 0) - (reads[first]?.at ?? 0))) * 1000;
  return { qps, burst: above(highest(from, late + 1)) };
}

/**
 * Reads a second of a program that nothing but itself and the API server holds back: those of the first two seconds
 * with more than `wanted` a second, or after some tries of the best two seconds, where the machine has more to do.
 */
export async function freely(running: Running, wanted: number): Promise<number> {
  const { reads } = running.tap;
  await until(() => reads.length > 0, 'the first request');
  let best = 0;
  for (let tries = 0; tries < 10 && best <= wanted; tries++) {
    const start = performance.now();
    const before = reads.length;
    await pause(2000);
    best = Math.max(best, ((reads.length - before) / (performance.now() - start)) * 1000);
  }
  return best;
}
