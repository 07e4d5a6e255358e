import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/base/problem';
import { namesIn, Scraper, type Scraped, type ScrapeReport } from '../../../src/series/scraper';
import type { Target } from '../../../src/target/types';
import { PATIENCE, until } from '../../lib/until';
import { serveHttp } from '../target/servers';

let scraper: Scraper | undefined;
afterEach(() => {
  scraper?.dispose();
  scraper = undefined;
});

const target = (port: number): Target => ({
  label: `:${port}`,
  scheme: 'http',
  host: '127.0.0.1',
  port,
  anyCertificate: false,
});
const process = (id: string, port: number): Scraped => ({
  id,
  labels: { pod: id },
  find: () => Promise.resolve({ target: target(port), path: '/metrics' }),
});

interface Started {
  readonly scraper: Scraper;
  readonly reports: readonly ScrapeReport[];
  readonly seen: (id: string, n?: number) => Promise<ScrapeReport>;
}
function started(
  processes: readonly Scraped[],
  queries: readonly string[] = ['work_total', 'other'],
  idleMs = PATIENCE,
): Started {
  const made = (scraper = new Scraper({
    everyMs: () => 40,
    maxBytes: () => 10_000,
    idleTimeoutMs: () => idleMs,
    keepSeconds: 3600,
  }));
  const reports: ScrapeReport[] = [];
  made.onDidScrape((r) => {
    reports.push(r);
  });
  made.want(namesIn(queries), false);
  made.set(processes);
  made.start();
  const seen = (id: string, n = 1): Promise<ScrapeReport> =>
    until(() => reports.filter((r) => r.id === id)[n - 1], `${n} scrapes of ${id}`);
  return { scraper: made, reports, seen };
}

const never = new AbortController().signal;

describe('the scraper', () => {
  it('keeps what is wanted of each process, and knows the rest by its families', async () => {
    let n = 0;
    const port = await serveHttp((_, res) => {
      n += 10;
      res.setHeader('Content-Type', 'text/plain; version=0.0.4');
      res.end(`# TYPE work_total counter\nwork_total ${n}\n# TYPE idle gauge\nidle 1\n`);
    });
    const { scraper: s, seen } = started([process('a', port)], ['work_total']);
    const { time } = await seen('a', 3);
    const { series } = await s.query(
      { promql: 'increase(work_total{pod="a"}[1m])', start: time + 0.01, end: time + 0.01, step: 1 },
      never,
    );
    expect(series[0]?.values[0]).toBeGreaterThan(10);
    expect((await s.query({ promql: 'idle', start: time + 0.01, end: time + 0.01, step: 1 }, never)).series).toEqual(
      [],
    );
    expect((await s.families()).map((f) => f.name)).toEqual(['idle', 'work_total']);
    expect(await s.labelValues('pod', 'work_total')).toEqual(['a']);
  });

  it("tells each process' trouble, and none of them keeps another waiting", async () => {
    const good = await serveHttp((_, res) => {
      res.end('work_total 1\n');
    });
    const page = await serveHttp((_, res) => {
      res.setHeader('Content-Type', 'text/html');
      res.end('<!doctype html><title>Sign in</title>');
    });
    const hung = await serveHttp(() => undefined);
    const locked = await serveHttp((_, res) => {
      res.statusCode = 401;
      res.end('who are you');
    });
    const long = await serveHttp((_, res) => {
      res.end(`x 1\n`.repeat(5000));
    });
    const { reports, seen } = started([
      process('good', good),
      process('page', page),
      process('hung', hung),
      process('locked', locked),
      process('long', long),
    ]);
    expect((await seen('good', 3)).problem).toBeUndefined();
    expect(
      reports.some((r) => r.id === 'hung'),
      'it is still waited for',
    ).toBe(false);
    const code = async (id: string): Promise<string | undefined> =>
      ((await seen(id)).problem as Problem | undefined)?.code;
    expect(await code('page')).toMatch(/html/i);
    expect((await seen('locked')).problem?.status).toBe(401);
    expect(await code('long')).toBe('target.tooBig');
  });

  it('gives up a process that says nothing', async () => {
    const hung = await serveHttp(() => undefined);
    expect((await started([process('hung', hung)], [], 100).seen('hung')).problem?.code).toBe('target.timeout');
  });

  it.each([
    [403, 'forbidden'],
    [404, '404 page not found'],
    [503, 'starting'],
  ])('tells a %i of a process as one, with its words', async (status, words) => {
    const port = await serveHttp((_, res) => {
      res.statusCode = status;
      res.end(words);
    });
    const { problem } = await started([process('a', port)]).seen('a');
    expect([problem?.status, problem?.next]).toEqual([status, expect.stringMatching(/./)]);
  });

  it('tells half a body, whether its end or its connection is missing, and takes a packed one with a series twice', async () => {
    const cut = await serveHttp((_, res) => {
      res.setHeader('Content-Type', 'application/openmetrics-text; version=1.0.0');
      res.end('# TYPE work counter\nwork_total 1\n');
    });
    const dropped = await serveHttp((_, res) => {
      res.writeHead(200, { 'Content-Length': '1000' });
      res.write('work_total 1\n', () => {
        res.destroy();
      });
    });
    const packed = await serveHttp((_, res) => {
      res.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Type': 'text/plain' });
      res.end(gzipSync('work_total{a="\\"\\n"} 1\nwork_total{a="\\"\\n"} 2\n'));
    });
    const { scraper, seen } = started([process('cut', cut), process('dropped', dropped), process('packed', packed)]);
    expect((await seen('cut')).problem?.code).toBe('metrics.truncated');
    expect((await seen('dropped')).problem?.code).toMatch(/^target\./);
    const { problem, warnings } = await seen('packed');
    expect([problem, warnings]).toEqual([undefined, [expect.stringContaining('came twice')]]);
    expect(await scraper.labelValues('a', 'work_total')).toEqual(['"\n']);
  });

  it('ends what is under way when it is stopped, and asks no more', async () => {
    let asked = 0;
    const hung = await serveHttp(() => {
      asked++;
    });
    const { scraper: s } = started([process('hung', hung)]);
    await until(() => asked > 0);
    s.stop();
    await new Promise((r) => setTimeout(r, 150));
    // That no socket is left open is checked after each test.
    expect(asked).toBe(1);
  });

  it('looks for the endpoint again when it has moved, and forgets a process that is gone', async () => {
    const html = await serveHttp((_, res) => {
      res.setHeader('Content-Type', 'text/html');
      res.end('<html></html>');
    });
    const port = await serveHttp((_, res) => {
      res.end('work_total 1\n');
    });
    const moved: Scraped = {
      id: 'm',
      labels: { pod: 'm' },
      find: (_, again) => Promise.resolve({ target: target(again ? port : html), path: '/metrics' }),
    };
    const { scraper: s, seen } = started([moved]);
    expect((await seen('m', 1)).problem).toBeDefined();
    const { time, problem } = await seen('m', 2);
    expect(problem).toBeUndefined();
    s.set([]);
    expect((await s.query({ promql: 'work_total', start: time + 1, end: time + 1, step: 1 }, never)).series).toEqual(
      [],
    );
    expect(s.reports).toEqual([]);
  });
});
