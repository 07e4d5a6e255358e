/**
 * The test cluster's own promises, on the one that runs: processes live and die with their pods, and answer through
 * them.
 */
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { asUpLeavesIt } from './loads';

const kubeconfig = process.env['KUBECONFIG_TEST'] ?? '';
const dir = path.dirname(kubeconfig);

interface PodProcess {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly program: string;
  readonly pid: number;
  readonly ports: Readonly<Record<string, number>>;
}
interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: { readonly containerStatuses?: readonly { readonly restartCount: number }[] };
}

const processes = (): PodProcess[] =>
  JSON.parse(fs.readFileSync(path.join(dir, 'processes.json'), 'utf8')) as PodProcess[];

function call<T>(method: string, url: string): Promise<T> {
  const server = /server: (\S+)/.exec(fs.readFileSync(kubeconfig, 'utf8'))?.[1] ?? '';
  const pki = (name: string): Buffer => fs.readFileSync(path.join(dir, 'pki', name));
  return new Promise((resolve, reject) => {
    https
      .request(
        server + url,
        { method, agent: false, ca: pki('ca.crt'), cert: pki('admin.crt'), key: pki('admin.key') },
        (response) => {
          let body = '';
          response
            .setEncoding('utf8')
            .on('data', (text: string) => {
              body += text;
            })
            .on('end', () => {
              if (response.statusCode === 200) resolve(JSON.parse(body) as T);
              else reject(new Error(`${method} ${url}: ${response.statusCode} ${body}`));
            });
        },
      )
      .on('error', reject)
      .end();
  });
}

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe.skipIf(kubeconfig === '')('the test cluster', () => {
  asUpLeavesIt(kubeconfig);

  it('ends the process of a deleted pod and starts one for the pod that replaces it', async () => {
    const before = processes().find((one) => one.namespace === 'paints-system' && one.pod.startsWith('blue-'));
    if (!before) throw new Error('no process behind blue');
    await call('DELETE', `/api/v1/namespaces/paints-system/pods/${before.pod}`);
    await expect
      .poll(() => processes().filter((one) => one.pod.startsWith('blue-') && one.uid !== before.uid).length)
      .toBe(1);
    await expect.poll(() => isThere(before.pid)).toBe(false);
  });

  it('restarts a process that ends by itself, and counts it', async () => {
    const pod = (): Promise<Pod> => call<Pod>('GET', '/api/v1/namespaces/leaky-system/pods/leaky-0');
    const counted = async (): Promise<number> => (await pod()).status.containerStatuses?.[0]?.restartCount ?? -1;
    const before = processes().find((one) => one.pod === 'leaky-0');
    const restarts = await counted();
    const { uid } = (await pod()).metadata;
    if (!before) throw new Error('no process behind leaky-0');
    process.kill(before.pid, 'SIGKILL');
    await expect.poll(() => processes().find((one) => one.pod === 'leaky-0')?.pid ?? before.pid).not.toBe(before.pid);
    await expect.poll(counted).toBe(restarts + 1);
    expect((await pod()).metadata.uid).toBe(uid);
  });

  it('serves the log of a process through the API', async () => {
    const leader = processes().find((one) => one.program === 'gadgets');
    if (!leader) throw new Error('no process behind gadgets');
    const log = await call<{ level: string }>(
      'GET',
      `/api/v1/namespaces/${leader.namespace}/pods/${leader.pod}/log?tailLines=1`,
    );
    expect(log).toHaveProperty('level');
  });
});
