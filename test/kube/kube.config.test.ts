import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKubeconfigs } from '../../src/kube/index';
import { parseKubeconfig } from '../../src/kube/kubeconfig/parse';
import type { Kubeconfigs } from '../../src/kube/types';
import { folder, kubeconfig, until } from './kubeServer';

let dir: ReturnType<typeof folder>;
let opened: Kubeconfigs[];
beforeEach(() => { dir = folder(); opened = []; });
afterEach(() => {
  for (const k of opened) k.dispose();
  dir.remove();
});
function open(env: Record<string, string> = {}, extra: () => string[] = () => []): Kubeconfigs {
  const k = createKubeconfigs({ env, home: dir.path, extraFiles: extra });
  opened.push(k);
  return k;
}
const named = (name: string, server = 'https://k.example'): string => kubeconfig(server).replaceAll('"test"', JSON.stringify(name));

describe('a kubeconfig file', () => {
  it('is read with what client-node\'s model lacks, paths made absolute', () => {
    const got = parseKubeconfig(`
apiVersion: v1
kind: Config
current-context: dev
contexts:
- {name: dev, context: {cluster: c, user: u, namespace: web}}
- {name: half, context: {user: u}}
clusters:
- name: c
  cluster:
    server: https://k.example:6443/
    certificate-authority: pki/ca.crt
    proxy-url: http://p:3128
    tls-server-name: kube
    extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: x}}]
- name: broken
users:
- name: u
  user:
    tokenFile: token
    client-certificate: ../me.crt
    client-key: /abs/me.key
    as: jane
    as-uid: "7"
    as-groups: [a, b]
    as-user-extra: {scopes: [x]}
    exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/login, args: [a, 1], env: [{name: A, value: "1"}], interactiveMode: Never, provideClusterInfo: true, installHint: get it}
`, '/home/jane/.kube/config');
    expect(got.current).toBe('dev');
    expect(got.contexts.map((c) => [c.name, c.cluster, c.namespace])).toEqual([['dev', 'c', 'web'], ['half', '', 'default']]);
    expect(got.clusters).toEqual([{
      name: 'c', file: '/home/jane/.kube/config', server: 'https://k.example:6443', caFile: '/home/jane/.kube/pki/ca.crt', caData: undefined,
      tlsServerName: 'kube', skipTlsVerify: false, proxyUrl: 'http://p:3128', execConfig: { audience: 'x' },
    }]);
    expect(got.users[0]).toMatchObject({
      tokenFile: '/home/jane/.kube/token', certFile: '/home/jane/me.crt', keyFile: '/abs/me.key',
      impersonate: { user: 'jane', uid: '7', groups: ['a', 'b'], extra: { scopes: ['x'] } },
      exec: { command: '/home/jane/.kube/bin/login', args: ['a', '1'], env: [{ name: 'A', value: '1' }], provideClusterInfo: true, installHint: 'get it' },
    });
  });

  it.each([
    ['a broken line', 'apiVersion: v1\nclusters:\n  - name: a\n   cluster: {}\n', /^The kubeconfig \/w\/config, line 4, can't be read: .+\.$/],
    ['text', 'please log in first', /can't be read: it is not a mapping/],
    ['a list', '- a\n- b\n', /can't be read: it is not a mapping/],
  ])('that is %s gives file and line, and quotes nothing of it', (_name, content, message) => {
    expect(() => parseKubeconfig(content, '/w/config')).toThrowError(message);
    expect(() => parseKubeconfig('users:\n- name: u\n  user: {token: geheim\n', '/w/config')).not.toThrowError(/geheim/);
  });

  it('that is empty has no contexts', () => {
    for (const content of ['', '\n', '# nothing\n', '---\n']) expect(parseKubeconfig(content, '/w/config').contexts).toEqual([]);
  });
});

describe('the files', () => {
  it('one that does not parse hides no other', async () => {
    const good = dir.write('good', named('good'));
    const bad = dir.write('bad', 'a: [b\n');
    const { contexts, problems } = await open({ KUBECONFIG: [bad, good, path.join(dir.path, 'missing')].join(path.delimiter) }, () => [path.join(dir.path, 'gone'), dir.path]).load();
    expect(contexts.map((c) => c.name)).toEqual(['good']);
    expect(problems.map((p) => p.code).sort()).toEqual(['kube.configMissing', 'kube.configParse', 'kube.configUnreadable']);
    expect(problems.find((p) => p.code === 'kube.configParse')?.message).toContain(`${bad}, line `);
  });

  it('none at all, none of KUBECONFIG, none with a context', async () => {
    expect((await open().load()).problems).toMatchObject([{ code: 'kube.noConfig', message: `There is no kubeconfig ${path.join(dir.path, '.kube', 'config')}.` }]);
    expect((await open({ KUBECONFIG: '/nowhere/x' }).load()).problems).toMatchObject([{ code: 'kube.noConfig', message: 'KUBECONFIG names /nowhere/x, and there is no such file.' }]);
    expect((await open({ KUBECONFIG: dir.write('empty', '') }).load()).problems).toMatchObject([{ code: 'kube.noContext' }]);
  });

  it('a session is the same while its entries are, and another when they change', async () => {
    const file = dir.write('config', named('dev'));
    const k = open({ KUBECONFIG: file });
    const first = await k.session('dev');
    dir.write('config', JSON.stringify({ ...JSON.parse(named('dev')) as object, 'current-context': 'other' }));
    expect(await k.session('dev')).toBe(first);
    dir.write('config', named('dev', 'https://moved.example'));
    const second = await k.session('dev');
    expect(second).not.toBe(first);
    expect(second.context.server).toBe('https://moved.example');
    second.dispose();
    expect(await k.session('dev')).not.toBe(second);
    await expect(k.session('gone')).rejects.toMatchObject({ code: 'kube.context' });
  });

  it('one that breaks while it is open keeps what it said, with its problem, and closes no session', async () => {
    const file = dir.write('config', named('dev'));
    const k = open({ KUBECONFIG: file });
    const session = await k.session('dev');
    for (const broken of ['a: [b\n', named('dev').slice(0, -20)]) {
      dir.write('config', broken);
      const { contexts, problems } = await k.load();
      expect([contexts.map((c) => c.name), problems.map((p) => p.code)]).toEqual([['dev'], ['kube.configParse']]);
      expect(await k.session('dev')).toBe(session);
    }
    dir.write('config', named('other'));
    expect(await k.load()).toMatchObject({ contexts: [{ name: 'other' }], problems: [] });
    await expect(k.session('dev')).rejects.toMatchObject({ code: 'kube.context' });
  });

  it('one that is empty or away for a moment, as while it is saved, keeps its contexts; for longer, it has none', async () => {
    const file = dir.write('config', named('dev'));
    const k = open({ KUBECONFIG: file });
    await k.load();
    for (const act of [() => { dir.write('config', ''); }, () => { rmSync(file); }]) {
      act();
      const loading = k.load();
      setTimeout(() => { dir.write('config', named('dev')); }, 50);
      expect((await loading).contexts.map((c) => c.name)).toEqual(['dev']);
    }
    rmSync(file);
    expect((await k.load()).contexts).toEqual([]);
  });

  it('a context that points nowhere is listed with its problem, and opens as that problem', async () => {
    const k = open({ KUBECONFIG: dir.write('config', JSON.stringify({ contexts: [{ name: 'x', context: { cluster: 'gone', user: 'u' } }] })) });
    expect((await k.load()).contexts[0]?.problem).toMatchObject({ code: 'kube.context' });
    await expect(k.session('x')).rejects.toMatchObject({ code: 'kube.context', message: expect.stringContaining('the cluster gone') as string });
  });
});

describe('a change of the files', () => {
  async function heard(k: Kubeconfigs, act: () => void): Promise<number> {
    let times = 0;
    const listening = k.onDidChange(() => { times++; });
    act();
    await until(() => times > 0);
    await new Promise((r) => setTimeout(r, 500));
    listening.dispose();
    return times;
  }

  it('is told once for a burst of writes, also when the file is replaced again and again', async () => {
    const file = dir.write('config', named('a'));
    const k = open({ KUBECONFIG: file });
    await k.load();
    expect(await heard(k, () => { for (const c of ['b', 'c', 'd']) writeFileSync(file, named(c)); })).toBe(1);
    for (const name of ['e', 'ff']) {
      expect(await heard(k, () => { renameSync(dir.write('new', named(name)), file); })).toBe(1);
      expect((await k.load()).contexts[0]?.name).toBe(name);
    }
    expect(await heard(k, () => { rmSync(file); })).toBe(1);
    expect((await k.load()).contexts).toEqual([]);
    expect(await heard(k, () => { writeFileSync(file, named('back')); })).toBe(1);
  });

  it('is told when the folder itself comes only later', async () => {
    const k = open();
    await k.load();
    mkdirSync(path.join(dir.path, '.kube'));
    await new Promise((r) => setTimeout(r, 400));
    expect(await heard(k, () => { writeFileSync(path.join(dir.path, '.kube', 'config'), named('first')); })).toBeGreaterThan(0);
    expect((await k.load()).contexts[0]?.name).toBe('first');
  });

  it('is told when it is the target of a link that changes', async () => {
    mkdirSync(path.join(dir.path, 'dotfiles'));
    const real = path.join(dir.path, 'dotfiles', 'kube');
    writeFileSync(real, named('a'));
    symlinkSync(real, path.join(dir.path, 'config'));
    const k = open({ KUBECONFIG: path.join(dir.path, 'config') });
    await k.load();
    expect(await heard(k, () => { writeFileSync(real, named('bb')); })).toBe(1);
  });

  it('of another file in the folder is not told, nor anything after the end', async () => {
    const k = open({ KUBECONFIG: dir.write('config', named('a')) });
    await k.load();
    let times = 0;
    k.onDidChange(() => { times++; });
    dir.write('other', 'x');
    await new Promise((r) => setTimeout(r, 400));
    k.dispose();
    dir.write('config', named('b'));
    await new Promise((r) => setTimeout(r, 400));
    expect(times).toBe(0);
  });
});
