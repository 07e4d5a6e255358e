import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../../src/base/problem';
import { runExecPlugin } from '../../src/kube/auth/execPlugin';
import { PATIENCE, until } from '../lib/until';
import {
  ahead,
  apiServer,
  b64,
  folder,
  json,
  kubeconfig,
  PKI,
  statusBody,
  withSession,
  type ApiServer,
  type Handler,
} from './kubeServer';

const PLUGIN = path.join(import.meta.dirname, 'fixtures', 'plugin.cjs');
const V1 = 'client.authentication.k8s.io/v1';
const V1BETA1 = 'client.authentication.k8s.io/v1beta1';

let dir: ReturnType<typeof folder>;
let server: ApiServer;
const ok: Handler = (_req, res) => {
  json(res, {});
};
beforeEach(async () => {
  dir = folder();
  server = await apiServer(ok, { clientCa: 'ca' });
});
afterEach(async () => {
  await server.close();
  dir.remove();
});

const env = (more: Record<string, string> = {}): { name: string; value: string }[] =>
  Object.entries({ PLUGIN_DIR: dir.path, ...more }).map(([name, value]) => ({ name, value }));
const plugin = (more: object = {}, vars: Record<string, string> = {}): object => ({
  exec: {
    apiVersion: V1,
    command: process.execPath,
    args: [PLUGIN, '--cluster', 'x'],
    env: env(vars),
    interactiveMode: 'IfAvailable',
    ...more,
  },
});
interface Run {
  readonly info: {
    readonly apiVersion: string;
    readonly spec: { readonly interactive: boolean; readonly cluster?: Record<string, unknown> };
  };
  readonly pid: number;
  readonly args: readonly string[];
}
const runs = (): Run[] =>
  readdirSync(dir.path)
    .filter((f) => f.startsWith('run-'))
    .sort()
    .map((f) => JSON.parse(readFileSync(path.join(dir.path, f), 'utf8')) as Run);
const problem = async (work: Promise<unknown>): Promise<Problem> => {
  const e: unknown = await work.then(
    () => {
      throw new Error('it went well');
    },
    (x: unknown) => x,
  );
  if (!(e instanceof Problem)) throw e;
  return e;
};

