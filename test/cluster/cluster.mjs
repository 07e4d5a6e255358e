// The test cluster: up, down, and its status.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SLOWNESS } from '../../scripts/lib/slowness.mjs';
import { ensureBinaries, run } from './build.mjs';
import { takeLock } from './lib/lock.mjs';
import { defaultRunDir, here } from './lib/places.mjs';
import { rigSettings, socketFile, writeManifests } from './lib/rig-settings.mjs';
import { alive, end, forget, listed, logTail, startDetached } from './lib/processes.mjs';

export { defaultRunDir };

/**
 * @typedef {{ apiserver: number, etcd: number, etcdPeer: number, kubelet: number, network: number }} Ports
 * @typedef {{ namespace: string, pod: string, program: string, pid: number, ports: Record<string, number>, restarts: number }} PodProcess
 *   `ports`: port of this machine by container port.
 * @typedef {{ dir: string, kubeconfig: string, env: Record<string, string>, ports: Ports, node: string, context: string,
 *   limitedKubeconfig: string, noaccessKubeconfig: string, pids: Record<string, number>,
 *   processes: () => PodProcess[], down: () => Promise<void> }} Cluster
 */

const contextName = 'tuner-test';
const leases = [
  'widgets-system/widgets.example.com',
  'gadgets-system/gadgets.example.com',
  'kube-system/kube-controller-manager',
];

/** Time limit for the API server to be ready, s; it takes 8 on two idle cores. */
const READY_S = 240 * SLOWNESS;
/**
 * `--timeout` of `rig wait`: for pods to run, their processes to answer and leases to be held. Takes 8 s on two idle
 * cores.
 */
export const RIG_WAIT = `${300 * SLOWNESS}s`;

/** A Node's name must be a lower-case DNS name; kube-controller-manager uses the host name unchanged. */
const nodeName =
  hostname()
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '') || 'node-0';

/**
 * Starts a cluster in a run folder (a new temporary one by default) and waits until everything works. A cluster that
 * already runs there is returned as it is; the remains of a dead one are removed.
 * @param {{ dir?: string, rate?: number, owner?: number, log?: (line: string) => void, signal?: AbortSignal }} [options]
 *   rate: how many objects of each kind the load makes a second, 2 by default;
 *   owner: a process without which the cluster ends by itself (a test run's own id, so that a killed run leaves nothing)
 * @returns {Promise<Cluster>}
 * @throws Error that names the failed part, with the end of its log; everything is stopped by then
 */
export async function up({ dir, rate = 2, owner = 0, log = () => {}, signal } = {}) {
  const runDir = resolve(dir ?? mkdtempSync(join(tmpdir(), 'tuner-cluster-')));
  const bin = await ensureBinaries({ log, signal });
  mkdirSync(join(runDir, '..'), { recursive: true });
  const unlock = await takeLock(`${runDir}.lock`, { log, signal, what: 'starting or ending this cluster' });
  try {
    if (status(runDir)?.whole) {
      if (recorded(runDir).bin === JSON.stringify(bin)) {
        log(`already running in ${runDir}`);
        return describe(runDir);
      }
      log('its programs have changed: starting it anew');
    }
    await endAll(runDir);
    for (let attempt = 1; ; attempt++) {
      try {
        await start(runDir, { bin, rate, log, signal, owner, temporary: dir === undefined });
        return describe(runDir);
      } catch (error) {
        const logs = ['etcd', 'kube-apiserver', 'kwok', 'rig'].map((name) => logTail(runDir, name, 50)).join('\n');
        await endAll(runDir);
        // Ports are found free and then taken: another process may take one in between.
        if (attempt < 3 && !signal?.aborted && /address already in use/.test(logs)) continue;
        throw error;
      }
    }
  } finally {
    unlock();
  }
}

/**
 * Stops the cluster of a run folder and waits until its processes are gone. Does nothing if there is none. Keeps the
 * logs, unless `up` made a temporary folder: that is removed.
 * @param {string} dir
 */
export async function down(dir = defaultRunDir()) {
  if (!existsSync(dir)) return;
  const unlock = await takeLock(`${resolve(dir)}.lock`, { log: () => {}, what: 'starting or ending this cluster' });
  try {
    const temporary = existsSync(join(dir, 'cluster.json')) && recorded(dir).temporary;
    await endAll(dir);
    if (temporary) rmSync(dir, { recursive: true, force: true });
  } finally {
    unlock();
  }
}

/**
 * What runs in a run folder; undefined if nothing does. `whole`: it became ready, and no part has died since.
 * @param {string} dir
 */
