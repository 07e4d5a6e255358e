/** Adding a Prometheus, against real servers: what the user is asked, when, and what is kept of it. */
import type * as http from 'node:http';
import { describe, expect, it } from 'vitest';
import { isAbort } from '../../../../../src/base/problem';
import {
  enter,
  FRESH,
  nameIt,
  settle,
  settleFound,
  type SetupNeeds,
  type User,
} from '../../../../../src/app/metrics/prometheus/setup';
import { askPrometheus } from '../../../../../src/series/prometheus/ask';
import { urlClient } from '../../../../../src/series/prometheus/client';
import { NAMED_CERT, NAMED_KEY } from '../../../series/certificate';
import { serveTls } from '../../../series/servers';
import { closedPort, serveHttp } from '../../../target/servers';

const needs: SetupNeeds = {
  read: (path) =>
    path === '/ca.pem'
      ? Promise.resolve(NAMED_CERT)
      : path === '/words.txt'
        ? Promise.resolve('hello')
        : Promise.reject(new Error('ENOENT')),
};
const abort = (): Error => new DOMException('gave up', 'AbortError');

/** Answers in order; a function gets the question. Every question is kept. */
function scripted(answers: readonly unknown[]): {
  readonly user: User;
  readonly asked: string[];
  readonly problems: string[];
} {
  const left = [...answers];
  const asked: string[] = [];
  const problems: string[] = [];
  const next = <T>(question: string): T => {
    asked.push(question);
    if (left.length === 0) throw abort();
    return left.shift() as T;
  };
  return {
    asked,
    problems,
    user: {
      line: async ({ prompt, check, secret }) => {
        const text = next<string>(`${prompt}${secret === true ? ' (hidden)' : ''}`);
        const wrong = check?.(text);
        if (wrong !== undefined) throw new Error(`refused: ${wrong}`);
        return text;
      },
      choose: async ({ title, prompt, options }) => {
        problems.push(`${title} ${prompt}`);
        const wanted = next<string>(options.map((o) => o.title).join(' | '));
        const option = options.find((o) => o.title === wanted);
        if (!option) throw new Error(`"${wanted}" was not offered, but ${options.map((o) => o.title).join(', ')}`);
        return option.value;
      },
      several: async () => next('contexts'),
      file: async () => next('file'),
      busy: (_title, run) => run(new AbortController().signal),
    },
  };
}

const json = (res: http.ServerResponse, body: unknown, status = 200): void => {
  res.statusCode = status;
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify(body));
};
/** Prometheus' answers to what is asked of it here. */
function answer(req: http.IncomingMessage, res: http.ServerResponse, prefix = ''): void {
  const path = (req.url ?? '').split('?', 1)[0]!;
  if (path === `${prefix}/api/v1/status/buildinfo`) json(res, { status: 'success', data: { version: '3.16.0' } });
  else if (path === `${prefix}/api/v1/query_range`)
    json(res, { status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values: [[1, '1']] }] } });
  else {
    res.statusCode = 404;
    res.end('404 page not found');
  }
}
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

