import { describe, expect, it } from 'vitest';
import { isAbort, Problem } from '../../../src/base/problem';
import { expectOk } from '../../../src/target/expect';
import { probe } from '../../../src/target/probe';
import type { Answer } from '../../../src/target/types';
import { closedPort, serveHttp, serveHttps, serveTcp, target, tunnelled } from './servers';

/** What net/http/pprof of Go 1.26 answers, shortened in the middle. */
const INDEX = `<html>
<head>
<title>/debug/pprof/</title>
</head>
<body>
/debug/pprof/
<br>
<p>Set debug=1 as a query parameter to export in legacy text format</p>
<br>
Types of profiles available:
<table>
<thead><td>Count</td><td>Profile</td></thead>
<tr><td>17</td><td><a href='allocs?debug=1'>allocs</a></td></tr>
<tr><td>0</td><td><a href='cmdline?debug=1'>cmdline</a></td></tr>
<tr><td>42</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>
<tr><td>3</td><td><a href='my.own_profile?debug=1'>my.own_profile</a></td></tr>
<tr><td>1</td><td><a href='example.com/shop.open%20%3Ccarts%3E%20&%20%27more%27?debug=1'>example.com/shop.open &lt;carts&gt; &amp; &#39;more&#39;</a></td></tr>
<tr><td>0</td><td><a href='profile?debug=1'>profile</a></td></tr>
<tr><td>0</td><td><a href='symbol?debug=1'>symbol</a></td></tr>
<tr><td>0</td><td><a href='trace?debug=1'>trace</a></td></tr>
</table>
<a href="goroutine?debug=2">full goroutine stack dump</a>
</body>
</html>`;
const html = (res: { setHeader(n: string, v: string): unknown }): unknown =>
  res.setHeader('Content-Type', 'text/html; charset=utf-8');

describe('probe', () => {
  it('tells pprof by the contents of its index, with what it offers', async () => {
    const port = await serveHttp((req, res) => {
      if (req.url === '/debug/pprof/') {
        html(res);
        res.end(INDEX);
      } else {
        res.statusCode = 404;
        res.end('404 page not found\n');
      }
    });
    const p = await probe(target(port));
    expect([p.scheme, p.pprof.result, p.pprof.profiles]).toEqual([
      'http',
      'pprof',
      {
        allocs: 17,
        goroutine: 42,
        'my.own_profile': 3,
        "example.com/shop.open <carts> & 'more'": 1,
        profile: 0,
        trace: 0,
      },
    ]);
    expect([p.metrics.result, p.metrics.status, p.metrics.problem?.code]).toEqual(['other', 404, 'target.notFound']);
  });

  it('tells metrics by their text, though the type says nothing', async () => {
    const port = await serveHttp((req, res) => {
      if (req.url === '/metrics') res.end('# HELP x y\n# TYPE x gauge\nx{a="b"} 1\n');
      else {
        res.statusCode = 404;
        res.end();
      }
    });
    const p = await probe(target(port));
    expect([p.pprof.result, p.metrics.result, p.metrics.problem]).toEqual(['other', 'metrics', undefined]);
  });

  it('finds the scheme by itself, in both directions and through a tunnel', async () => {
    const secure = await serveHttps((_, res) => {
      html(res);
      res.end(INDEX);
    });
    const plain = await serveHttp((_, res) => {
      html(res);
      res.end(INDEX);
    });
    for (const [port, asked, speaks] of [
      [secure, 'http', 'https'],
      [plain, 'https', 'http'],
    ] as const) {
      const p = await probe(tunnelled(port, [], { scheme: asked }));
      expect([p.scheme, p.pprof.result, p.unverified]).toEqual([speaks, 'pprof', speaks === 'https']);
    }
  });

  it("knows Go's answer to plain HTTP on a TLS port", async () => {
    const port = await serveTcp((s) => {
      s.once('data', () => s.end('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'));
    });
    const p = await probe(target(port));
    expect([p.pprof.result, p.pprof.problem?.code]).toEqual(['other', 'target.scheme']);
  });

  it('asks for a token where the process does', async () => {
    const port = await serveHttps((req, res) => {
      res.statusCode =
        req.headers.authorization === undefined ? 401 : req.headers.authorization === 'Bearer good' ? 200 : 403;
      res.end(res.statusCode === 200 ? 'up 1\n' : 'Unauthorized\n');
    });
    const at = (token?: string) =>
      probe(target(port, { scheme: 'https', ...(token !== undefined && { token: () => Promise.resolve(token) }) }));
    const [none, bad, good] = [await at(), await at('bad'), await at('good')];
    expect([
      none.metrics.result,
      none.metrics.problem?.code,
      bad.metrics.result,
      bad.metrics.problem?.code,
      good.metrics.result,
    ]).toEqual(['needsToken', 'target.unauthorized', 'needsToken', 'target.forbidden', 'metrics']);
    expect(bad.metrics.problem?.detail).toBe('Unauthorized');
  });

  it('tells pages and other answers for what they are', async () => {
    const port = await serveHttp((req, res) => {
      if (req.url === '/metrics') {
        res.writeHead(302, { Location: 'https://login.example.com/?rd=secret' });
        res.end();
      } else {
        html(res);
        res.end('<!doctype html><title>Sign in</title>');
      }
    });
    const p = await probe(target(port));
    expect([p.pprof.result, p.metrics.result]).toEqual(['html', 'html']);
    expect(p.metrics.sentence).toContain('https://login.example.com/');
    expect(JSON.stringify(p)).not.toContain('rd=secret');
    const json = await serveHttp((_, res) => {
      res.setHeader('Content-Type', 'application/json');
      res.end('{"up": 1}');
    });
    expect((await probe(target(json))).metrics.result).toBe('other');
  });

  it('says closed where nothing answers', async () => {
    const p = await probe(target(await closedPort()));
    expect([p.pprof.result, p.metrics.result, p.pprof.problem?.code]).toEqual(['closed', 'closed', 'target.refused']);
    const mute = await serveTcp(() => undefined);
    expect((await probe(target(mute), undefined, { idleTimeoutMs: 60 })).pprof.problem?.code).toBe('target.timeout');
    const rude = await serveTcp((s) => {
      s.destroy();
    });
    expect((await probe(target(rude))).pprof.problem?.code).toBe('target.dropped');
  });

  it('ends with an abort', async () => {
    const stop = new AbortController();
    const port = await serveHttp(() => {
      stop.abort();
    });
    await expect(probe(target(port), stop.signal)).rejects.toSatisfy(isAbort);
  });
});