describe('exec plugins', () => {
  it('run once for concurrent calls, and their token is used for all', async () => {
    await withSession(kubeconfig(server.url, plugin()), async (s, log) => {
      await Promise.all(Array.from({ length: 10 }, () => s.getJson('/version', {})));
      await s.getJson('/version', {});
      expect(runs()).toHaveLength(1);
      expect(new Set(server.requests.map((r) => r.headers.authorization))).toEqual(new Set(['Bearer from-run-0']));
      await expect(s.ownToken(AbortSignal.timeout(PATIENCE))).resolves.toBe('from-run-0');
      expect(log.join('\n')).not.toContain('from-run-0');
    });
    expect(runs()[0]?.args).toEqual(['--cluster', 'x']);
    expect(runs()[0]?.info.spec).toEqual({ interactive: false });
  });

  it('run again when the credential has ended', async () => {
    await withSession(kubeconfig(server.url, plugin({}, { PLUGIN_TTL: '3600' })), async (s) => {
      await s.getJson('/version', {});
      await s.getJson('/version', {});
      expect(runs()).toHaveLength(1);
      // Ten seconds before its end it counts as ended.
      const back = ahead(3_595_000);
      try {
        await s.getJson('/version', {});
      } finally {
        back();
      }
      expect(runs()).toHaveLength(2);
      expect(server.requests.at(-1)?.headers.authorization).toBe('Bearer from-run-1');
    });
  });

  it('run again, once, when the server refuses what they gave', async () => {
    server.handler = (req, res) => {
      if (req.headers.authorization === 'Bearer from-run-1') json(res, {});
      else json(res, statusBody(401, 'Unauthorized'), 401);
    };
    await withSession(kubeconfig(server.url, plugin()), async (s) => {
      await s.getJson('/version', {});
      expect(runs()).toHaveLength(2);
      server.handler = (_req, res) => {
        json(res, statusBody(401, 'Unauthorized'), 401);
      };
      expect((await problem(s.getJson('/version', {}))).code).toBe('kube.unauthorized');
      expect(runs()).toHaveLength(3);
    });
  });

  it('are told about the cluster when they ask for it', async () => {
    const cluster = {
      'certificate-authority': path.join(PKI, 'ca.crt'),
      'tls-server-name': 'localhost',
      extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'me' } }],
    };
    await withSession(kubeconfig(server.url, plugin({ apiVersion: V1BETA1, provideClusterInfo: true }), cluster), (s) =>
      s.getJson('/version', {}),
    );
    expect(runs()[0]?.info).toEqual({
      kind: 'ExecCredential',
      apiVersion: V1BETA1,
      spec: {
        interactive: false,
        cluster: {
          server: server.url,
          'tls-server-name': 'localhost',
          'certificate-authority-data': b64('ca.crt'),
          config: { audience: 'me' },
        },
      },
    });
  });

  it('may give a client certificate', async () => {
    server.handler = (req, res) => {
      json(res, (req.socket as TLSSocket).getPeerCertificate().subject);
    };
    await withSession(kubeconfig(server.url, plugin({}, { PLUGIN_MODE: 'cert' })), async (s) => {
      await expect(s.getJson('/version', {})).resolves.toMatchObject({ CN: 'jane' });
      await expect(s.ownToken(AbortSignal.timeout(PATIENCE))).resolves.toBeUndefined();
    });
  });

  it('are found beside the kubeconfig when the command has a slash', async () => {
    const config = folder();
    chmodSync(config.write('login.sh', `#!/bin/sh\nexec "${process.execPath}" "${PLUGIN}"\n`), 0o755);
    const file = config.write('config', kubeconfig(server.url, plugin({ command: './login.sh', args: null })));
    await withSession(
      '',
      async (_s, _log, kubeconfigs) => {
        await (await kubeconfigs.session('test')).getJson('/version', {});
      },
      { only: file },
    );
    expect(runs()).toHaveLength(1);
    config.remove();
  });

  it('a missing one: the hint that the kubeconfig gives', async () => {
    const p = await problem(
      withSession(
        kubeconfig(server.url, plugin({ command: 'no-such-plugin', installHint: 'Get it at https://example.com' })),
        (s) => s.getJson('/version', {}),
      ),
    );
    expect(p.code).toBe('kube.execMissing');
    expect(p.message).toBe('The exec plugin no-such-plugin of the user jane is not there.');
    expect(p.detail).toContain('https://example.com');
  });

  it('one that fails: its own words, without the token in them', async () => {
    const p = await problem(
      withSession(kubeconfig(server.url, plugin({}, { PLUGIN_MODE: 'fail' })), (s) => s.getJson('/version', {})),
    );
    expect(p.code).toBe('kube.execFailed');
    expect(p.message).toMatch(/failed with exit status 3: Error: run "cloud login" first\.$/);
    expect(p.detail).toContain('Your session has expired, token=[hidden]');
    expect(JSON.stringify(p)).not.toContain('abcdefgh12345678');
  });

  it('one that prints rubbish: what it printed is not repeated, it may be a secret', async () => {
    const p = await problem(
      withSession(kubeconfig(server.url, plugin({}, { PLUGIN_MODE: 'rubbish' })), (s) => s.getJson('/version', {})),
    );
    expect(p.code).toBe('kube.execOutput');
    expect(p.message).toMatch(/printed \d+ characters that are not JSON\.$/);
    expect(p.detail).toBe('warning: a new release is there');
  });

  it.each([
    ['interactiveMode', { interactiveMode: 'Always' }, 'kube.execInteractive'],
    ['a version of long ago', { apiVersion: 'client.authentication.k8s.io/v1alpha1' }, 'kube.execVersion'],
  ])('refuses %s', async (_name, more, code) => {
    expect(
      (await problem(withSession(kubeconfig(server.url, plugin(more)), (s) => s.getJson('/version', {})))).code,
    ).toBe(code);
    expect(runs()).toHaveLength(0);
  });

  it('is killed when the last who waits gives up', async () => {
    await withSession(kubeconfig(server.url, plugin({}, { PLUGIN_MODE: 'hang' })), async (s) => {
      const stop = [new AbortController(), new AbortController()];
      const waiting = stop.map((c) => s.getJson('/version', { signal: c.signal }));
      const ends = waiting.map((w) => expect(w).rejects.toMatchObject({ name: 'AbortError' }));
      await until(() => runs().length === 1);
      const pid = runs()[0]?.pid ?? 0;
      stop[0]?.abort();
      await ends[0];
      expect(alive(pid)).toBe(true);
      stop[1]?.abort();
      await ends[1];
      await until(() => !alive(pid));
    });
  });

  it('is killed when it takes too long', async () => {
    const exec = {
      apiVersion: V1,
      command: process.execPath,
      args: [PLUGIN],
      env: env({ PLUGIN_MODE: 'hang' }),
      installHint: '',
      interactiveMode: 'Never',
      provideClusterInfo: false,
    };
    const info = JSON.stringify({ kind: 'ExecCredential', apiVersion: V1, spec: { interactive: false } });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const failing = problem(runExecPlugin(exec, info, 'jane', process.env, new AbortController().signal, 90_000));
      await until(() => runs().length === 1);
      const pid = runs()[0]?.pid ?? 0;
      expect(alive(pid)).toBe(true);
      vi.advanceTimersByTime(90_000);
      expect((await failing).message).toMatch(/did not answer within 90 s\.$/);
      await until(() => !alive(pid));
    } finally {
      vi.useRealTimers();
    }
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
