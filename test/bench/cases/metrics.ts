/**
 * Reading a large /metrics, against Go's expfmt and npm's parser on the same text; and an hour's worth of scrapes in
 * the ring.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import v8 from 'node:v8';
import vm from 'node:vm';
import { cachedFolder } from '../../../scripts/cache.mjs';
import { npmInstall } from '../../../scripts/lib/npm.mjs';
import { Ring } from '../../../src/metrics/store/ring';
import { parseScrape, type ParseOptions, type ParsedScrape } from '../../../src/metrics/formats/scrape';
import { exposition } from '../../fixtures/make/exposition.mjs';
import type { Bench } from '../lib/bench';
import { byTurns, median, summary, timed } from '../lib/stats';
import type { Case, Row } from '../types';

const exec = promisify(execFile);
const MB = 1e6;
const SERIES = 39_000;
/** Of the issue: 100 scrapes of 40,000 series. */
const RING_SERIES = 40_000,
  SCRAPES = 100;
const TYPE = 'text/plain; version=0.0.4';
/** The most used parser of this text on npm. */
const NPM = ['parse-prometheus-text-format', '1.1.1'] as const;
/** Names that a page of panels asks for: one histogram of some dozen. */
const WANTED = /^sample_client_request_duration_3_seconds/;

export const metrics: Case = {
  name: 'metrics',
  async run(bench, tell) {
    await reading(bench, tell);
    keeping(bench, tell);
  },
};

async function reading(bench: Bench, tell: (row: Row) => void): Promise<void> {
  bench.go("Go's expfmt is what reading is held against");
  const file = path.join(bench.dir, 'metrics.txt');
  fs.writeFileSync(file, exposition(SERIES));
  const program = path.join(bench.dir, 'expfmt');
  bench.log('metrics: building the peer');
  await exec('go', ['build', '-o', program, '.'], {
    cwd: path.join(bench.options.root, 'test/bench/peer/expfmt'),
    signal: bench.ended,
  });
  const body = new Uint8Array(fs.readFileSync(file));
  const at = `${SERIES.toLocaleString('en')} series, ${(body.length / MB).toFixed(1)} MB`;
  const pairs = bench.repeats(7);
  const times = 5;
  // The first ones of a process run before the compiler has seen them; Go's are compiled already.
  for (let i = 0; i < 10; i++) read(body, {});
  const { ours, peer } = await byTurns(
    pairs,
    () => Promise.resolve(Array.from({ length: times }, () => read(body, {}))),
    async () => {
      const { stdout } = await exec(program, [file, String(times)], { signal: bench.ended });
      return JSON.parse(stdout) as number[];
    },
  );
  tell({
    name: `metrics: text to samples, labels when asked for; ${at}`,
    ...summary(ours.flat()),
    unit: 'ms',
    peer: "Go's expfmt, to families with labels",
    peerValue: median(peer.flat()),
    limit: { most: 40, of: 'value' },
  });
  const parse = await npmParser(bench);
  const text = fs.readFileSync(file, 'utf8');
  const pure = await byTurns(
    Math.min(3, pairs),
    () => Promise.resolve(read(body, {}, true)),
    () => timed(() => Promise.resolve(parse(text))),
  );
  tell({
    name: `metrics: the same with every label read, beside npm's; ${at}`,
    ...summary(pure.ours),
    unit: 'ms',
    peer: `${NPM.join(' ')} of npm, to families with labels`,
    peerValue: median(pure.peer),
  });
  const some = (
    options: ParseOptions,
    labels: boolean,
  ): { readonly value: number; readonly spread: readonly [number, number] } =>
    summary(Array.from({ length: pairs * times }, () => read(body, options, labels)));
  tell({
    name: `metrics: the same with every label read; ${at}`,
    ...some({}, true),
    unit: 'ms',
    peer: "Go's expfmt, to families with labels",
    peerValue: median(peer.flat()),
  });
  tell({
    name: `metrics: the same, only one family wanted; ${at}`,
    ...some({ wants: (n) => WANTED.test(n) }, true),
    unit: 'ms',
  });
}

async function npmParser(bench: Bench): Promise<(text: string) => unknown> {
  bench.log('metrics: getting the parser of npm');
  const dir = await cachedFolder(NPM.join('-'), (draft: string) => npmInstall(draft, [NPM.join('@')]));
  return createRequire(path.join(dir, 'package.json'))(NPM[0]) as (text: string) => unknown;
}

