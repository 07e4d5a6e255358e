/** The test cluster as an administrator sees it from outside of the editor: what tests change, and check against. */
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { CLUSTER_DIR } from './env';

interface PodProcess { readonly namespace: string; readonly pod: string; readonly ports: Readonly<Record<string, number>> }

/** Ports on this machine of the process behind a pod whose name begins with `prefix`. */
export function portsOf(namespace: string, prefix: string): Readonly<Record<string, number>> {
  const all = JSON.parse(fs.readFileSync(path.join(CLUSTER_DIR, 'processes.json'), 'utf8')) as readonly PodProcess[];
  const found = all.find((p) => p.namespace === namespace && p.pod.startsWith(prefix));
  if (!found) throw new Error(`No process for ${namespace}/${prefix}…: ${all.map((p) => `${p.namespace}/${p.pod}`).join(', ')}`);
  return found.ports;
}

/** Names of the pods of a namespace that are not being deleted. */
export async function pods(namespace: string): Promise<readonly string[]> {
  const list = JSON.parse(await api('GET', `/api/v1/namespaces/${namespace}/pods`)) as { items: readonly { metadata: { name: string; deletionTimestamp?: string } }[] };
  return list.items.filter((p) => p.metadata.deletionTimestamp === undefined).map((p) => p.metadata.name);
}

export async function deletePod(namespace: string, name: string): Promise<void> { await api('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`); }

/** Port-forward requests that the API server is serving just now, by its own metric. */
export async function openTunnels(): Promise<number> {
  const lines = (await api('GET', '/metrics')).split('\n').filter((l) => l.startsWith('apiserver_longrunning_requests{') && l.includes('subresource="portforward"') && l.includes('verb="CONNECT"'));
  return lines.reduce((sum, l) => sum + Number(l.slice(l.lastIndexOf(' ') + 1)), 0);
}

function api(method: string, at: string): Promise<string> {
  const { server } = /server: ["']?(?<server>https:[^\s"']+)/.exec(fs.readFileSync(path.join(CLUSTER_DIR, 'admin.kubeconfig'), 'utf8'))?.groups ?? {};
  const pki = (name: string): Buffer => fs.readFileSync(path.join(CLUSTER_DIR, 'pki', name));
  return new Promise((resolve, reject) => {
    const request = https.request(`${server}${at}`, { method, ca: pki('ca.crt'), cert: pki('admin.crt'), key: pki('admin.key') }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => { body += text; });
      answer.on('end', () => { if ((answer.statusCode ?? 0) < 300) resolve(body); else reject(new Error(`${method} ${at}: ${answer.statusCode} ${body.slice(0, 300)}`)); });
    });
    request.on('error', reject);
    request.end();
  });
}
