/** The setting controllerTuner.prometheus, as people write it, and where its secrets are. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cleanAddress } from '../../../src/series/prometheus/address';
import { configuredClient, forContext, readConfigured } from '../../../src/series/prometheus/configured';
import { ownerLabel, PrometheusSecrets, type SecretBox } from '../../../src/series/prometheus/secrets';
import { PrometheusSource } from '../../../src/series/prometheus/prometheusSource';
import { serveHttp } from '../target/servers';

const never = new AbortController().signal;
const read = (): Promise<string> => Promise.reject(new Error('ENOENT'));

/** What the editor's SecretStorage does, in memory. */
function box(): SecretBox & { readonly map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    keys: () => Promise.resolve([...map.keys()]),
    get: (key) => Promise.resolve(map.get(key)),
    store: (key, value) => {
      map.set(key, value);
      return Promise.resolve();
    },
    delete: (key) => {
      map.delete(key);
      return Promise.resolve();
    },
  };
}

describe('the setting', () => {
  it('is read with its defaults, and what is no entry is passed over', () => {
    const [a, b, ...rest] = readConfigured([
      { url: ' https://p.example/x ' },
      'junk',
      null,
      {
        name: 'B',
        url: 'http://b:9090',
        contexts: ['c', 3, ''],
        auth: 'basic',
        username: 'jane',
        tenant: 't',
        headers: { 'X-A': '1', n: 2 },
        secretHeaders: ['X-K'],
        caFile: '/ca.pem',
        skipVerify: true,
      },
    ]);
    expect(rest).toEqual([]);
    expect(a).toMatchObject({
      at: 0,
      name: 'p.example',
      url: 'https://p.example/x',
      contexts: [],
      auth: 'none',
      username: '',
      headers: {},
      secretHeaders: [],
      caFile: '',
      skipVerify: false,
      problem: undefined,
    });
    expect(b).toMatchObject({
      at: 3,
      name: 'B',
      contexts: ['c'],
      auth: 'basic',
      username: 'jane',
      headers: { 'X-A': '1', 'X-Scope-OrgID': 't' },
      secretHeaders: ['X-K'],
      caFile: '/ca.pem',
      skipVerify: true,
      problem: undefined,
    });
    expect(readConfigured(undefined)).toEqual([]);
    expect(readConfigured({ url: 'http://x' })).toEqual([]);
  });

  it.each([
    [{ url: 'x' }, /no address/],
    [{}, /no address/],
    [{ url: 'https://jane:geheim@x' }, /user or password/],
    [{ url: 'http://x', auth: 'basic' }, /no user name/],
    [{ url: 'http://x', headers: { authorization: 'Bearer geheim' } }, /Authorization in the settings/],
  ])('%j is told with what to do', (entry, words) => {
    const [one] = readConfigured([entry]);
    expect(one?.problem).toMatchObject({
      code: 'prometheus.settings',
      message: expect.stringMatching(words) as string,
      next: expect.stringMatching(/./) as string,
    });
    expect(JSON.stringify(one?.problem)).not.toContain('geheim');
  });

  it('gives each entry an id of its own, the same from one reading to the next', () => {
    const entries = [{ url: 'http://x' }, { url: 'http://x', auth: 'basic', username: 'j' }, { url: 'http://x' }];
    const ids = readConfigured(entries).map((e) => e.id);
    expect(new Set(ids).size).toBe(3);
    expect(readConfigured(entries).map((e) => e.id)).toEqual(ids);
  });

  it('is offered to its contexts, or to all and to attached processes', () => {
    const all = readConfigured([{ url: 'http://a' }, { url: 'http://b', contexts: ['prod'] }]);
    const urls = (context: string | undefined): string[] => forContext(all, context).map((e) => e.url);
    expect([urls('prod'), urls('dev'), urls(undefined)]).toEqual([
      ['http://a', 'http://b'],
      ['http://a'],
      ['http://a'],
    ]);
  });

  it('has a schema that knows every field that is read, is left out of untrusted workspaces, and has no place for a secret', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
      capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
      contributes: {
        configuration: {
          properties: Record<
            string,
            {
              items: {
                properties: Record<string, { description?: string; markdownDescription?: string }>;
                additionalProperties: boolean;
              };
            }
          >;
        };
      };
    };
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toContain('controllerTuner.prometheus');
    const { properties, additionalProperties } =
      manifest.contributes.configuration.properties['controllerTuner.prometheus']!.items;
    expect(Object.keys(properties).sort()).toEqual([
      'auth',
      'caFile',
      'contexts',
      'headers',
      'name',
      'secretHeaders',
      'skipVerify',
      'tenant',
      'url',
      'username',
    ]);
    expect(additionalProperties).toBe(false);
    for (const [name, p] of Object.entries(properties))
      expect((p.description ?? p.markdownDescription ?? '').length, name).toBeGreaterThan(20);
  });
});