/** ms. */
function read(body: Uint8Array, options: ParseOptions, labels = false): number {
  const started = performance.now();
  const { samples, counted } = parseScrape(body, TYPE, 1, options);
  let seen = 0;
  if (labels) for (const s of samples) if (s.labels['le'] !== undefined) seen++;
  const took = performance.now() - started;
  if (counted !== SERIES || (labels && seen === 0))
    throw new Error(`${counted} samples were read, ${seen} with a bound.`);
  return took;
}

/**
 * The worst that a page can ask for, every series of 40,000; then a page's worth of them for an hour of looks each 2 s.
 */
function keeping(bench: Bench, tell: (row: Row) => void): void {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  const held = (): number => {
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const scrape = (look: number, options: ParseOptions): ParsedScrape =>
    parseScrape(new TextEncoder().encode(exposition(RING_SERIES, look)), TYPE, 1000 + look * 2, options);
  const target = { instance: '10.0.0.1:8443', pod: 'widgets-0' };

  bench.log(`metrics: ${SCRAPES} scrapes of ${RING_SERIES.toLocaleString('en')} series`);
  let before = held();
  let ring: Ring | undefined = new Ring();
  const grown: number[] = [];
  const adds: number[] = [];
  for (let look = 0; look < SCRAPES; look++) {
    const one = scrape(look, {});
    const started = performance.now();
    ring.add(one, target);
    adds.push(performance.now() - started);
    if (look % 10 === 9) grown.push((held() - before) / MB);
  }
  if (ring.size !== RING_SERIES || ring.warnings.length > 0)
    throw new Error(`${ring.size} series; ${ring.warnings.join(' ')}`);
  const limit = { most: 120, of: 'value' } as const;
  tell({
    name: `metrics: ring of ${RING_SERIES.toLocaleString('en')} series, heap held after ${SCRAPES} scrapes, two of them whole`,
    value: grown.at(-1) ?? NaN,
    unit: 'MB',
    limit,
  });
  tell({
    name: 'metrics: the same, from the 20th scrape to the 100th',
    value: (grown.at(-1) ?? NaN) - (grown[1] ?? NaN),
    unit: 'MB',
  });
  tell({ name: 'metrics: one scrape into that ring', ...summary(adds.slice(1)), unit: 'ms' });
  const selects = Array.from({ length: 20 }, () => {
    const started = performance.now();
    const found =
      ring?.select([
        { label: '__name__', op: '=', value: 'sample_client_request_duration_3_seconds_bucket' },
        { label: 'controller', op: '=~', value: 'reconciler-1.*' },
        { label: 'le', op: '!=', value: '+Inf' },
      ]) ?? [];
    if (found.length === 0) throw new Error('Nothing was found.');
    return performance.now() - started;
  });
  tell({ name: 'metrics: select by name and pattern in that ring', ...summary(selects), unit: 'ms' });
  ring = undefined;

  const looks = bench.options.quick ? 600 : 5400;
  const wanted = (name: string): boolean => WANTED.test(name);
  bench.log(`metrics: ${looks} scrapes of a page's families`);
  const bodies = Array.from({ length: 8 }, (_, i) => new TextEncoder().encode(exposition(RING_SERIES / 4, i)));
  before = held();
  ring = new Ring({ wants: wanted });
  const hours: number[] = [];
  for (let look = 0; look < looks; look++) {
    const body = bodies[look % bodies.length] as Uint8Array;
    ring.add(parseScrape(body, TYPE, look * 2, { wants: wanted }), target);
    if ((look + 1) % (looks / 3) === 0) hours.push((held() - before) / MB);
  }
  const hour = `${ring.size.toLocaleString('en')} wanted series of ${(RING_SERIES / 4).toLocaleString('en')}`;
  tell({
    name: `metrics: ring of ${hour}, heap held after ${((looks * 2) / 3600).toFixed(1)} h of scrapes each 2 s`,
    value: hours.at(-1) ?? NaN,
    unit: 'MB',
    limit,
  });
  tell({
    name: 'metrics: of that, grown in the last third',
    value: (hours.at(-1) ?? NaN) - (hours.at(-2) ?? NaN),
    unit: 'MB',
    ...(!bench.options.quick && { limit: { most: 3, of: 'value' } as const }),
  });
}
