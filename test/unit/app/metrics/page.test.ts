/**
 * What a metrics page does without the editor: "Try again", the cost of looking, how a subject is told at a Prometheus.
 */
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { isAbort, Problem } from '../../../../src/base/problem';
import { Cost } from '../../../../src/app/metrics/cost';
import { matchersOf } from '../../../../src/app/metrics/prometheus/matchers';
import { tryAgain } from '../../../../src/app/metrics/retry';
import { Scraper, type ScrapeReport } from '../../../../src/series/scraper';
import type { Target } from '../../../../src/target/types';
import { evaluate, parsePromql } from '../../../../src/metrics/promql/index';
import { Ring } from '../../../../src/metrics/store/ring';
import { parseScrape } from '../../../../src/metrics/formats/scrape';
import { PATIENCE } from '../../../lib/until';
import { serve } from '../../cluster/helpers';
import { serveHttp } from '../../target/servers';

const scrapers: Scraper[] = [];
afterEach(() => {
  for (const s of scrapers.splice(0)) s.dispose();
});
function scraper(): Scraper {
  const s = new Scraper({
    everyMs: () => 1000,
    maxBytes: () => 1 << 20,
    idleTimeoutMs: () => PATIENCE,
    keepSeconds: 60,
  });
  scrapers.push(s);
  return s;
}
const target = (port: number, token?: string): Target => ({
  label: 'p',
  scheme: 'http',
  host: '127.0.0.1',
  port,
  anyCertificate: false,
  ...(token !== undefined && { token: () => Promise.resolve(token) }),
});
const next = (s: Scraper): Promise<ScrapeReport> =>
  new Promise((resolve) => {
    const once = s.onDidScrape((report) => {
      once.dispose();
      resolve(report);
    });
  });
const TEXT = '# TYPE up gauge\nup 1\n';

describe('"Try again"', () => {
  it('asks for a token where the process asked for one, and scrapes at once with it', async () => {
    const server = await serve({ '/metrics': TEXT }, 'right');
    try {
      let token: string | undefined;
      const s = scraper();
      const processes = [
        { id: 'a', labels: {}, find: () => Promise.resolve({ target: target(server.port, token), path: '/metrics' }) },
      ];
      s.set(processes);
      s.start();
      expect((await next(s)).problem?.status).toBe(401);
      const asked: string[] = [];
      const again = (): void => {
        s.stop();
        s.set([]);
        s.set(processes);
        s.start();
      };
      const press = (authenticate: () => Promise<boolean>): Promise<void> =>
        tryAgain(
          { problems: s.reports.map((r) => r.problem), locked: false },
          { authenticate, unlock: () => Promise.reject(new Error('not a Prometheus')), again },
        );
      // The person gave up: nothing is asked again, and the process goes on being asked at its slow pace.
      const before = server.seen.length;
      await press(() => {
        asked.push('given up');
        return Promise.resolve(false);
      });
      expect(server.seen).toHaveLength(before);
      await press(() => {
        asked.push('chosen');
        token = 'right';
        return Promise.resolve(true);
      });
      const report = await next(s);
      expect([report.problem, asked]).toEqual([undefined, ['given up', 'chosen']]);
      expect(server.seen.at(-1)).toEqual({ path: '/metrics', token: 'right' });
    } finally {
      await server.close();
    }
  });

  it('asks for none where a token would not help', async () => {
    for (const problem of [
      new Problem('target.refused', 'x'),
      new Problem('kube.forbidden', 'x', { status: 403 }),
      new Problem('metrics.html', 'x', { status: 200 }),
      undefined,
    ]) {
      let again = 0;
      await tryAgain(
        { problems: [problem], locked: false },
        {
          authenticate: () => Promise.reject(new Error('asked')),
          unlock: () => Promise.reject(new Error('unlocked')),
          again: () => {
            again++;
          },
        },
      );
      expect(again).toBe(1);
    }
  });

  it('asks for what a Prometheus wants, and goes on only when it has it', async () => {
    let again = 0;
    const press = (unlock: () => Promise<void>): Promise<void> =>
      tryAgain(
        { problems: [], locked: true },
        {
          authenticate: () => Promise.reject(new Error('the process was asked')),
          unlock,
          again: () => {
            again++;
          },
        },
      );
    await expect(press(() => Promise.reject(new DOMException('gave up', 'AbortError')))).rejects.toSatisfy(isAbort);
    expect(again).toBe(0);
    await press(() => Promise.resolve());
    expect(again).toBe(1);
  });
});

