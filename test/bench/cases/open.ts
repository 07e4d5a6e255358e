/**
 * From the bytes of a profile to the picture: thread, call tree, messages, canvas; against go tool pprof -top on the
 * same file.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Threads } from '../../../src/profile/thread/client';
import type { OpenProfile } from '../../../src/profile/types';
import type { Bench } from '../lib/bench';
import { FlamePages } from '../lib/flamepage';
import { byTurns, median, summary, timed } from '../lib/stats';
import type { Case } from '../types';

/** How long a person looks at one profile before the next, at least, ms: its thread is ready by then. */
const PREPARED_MS = 1000;
const exec = promisify(execFile);
const PEER = 'go tool pprof -top on the same file';

interface Opened {
  readonly drawn: number;
  readonly read: number;
  readonly whole: number;
}

export const open: Case = {
  name: 'open',
  async run(bench, tell) {
    const { all, quick } = bench.options;
    bench.go('go tool pprof is what opening a profile is held against');
    const chromium = await bench.chromium();
    const { dist } = await bench.shipped();
    const threads = new Threads(path.join(dist, 'profile-thread.js'));
    const pages = bench.own(await FlamePages.start(chromium, path.join(dist, 'webview')));
    const sizes = [
      { samples: 10_000, depth: 20, pairs: bench.repeats(9), judged: true },
      ...(quick ? [] : [{ samples: 100_000, depth: 20, pairs: 5, judged: false }]),
      ...(all ? [{ samples: 500_000, depth: 40, pairs: 3, judged: false }] : []),
    ];
    for (const { samples, depth, pairs, judged } of sizes) {
      const file = await made(bench, samples, depth);
      const at = `${samples.toLocaleString('en')} samples, ${(fs.statSync(file).size / 1e6).toFixed(1)} MB`;
      // The first of a process finds nothing in any cache; it is told apart, and Go gets its first one for free as
      // well.
      const first = await ours(pages, threads, file, false);
      await top(bench, file);
      bench.log(`open: ${at}`);
      const { ours: opened, peer } = await byTurns(
        pairs,
        () => ours(pages, threads, file, true),
        () => timed(() => top(bench, file)),
      );
      const go = { peer: PEER, peerValue: median(peer) };
      const limit = judged ? { limit: { most: 300, of: 'value' } as const } : {};
      tell({
        name: `open: bytes to drawn; ${at}`,
        ...summary(opened.map((o) => o.drawn)),
        unit: 'ms',
        ...go,
        ...limit,
      });
      tell({ name: `open: the first one after the start; ${at}`, value: first.drawn, unit: 'ms', ...limit });
      tell({
        name: `open: of that, until the thread has read it; ${at}`,
        ...summary(opened.map((o) => o.read)),
        unit: 'ms',
      });
      tell({
        name: `open: with the loading of the page meanwhile; ${at}`,
        ...summary(opened.map((o) => o.whole)),
        unit: 'ms',
      });
    }
    await pages.stop();
  },
};

/** Always the same bytes for the same numbers. */
async function made(bench: Bench, samples: number, depth: number): Promise<string> {
  const file = path.join(bench.dir, `big-${samples}-${depth}.pb.gz`);
  bench.log(`open: making a profile of ${samples.toLocaleString('en')} samples`);
  await exec(
    process.execPath,
    [path.join(bench.options.root, 'test/fixtures/make/big.mjs'), String(samples), String(depth), file],
    { signal: bench.ended },
  );
  return file;
}

async function top(bench: Bench, file: string): Promise<void> {
  const { stdout } = await exec('go', ['tool', 'pprof', '-top', file], {
    env: { ...process.env, PPROF_TMPDIR: bench.dir },
    maxBuffer: 64 * 2 ** 20,
    signal: bench.ended,
  });
  if (!/flat%/.test(stdout)) throw new Error(`go tool pprof said: ${stdout.slice(0, 300)}`);
}

/**
 * Twice: into a page that waits, and with the page loaded while the thread reads, as when a file is opened. The thread
 * starts before the page, as in src/app/pages: the document is opened first, and its bytes follow. `prepared`: as after
 * a capture or another profile, when the thread has been made ready.
 */
async function ours(pages: FlamePages, threads: Threads, file: string, prepared: boolean): Promise<Opened> {
  if (prepared) {
    threads.prepare();
    await pause(PREPARED_MS);
  }
  const bytes = (): Uint8Array => new Uint8Array(fs.readFileSync(file));
  const read = (given: Promise<Uint8Array>): Promise<OpenProfile> => threads.open(given, { maxBytes: 2 ** 30 });

  let give: (given: Uint8Array) => void = () => undefined;
  const opening = read(
    new Promise((resolve) => {
      give = resolve;
    }),
  );
  const page = await pages.load();
  let started = performance.now();
  give(bytes());
  let profile = await opening;
  const readMs = performance.now() - started;
  await page.draw(profile);
  const drawn = performance.now() - started;
  if (!((await page.frames()) > 100)) throw new Error('The picture has hardly any frames: something went wrong.');
  profile.dispose();
  await page.close();

  started = performance.now();
  const [opened, loaded] = await Promise.all([read(Promise.resolve(bytes())), pages.load()]);
  profile = opened;
  await loaded.draw(profile);
  const whole = performance.now() - started;
  profile.dispose();
  await loaded.close();
  return { drawn, read: readMs, whole };
}