describe('adding a Prometheus', () => {
  it('asks for the address alone where that is enough, cleaned of what a browser adds', async () => {
    const port = await serveHttp((req, res) => {
      answer(req, res);
    });
    const { user, asked } = scripted([`127.0.0.1:${port}/graph?g0.expr=up#x`]);
    const { draft, version } = await enter(user, needs);
    expect([draft, version]).toEqual([{ ...FRESH, url: `http://127.0.0.1:${port}` }, '3.16.0']);
    expect(asked).toHaveLength(1);
  });

  it('finds the API behind the address where Mimir and others have it', async () => {
    const port = await serveHttp((req, res) => {
      answer(req, res, '/prometheus');
    });
    const { user } = scripted([`http://127.0.0.1:${port}/`]);
    expect((await enter(user, needs)).draft.url).toBe(`http://127.0.0.1:${port}/prometheus`);
  });

  it('asks for a user and a password when they are wanted, again when they are wrong, and sends none before', async () => {
    const seen: (string | undefined)[] = [];
    const port = await serveHttp((req, res) => {
      seen.push(req.headers.authorization);
      if (req.headers.authorization === basic('jane', 'right')) {
        answer(req, res);
        return;
      }
      res.statusCode = 401;
      res.setHeader('WWW-Authenticate', 'Basic');
      res.end('Unauthorized');
    });
    const { user, asked, problems } = scripted([
      `http://127.0.0.1:${port}`,
      'User and Password…',
      'jane',
      'wrong',
      'User and Password…',
      'jane',
      'right',
    ]);
    const { draft } = await enter(user, needs);
    expect(draft).toEqual({
      ...FRESH,
      url: `http://127.0.0.1:${port}`,
      auth: 'basic',
      username: 'jane',
      secrets: { secret: 'right' },
    });
    expect(seen[0]).toBeUndefined();
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/asks for credentials \(401\)/);
    // What the server asks for is offered first; what is secret is not shown as it is typed.
    expect(asked[1]).toMatch(/^User and Password… \| Token…/);
    expect(asked.filter((q) => q.endsWith('(hidden)'))).toEqual([
      'Password of jane (hidden)',
      'Password of jane (hidden)',
    ]);
    expect(asked.join() + problems.join()).not.toContain('right,');
  });

  it('takes a token, a secret header and a tenant, each where it is what is missing', async () => {
    const port = await serveHttp((req, res) => {
      const { authorization, 'x-api-key': key, 'x-scope-orgid': tenant } = req.headers;
      if (authorization !== 'Bearer abc') {
        res.statusCode = 401;
        res.setHeader('WWW-Authenticate', 'Bearer realm="x"');
        res.end('no');
        return;
      }
      if (key !== 'k') {
        res.statusCode = 403;
        res.end('key?');
        return;
      }
      // As Mimir: its build is for everybody, queries are a tenant's.
      if (tenant === undefined && !/buildinfo/.test(req.url ?? '')) {
        res.statusCode = 401;
        res.end('no org id');
        return;
      }
      answer(req, res);
    });
    const { user, asked, problems } = scripted([
      `http://127.0.0.1:${port}`,
      'Token…',
      'abc',
      'Secret Header…',
      'X-Api-Key',
      'k',
      'Tenant…',
      'team-a',
    ]);
    const { draft } = await enter(user, needs);
    expect(draft).toMatchObject({
      auth: 'bearer',
      username: '',
      tenant: 'team-a',
      secretHeaders: ['X-Api-Key'],
      secrets: { secret: 'abc', headers: { 'X-Api-Key': 'k' } },
    });
    expect(problems.map((p) => /\((\d+)\)/.exec(p)?.[1])).toEqual(['401', '403', '401']);
    expect(problems[2]).toMatch(/which tenant/);
    expect(asked[1]).toMatch(/^Token…/);
  });

  it('offers its CA, or to take any certificate, for one that is not trusted', async () => {
    const port = await serveTls({ key: NAMED_KEY, cert: NAMED_CERT }, (req, res) => {
      answer(req, res);
    });
    const url = `https://127.0.0.1:${port}`;
    const withCa = scripted([
      url,
      'Choose the CA That Signed It…',
      '/words.txt',
      'Choose the CA That Signed It…',
      '/ca.pem',
    ]);
    expect((await enter(withCa.user, needs)).draft).toEqual({ ...FRESH, url, caFile: '/ca.pem' });
    expect(withCa.problems[0]).toMatch(/certificate of .* is not trusted/);
    expect(withCa.problems[1]).toMatch(/words\.txt holds no certificate/);
    expect((await enter(scripted([url, 'Take Any Certificate']).user, needs)).draft).toEqual({
      ...FRESH,
      url,
      skipVerify: true,
    });
  });

  it('says that another program or a login page answers, and gives nothing that was entered to another address', async () => {
    const login = await serveHttp((_, res) => {
      res.setHeader('Content-Type', 'text/html');
      res.end('<!doctype html><title>Sign in</title>');
    });
    const seen: (string | undefined)[] = [];
    const right = await serveHttp((req, res) => {
      seen.push(req.headers.authorization);
      answer(req, res);
    });
    const { user, problems } = scripted([
      `http://127.0.0.1:${login}`,
      'Token…',
      'for-the-first',
      'Change the Address…',
      `http://127.0.0.1:${right}`,
    ]);
    const { draft } = await enter(user, needs);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/web page.*login page/s);
    expect(draft).toEqual({ ...FRESH, url: `http://127.0.0.1:${right}` });
    expect(seen.every((h) => h === undefined)).toBe(true);
  });

  it('says that nothing listens, tries again, and takes it as it is where the user wants so', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const { user, problems } = scripted([url, 'Try Again', 'Add It Anyway']);
    expect(await enter(user, needs)).toEqual({ draft: { ...FRESH, url }, version: undefined });
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/Nothing listens at .* Check that this Prometheus runs/);
  });

  it('refuses an address that is none, or has a password in it, in words that do not repeat it', async () => {
    for (const [text, words] of [
      ['ftp://x', /no address/],
      ['http://jane:geheim@x', /user or password in it/],
      ['http://', /no address/],
    ] as const) {
      const e: unknown = await enter(scripted([text]).user, needs).catch((thrown: unknown) => thrown);
      expect(String(e)).toMatch(words);
      expect(String(e)).not.toContain('geheim');
    }
  });

  it('ends when the user gives up, at whichever question', async () => {
    const port = await serveHttp((_, res) => {
      res.statusCode = 401;
      res.end();
    });
    for (const answers of [[], [`http://127.0.0.1:${port}`], [`http://127.0.0.1:${port}`, 'Token…']]) {
      await expect(enter(scripted(answers).user, needs)).rejects.toSatisfy(isAbort);
    }
  });

  it('asks for contexts only where there is a choice, and takes all of them as "all"', async () => {
    const draft = { ...FRESH, url: 'https://prom.example:9090/x' };
    expect(await nameIt(scripted(['P']).user, draft, ['only'])).toEqual({ name: 'P', contexts: [] });
    expect(await nameIt(scripted(['P', ['b']]).user, draft, ['a', 'b'])).toEqual({ name: 'P', contexts: ['b'] });
    expect(await nameIt(scripted(['P', ['a', 'b']]).user, draft, ['a', 'b'])).toEqual({ name: 'P', contexts: [] });
  });
});

