/** PrometheusSource against small servers that answer as Prometheus and as what stands before it do. */
import type * as http from 'node:http';
import { describe, expect, it } from 'vitest';
import { isAbort, Problem } from '../../../src/base/problem';
import { urlClient, type PrometheusSettings } from '../../../src/series/prometheus/client';
import { PrometheusSource, type PrometheusOptions } from '../../../src/series/prometheus/prometheusSource';
import { CERT } from '../target/certificate';
import { NAMED_CERT, NAMED_KEY } from './certificate';
import { serveTls } from './servers';
import { closedPort, openSockets, serveHttp, serveHttps, serveTcp } from '../target/servers';

const RANGE = { promql: 'up', start: 1000, end: 1060, step: 15 };
const never = new AbortController().signal;

const source = (
  port: number,
  settings: Partial<PrometheusSettings> = {},
  options: PrometheusOptions = {},
): PrometheusSource => new PrometheusSource(urlClient({ url: `http://127.0.0.1:${port}`, ...settings }), options);

const json = (res: http.ServerResponse, body: unknown, status = 200): void => {
  res.statusCode = status;
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify(body));
};
const matrix = (result: unknown, more: object = {}): object => ({
  status: 'success',
  data: { resultType: 'matrix', result },
  ...more,
});

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const e: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(e instanceof Problem)) throw new Error(`no Problem but ${String(e)}`);
  expect(e.next).toBeTruthy();
  return e;
}

describe('a range query', () => {
  it('is asked with its range and step, and answered as numbers, infinities and NaN among them', async () => {
    let seen = new URL('http://none');
    const port = await serveHttp((req, res) => {
      seen = new URL(req.url ?? '', 'http://x');
      json(
        res,
        matrix(
          [
            {
              metric: { __name__: 'up', job: 'a"b\n' },
              values: [
                [1000, '1'],
                [1015.5, '+Inf'],
                [1030, 'NaN'],
                [1045, '-Inf'],
                [1060, '1.5e-07'],
              ],
            },
          ],
          { warnings: ['one store is down'], infos: ['PromQL info: not a counter'] },
        ),
      );
    });
    const { series, warnings } = await source(port).query(
      { promql: 'rate(up{job="ä"}[1m])', start: 1000.25, end: 1060, step: 15 },
      never,
    );
    expect(seen.pathname).toBe('/api/v1/query_range');
    expect(Object.fromEntries(seen.searchParams)).toEqual({
      query: 'rate(up{job="ä"}[1m])',
      start: '1000.25',
      end: '1060',
      step: '15',
      timeout: '60s',
    });
    expect(series).toHaveLength(1);
    expect(series[0]!.labels).toEqual({ __name__: 'up', job: 'a"b\n' });
    expect([...series[0]!.times]).toEqual([1000, 1015.5, 1030, 1045, 1060]);
    expect([...series[0]!.values]).toEqual([1, Infinity, NaN, -Infinity, 1.5e-7]);
    expect(warnings).toEqual(['one store is down', 'PromQL info: not a counter']);
  });

  it('keeps the lines beside native histograms, and refuses when there are no lines', async () => {
    const histogram = {
      metric: { job: 'h' },
      histograms: [[1000, { count: '3', sum: '4', buckets: [[0, '1', '2', '3']] }]],
    };
    const both = await serveHttp((_, res) => {
      json(res, matrix([histogram, { metric: { job: 'f' }, values: [[1000, '2']] }]));
    });
    const { series, warnings } = await source(both).query(RANGE, never);
    expect(series.map((s) => s.labels['job'])).toEqual(['f']);
    expect(warnings.join()).toMatch(/Native histograms of 1 series .*histogram_quantile/);
    const only = await serveHttp((_, res) => {
      json(res, matrix([histogram]));
    });
    expect((await problemOf(source(only).query(RANGE, never))).code).toBe('prometheus.histograms');
  });

  it('says that the clocks differ, and only then', async () => {
    const at = (millis: number) =>
      serveHttp((_, res) => {
        res.setHeader('Date', new Date(millis).toUTCString());
        json(res, matrix([]));
      });
    expect((await source(await at(Date.now() - 300_000)).query(RANGE, never)).warnings.join()).toMatch(
      /is 4 min behind|is 5 min behind/,
    );
    expect((await source(await at(Date.now() + 300_000)).query(RANGE, never)).warnings.join()).toMatch(/ min ahead of/);
    expect((await source(await at(Date.now())).query(RANGE, never)).warnings).toEqual([]);
  });

  it('carries headers, basic credentials and tokens, with the path of the address in front', async () => {
    const seen: http.IncomingMessage[] = [];
    const port = await serveHttp((req, res) => {
      seen.push(req);
      json(res, matrix([]));
    });
    await source(port, {
      url: `http://127.0.0.1:${port}/prometheus/`,
      headers: { 'X-Scope-OrgID': 'team-a' },
      username: 'jane',
      secrets: () => Promise.resolve({ secret: 'pässword' }),
    }).query(RANGE, never);
    await source(port, { secrets: () => Promise.resolve({ secret: 'abc' }) }).query(RANGE, never);
    await source(port, { secrets: () => Promise.resolve(undefined) }).query(RANGE, never);
    expect(seen[0]!.url).toMatch(/^\/prometheus\/api\/v1\/query_range\?/);
    expect(seen[0]!.headers['x-scope-orgid']).toBe('team-a');
    expect(Buffer.from(seen[0]!.headers.authorization!.replace('Basic ', ''), 'base64').toString()).toBe(
      'jane:pässword',
    );
    expect(seen[1]!.headers.authorization).toBe('Bearer abc');
    expect(seen[2]!.headers.authorization).toBeUndefined();
  });

  it('trusts the CA of the settings, or any certificate where that is set, and else refuses', async () => {
    const port = await serveTls({ key: NAMED_KEY, cert: NAMED_CERT }, (_, res) => {
      json(res, matrix([]));
    });
    const url = `https://127.0.0.1:${port}`;
    const refused = await problemOf(source(port, { url }).query(RANGE, never));
    expect([refused.code, refused.next]).toEqual(['target.certificate', expect.stringContaining('CA')]);
    await source(port, { url, skipVerify: true }).query(RANGE, never);
    await source(port, { url, ca: NAMED_CERT }).query(RANGE, never);
    // Another one's CA does not do, nor the right one for another name.
    expect((await problemOf(source(port, { url, ca: CERT }).query(RANGE, never))).code).toBe('target.certificate');
    const nameless = await serveHttps((_, res) => {
      json(res, matrix([]));
    });
    expect(
      (await problemOf(source(nameless, { url: `https://127.0.0.1:${nameless}`, ca: CERT }).query(RANGE, never))).code,
    ).toBe('target.certificate');
  });
});

