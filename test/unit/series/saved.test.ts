/** Saved metrics: what a page saves opens as it was, and what is none is told as what it is. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/base/problem';
import { Ring } from '../../../src/metrics/store/ring';
import { evaluate, parsePromql } from '../../../src/metrics/promql/index';
import { parseScrape } from '../../../src/metrics/formats/scrape';
import type { Family, QueryResult } from '../../../src/metrics/types';
import { writeOpenMetrics } from '../../../src/metrics/formats/write';
import { SavedSource } from '../../../src/series/saved/savedSource';

const never = new AbortController().signal;
const T = 1_700_000_000;
const file = (text: string | Uint8Array, maxBytes?: number): Promise<SavedSource> =>
  SavedSource.open(
    { name: 'saved.txt', bytes: typeof text === 'string' ? Buffer.from(text) : text, modified: T },
    maxBytes,
  );
const plain = ({ series }: QueryResult): unknown =>
  series
    .map((s) => ({ labels: s.labels, points: [...s.times].map((t, i) => [t, s.values[i]]) }))
    .sort((a, b) => (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1));

/** Two replicas, scraped at different moments every 2 s for a minute. Of the first a series goes away; the second is down for 14 s. */
function scraped(): { readonly ring: Ring; readonly families: ReadonlyMap<string, Family> } {
  const ring = new Ring({ seconds: 3600 });
  let families: ReadonlyMap<string, Family> = new Map();
  for (let i = 0; i < 30; i++) {
    for (const [pod, offset] of [
      ['a', 0.25],
      ['b', 0.8125],
    ] as const) {
      const time = T + i * 2 + offset;
      const target = { namespace: 'ns', pod, instance: pod, job: 'w' };
      if (pod === 'b' && i >= 10 && i < 17) {
        ring.fail(target, time);
        continue;
      }
      const text = [
        '# HELP workqueue_depth Depth of "it",\\nnow',
        '# TYPE workqueue_depth gauge',
        `workqueue_depth{name="q"} ${i % 5}`,
        ...(pod === 'a' && i >= 15 ? [] : ['workqueue_depth{name="left \\"quoted\\"\\nline"} 1']),
        '# TYPE workqueue_adds_total counter',
        `workqueue_adds_total{name="q"} ${i < 20 ? i * 7 : (i - 20) * 3}`,
        '# TYPE d_seconds histogram',
        `d_seconds_bucket{le="0.1"} ${i}`,
        `d_seconds_bucket{le="1"} ${i * 2}`,
        `d_seconds_bucket{le="+Inf"} ${i * 2}`,
        `d_seconds_sum ${i / 3}`,
        `d_seconds_count ${i * 2}`,
        '# TYPE odd gauge',
        `odd{v="nan"} NaN`,
        `odd{v="inf"} ${i % 2 ? '+Inf' : '-Inf'}`,
        '',
      ].join('\n');
      const scrape = parseScrape(Buffer.from(text), 'text/plain', time);
      families = scrape.families;
      ring.add(scrape, target);
    }
  }
  return { ring, families };
}

describe('what "Save these metrics" wrote', () => {
  const { ring, families } = scraped();
  const written = writeOpenMetrics(ring.select([]), families);

  it.each([
    'workqueue_depth',
    'sum by (pod) (workqueue_depth)',
    'rate(workqueue_adds_total[10s])',
    'increase(workqueue_adds_total{pod="b"}[20s])',
    'odd',
    'histogram_quantile(0.9, sum by (le, pod) (rate(d_seconds_bucket[10s])))',
    'absent(workqueue_depth{pod="b"})',
    'count(workqueue_depth)',
    'changes(workqueue_depth[20s])',
  ])('answers %s as the page did', async (promql) => {
    const saved = await file(written);
    // From the third scrape on: a rate over less than the window is the same, too, but its first points say little.
    const range = { start: T + 4, end: T + 59, step: 0.5 };
    const before = evaluate(parsePromql(promql), ring, range);
    expect(before.series.length).toBeGreaterThan(0);
    expect(plain(await saved.query({ promql, ...range }, never))).toEqual(plain(before));
  });

  it('knows its time, its pace and its families, and writes itself again as it was', async () => {
    const saved = await file(written);
    expect(saved.span).toEqual({ start: T + 0.25, end: T + 58.813, spacing: 2, scrapes: 30 });
    expect(saved.summary).toBe('30 scrapes in 58.6 s');
    expect((await saved.families()).map((f) => [f.name, f.type])).toEqual([
      ['d_seconds', 'histogram'],
      ['odd', 'gauge'],
      ['workqueue_adds', 'counter'],
      ['workqueue_depth', 'gauge'],
    ]);
    expect(saved.familiesNow().get('workqueue_depth')?.help).toBe('Depth of "it",\nnow');
    expect(await saved.labelValues('name', 'workqueue_depth')).toEqual(['left "quoted"\nline', 'q']);
    expect(writeOpenMetrics(saved.store.select([]), saved.familiesNow())).toBe(written);
    const packed = await file(gzipSync(written));
    expect(packed.store.size).toBe(saved.store.size);
  });

  it('is told to be incomplete wherever it was cut', async () => {
    const lines = written.split('\n');
    const cuts = [
      written.slice(0, written.length - 6),
      lines.slice(0, lines.length >> 1).join('\n') + '\n',
      written.slice(0, written.length >> 1),
      lines.slice(0, -2).join('\n') + '\n',
      written.slice(0, 200),
    ];
    for (const cut of cuts)
      await expect(file(cut)).rejects.toMatchObject({
        code: 'metrics.saved.truncated',
        next: expect.stringContaining('again') as string,
      });
    const packed = gzipSync(written);
    await expect(file(packed.subarray(0, packed.length >> 1))).rejects.toMatchObject({
      code: 'metrics.saved.truncated',
    });
  });
});

