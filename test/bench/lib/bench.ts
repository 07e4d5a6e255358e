/** What the cases share: the packed extension, Chromium, the test cluster; and the end of all that was started. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Children } from '../../../scripts/lib/children.mjs';
import { kubeconfigFile } from '../../../scripts/lib/kubeconfig-file.mjs';
import { packageVsix } from '../../../scripts/package.mjs';
import { ensureChromium } from '../../../scripts/chromium.mjs';
import { ensureCodeServer } from '../../../scripts/vscode.mjs';
import { down, fill, rig, up } from '../../cluster/cluster.mjs';
import { Missing } from '../types';

export interface BenchOptions {
  readonly root: string;
  /** A cluster that runs already; undefined: test clusters are started. */
  readonly kubeconfig: string | undefined;
  readonly all: boolean;
  readonly quick: boolean;
}

export interface Shipped {
  /** Undefined: it is larger than may ship. */
  readonly vsix: string | undefined;
  readonly bytes: number;
  /** The production bundles, a copy: another build may replace dist/ meanwhile. */
  readonly dist: string;
}

export interface BenchCluster {
  readonly kubeconfig: string;
  /** The test cluster's folder with its processes.json; undefined for a cluster of the person's that is none. */
  readonly dir: string | undefined;
  /** Address of the etcd of a cluster that the bench started. */
  readonly etcd?: string;
}

type TestCluster = Awaited<ReturnType<typeof up>>;

export class Bench {
  /** For files; removed at the end. */
  readonly dir = fs.mkdtempSync(path.join(os.tmpdir(), 'controller-tuner-bench-'));
  readonly children = new Children();
  readonly #stop = new AbortController();
  /** Aborted at the end, or by Ctrl-C. */
  readonly ended = this.#stop.signal;
  readonly #endings: (() => Promise<unknown>)[] = [];
  #shipped: Promise<Shipped> | undefined;
  #cluster: { readonly running: TestCluster; readonly pods: number } | undefined;
  #starting: Promise<unknown> = Promise.resolve();

  constructor(readonly options: BenchOptions) {}

  /** How often something is repeated. */
  repeats(usual: number): number {
    return this.options.quick ? Math.min(2, usual) : usual;
  }

  /** A line about what is being done, for who waits. */
  log(text: string): void {
    process.stderr.write(`  ${text}\n`);
  }

  /** Ended with the bench, the last one first. Gives it back. */
  own<T extends { stop(): Promise<unknown> }>(part: T): T {
    this.#endings.push(() => part.stop());
    return part;
  }

  /** Packs the extension as it would ship, once. */
  shipped(): Promise<Shipped> {
    return (this.#shipped ??= this.#package());
  }

  async #package(): Promise<Shipped> {
    this.log('packing the extension');
    const { root } = this.options;
    let made: { file: string; bytes: number };
    let tooBig = false;
    try {
      made = await packageVsix();
    } catch (e) {
      const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
      const file = path.join(root, 'dist', `controller-tuner-${version}.vsix`);
      if (!(e instanceof Error) || !/more than the .* allowed/.test(e.message) || !fs.existsSync(file)) throw e;
      made = { file, bytes: fs.statSync(file).size };
      tooBig = true;
    }
    const dist = path.join(this.dir, 'dist');
    for (const part of [
      'extension.js',
      'host.js',
      'kube.js',
      'profile-thread.js',
      'advice.js',
      'tree-sitter-go.wasm',
      'web-tree-sitter.wasm',
      'webview',
    ])
      fs.cpSync(path.join(root, 'dist', part), path.join(dist, part), { recursive: true });
    const vsix = path.join(this.dir, 'ours.vsix');
    fs.copyFileSync(made.file, vsix);
    return { vsix: tooBig ? undefined : vsix, bytes: made.bytes, dist };
  }

  async chromium(): Promise<string> {
    const { chromium, why } = await ensureChromium((line: string) => {
      this.log(line);
    });
    if (chromium === undefined)
      throw new Missing((why ?? 'There is no Chromium.').replace('npm test', 'npm run bench'));
    process.env['CHROMIUM'] = chromium;
    return chromium;
  }

  async codeServer(): Promise<void> {
    await ensureCodeServer((line: string) => {
      this.log(line);
    });
  }

  go(what: string): void {
    if (spawnSync('go', ['version']).error)
      throw new Missing(`Go is not on the PATH; ${what}. Install Go 1.26 from https://go.dev/dl/ and run this again.`);
  }

  /**
   * The cluster named by --kubeconfig, or a test cluster with so many pods of `fill` (0: only the samples, which then
   * have work to do). A running one with another number is ended first.
   */
  async cluster(pods: number, workloads: number): Promise<BenchCluster> {
    if (this.options.kubeconfig !== undefined) {
      const kubeconfig = kubeconfigFile(this.options.kubeconfig);
      const dir = path.dirname(kubeconfig);
      return { kubeconfig, dir: fs.existsSync(path.join(dir, 'processes.json')) ? dir : undefined };
    }
    this.go('the test cluster is built with it. Or name a cluster of yours with --kubeconfig FILE');
    if (this.#cluster && this.#cluster.pods !== pods) {
      if (this.#cluster.pods > 0) await this.#endCluster();
    }
    let running = this.#cluster?.running;
    if (!running) {
      this.log('starting a test cluster');
      const starting = up({
        dir: path.join(this.dir, 'cluster'),
        rate: pods === 0 ? 2 : 0,
        owner: process.pid,
        signal: this.ended,
        log: (line) => {
          if (!/^\s*[\d.]+ s /.test(line)) this.log(line.trim());
        },
      });
      this.#starting = starting;
      running = await starting;
      this.#cluster = { running, pods: 0 };
    }
    if (this.#cluster?.pods !== pods) {
      await rig(['rate', '--kubeconfig', running.kubeconfig, '0'], { signal: this.ended });
      this.log(`filling it with ${workloads} workloads and ${pods.toLocaleString('en')} pods`);
      const filling = fill(running, { pods, workloads, signal: this.ended });
      this.#starting = filling;
      this.#cluster = { running, pods };
      await filling;
    }
    return { kubeconfig: running.kubeconfig, dir: running.dir, etcd: `http://127.0.0.1:${running.ports.etcd}` };
  }

  async #endCluster(): Promise<void> {
    await this.#starting.catch(() => undefined);
    this.#cluster = undefined;
    await down(path.join(this.dir, 'cluster'));
  }

  /** Safe to call again. */
  dispose(): Promise<void> {
    return (this.#disposed ??= this.#dispose());
  }
  #disposed: Promise<void> | undefined;

  async #dispose(): Promise<void> {
    this.#stop.abort();
    for (const end of this.#endings.reverse())
      await end().catch((e: unknown) => {
        this.log(String(e));
      });
    await this.children.stopAll();
    await this.#endCluster();
    fs.rmSync(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