export function status(dir = defaultRunDir()) {
  const programs = listed(dir).map((one) => ({ ...one, alive: alive(one) }));
  if (!programs.some((one) => one.alive)) return undefined;
  const core = ['etcd', 'kube-apiserver', 'kwok', 'rig'];
  const whole =
    existsSync(join(dir, 'cluster.json')) &&
    core.every((name) => programs.some((one) => one.name === name && one.alive));
  return { dir, whole, programs, processes: processesOf(dir) };
}

/** The cluster of the shared run folder, if it runs. @returns {Cluster | undefined} */
export function findRunning(dir = defaultRunDir()) {
  return status(dir)?.whole ? describe(dir) : undefined;
}

/**
 * Runs one of the rig's commands against a cluster. @param {string[]} args @param {{ log?: (line: string) => void,
 * signal?: AbortSignal }} [options]
 */
export async function rig(args, { log = () => {}, signal } = {}) {
  const bin = await ensureBinaries({ log, signal });
  await call(bin.rig, args, { log, signal });
}

/**
 * Fills a cluster with workloads and running pods for the scale bench. kube-controller-manager is paused meanwhile and
 * restarted afterwards, so that it counts pods only once all of them exist.
 * @param {Cluster} cluster
 * @param {{ pods?: number, workloads?: number, log?: (line: string) => void, signal?: AbortSignal }} [options]
 */
export async function fill(cluster, { pods = 10_000, workloads = 500, log = () => {}, signal } = {}) {
  const manager = cluster.processes().find((one) => one.program === 'kube-controller-manager');
  // The rig restarts it at once, as a kubelet would.
  if (manager) process.kill(manager.pid, 'SIGSTOP');
  try {
    await rig(['fill', '--kubeconfig', cluster.kubeconfig, '--pods', String(pods), '--workloads', String(workloads)], {
      log,
      signal,
    });
  } finally {
    if (manager) process.kill(manager.pid, 'SIGKILL');
  }
}

/** @param {string} dir @returns {Cluster} */
function describe(dir) {
  const { ports, node } = recorded(dir);
  const kubeconfig = join(dir, 'admin.kubeconfig');
  return {
    dir,
    ports,
    node,
    kubeconfig,
    context: contextName,
    env: { KUBECONFIG: kubeconfig },
    limitedKubeconfig: join(dir, 'limited.kubeconfig'),
    noaccessKubeconfig: join(dir, 'noaccess.kubeconfig'),
    pids: Object.fromEntries(listed(dir).map((one) => [one.name, one.pid])),
    processes: () => processesOf(dir),
    down: () => down(dir),
  };
}

/**
 * What `up` noted when all was ready. @param {string} dir @returns {{ ports: Ports, node: string, bin: string,
 * temporary: boolean }}
 */
function recorded(dir) {
  return JSON.parse(readFileSync(join(dir, 'cluster.json'), 'utf8'));
}

/** @param {string} dir @returns {PodProcess[]} */
function processesOf(dir) {
  try {
    return JSON.parse(readFileSync(join(dir, 'processes.json'), 'utf8'));
  } catch {
    return [];
  }
}

/** Ends all programs that a run folder lists, and removes its contents except the logs. @param {string} dir */
async function endAll(dir) {
  const programs = listed(dir);
  const named = (/** @type {string} */ name) => programs.filter((one) => one.name === name);
  // First the rig: it ends the controllers, which still need the API server to shut down cleanly. Then whatever is
  // left.
  await end(named('rig'), 12_000);
  await end(
    programs.filter((one) => !['etcd', 'kube-apiserver'].includes(one.name)),
    3_000,
  );
  // These two have no state worth saving.
  await end(named('kube-apiserver'), 1_500);
  await end(named('etcd'), 1_500);
  forget(dir);
  for (const name of [
    'cluster.json',
    'processes.json',
    'loads.json',
    'etcd',
    'prometheus',
    'pki',
    'pods',
    'images',
    'manifests',
    'egress.json',
    'network.sock',
    'rig.json',
    'kwok.yaml',
    'node.yaml',
    ...['admin', 'rig', 'controller-manager', 'limited', 'noaccess'].map((user) => `${user}.kubeconfig`),
  ]) {
    rmSync(join(dir, name), { recursive: true, force: true });
  }
}

/**
 * @param {string} dir
 * @param {{ bin: import('./build.mjs').Binaries, rate: number, owner: number, temporary: boolean, log: (line: string) => void, signal?: AbortSignal }} how
 */