describe('all that the processes exported when it was saved', () => {
  /** Ten scrapes each 2 s; panels want the depth alone, and of the fifth and the tenth all is read. */
  function live(): { readonly ring: Ring; readonly families: ReadonlyMap<string, Family> } {
    const ring = new Ring({ wants: (name) => name === 'workqueue_depth' });
    let families: ReadonlyMap<string, Family> = new Map();
    for (let i = 0; i < 10; i++) {
      const text =
        `# TYPE workqueue_depth gauge\nworkqueue_depth{name="q"} ${i}\n# TYPE go_threads gauge\ngo_threads ${20 + i}\n# TYPE took_seconds histogram\n` +
        `took_seconds{of="a"} {count:${7 + i},sum:1.25,schema:3,zero_threshold:1e-128,zero_count:1,negative_spans:[-2:1],negative_buckets:[1],positive_spans:[-3:2,5:1],positive_buckets:[2,${i},3]}\n`;
      const scrape = parseScrape(
        Buffer.from(text),
        'text/plain',
        T + i * 2,
        i % 5 === 4 ? { all: true } : { wants: (name) => name === 'workqueue_depth' },
      );
      expect(scrape.warnings).toEqual([]);
      if (scrape.whole) families = scrape.families;
      ring.add(scrape, { namespace: 'ns', pod: 'a', instance: 'a', job: 'w', node: '' });
    }
    return { ring, families };
  }

  it('is in the file: what is kept over time, and the rest as it was at the last two looks at all', async () => {
    const { ring, families } = live();
    expect(ring.select([]).length).toBe(1);
    const saved = await file(writeOpenMetrics(ring.everything(), families));
    const of = { instance: 'a', job: 'w', namespace: 'ns', pod: 'a' };
    const threads = saved.store.select([{ label: '__name__', op: '=', value: 'go_threads' }])[0]!.points(0, Infinity);
    expect([[...threads.times], [...threads.values], threads.kinds]).toEqual([[T + 8, T + 18], [24, 29], undefined]);
    expect((await saved.families()).map((f) => [f.name, f.type])).toEqual([
      ['go_threads', 'gauge'],
      ['took_seconds', 'histogram'],
      ['workqueue_depth', 'gauge'],
    ]);
    expect(plain(await saved.query({ promql: 'workqueue_depth', start: T, end: T + 18, step: 6 }, never))).toEqual([
      {
        labels: { __name__: 'workqueue_depth', name: 'q', ...of },
        points: [
          [T, 0],
          [T + 6, 3],
          [T + 12, 6],
          [T + 18, 9],
        ],
      },
    ]);
    expect(plain(await saved.query({ promql: 'go_threads', start: T + 10, end: T + 18, step: 4 }, never))).toEqual([
      {
        labels: { __name__: 'go_threads', ...of },
        points: [
          [T + 10, 24],
          [T + 14, 24],
          [T + 18, 29],
        ],
      },
    ]);
    expect(
      plain(await saved.query({ promql: 'histogram_count(took_seconds)', start: T + 18, end: T + 18, step: 1 }, never)),
    ).toEqual([{ labels: { of: 'a', ...of }, points: [[T + 18, 16]] }]);
  });

  it('has its native histograms as they were', async () => {
    const { ring, families } = live();
    const saved = await file(writeOpenMetrics(ring.everything(), families));
    const native = (store: {
      lastScrapes(): readonly { readonly samples: readonly { readonly name: string; readonly value: unknown }[] }[];
    }): unknown => store.lastScrapes()[0]?.samples.find((s) => s.name === 'took_seconds')?.value;
    const before = native({ lastScrapes: () => ring.whole()[0]!.scrapes.slice(-1) });
    expect(before).toMatchObject({
      schema: 3,
      count: 16,
      positive: { index: Int32Array.from([-3, -2, 4]), count: Float64Array.from([2, 9, 3]) },
      negative: { index: Int32Array.from([-2]) },
    });
    expect(native(saved)).toEqual(before);
  });
});