describe('an answer that is none', () => {
  const told = (errorType: string, error: string, status: number) =>
    serveHttp((_, res) => {
      json(res, { status: 'error', errorType, error }, status);
    });
  it.each([
    ['bad_data', 'invalid parameter "query": 1:4: parse error: unclosed left parenthesis', 400, 'prometheus.badQuery'],
    [
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
      400,
      'prometheus.tooManyPoints',
    ],
    [
      'execution',
      'query processing would load too many samples into memory in query execution',
      422,
      'prometheus.execution',
    ],
    ['timeout', 'query timed out in expression evaluation', 503, 'prometheus.queryTimeout'],
    ['canceled', 'query was canceled', 499, 'prometheus.canceled'],
    ['unavailable', 'TSDB not ready', 503, 'prometheus.unavailable'],
    ['too_many_requests', 'too many outstanding requests', 429, 'prometheus.busy'],
    ['internal', 'something broke', 500, 'prometheus.failed'],
  ])('%s is told in its own words', async (errorType, error, status, code) => {
    const p = await problemOf(source(await told(errorType, error, status)).query(RANGE, never));
    expect([p.code, p.status]).toEqual([code, status]);
    expect(p.message).toContain(error.split('.')[0]!);
    expect(p.detail).toBe(error);
  });

  const page = '<!doctype html><html><title>Sign in</title></html>';
  it.each<readonly [string, number, string, string]>([
    ['a login page', 200, page, 'prometheus.html'],
    ['401', 401, 'Unauthorized', 'prometheus.unauthorized'],
    ['401 of Mimir without a tenant', 401, 'no org id', 'prometheus.unauthorized'],
    ['403', 403, 'no', 'prometheus.forbidden'],
    ['404', 404, '404 page not found', 'prometheus.notFound'],
    ['503 of a gateway', 503, page, 'prometheus.unavailable'],
    ['418', 418, 'teapot', 'prometheus.failed'],
    ['half a body', 200, '{"status":"success","data":{"resultType":"mat', 'prometheus.notApi'],
    ['another JSON', 200, '{"hello":1}', 'prometheus.notApi'],
    ['a vector', 200, '{"status":"success","data":{"resultType":"vector","result":[]}}', 'prometheus.notApi'],
    ['nothing', 200, '', 'prometheus.notApi'],
  ])('%s becomes a problem', async (_, status, body, code) => {
    const port = await serveHttp((__, res) => {
      res.statusCode = status;
      if (body === page) res.setHeader('Content-Type', 'text/html');
      res.end(body);
    });
    const p = await problemOf(source(port).query(RANGE, never));
    expect(p.code).toBe(code);
    if (body === 'no org id') expect(p.next).toContain('X-Scope-OrgID');
  });

  it('a redirect is not followed', async () => {
    const asked: string[] = [];
    const port = await serveHttp((req, res) => {
      asked.push(req.url ?? '');
      res.writeHead(302, { Location: '/login' });
      res.end();
    });
    expect((await problemOf(source(port).query(RANGE, never))).code).toBe('prometheus.redirect');
    expect(asked).toHaveLength(1);
  });

  it('one that never comes, breaks off, grows too long, or has nobody to give it', async () => {
    const hung = await serveHttp(() => undefined);
    const p = await problemOf(source(hung, {}, { timeoutMs: () => -800 }).query(RANGE, never));
    expect([p.code, p.next]).toEqual(['target.timeout', expect.stringContaining('shorter time range')]);
    const cut = await serveTcp((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"status"');
        setTimeout(() => {
          socket.destroy();
        }, 20);
      });
    });
    expect((await problemOf(source(cut).query(RANGE, never))).code).toBe('target.dropped');
    const long = await serveHttp((_, res) => {
      json(res, matrix([{ metric: { x: 'y'.repeat(5000) }, values: [] }]));
    });
    expect((await problemOf(source(long, {}, { maxBytes: () => 1000 }).query(RANGE, never))).code).toBe(
      'prometheus.tooBig',
    );
    expect((await problemOf(source(await closedPort()).query(RANGE, never))).code).toBe('target.refused');
  });
});

