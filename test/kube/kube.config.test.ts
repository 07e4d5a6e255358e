import fs, { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKubeconfigs } from '../../src/kube/index';
import { parseKubeconfig } from '../../src/kube/kubeconfig/parse';
import { readContexts } from '../../src/kube/kubeconfig/read';
import { SETTLE_MS } from '../../src/kube/kubeconfig/watchFiles';
import type { ParsedFile } from '../../src/kube/kubeconfig/entries';
import type { Kubeconfigs } from '../../src/kube/types';
import { until } from '../lib/until';
import { folder, kubeconfig } from './kubeServer';

let dir: ReturnType<typeof folder>;
let opened: Kubeconfigs[];
beforeEach(() => {
  dir = folder();
  opened = [];
});
afterEach(() => {
  for (const k of opened) k.dispose();
  dir.remove();
});
function open(env: Record<string, string> = {}, extra: () => string[] = () => []): Kubeconfigs {
  const k = createKubeconfigs({ env, home: dir.path, extraFiles: extra });
  opened.push(k);
  return k;
}
const named = (name: string, server = 'https://k.example'): string =>
  kubeconfig(server).replaceAll('"test"', JSON.stringify(name));

describe('a kubeconfig file', () => {
  it("is read with what client-node's model lacks, paths made absolute", () => {
    const got = parseKubeconfig(
      `
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
`,
      '/home/jane/.kube/config',
    );
    expect(got.current).toBe('dev');
    expect(got.contexts.map((c) => [c.name, c.cluster, c.namespace])).toEqual([
      ['dev', 'c', 'web'],
      ['half', '', 'default'],
    ]);
    expect(got.clusters).toEqual([
      {
        name: 'c',
        file: '/home/jane/.kube/config',
        server: 'https://k.example:6443',
        caFile: '/home/jane/.kube/pki/ca.crt',
        caData: undefined,
        tlsServerName: 'kube',
        skipTlsVerify: false,
        proxyUrl: 'http://p:3128',
        execConfig: { audience: 'x' },
      },
    ]);
    expect(got.users[0]).toMatchObject({
      tokenFile: '/home/jane/.kube/token',
      certFile: '/home/jane/me.crt',
      keyFile: '/abs/me.key',
      impersonate: { user: 'jane', uid: '7', groups: ['a', 'b'], extra: { scopes: ['x'] } },
      exec: {
        command: '/home/jane/.kube/bin/login',
        args: ['a', '1'],
        env: [{ name: 'A', value: '1' }],
        provideClusterInfo: true,
        installHint: 'get it',
      },
    });
  });

  it.each([
    [
      'a broken line',
      'apiVersion: v1\nclusters:\n  - name: a\n   cluster: {}\n',
      /^The kubeconfig \/w\/config, line 4, can't be read: .+\.$/,
    ],
    ['text', 'please log in first', /can't be read: it is not a mapping/],
    ['a list', '- a\n- b\n', /can't be read: it is not a mapping/],
  ])('that is %s gives file and line, and quotes nothing of it', (_name, content, message) => {
    expect(() => parseKubeconfig(content, '/w/config')).toThrowError(message);
    expect(() => parseKubeconfig('users:\n- name: u\n  user: {token: geheim\n', '/w/config')).not.toThrowError(
      /geheim/,
    );
  });

  it('that is empty has no contexts', () => {
    for (const content of ['', '\n', '# nothing\n', '---\n'])
      expect(parseKubeconfig(content, '/w/config').contexts).toEqual([]);
  });
});

describe('the files', () => {
  it('one that does not parse hides no other', async () => {
    const good = dir.write('good', named('good'));
    const bad = dir.write('bad', 'a: [b\n');
    const { contexts, problems } = await open(
      { KUBECONFIG: [bad, good, path.join(dir.path, 'missing')].join(path.delimiter) },
      () => [path.join(dir.path, 'gone'), dir.path],
    ).load();
    expect(contexts.map((c) => c.name)).toEqual(['good']);
    expect(problems.map((p) => p.code).sort()).toEqual([
      'kube.configMissing',
      'kube.configParse',
      'kube.configUnreadable',
    ]);
    expect(problems.find((p) => p.code === 'kube.configParse')?.message).toContain(`${bad}, line `);
  });

  it('none at all, none of KUBECONFIG, none with a context', async () => {
    expect((await open().load()).problems).toMatchObject([
      { code: 'kube.noConfig', message: `There is no kubeconfig ${path.join(dir.path, '.kube', 'config')}.` },
    ]);
    expect((await open({ KUBECONFIG: '/nowhere/x' }).load()).problems).toMatchObject([
      { code: 'kube.noConfig', message: 'KUBECONFIG names /nowhere/x, and there is no such file.' },
    ]);
    expect((await open({ KUBECONFIG: dir.write('empty', '') }).load()).problems).toMatchObject([
      { code: 'kube.noContext' },
    ]);
  });

  it('a session is the same while its entries are, and another when they change', async () => {
    const file = dir.write('config', named('dev'));
    const k = open({ KUBECONFIG: file });
    const first = await k.session('dev');
    dir.write('config', JSON.stringify({ ...(JSON.parse(named('dev')) as object), 'current-context': 'other' }));
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
    const kept = new Map<string, ParsedFile>();
    const read = async (meanwhile: () => void): Promise<string[]> => {
      const places = { merged: [file], extra: [], fromEnv: true };
      return (
        await readContexts(places, kept, () => {
          meanwhile();
          return Promise.resolve();
        })
      ).contexts.map((c) => c.info.name);
    };
    const nothing = vi.fn();
    expect([await read(nothing), nothing.mock.calls.length]).toEqual([['dev'], 0]);
    for (const act of [
      () => {
        dir.write('config', '');
      },
      () => {
        rmSync(file);
      },
    ]) {
      act();
      expect(
        await read(() => {
          dir.write('config', named('dev'));
        }),
      ).toEqual(['dev']);
    }
    rmSync(file);
    expect(await read(nothing)).toEqual([]);
    dir.write('config', named('dev'));
    const k = open({ KUBECONFIG: file });
    await k.load();
    rmSync(file);
    expect((await k.load()).contexts, 'after a pause of its own').toEqual([]);
  });

  it('a context that points nowhere is listed with its problem, and opens as that problem', async () => {
    const k = open({
      KUBECONFIG: dir.write(
        'config',
        JSON.stringify({ contexts: [{ name: 'x', context: { cluster: 'gone', user: 'u' } }] }),
      ),
    });
    expect((await k.load()).contexts[0]?.problem).toMatchObject({ code: 'kube.context' });
    await expect(k.session('x')).rejects.toMatchObject({
      code: 'kube.context',
      message: expect.stringContaining('the cluster gone') as string,
    });
  });
});

describe('a change of the files', () => {
  /** How often it was told so far. */
  function telling(k: Kubeconfigs): () => number {
    let times = 0;
    k.onDidChange(() => {
      times++;
    });
    return () => times;
  }

  it('is told once for a burst of writes, also when the file is replaced again and again', async () => {
    const file = dir.write('config', named('a'));
    const k = open({ KUBECONFIG: file });
    await k.load();
    const told = telling(k);
    const acts: readonly (readonly [() => void, string | undefined])[] = [
      [
        () => {
          for (const c of ['b', 'c', 'd']) writeFileSync(file, named(c));
        },
        'd',
      ],
      ...['e', 'ff'].map(
        (name) =>
          [
            () => {
              renameSync(dir.write('new', named(name)), file);
            },
            name,
          ] as const,
      ),
      [
        () => {
          rmSync(file);
        },
        undefined,
      ],
      [
        () => {
          writeFileSync(file, named('back'));
        },
        'back',
      ],
    ];
    for (const [i, [act, name]] of acts.entries()) {
      act();
      await until(() => told() > i);
      expect((await k.load()).contexts[0]?.name).toBe(name);
    }
    await pause(2 * SETTLE_MS);
    expect(told()).toBe(acts.length);
  });

  it('is told when the folder itself comes only later', async () => {
    const watch = vi.spyOn(fs, 'watch');
    const k = open();
    await k.load();
    const told = telling(k);
    const later = path.join(dir.path, '.kube');
    mkdirSync(later);
    await until(() => watch.mock.calls.some(([at]) => at === later));
    watch.mockRestore();
    writeFileSync(path.join(later, 'config'), named('first'));
    await until(() => told() > 0);
    expect((await k.load()).contexts[0]?.name).toBe('first');
  });

  it('is told when it is the target of a link that changes', async () => {
    mkdirSync(path.join(dir.path, 'dotfiles'));
    const real = path.join(dir.path, 'dotfiles', 'kube');
    writeFileSync(real, named('a'));
    symlinkSync(real, path.join(dir.path, 'config'));
    const k = open({ KUBECONFIG: path.join(dir.path, 'config') });
    await k.load();
    const told = telling(k);
    writeFileSync(real, named('bb'));
    await until(() => told() > 0);
    await pause(2 * SETTLE_MS);
    expect(told()).toBe(1);
  });

  it('of another file in the folder is not told, nor anything after the end', async () => {
    const config = dir.write('config', named('a'));
    const k = open({ KUBECONFIG: config });
    await k.load();
    const told = telling(k);
    // Hears of both, and later than the one above.
    const other = open({ KUBECONFIG: [config, path.join(dir.path, 'other')].join(path.delimiter) });
    await other.load();
    const others = telling(other);
    dir.write('other', named('x'));
    await until(() => others() > 0);
    expect(told()).toBe(0);
    k.dispose();
    await pause(2 * SETTLE_MS);
    const before = others();
    dir.write('config', named('b'));
    await until(() => others() > before);
    expect(told()).toBe(0);
  });
});