describe('one saved answer of /metrics', () => {
  const text = '# TYPE workqueue_depth gauge\nworkqueue_depth{name="q"} 12.5\n# TYPE up untyped\nup 1\n';

  it('is one scrape, at the time of the file', async () => {
    const saved = await file(text);
    expect(saved.span).toEqual({ start: T, end: T, spacing: undefined, scrapes: 1 });
    expect(plain(await saved.query({ promql: 'workqueue_depth', start: T, end: T, step: 1 }, never))).toEqual([
      { labels: { __name__: 'workqueue_depth', name: 'q' }, points: [[T, 12.5]] },
    ]);
    expect(
      (await saved.query({ promql: 'rate(workqueue_depth[5m])', start: T, end: T, step: 1 }, never)).series,
    ).toEqual([]);
    expect(saved.lastScrapes()[0]?.samples).toEqual([
      { name: 'workqueue_depth', labels: { name: 'q' }, value: 12.5 },
      { name: 'up', labels: {}, value: 1 },
    ]);
  });

  it("stays one look where its samples tell times of their own, as cadvisor's do", async () => {
    const saved = await file(`# TYPE m gauge\nm{c="a"} 1 ${(T - 5) * 1000}\nm{c="b"} 2 ${(T - 3) * 1000}\n`);
    expect(saved.span).toEqual({ start: T - 3, end: T - 3, spacing: undefined, scrapes: 1 });
    expect(plain(await saved.query({ promql: 'sum(m)', start: T - 3, end: T - 3, step: 1 }, never))).toEqual([
      { labels: {}, points: [[T - 3, 3]] },
    ]);
  });

  it.each<readonly [string, string | Uint8Array, string, RegExp]>([
    [
      'a web page',
      '<!DOCTYPE html>\n<html><title>Sign in</title></html>\n',
      'metrics.saved.html',
      /saved\.txt is a web page/,
    ],
    ['nothing', '', 'metrics.saved.empty', /holds no metrics/],
    ['blank lines', '\n\n \n', 'metrics.saved.empty', /holds no metrics/],
    ['comments alone', '# HELP a b\n# TYPE a gauge\n', 'metrics.saved.empty', /holds no metrics/],
    ['half a line', `${text}workqueue_adds_total{na`, 'metrics.saved.truncated', /middle of a line/],
    ['JSON', '{"status":"success","data":[]}\n', 'metrics.saved.notMetrics', /not in a format/],
    [
      'a picture',
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xd, 0xa, 0x1a, 0xa, 0, 0, 0, 0xd]),
      'metrics.saved.notMetrics',
      /not in a format/,
    ],
  ])('%s is told as what it is', async (_what, bytes, code, words) => {
    const e: unknown = await file(bytes).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(e instanceof Problem)) throw new Error(`no Problem but ${String(e)}`);
    expect([e.code, e.next]).toEqual([code, expect.stringMatching(/./)]);
    expect(e.message).toMatch(words);
    expect(e.sentence).not.toMatch(/The process|another port/);
  });

  it('is refused above the limit, packed or not, without being unpacked to the end', async () => {
    await expect(file(text, 20)).rejects.toMatchObject({ code: 'metrics.saved.tooBig' });
    const inside = Buffer.alloc(64 << 20, 10);
    const bomb = gzipSync(inside);
    const before = process.memoryUsage().arrayBuffers;
    await expect(file(bomb, 1 << 20)).rejects.toMatchObject({
      code: 'metrics.saved.tooBig',
      message: expect.stringContaining('after decompression') as string,
    });
    // `inside` is there all the time, so nothing of that size is freed meanwhile.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(inside.length / 2);
  });
});