describe('the cost of looking', () => {
  it('is what the process sent, packed as it was, and how long it took', async () => {
    const text = Array.from({ length: 2000 }, (_, i) => `m{i="${i}"} ${i}`).join('\n') + '\n';
    const packed = gzipSync(text);
    const port = await serveHttp((_, res) => {
      res.setHeader('Content-Type', 'text/plain; version=0.0.4');
      res.setHeader('Content-Encoding', 'gzip');
      setTimeout(() => {
        res.end(packed);
      }, 20);
    });
    const s = scraper();
    s.set([{ id: 'a', labels: {}, find: () => Promise.resolve({ target: target(port), path: '/metrics' }) }]);
    s.start();
    const report = await next(s);
    expect(report.bytes).toEqual({ wire: packed.length, body: text.length });
    expect(report.millis).toBeGreaterThanOrEqual(19);
    const cost = new Cost();
    expect(cost.words(2000, 1)).toBeUndefined();
    cost.add(report);
    const words = cost.words(2000, 1);
    expect(words?.text).toMatch(/^each look costs the process \d+(\.\d+)? KiB and \d+ ms$/);
    expect(words?.title).toMatch(/on the wire, \d+(\.\d+)? KiB unpacked.*every 2 s.*of one core/);
  });

  it('stands still while looks differ by little, counts no failures, and follows a change', () => {
    const look = (millis: number, size: number, problem?: Problem): ScrapeReport => ({
      id: 'a',
      time: 0,
      millis,
      bytes: { wire: size, body: size },
      warnings: [],
      problem,
    });
    const cost = new Cost();
    const seen = new Set<string | undefined>();
    for (let i = 0; i < 40; i++) {
      cost.add(look(3.9 + (i % 7) / 40, 38_900 + i * 3));
      if (i % 5 === 0) cost.add(look(9000, 0, new Problem('target.timeout', 'x')));
      if (i > 15) seen.add(cost.words(2000, 3)?.text);
    }
    expect([...seen].length).toBeLessThanOrEqual(2);
    expect([...seen][0]).toMatch(/^each look costs each process 38 KiB and (3\.9|4) ms$/);
    for (let i = 0; i < 15; i++) cost.add(look(0.4, 120_000));
    expect(cost.words(2000, 1)?.text).toBe('each look costs the process 117 KiB and less than 1 ms');
  });
});

describe('a subject at a Prometheus', () => {
  const select = (labels: Record<string, string>, id: Parameters<typeof matchersOf>[0], replica = ''): boolean => {
    const ring = new Ring();
    ring.add(parseScrape(Buffer.from('m 1\n'), 'text/plain', 1), labels);
    const matchers = matchersOf(id, replica)
      .map((m) => `${m.label}${m.op}${JSON.stringify(m.value)}`)
      .join(',');
    return evaluate(parsePromql(`m{${matchers}}`), ring, { start: 1, end: 1, step: 1 }).series.length === 1;
  };
  const workload = { context: 'c', workload: 'Deployment/ns/web.app' };

  it("is its pods, those before it too, and no other workload's", () => {
    expect(select({ namespace: 'ns', pod: 'web.app-7c9d-x1' }, workload)).toBe(true);
    expect(select({ namespace: 'ns', pod: 'web.app' }, workload)).toBe(true);
    expect(select({ namespace: 'other', pod: 'web.app-7c9d-x1' }, workload)).toBe(false);
    expect(select({ namespace: 'ns', pod: 'webxapp-7c9d-x1' }, workload)).toBe(false);
    expect(select({ namespace: 'ns', pod: 'my-web.app-7c9d' }, workload)).toBe(false);
    expect(select({ namespace: 'ns', pod: 'b' }, workload, 'b')).toBe(true);
    expect(select({ namespace: 'ns', pod: 'a' }, workload, 'b')).toBe(false);
  });

  it('is, for a process that was attached, what Prometheus calls its instance', () => {
    for (const instance of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080'])
      expect(select({ instance }, { url: 'http://127.0.0.1:8080' }), instance).toBe(true);
    expect(select({ instance: 'localhost:8081' }, { url: 'http://localhost:8080' })).toBe(false);
    expect(select({ instance: 'host.example:443' }, { url: 'https://host.example/x' })).toBe(true);
    expect(select({ instance: 'hostxexample:443' }, { url: 'https://host.example' })).toBe(false);
  });
});
