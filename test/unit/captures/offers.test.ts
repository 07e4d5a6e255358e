import { expect, it } from 'vitest';
import { kindLabel, pathOf } from '../../../src/captures/kinds';
import { offersOf, readOffers } from '../../../src/captures/offers';
import { PATIENCE } from '../../lib/until';
import { serveHttp, target } from '../target/servers';

const label = (name: string, text = name): string =>
  `<tr><td>3</td><td><a href='${name}?debug=1'>${text}</a></td></tr>\n`;

it("lists Go's own kinds in our order, what the Go version has among them, then the program's own by name", async () => {
  const index = `<html><head><title>/debug/pprof/</title></head>Types of profiles available:<table>${['allocs', 'block', 'cmdline', 'z.last', 'a%20b/first'].map((n) => label(n, decodeURIComponent(n))).join('')}${['goroutine', 'goroutineleak', 'heap', 'profile', 'symbol', 'trace'].map((n) => label(n)).join('')}</table><a href="goroutine?debug=2">full goroutine stack dump</a>`;
  const port = await serveHttp((_req, res) => {
    res.setHeader('Content-Type', 'text/html');
    res.end(index);
  });
  const offers = await readOffers({ target: target(port), basePath: '/debug/pprof/', idleTimeoutMs: PATIENCE });
  expect(offers.map((o) => o.kind)).toEqual([
    'cpu',
    'goroutine',
    'heap',
    'allocs',
    'block',
    'goroutineleak',
    'trace',
    'custom:a b/first',
    'custom:z.last',
  ]);
  expect(offers.map((o) => [kindLabel(o.kind), pathOf(o.kind)])).toContainEqual(['a b/first', 'a%20b/first']);
});

it('takes a profile that the program called cpu for its own', () => {
  expect(offersOf({ cpu: 1, profile: 0 })).toEqual([
    { kind: 'cpu', count: 0 },
    { kind: 'custom:cpu', count: 1 },
  ]);
  expect(pathOf('custom:cpu')).toBe('cpu');
});

it.each([
  [404, 'not found', 'captures.noPprof'],
  [200, '<html>Welcome</html>', 'captures.noPprof'],
  [401, 'Unauthorized', 'target.unauthorized'],
])('says what a %i is that is no index', async (status, body, code) => {
  const port = await serveHttp((_req, res) => {
    res.statusCode = status;
    res.end(body);
  });
  await expect(
    readOffers({ target: target(port), basePath: '/debug/pprof/', idleTimeoutMs: PATIENCE }),
  ).rejects.toMatchObject({ code });
});
