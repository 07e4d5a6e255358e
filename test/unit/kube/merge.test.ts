import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ClusterEntry, ContextEntry, ParsedFile, UserEntry } from '../../../src/kube/kubeconfig/entries';
import { resolveContexts } from '../../../src/kube/kubeconfig/merge';
import { kubeconfigPlaces } from '../../../src/kube/kubeconfig/places';

const cluster = (file: string, name: string, server = `https://${name}.example`): ClusterEntry => ({
  name,
  file,
  server,
  caFile: undefined,
  caData: undefined,
  tlsServerName: undefined,
  skipTlsVerify: false,
  proxyUrl: undefined,
  execConfig: undefined,
});
const user = (file: string, name: string, token = 't'): UserEntry => ({
  name,
  file,
  token,
  tokenFile: undefined,
  username: undefined,
  password: undefined,
  certFile: undefined,
  certData: undefined,
  keyFile: undefined,
  keyData: undefined,
  exec: undefined,
  authProvider: undefined,
  impersonate: undefined,
});
const context = (file: string, name: string, to: string, by: string): ContextEntry => ({
  name,
  file,
  cluster: to,
  user: by,
  namespace: 'default',
});
const file = (name: string, parts: Partial<ParsedFile>): ParsedFile => ({
  file: name,
  clusters: [],
  users: [],
  contexts: [],
  current: '',
  ...parts,
});

describe('contexts of several files', () => {
  it('lets the first file win for each name, as kubectl does, and a context point into another file', () => {
    const a = file('/a', {
      clusters: [cluster('/a', 'prod', 'https://first')],
      contexts: [context('/a', 'x', 'prod', 'jane')],
      current: 'y',
    });
    const b = file('/b', {
      clusters: [cluster('/b', 'prod', 'https://second')],
      users: [user('/b', 'jane')],
      contexts: [context('/b', 'x', 'other', 'jane'), context('/b', 'y', 'prod', 'jane')],
      current: 'x',
    });
    const got = resolveContexts([a, b], []);
    expect(got.map((c) => [c.info.name, c.info.server, c.info.file, c.info.current])).toEqual([
      ['y', 'https://first', '/b', true],
      ['x', 'https://first', '/a', false],
    ]);
    expect(got[1]?.user?.file).toBe('/b');
    expect(got.every((c) => c.info.problem === undefined)).toBe(true);
  });

  it('keeps a context of another file reachable under a name of its own', () => {
    const one = (path: string, server: string): ParsedFile =>
      file(path, {
        clusters: [cluster(path, 'c', server)],
        users: [user(path, 'u')],
        contexts: [context(path, 'dev', 'c', 'u')],
        current: 'dev',
      });
    const got = resolveContexts(
      [one('/home/.kube/config', 'https://one')],
      [one('/w/dev.yaml', 'https://two'), one('/v/dev.yaml', 'https://three')],
    );
    expect(got.map((c) => [c.info.name, c.info.server])).toEqual([
      ['dev', 'https://one'],
      ['dev (dev.yaml)', 'https://two'],
      ['dev (/v/dev.yaml)', 'https://three'],
    ]);
    expect(got.filter((c) => c.info.current)).toHaveLength(1);
  });

  it('gives a file of the setting only its own clusters and users', () => {
    const got = resolveContexts(
      [file('/a', { clusters: [cluster('/a', 'c')], users: [user('/a', 'u')] })],
      [file('/b', { contexts: [context('/b', 'x', 'c', 'u')] })],
    );
    expect(got[0]?.info.problem?.message).toBe(
      'The context x points to the cluster c, which no kubeconfig describes with a server.',
    );
  });

  it.each([
    ['no cluster named', context('/a', 'x', '', 'u'), 'The context x names no cluster.'],
    [
      'no such user',
      context('/a', 'x', 'c', 'nobody'),
      'The context x points to the user nobody, which no kubeconfig describes.',
    ],
    [
      'a server that is no address',
      context('/a', 'x', 'bad', 'u'),
      'The server of the cluster bad, "10.0.0.1:6443", is not an http or https address.',
    ],
  ])('says what is wrong with a context: %s', (_name, ctx, message) => {
    const got = resolveContexts(
      [
        file('/a', {
          clusters: [cluster('/a', 'c'), cluster('/a', 'bad', '10.0.0.1:6443')],
          users: [user('/a', 'u')],
          contexts: [ctx],
        }),
      ],
      [],
    );
    expect(got[0]?.info.problem).toMatchObject({ code: 'kube.context', message });
  });

  it('takes a context without a user: the API server may let anybody in', () => {
    expect(
      resolveContexts([file('/a', { clusters: [cluster('/a', 'c')], contexts: [context('/a', 'x', 'c', '')] })], [])[0]
        ?.info.problem,
    ).toBeUndefined();
  });
});

describe('where the files are', () => {
  it('reads KUBECONFIG as a list, each file once', () => {
    const [a, b, home] = ['/a', '/b', '/home/jane'].map((p) => path.resolve(p)) as [string, string, string];
    expect(kubeconfigPlaces({ KUBECONFIG: [a, '', b, a].join(path.delimiter) }, home, ['~/c', b, ' '])).toEqual({
      merged: [a, b],
      extra: [path.join(home, 'c')],
      fromEnv: true,
    });
  });
  it('falls back to the home folder', () => {
    const home = path.resolve('/home/jane');
    expect(kubeconfigPlaces({ KUBECONFIG: '' }, home, [])).toEqual({
      merged: [path.join(home, '.kube/config')],
      extra: [],
      fromEnv: false,
    });
  });
});
