/**
 * A real Prometheus on loopback with series of our choice: written by its own remote-write, in whose format everything
 * has a place, stale markers and native histograms too.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Buckets, Labels, NativeHistogram } from '../../src/metrics/types';
import { until } from '../lib/until';
import type { TestSeries } from '../unit/metrics/promql/store';

export interface PrometheusSeries {
  readonly metric: Labels;
  readonly values?: readonly (readonly [number, string])[];
  readonly histograms?: readonly (readonly [number, unknown])[];
}
export type Answered =
  { readonly ok: true; readonly series: readonly PrometheusSeries[] } | { readonly ok: false; readonly error: string };

export interface Run {
  readonly dir: string;
  readonly port: number;
  /** What it has logged so far. */
  said(): string;
  stop(): Promise<void>;
}

/**
 * Runs the Prometheus of the test cluster on a free port until it says that it listens. `prepare` writes
 * `prometheus.yml` and what else it needs into a folder of its own, and gives more arguments. A port that another
 * program was quicker to take is tried no more.
 */
export async function runPrometheus(prepare: (dir: string, port: number) => readonly string[]): Promise<Run> {
  const { prometheus } = await binaries();
  for (let attempt = 1; ; attempt++) {
    const dir = mkdtempSync(path.join(tmpdir(), 'prometheus-'));
    const port = await freePort();
    const args = [
      `--config.file=${path.join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${path.join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=info',
    ];
    const child = spawn(prometheus, [...args, ...prepare(dir, port)], { stdio: ['ignore', 'ignore', 'pipe'] });
    const gone = new Promise<void>((resolve) => {
      child.once('close', () => {
        resolve();
      });
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const run: Run = {
      dir,
      port,
      said: () => said,
      stop: async () => {
        child.kill('SIGTERM');
        await gone;
        rmSync(dir, { recursive: true, force: true });
      },
    };
    try {
      await until(() => {
        if (child.exitCode !== null) throw new Error(`Prometheus did not start: ${said}`);
        return said.includes('msg="Listening on"');
      }, 'Prometheus to listen');
      return run;
    } catch (e) {
      await run.stop();
      if (attempt === 3 || !said.includes('address already in use')) throw e;
    }
  }
}

/** The programs that the test cluster builds. */
export async function binaries(): Promise<{ readonly prometheus: string; readonly promtool: string }> {
  const { ensureBinaries } = (await import(pathToFileURL(path.resolve('test/cluster/build.mjs')).href)) as {
    ensureBinaries: () => Promise<{ prometheus: string; promtool: string }>;
  };
  return ensureBinaries();
}

export class Prometheus {
  static async start(): Promise<Prometheus> {
    const run = await runPrometheus((dir) => {
      writeFileSync(path.join(dir, 'prometheus.yml'), 'global: {}\n');
      return ['--storage.tsdb.retention.time=100y', '--web.enable-remote-write-receiver'];
    });
    const server = new Prometheus(run, `http://127.0.0.1:${run.port}`);
    await until(async () => (await fetch(`${server.url}/-/ready`)).ok, 'Prometheus to be ready');
    return server;
  }

  private constructor(
    private readonly run: Run,
    readonly url: string,
  ) {}

  stop(): Promise<void> {
    return this.run.stop();
  }

  async write(series: readonly TestSeries[]): Promise<void> {
    const body = snappy(
      message((w) => {
        for (const s of series) w.bytes(1, timeSeries(s));
      }),
    );
    const r = await fetch(`${this.url}/api/v1/write`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: {
        'Content-Encoding': 'snappy',
        'Content-Type': 'application/x-protobuf',
        'X-Prometheus-Remote-Write-Version': '0.1.0',
      },
    });
    if (!r.ok) throw new Error(`remote write: ${r.status} ${await r.text()} ${this.run.said()}`);
  }

  async query(
    promql: string,
    { start, end, step }: { readonly start: number; readonly end: number; readonly step: number },
  ): Promise<Answered> {
    const r = await fetch(`${this.url}/api/v1/query_range`, {
      method: 'POST',
      body: new URLSearchParams({ query: promql, start: String(start), end: String(end), step: String(step) }),
    });
    const answer = (await r.json()) as { status: string; error?: string; data?: { result: PrometheusSeries[] } };
    return answer.data ? { ok: true, series: answer.data.result } : { ok: false, error: answer.error ?? '' };
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net
      .createServer()
      .on('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address() as net.AddressInfo;
        server.close(() => {
          resolve(port);
        });
      });
  });
}