it('an aborted query ends at once, and its socket with it', async () => {
  let closed = 0;
  let arrived = (): void => undefined;
  const there = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const port = await serveHttp((_, res) => {
    arrived();
    res.on('close', () => {
      closed++;
    });
  });
  const stop = new AbortController();
  const query = source(port).query(RANGE, stop.signal);
  query.catch(() => undefined);
  await there;
  expect(openSockets()).toBe(1);
  stop.abort();
  await expect(query).rejects.toSatisfy(isAbort);
  await expect.poll(() => [closed, openSockets()]).toEqual([1, 0]);
  await expect(source(port).query(RANGE, AbortSignal.abort())).rejects.toSatisfy(isAbort);
});

it('lists families with type, help and unit, and names that nothing is known of', async () => {
  const port = await serveHttp((req, res) => {
    if (req.url?.startsWith('/api/v1/metadata'))
      return json(res, {
        status: 'success',
        data: {
          h_seconds: [{ type: 'histogram', help: 'How long.', unit: 'seconds' }],
          c_total: [{ type: 'counter', help: '', unit: '' }],
          odd: [{ type: 'weird', help: 'x', unit: '' }],
        },
      });
    return json(res, {
      status: 'success',
      data: ['c_total', 'h_seconds_bucket', 'h_seconds_sum', 'job:c:rate5m', 'odd', 'odd_sum'],
    });
  });
  expect(await source(port).families(never)).toEqual([
    { name: 'c_total', type: 'counter', help: '', unit: '' },
    { name: 'h_seconds', type: 'histogram', help: 'How long.', unit: 'seconds' },
    { name: 'job:c:rate5m', type: 'unknown', help: '', unit: '' },
    { name: 'odd', type: 'unknown', help: 'x', unit: '' },
    { name: 'odd_sum', type: 'unknown', help: '', unit: '' },
  ]);
});

it('asks for the values of a label, of one metric, whatever the name', async () => {
  const seen: URL[] = [];
  const port = await serveHttp((req, res) => {
    seen.push(new URL(req.url ?? '', 'http://x'));
    json(res, { status: 'success', data: ['b', 'a'] });
  });
  expect(await source(port).labelValues('job', 'up', never)).toEqual(['a', 'b']);
  await source(port).labelValues('my.label_x/y', undefined, never);
  expect(seen[0]!.pathname).toBe('/api/v1/label/job/values');
  expect(seen[0]!.searchParams.getAll('match[]')).toEqual(['{__name__="up"}']);
  expect(Number(seen[0]!.searchParams.get('start'))).toBeCloseTo(Date.now() / 1000 - 86_400, -1);
  expect(seen[1]!.pathname).toBe('/api/v1/label/U__my_2e_label__x_2f_y/values');
  expect(seen[1]!.searchParams.has('match[]')).toBe(false);
});

describe("settings that can't be used", () => {
  it.each(['prometheus:9090', 'ftp://x', '', 'http://'])('"%s" is no address', (url) => {
    expect(() => urlClient({ url })).toThrowError(expect.objectContaining({ code: 'prometheus.settings' }));
  });
  it('a password in the address is refused and not repeated', () => {
    const e = (() => {
      try {
        return urlClient({ url: 'https://jane:hunter2@p.example' });
      } catch (thrown) {
        return thrown as Problem;
      }
    })() as Problem;
    expect(e.code).toBe('prometheus.settings');
    expect(JSON.stringify(e)).not.toContain('hunter2');
  });
  it('a header that would break the request is refused', () => {
    expect(() => urlClient({ url: 'http://x', headers: { 'X-A': 'b\r\nX-C: d' } })).toThrowError(
      expect.objectContaining({ code: 'prometheus.settings' }),
    );
  });
});