async function start(dir, { bin, rate, owner, temporary, log, signal }) {
  const began = Date.now();
  rmSync(join(dir, 'logs'), { recursive: true, force: true });
  for (const name of ['logs', 'pids', 'pods']) mkdirSync(join(dir, name), { recursive: true, mode: 0o700 });
  const [apiserver, etcd, etcdPeer, kubelet, network] = await freePorts(5);
  const ports = { apiserver, etcd, etcdPeer, kubelet, network };
  const at = (/** @type {string} */ name) => join(dir, name);
  const pki = (/** @type {string} */ name) => join(dir, 'pki', name);
  mkdirSync(at('manifests'), { recursive: true });
  const launch = (/** @type {string} */ name, /** @type {string} */ program, /** @type {string[]} */ args) =>
    startDetached(dir, name, program, args);
  const server = `https://127.0.0.1:${apiserver}`;
  const step = (/** @type {string} */ text) =>
    log(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${text}`);

  step('certificates and etcd');
  await call(bin.rig, ['pki', '--dir', dir, '--server', server, '--context', contextName], { signal });
  const store = launch('etcd', bin.etcd, [
    `--data-dir=${at('etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${etcd}`,
    `--advertise-client-urls=http://127.0.0.1:${etcd}`,
    `--listen-peer-urls=http://127.0.0.1:${etcdPeer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${etcdPeer}`,
    `--initial-cluster=default=http://127.0.0.1:${etcdPeer}`,
    '--unsafe-no-fsync', // nothing in here has to outlive the machine
    '--quota-backend-bytes=4294967296',
    '--auto-compaction-retention=10m',
  ]);

  step('API server');
  // The API server proxies Services to pods by the pods' addresses: the rig's pod network provides the route.
  writeFileSync(
    at('egress.json'),
    JSON.stringify({
      apiVersion: 'apiserver.k8s.io/v1beta1',
      kind: 'EgressSelectorConfiguration',
      egressSelections: [
        {
          name: 'cluster',
          connection: { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: socketFile(dir) } } },
        },
      ],
    }),
  );
  const api = launch('kube-apiserver', bin['kube-apiserver'], [
    `--etcd-servers=http://127.0.0.1:${etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${apiserver}`,
    `--tls-cert-file=${pki('apiserver.crt')}`,
    `--tls-private-key-file=${pki('apiserver.key')}`,
    `--client-ca-file=${pki('ca.crt')}`,
    `--requestheader-client-ca-file=${pki('ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--authorization-mode=Node,RBAC',
    '--service-cluster-ip-range=10.0.0.0/16',
    '--endpoint-reconciler-type=none',
    `--service-account-key-file=${pki('sa.pub')}`,
    `--service-account-signing-key-file=${pki('sa.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--kubelet-client-certificate=${pki('apiserver-kubelet-client.crt')}`,
    `--kubelet-client-key=${pki('apiserver-kubelet-client.key')}`,
    `--kubelet-certificate-authority=${pki('ca.crt')}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--egress-selector-config-file=${at('egress.json')}`,
  ]);
  await untilReady(dir, server, [store, api], signal);

  step('kwok, and the samples');
  const admin = at('rig.kubeconfig');
  await call(bin.rig, ['apply', '--kubeconfig', admin, join(bin.kwokFiles, 'crds')], { signal });
  // Port-forwards and logs are configured through the API only: kwok accepts no file with objects of a kind that it
  // watches. It applies no defaults to options from a file, so everything that matters is listed; the first option
  // makes `fill` fast.
  const kwokOptions = {
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    kind: 'KwokConfiguration',
    options: {
      podPlayStageParallelism: 32,
      nodePlayStageParallelism: 4,
      nodeLeaseParallelism: 4,
      podsOnNodeSyncParallelism: 1,
      enablePodsOnNodeSyncListPager: true,
      enablePodsOnNodeSyncStreamWatch: false,
      enableDebuggingHandlers: true, // port-forward and logs
      enableProfilingHandler: false,
      enableContentionProfiling: false,
    },
  };
  writeFileSync(
    at('kwok.yaml'),
    `${JSON.stringify(kwokOptions)}\n---\n${readFileSync(join(bin.kwokFiles, 'stages.yaml'), 'utf8')}`,
  );
  const kwok = launch('kwok', bin.kwok, [
    `--config=${at('kwok.yaml')}`,
    `--kubeconfig=${admin}`,
    '--manage-all-nodes',
    '--enable-crds=PortForward,Logs',
    '--node-lease-duration-seconds=40',
    '--node-ip=127.0.0.1',
    `--node-port=${kubelet}`,
    `--server-address=127.0.0.1:${kubelet}`,
    `--tls-cert-file=${pki('kubelet.crt')}`,
    `--tls-private-key-file=${pki('kubelet.key')}`,
    '--cidr=10.64.0.0/16',
  ]);
  writeFileSync(
    at('node.yaml'),
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: nodeName,
        labels: { 'kubernetes.io/hostname': nodeName, 'node-role.kubernetes.io/control-plane': '' },
      },
    }),
  );
  writeFileSync(at('rig.json'), JSON.stringify(rigSettings(dir, bin, { owner, network, node: nodeName })), {
    mode: 0o600,
  });
  writeManifests(dir, network);
  await call(
    bin.rig,
    [
      'apply',
      '--kubeconfig',
      admin,
      '--node',
      nodeName,
      at('node.yaml'),
      join(here, 'controllers', 'config'),
      join(here, 'manifests', 'access.yaml'),
      at('manifests/monitoring.yaml'),
    ],
    { signal },
  );
  await call(bin.rig, ['rate', '--kubeconfig', admin, String(rate)], { signal });

  step('kube-controller-manager and the controllers');
  const supervisor = launch('rig', bin.rig, ['pods', '--settings', at('rig.json')]);
  for (const [file, namespace, account, contextNamespace] of [
    ['limited', 'widgets-system', 'viewer', 'widgets-system'],
    ['noaccess', 'workshop', 'nobody', ''],
  ]) {
    await call(
      bin.rig,
      [
        'token',
        '--kubeconfig',
        admin,
        '--namespace',
        namespace,
        '--account',
        account,
        '--context',
        contextName,
        '--context-namespace',
        contextNamespace,
        '--output',
        at(`${file}.kubeconfig`),
      ],
      { signal },
    );
  }
  const core = [store, api, kwok, supervisor];
  const died = new AbortController();
  const watch = setInterval(() => {
    if (!core.every(alive)) died.abort();
  }, 500);
  try {
    const either = signal ? AbortSignal.any([signal, died.signal]) : died.signal;
    await call(bin.rig, ['wait', '--settings', at('rig.json'), '--leases', leases.join(','), '--timeout', RIG_WAIT], {
      signal: either,
      log: step,
    });
  } catch (error) {
    signal?.throwIfAborted();
    const dead = core.find((one) => !alive(one))?.name;
    const what = dead ? `${dead} ended at its start.` : /** @type {Error} */ (error).message;
    throw new Error(
      `${what}\nThe end of ${join(dir, 'logs', `${dead ?? 'rig'}.log`)}:\n${logTail(dir, dead ?? 'rig')}`,
    );
  } finally {
    clearInterval(watch);
  }
  writeFileSync(at('cluster.json'), JSON.stringify({ ports, node: nodeName, bin: JSON.stringify(bin), temporary }));
  step('ready');
}

