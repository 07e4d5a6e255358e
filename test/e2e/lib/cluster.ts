/** The test cluster seen by an administrator outside the editor: what tests change, and what they check against. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { promisify } from 'node:util';
import { PATIENCE, until } from '../../lib/until';
import { CLUSTER_DIR } from './env';

/** Switches a load of test/cluster/loads.mjs on or off; resolves when it is in effect. */
export async function load(name: string, on: boolean): Promise<void> {
  await promisify(execFile)(process.execPath, [
    path.resolve('test/cluster/cli.mjs'),
    'load',
    name,
    on ? 'on' : 'off',
    '--dir',
    CLUSTER_DIR,
  ]);
}

interface PodProcess {
  readonly namespace: string;
  readonly pod: string;
  readonly ports: Readonly<Record<string, number>>;
}

/** Ports on this machine of the process behind a pod whose name begins with `prefix`. */
export function portsOf(namespace: string, prefix: string): Readonly<Record<string, number>> {
  const [found] = processes(namespace, prefix);
  if (!found)
    throw new Error(
      `No process for ${namespace}/${prefix}…: ${processes('', '')
        .map((p) => `${p.namespace}/${p.pod}`)
        .join(', ')}`,
    );
  return found.ports;
}

/** Processes behind the pods of a namespace ('': of all namespaces) whose names begin with `prefix`. */
function processes(namespace: string, prefix: string): readonly PodProcess[] {
  const all = JSON.parse(fs.readFileSync(path.join(CLUSTER_DIR, 'processes.json'), 'utf8')) as readonly PodProcess[];
  return all.filter((p) => (namespace === '' || p.namespace === namespace) && p.pod.startsWith(prefix));
}

/**
 * The sum of a metric's samples over a workload's replicas, by the value of `by`. Counters of new processes start from
 * 0.
 */
export async function sums(
  namespace: string,
  prefix: string,
  port: number,
  metric: RegExp,
  by: RegExp,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const { ports } of processes(namespace, prefix)) {
    const text = await (await fetch(`http://127.0.0.1:${ports[port]}/metrics`)).text();
    for (const line of text.split('\n').filter((l) => metric.test(l))) {
      const key = by.exec(line)?.[1] ?? '';
      found.set(key, (found.get(key) ?? 0) + Number(line.slice(line.lastIndexOf(' ') + 1)));
    }
  }
  return found;
}

/**
 * Rolls out another image of a Deployment's first container with these args, as `kubectl patch` does, and waits until
 * only new pods run.
 */
export async function rollOut(
  namespace: string,
  name: string,
  container: { readonly name: string; readonly image: string; readonly args: readonly string[] },
): Promise<void> {
  const at = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  await api('PATCH', at, { spec: { template: { spec: { containers: [container] } } } });
  await until(
    async () => {
      const { metadata, spec, status } = JSON.parse(await api('GET', at)) as {
        metadata: { generation: number };
        spec: { replicas: number };
        status: { observedGeneration: number; updatedReplicas?: number; availableReplicas?: number; replicas?: number };
      };
      return (
        status.observedGeneration >= metadata.generation &&
        [status.updatedReplicas, status.availableReplicas, status.replicas].every((n) => n === spec.replicas)
      );
    },
    `${namespace}/${name} to be rolled out`,
    3 * PATIENCE,
  );
}

/** Names of the pods of a namespace that are not being deleted. */
export async function pods(namespace: string): Promise<readonly string[]> {
  const list = JSON.parse(await api('GET', `/api/v1/namespaces/${namespace}/pods`)) as {
    items: readonly { metadata: { name: string; deletionTimestamp?: string } }[];
  };
  return list.items.filter((p) => p.metadata.deletionTimestamp === undefined).map((p) => p.metadata.name);
}

export async function deletePod(namespace: string, name: string): Promise<void> {
  await api('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`);
}

/** Port-forward requests in progress, by the API server's own metric. */
export async function openTunnels(): Promise<number> {
  const lines = (await api('GET', '/metrics'))
    .split('\n')
    .filter(
      (l) =>
        l.startsWith('apiserver_longrunning_requests{') &&
        l.includes('subresource="portforward"') &&
        l.includes('verb="CONNECT"'),
    );
  return lines.reduce((sum, l) => sum + Number(l.slice(l.lastIndexOf(' ') + 1)), 0);
}

function api(method: string, at: string, patch?: object): Promise<string> {
  const { server } =
    /server: ["']?(?<server>https:[^\s"']+)/.exec(fs.readFileSync(path.join(CLUSTER_DIR, 'admin.kubeconfig'), 'utf8'))
      ?.groups ?? {};
  const pki = (name: string): Buffer => fs.readFileSync(path.join(CLUSTER_DIR, 'pki', name));
  return new Promise((resolve, reject) => {
    const request = https.request(
      `${server}${at}`,
      {
        method,
        ca: pki('ca.crt'),
        cert: pki('admin.crt'),
        key: pki('admin.key'),
        ...(patch && { headers: { 'Content-Type': 'application/strategic-merge-patch+json' } }),
      },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        answer.on('end', () => {
          if ((answer.statusCode ?? 0) < 300) resolve(body);
          else reject(new Error(`${method} ${at}: ${answer.statusCode} ${body.slice(0, 300)}`));
        });
      },
    );
    request.on('error', reject);
    request.end(patch && JSON.stringify(patch));
  });
}
