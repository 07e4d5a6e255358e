/**
 * An API server that knows Pods and nothing else, and a home with a kubeconfig for it: enough to build clients and
 * managers.
 */
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';

const ANSWERS: Readonly<Record<string, object>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [{ name: 'pods', kind: 'Pod', singularName: 'pod', namespaced: true, verbs: ['get', 'list', 'watch'] }],
  },
  '/api/v1/pods': { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: [] },
  '/version': { major: '1', minor: '30', gitVersion: 'v1.30.0' },
};

export interface Api {
  readonly home: string;
  /** Environment of a program that is to find it. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startApi(): Promise<Api> {
  const server = http.createServer((request, response) => {
    const answer = ANSWERS[(request.url ?? '').split('?')[0] ?? ''];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(answer ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 }),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const port = String((server.address() as AddressInfo).port);
  const host = `http://127.0.0.1:${port}`;
  const home = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'tuner-home-'));
  const config = path.join(home, '.kube/config');
  fs.mkdirSync(path.dirname(config));
  fs.writeFileSync(
    config,
    `apiVersion: v1
kind: Config
current-context: here
clusters: [{name: here, cluster: {server: "${host}"}}]
users: [{name: me, user: {token: none}}]
contexts: [{name: here, context: {cluster: here, user: me}}, {name: there, context: {cluster: here, user: me}}]
`,
  );
  fs.writeFileSync(path.join(home, 'token'), 'none');
  return {
    home,
    env: {
      HOME: home,
      USERPROFILE: home,
      KUBECONFIG: config,
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: port,
      PROBE_HOST: host,
      PROBE_TOKEN: path.join(home, 'token'),
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          fs.rmSync(home, { recursive: true, force: true });
          resolve();
        });
      }),
  };
}
