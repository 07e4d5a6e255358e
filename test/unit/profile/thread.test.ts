import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAbort } from '../../../src/base/problem';
import { openProfile } from '../../../src/profile/open';
import { Threads } from '../../../src/profile/thread/client';
import { madeUp } from '../../../src/profile/thread/warmUp';
import { profile } from './build';
import { fixture } from './fixtures';

const options = { maxBytes: 1e8 };
const folder = mkdtempSync(path.join(tmpdir(), 'profile-thread-'));
const script = path.join(folder, 'profile-thread.js');
const threads = new Threads(script);

beforeAll(async () => {
  // As scripts/build.mjs does it.
  await build({
    entryPoints: [path.join(__dirname, '../../../src/profile/thread/main.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a file in a thread of its own', () => {
  it('answers as the code in this thread does', async () => {
    for (const name of ['cpu.prof', 'capture.goroutines.txt']) {
      const here = openProfile(fixture(name));
      const there = await threads.open(fixture(name), options);
      try {
        expect(there.summary).toEqual(here.summary);
        const query = { sampleType: here.summary.defaultSampleType, zoom: [], minShare: 0.0002, ownModules: [] };
        expect(await there.flame(query)).toEqual(await here.flame(query));
        expect(await there.top(query)).toEqual(await here.top(query));
        expect(await there.search({ text: 'main', sampleType: 0 })).toEqual(
          await here.search({ text: 'main', sampleType: 0 }),
        );
        expect(await there.goroutines()).toEqual(await here.goroutines());
      } finally {
        there.dispose();
      }
    }
  });

  it('moves bytes that own their memory and copies others', async () => {
    const whole = new Uint8Array(fixture('heap.pb.gz'));
    (await threads.open(whole, options)).dispose();
    expect(whole.byteLength).toBe(0);
    const { length } = fixture('heap.pb.gz');
    const around = new Uint8Array(length + 5000);
    const inner = around.subarray(100, 100 + length);
    inner.set(fixture('heap.pb.gz'));
    (await threads.open(inner, options)).dispose();
    expect(around.byteLength).toBe(length + 5000);
    // A small Buffer lies in a pool that it shares with others.
    const pooled = Buffer.from(profile({ stacks: [['a', 1]] }));
    expect(pooled.buffer.byteLength).toBeGreaterThan(pooled.length);
    (await threads.open(pooled, options)).dispose();
    expect(pooled.buffer.byteLength).toBeGreaterThan(0);
  });

  it('brings problems over, at opening and after', async () => {
    await expect(threads.open(new TextEncoder().encode('<html>'), options)).rejects.toMatchObject({
      name: 'Problem',
      code: 'profile.html',
    });
    const p = await threads.open(fixture('cpu.prof'), options);
    await expect(p.search({ text: '/(/', sampleType: 0 })).rejects.toMatchObject({ code: 'profile.pattern' });
    expect((await p.search({ text: 'busy', sampleType: 0 })).share).toBeGreaterThan(0.5);
    p.dispose();
  });

  it('ends with dispose: open questions and later ones are refused', async () => {
    const p = await threads.open(fixture('cpu.prof'), options);
    const open = p.top({ sampleType: 0 });
    p.dispose();
    p.dispose();
    await expect(open).rejects.toMatchObject({ code: 'profile.closed' });
    await expect(p.top({ sampleType: 0 })).rejects.toMatchObject({ code: 'profile.closed' });
  });

  it('ends at once when cancelled', async () => {
    const stop = new AbortController();
    const opening = threads.open(fixture('cpu.prof'), options, stop.signal);
    stop.abort();
    const e: unknown = await opening.catch((x: unknown) => x);
    expect(isAbort(e)).toBe(true);
    expect(
      isAbort(await threads.open(fixture('cpu.prof'), options, AbortSignal.abort()).catch((x: unknown) => x)),
    ).toBe(true);
  });

  it('starts before the bytes are there: waits for them, passes on why they fail, and ends without them', async () => {
    let give = (_: Uint8Array): void => undefined;
    const opening = threads.open(
      new Promise<Uint8Array>((resolve) => {
        give = resolve;
      }),
      options,
    );
    setTimeout(() => {
      give(new Uint8Array(fixture('cpu.prof')));
    }, 50);
    const p = await opening;
    expect(p.summary).toEqual(openProfile(fixture('cpu.prof')).summary);
    p.dispose();
    const gone = new Error('The file is gone.');
    await expect(threads.open(Promise.reject(gone), options)).rejects.toBe(gone);
    const stop = new AbortController();
    const waiting = threads.open(
      new Promise<Uint8Array>((resolve) => {
        give = resolve;
      }),
      options,
      stop.signal,
    );
    stop.abort();
    expect(isAbort(await waiting.catch((x: unknown) => x))).toBe(true);
    const late = new Uint8Array(fixture('cpu.prof'));
    give(late);
    await Promise.resolve();
    expect(late.byteLength, 'nothing is taken any more').toBeGreaterThan(0);
    expect(
      isAbort(await threads.open(Promise.reject(gone), options, AbortSignal.abort()).catch((x: unknown) => x)),
    ).toBe(true);
  });

  it('says when the thread cannot start, dies, or has no memory left', async () => {
    const write = (name: string, code: string) => {
      const f = path.join(folder, name);
      writeFileSync(f, code);
      return f;
    };
    await expect(new Threads(path.join(folder, 'none.js')).open(fixture('cpu.prof'), options)).rejects.toMatchObject({
      code: 'profile.thread',
    });
    await expect(
      new Threads(write('exit.js', 'process.exit(3)')).open(fixture('cpu.prof'), options),
    ).rejects.toMatchObject({ code: 'profile.closed' });
    // The engine's own error for a thread whose heap is full.
    const full = write(
      'full.js',
      'const e = new Error("Worker terminated due to reaching memory limit"); e.code = "ERR_WORKER_OUT_OF_MEMORY"; throw e;',
    );
    await expect(new Threads(full).open(fixture('cpu.prof'), options)).rejects.toMatchObject({
      code: 'profile.outOfMemory',
    });
  });

  it('made ready ahead practises on a profile that is one, and then opens as another does', async () => {
    const made = openProfile(madeUp());
    expect(made.summary.sampleTypes[0]?.total).toBeGreaterThan(800);
    expect((await made.flame({ sampleType: 0, zoom: [], minShare: 0.0002, ownModules: [] })).fn.length).toBeGreaterThan(
      100,
    );
    const ready = new Threads(script);
    ready.prepare();
    ready.prepare();
    for (const wait of [0, 150]) {
      await new Promise((r) => setTimeout(r, wait));
      const p = await ready.open(fixture('cpu.prof'), options);
      expect(p.summary).toEqual(openProfile(fixture('cpu.prof')).summary);
      p.dispose();
      ready.prepare();
    }
    ready.dispose();
    ready.prepare();
    const cold = await ready.open(fixture('cpu.prof'), options);
    cold.dispose();
  });
});