/**
 * Runs a program to its end. @param {string} program @param {string[]} args @param {{ log?: (line: string) => void,
 * signal?: AbortSignal }} options
 */
async function call(program, args, { log, signal }) {
  const { code, errors } = await run(program, args, { signal, onLine: log });
  if (code !== 0) throw new Error(`rig ${errors.trim().split('\n').slice(-20).join('\n')}`);
}

/**
 * Waits until the API server's /readyz succeeds, which includes its default roles. Throws if a program ends.
 * @param {string} dir @param {string} server @param {import('./lib/processes.mjs').Running[]} programs @param {AbortSignal} [signal]
 */
async function untilReady(dir, server, programs, signal) {
  const agent = new https.Agent({
    ca: readFileSync(join(dir, 'pki', 'ca.crt')),
    cert: readFileSync(join(dir, 'pki', 'admin.crt')),
    key: readFileSync(join(dir, 'pki', 'admin.key')),
    keepAlive: false,
  });
  const ready = () =>
    new Promise((resolve) => {
      const request = https.get(`${server}/readyz`, { agent, timeout: 10_000 }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      request.on('timeout', () => request.destroy());
      request.on('error', () => resolve(false));
    });
  const deadline = Date.now() + READY_S * 1000;
  while (!(await ready())) {
    signal?.throwIfAborted();
    const dead = programs.find((one) => !alive(one));
    const late = Date.now() > deadline;
    if (dead || late) {
      const name = dead?.name ?? 'kube-apiserver';
      throw new Error(
        `${name} ${dead ? 'ended at its start' : `was not ready after ${READY_S} s`}. Its log (${join(dir, 'logs', `${name}.log`)}) ends:\n${logTail(dir, name)}`,
      );
    }
    await sleep(100, undefined, { signal });
  }
}

/** Free ports of the loopback interface. @param {number} count @returns {Promise<number[]>} */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer();
          server.on('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