describe('letting in', () => {
  it('one of the settings whose password is not kept here asks for it, and changes nothing else', async () => {
    const port = await serveHttp((req, res) => {
      if (req.headers.authorization === basic('jane', 'pw')) answer(req, res);
      else {
        res.statusCode = 401;
        res.end();
      }
    });
    const start = {
      ...FRESH,
      url: `http://127.0.0.1:${port}`,
      auth: 'basic' as const,
      username: 'jane',
      headers: { 'X-Route': 'm' },
    };
    const { draft } = await settle(scripted(['User and Password…', 'jane', 'pw']).user, needs, start);
    expect(draft).toEqual({ ...start, secrets: { secret: 'pw' } });
  });

  it('one of a cluster keeps user, password and tenant together, and is offered no other address', async () => {
    const port = await serveHttp((req, res) => {
      if (req.headers.authorization !== basic('jane', 'pw')) {
        res.statusCode = 401;
        res.end();
        return;
      }
      if (req.headers['x-scope-orgid'] !== 't') {
        res.statusCode = 401;
        res.end('no org id');
        return;
      }
      answer(req, res);
    });
    const { user, asked } = scripted(['User and Password…', 'jane', 'pw', 'Tenant…', 't']);
    const kept = await settleFound(
      user,
      'monitoring/prometheus',
      (secrets) =>
        askPrometheus(() => urlClient({ url: `http://127.0.0.1:${port}`, secrets: () => Promise.resolve(secrets) }), {
          timeoutMs: 2000,
          signal: new AbortController().signal,
        }),
      {},
    );
    expect(kept).toEqual({ username: 'jane', secret: 'pw', headers: { 'X-Scope-OrgID': 't' } });
    expect(asked.join()).not.toMatch(/Address|Anyway|Certificate/);
    // What is kept is where the next time begins.
    expect(
      await settleFound(
        scripted([]).user,
        'monitoring/prometheus',
        (secrets) =>
          askPrometheus(() => urlClient({ url: `http://127.0.0.1:${port}`, secrets: () => Promise.resolve(secrets) }), {
            timeoutMs: 2000,
            signal: new AbortController().signal,
          }),
        kept,
      ),
    ).toEqual(kept);
  });

  it('passes a problem of the settings on as one', async () => {
    const bad = { ...FRESH, url: 'http://127.0.0.1:1', headers: { 'bad header': 'x' } };
    const { user, problems } = scripted([]);
    await expect(settle(user, needs, bad)).rejects.toSatisfy(isAbort);
    expect(problems[0]).toMatch(/can't be sent/);
  });
});