describe('an address', () => {
  it.each([
    ['prometheus.example:9090', 'http://prometheus.example:9090'],
    [' https://p.example/ ', 'https://p.example'],
    ['https://p.example/graph?g0.expr=up&g0.tab=1', 'https://p.example'],
    ['https://p.example/prometheus/query?g0=1#a', 'https://p.example/prometheus'],
    ['http://vm:8428/vmui/#/?g0', 'http://vm:8428'],
    ['https://m.example/prometheus/api/v1/query?query=up', 'https://m.example/prometheus'],
    ['http://[::1]:9090/classic/graph', 'http://[::1]:9090'],
    ['https://p.example/team/graphs', 'https://p.example/team/graphs'],
  ])('%s is kept as %s', (text, kept) => {
    expect(cleanAddress(text)).toBe(kept);
  });
  it.each(['', '   ', 'ftp://x', 'http://', 'http://a b', 'https://jane:pw@x', 'jane:pw@x'])('%j is none', (text) => {
    expect(() => cleanAddress(text)).toThrow(expect.objectContaining({ code: 'prometheus.settings' }));
  });
});

describe('secrets', () => {
  it('are kept by the address and the user, and no other address ever gets them', async () => {
    const seen: (string | undefined)[] = [];
    const port = await serveHttp((req, res) => {
      seen.push(
        req.headers.authorization,
        req.headers['x-key'] as string | undefined,
        req.headers['x-other'] as string | undefined,
      );
      res.setHeader('Content-Type', 'application/json');
      res.end('{"status":"success","data":{"version":"3"}}');
    });
    const secrets = new PrometheusSecrets(box());
    await secrets.keep(
      { url: `http://127.0.0.1:${port}/`, username: 'jane' },
      { secret: 'pw', headers: { 'X-Key': 'k', 'X-Other': 'o' } },
    );
    const ask = async (entry: object): Promise<unknown> => {
      const [one] = readConfigured([entry]);
      seen.length = 0;
      await new PrometheusSource(await configuredClient(one!, { read, secrets: () => secrets.get(one!) })).version(
        never,
      );
      return [...seen];
    };
    const url = `http://127.0.0.1:${port}`;
    const basic = `Basic ${Buffer.from('jane:pw').toString('base64')}`;
    expect(await ask({ url, auth: 'basic', username: 'jane', secretHeaders: ['x-key'] })).toEqual([
      basic,
      'k',
      undefined,
    ]);
    expect(await ask({ url, auth: 'none' })).toEqual([undefined, undefined, undefined]);
    expect(await ask({ url, auth: 'bearer' })).toEqual([undefined, undefined, undefined]);
    expect(
      await ask({ url: `http://localhost:${port}`, auth: 'basic', username: 'jane', secretHeaders: ['x-key'] }),
    ).toEqual([`Basic ${Buffer.from('jane:').toString('base64')}`, undefined, undefined]);
  });

  it('are listed by whom they are of, and forgotten; what is not ours is left alone', async () => {
    const b = box();
    b.map.set('something else', 'x');
    b.map.set('prometheus broken', 'x');
    const secrets = new PrometheusSecrets(b);
    await secrets.keep({ url: 'https://p.example', username: '' }, { secret: 'a' });
    await secrets.keep(
      { server: 'https://10.0.0.1:6443', id: 'monitoring/prometheus' },
      { username: 'j', secret: 'b' },
    );
    expect((await secrets.owners()).map(ownerLabel)).toEqual([
      'https://p.example',
      'monitoring/prometheus of https://10.0.0.1:6443',
    ]);
    expect((await secrets.owners()).map(ownerLabel).join()).not.toMatch(/secret/);
    for (const owner of await secrets.owners()) await secrets.forget(owner);
    expect([...b.map.keys()]).toEqual(['something else', 'prometheus broken']);
    expect(await secrets.get({ url: 'https://p.example', username: '' })).toBeUndefined();
  });

  it('never leave what holds them in a label of the page', async () => {
    const [one] = readConfigured([{ url: 'https://p.example', auth: 'basic', username: 'jane' }]);
    const client = await configuredClient(one!, { read, secrets: () => Promise.resolve({ secret: 'geheim' }) });
    expect(JSON.stringify([one, client])).not.toContain('geheim');
  });

  it('a CA file that is not there is told by its name', async () => {
    const [one] = readConfigured([{ url: 'https://p.example', caFile: '/no/ca.pem' }]);
    await expect(configuredClient(one!, { read, secrets: () => Promise.resolve(undefined) })).rejects.toMatchObject({
      code: 'prometheus.settings',
      message: expect.stringContaining('/no/ca.pem') as string,
    });
  });
});