describe('expectOk', () => {
  const answer = (status: number, body = '', headers: Record<string, string> = {}): Answer => ({
    status,
    headers,
    body: Buffer.from(body),
    unverified: false,
  });
  const problem = (a: Answer, path = '/debug/pprof/profile?seconds=5'): Problem => {
    try {
      expectOk(a, { label: 'ns/pod :1' }, path);
    } catch (e) {
      return e as Problem;
    }
    throw new Error('nothing was thrown');
  };

  it('gives what is fine', () => expect(expectOk(answer(200, 'x'), { label: '' }, '/').body.toString()).toBe('x'));

  it.each([
    [answer(401), 'target.unauthorized'],
    [answer(403, 'Forbidden (user=x)'), 'target.forbidden'],
    [answer(404, '404 page not found'), 'target.notFound'],
    [answer(500, 'Could not enable CPU profiling: cpu profiling already in use\n'), 'target.cpuInUse'],
    [answer(500, 'other'), 'target.status'],
    [answer(503), 'target.unavailable'],
    [answer(302, '', { location: '/login' }), 'target.redirect'],
    [answer(418), 'target.status'],
    [answer(200, '<html><title>Sign in</title>', { 'content-type': 'text/html' }), 'target.html'],
    [answer(400, 'Client sent an HTTP request to an HTTPS server.\n'), 'target.scheme'],
  ])('names what stands in the way (%#)', (a, code) => {
    const p = problem(a);
    expect([p instanceof Problem, p.code, (p.next ?? '') !== '', p.message.includes('?seconds')]).toEqual([
      true,
      code,
      true,
      false,
    ]);
  });

  it('says how to switch pprof on where it is not', () => {
    expect(problem(answer(404)).next).toContain('PprofBindAddress');
    expect(problem(answer(404), '/metrics').next).not.toContain('PprofBindAddress');
  });

  it('sends nobody to details that are not there', () => {
    expect(problem(answer(500)).next).not.toMatch(/details/);
    expect(problem(answer(500, 'out of memory'))).toMatchObject({
      next: 'See the details for what it says.',
      detail: 'out of memory',
    });
    expect(problem(answer(403, 'Forbidden')).next).not.toMatch(/details|below/);
  });
});