/** prompb/types.proto, TimeSeries. */
function timeSeries({ labels, points }: TestSeries): Uint8Array {
  return message((w) => {
    for (const name of Object.keys(labels).sort())
      w.bytes(
        1,
        message((l) => {
          l.text(1, name);
          l.text(2, labels[name] ?? '');
        }),
      );
    // A stale marker is a NaN of its own (model/value/value.go); of a series of histograms, in the sum.
    const histograms = points.some(([, v]) => typeof v === 'object');
    for (const [t, v] of points) {
      const ms = Math.round(t * 1000);
      if (typeof v === 'number')
        w.bytes(
          2,
          message((s) => {
            s.double(1, v);
            s.int(2, ms);
          }),
        );
      else if (v === 'stale' && !histograms)
        w.bytes(
          2,
          message((s) => {
            s.stale(1);
            s.int(2, ms);
          }),
        );
      else w.bytes(4, histogram(v, ms));
    }
  });
}

function histogram(h: NativeHistogram | 'stale', ms: number): Uint8Array {
  return message((w) => {
    if (h === 'stale') {
      w.double(2, 0);
      w.stale(3);
      w.int(15, ms);
      return;
    }
    w.double(2, h.count);
    w.double(3, h.sum);
    w.signed(4, h.schema);
    w.double(5, h.zeroThreshold);
    w.double(7, h.zeroCount);
    buckets(w, 8, 10, h.negative);
    buckets(w, 11, 13, h.positive);
    if (h.reset === true) w.int(14, 1);
    w.int(15, ms);
  });
}

function buckets(w: Writer, spans: number, counts: number, { index, count }: Buckets): void {
  let end = 0;
  for (let i = 0; i < index.length;) {
    const from = index[i] ?? 0;
    let length = 1;
    while (i + length < index.length && index[i + length] === from + length) length++;
    w.bytes(
      spans,
      message((s) => {
        s.signed(1, from - end);
        s.int(2, length);
      }),
    );
    end = from + length;
    i += length;
  }
  if (count.length > 0)
    w.bytes(
      counts,
      message((c) => {
        for (const v of count) c.raw(v);
      }),
    );
}

class Writer {
  #buffer = new Uint8Array(256);
  #view = new DataView(this.#buffer.buffer);
  #n = 0;

  #room(more: number): void {
    if (this.#n + more <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#n + more));
    larger.set(this.#buffer);
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }

  varint(v: number): void {
    this.#room(10);
    let rest = BigInt.asUintN(64, BigInt(v));
    for (; rest > 127n; rest >>= 7n) this.#buffer[this.#n++] = Number(rest & 127n) | 128;
    this.#buffer[this.#n++] = Number(rest);
  }

  int(field: number, v: number): void {
    this.varint(field << 3);
    this.varint(v);
  }
  signed(field: number, v: number): void {
    this.int(field, v < 0 ? -2 * v - 1 : 2 * v);
  }
  raw(v: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#n, v, true);
    this.#n += 8;
  }
  double(field: number, v: number): void {
    this.varint((field << 3) | 1);
    this.raw(v);
  }
  stale(field: number): void {
    this.varint((field << 3) | 1);
    this.#room(8);
    this.#view.setBigUint64(this.#n, 0x7ff0000000000002n, true);
    this.#n += 8;
  }
  bytes(field: number, b: Uint8Array): void {
    this.varint((field << 3) | 2);
    this.varint(b.length);
    this.#room(b.length);
    this.#buffer.set(b, this.#n);
    this.#n += b.length;
  }
  text(field: number, s: string): void {
    this.bytes(field, Buffer.from(s));
  }
  done(): Uint8Array {
    return this.#buffer.slice(0, this.#n);
  }
}

function message(write: (w: Writer) => void): Uint8Array {
  const w = new Writer();
  write(w);
  return w.done();
}

/** Snappy's format with nothing compressed: the length, then literals. */
function snappy(data: Uint8Array): Uint8Array {
  const head = new Writer();
  head.varint(data.length);
  const parts = [head.done()];
  for (let at = 0; at < data.length; at += 65_536) {
    const part = data.subarray(at, at + 65_536);
    parts.push(Uint8Array.of(61 << 2, (part.length - 1) & 255, (part.length - 1) >> 8), part);
  }
  return Buffer.concat(parts);
}
