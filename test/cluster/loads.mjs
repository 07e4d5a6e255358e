// Loads by name: each makes one controller slow for one reason, and leaves the others idle.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rig, RIG_WAIT } from './cluster.mjs';
import { takeLock } from './lib/lock.mjs';
import { here } from './lib/places.mjs';

/**
 * @typedef {'widgets-throttled' | 'gadgets-cpu' | 'workers-starved' | 'backoff' | 'fight' | 'stamp' | 'noop' | 'volumes'} LoadName
 * @typedef {{ rates?: Record<string, number>, set?: string[], file?: string, flags?: string[] }} Load
 *   rates: objects a second, by kind; set: changes of workloads (`rig apply --set`); file: a manifest of manifests/loads that
 *   is there only meanwhile; flags: of kube-controller-manager.
 */

/** @type {Record<LoadName, Load>} */
const loads = {
  // 5 widgets a second need 20 ConfigMap writes; the client allows 2. It stays the bottleneck even on a machine so busy
  // that the API server takes a tenth of a second for each write.
  'widgets-throttled': { rates: { widgets: 5 }, set: ['widgets-system/widgets-controller:arg=--qps=2'] },
  // About half a second of hashing per gadget in one worker: it handles two or three of the five gadgets a second.
  'gadgets-cpu': {
    rates: { gadgets: 5 },
    set: [
      'gadgets-system/gadgets-controller-manager:arg=--cpu-share=0.95',
      'gadgets-system/gadgets-controller-manager:arg=--rounds=6000000',
    ],
  },
  // One worker handles two orders a second.
  'workers-starved': { rates: { starved: 5 }, file: 'starved.yaml' },
  // Each order is tried five times on average, which stays below the queue's own limit of 10 retries a second.
  backoff: { rates: { failing: 1.5 }, file: 'failing.yaml' },
  // 20 paints, each painted over after 0.3 s: 33 writes a second by each controller, below their limit.
  fight: {
    set: ['red', 'blue'].flatMap((color) => [
      `paints-system/${color}:arg=--qps=100`,
      `paints-system/${color}:arg=--pause=300ms`,
    ]),
  },
  // Each writes the time into all 20 paints in turn, six writes a second in all.
  stamp: { file: 'stamp.yaml' },
  noop: { file: 'noop.yaml' },
  // Each volume needs one write to become available, and four more to bind it to its claim.
  volumes: { rates: { volumes: 6 }, flags: ['--kube-api-qps=2', '--kube-api-burst=3'] },
};

/** Names for `load`, `healthy` among them. @type {readonly string[]} */
export const loadNames = [...Object.keys(loads), 'healthy'];

/** Widgets and gadgets a second that no controller is busy with. */
const CALM = 0.2;
/** The rate that `up` starts with. */
const FIRST = 2;

/**
 * Switches loads on or off, and returns when that is in effect: pods are rolled out, and their metrics answer. Once a
 * load has been switched by name, every load that is not on is calm. `healthy` on switches all loads off; `healthy` off
 * restores the state after `up` (two objects of each kind a second; red and blue fight slowly).
 * @param {import('./cluster.mjs').Cluster} cluster
 * @param {readonly string[]} names of `loadNames`
 * @param {boolean} on
 * @param {{ log?: (line: string) => void, signal?: AbortSignal }} [options]
 * @returns {Promise<readonly LoadName[]>} what is on now
 */
export async function load(cluster, names, on, options = {}) {
  for (const name of names)
    if (!loadNames.includes(name))
      throw new Error(`There is no load named "${name}". There are: ${loadNames.join(', ')}.`);
  const named = /** @type {LoadName[]} */ (names.filter((name) => name !== 'healthy'));
  const healthy = named.length < names.length;
  return switched(cluster, options, (before) => {
    if (healthy) return on ? [] : undefined;
    return on ? [...new Set([...(before ?? []), ...named])] : (before ?? []).filter((other) => !named.includes(other));
  });
}

/**
 * Switches these loads on and all others off, in one step.
 * @param {import('./cluster.mjs').Cluster} cluster
 * @param {readonly LoadName[]} names
 * @param {{ log?: (line: string) => void, signal?: AbortSignal }} [options]
 */
export async function only(cluster, names, options = {}) {
  await switched(cluster, options, () => [...names]);
}

/**
 * @param {import('./cluster.mjs').Cluster} cluster
 * @param {{ log?: (line: string) => void, signal?: AbortSignal }} options
 * @param {(before: LoadName[] | undefined) => LoadName[] | undefined} wanted
 */
async function switched(cluster, options, wanted) {
  const unlock = await takeLock(`${cluster.dir}.loads.lock`, {
    log: options.log ?? (() => {}),
    signal: options.signal,
    what: 'switching a load',
  });
  try {
    const before = loadsOf(cluster);
    const after = wanted(before);
    await change(cluster, after, before, options);
    if (after === undefined) rmSync(stateFile(cluster), { force: true });
    else writeFileSync(stateFile(cluster), JSON.stringify(after));
    return after ?? [];
  } finally {
    unlock();
  }
}

/**
 * The loads that are on; undefined until a load is switched by name. @param {import('./cluster.mjs').Cluster} cluster
 * @returns {LoadName[] | undefined}
 */
export function loadsOf(cluster) {
  return existsSync(stateFile(cluster)) ? JSON.parse(readFileSync(stateFile(cluster), 'utf8')) : undefined;
}

const stateFile = (/** @type {import('./cluster.mjs').Cluster} */ cluster) => join(cluster.dir, 'loads.json');

/**
 * @param {import('./cluster.mjs').Cluster} cluster
 * @param {LoadName[] | undefined} wanted @param {LoadName[] | undefined} before
 * @param {{ log?: (line: string) => void, signal?: AbortSignal }} options
 */
async function change(cluster, wanted, before, options) {
  const at = ['--kubeconfig', join(cluster.dir, 'rig.kubeconfig')];
  const on = (wanted ?? []).map((name) => loads[name]);
  const calm = wanted === undefined ? FIRST : CALM;
  const rates = Object.assign({}, ...on.map((one) => one.rates ?? {}));
  await rig(['rate', ...at, String(calm), ...Object.entries(rates).map(([kind, rate]) => `${kind}=${rate}`)], options);

  const set = on.flatMap((one) => one.set ?? []);
  if (wanted !== undefined && !wanted.includes('fight')) set.push('paints-system/blue:replicas=0');
  if (wanted !== undefined) {
    // Drain the queues that earlier loads left: let the client write faster, and the upstream answer quickly.
    if (!wanted.includes('widgets-throttled')) set.push('widgets-system/widgets-controller:arg=--qps=50');
    set.push('leaky-system/leaky:arg=--upstream-latency=20ms');
  }
  const files = on.flatMap((one) => (one.file === undefined ? [] : [join(here, 'manifests', 'loads', one.file)]));
  const samples = ['20-widgets.yaml', '30-gadgets.yaml', '40-leaky.yaml', '50-paints.yaml'].map((name) =>
    join(here, 'controllers', 'config', name),
  );
  await rig(
    ['apply', ...at, '--node', cluster.node, ...set.flatMap((text) => ['--set', text]), ...samples, ...files],
    options,
  );

  const gone = (before ?? []).filter((name) => !(wanted ?? []).includes(name));
  const goneFiles = gone.flatMap((name) =>
    loads[name].file === undefined ? [] : [join(here, 'manifests', 'loads', loads[name].file)],
  );
  writeStaticPod(
    cluster.dir,
    on.flatMap((one) => one.flags ?? []),
  );
  await rig(
    ['delete', ...at, ...(gone.includes('volumes') ? ['--volumes', 'samples.example.com/volume'] : []), ...goneFiles],
    options,
  );
  await rig(
    [
      'wait',
      '--settings',
      join(cluster.dir, 'rig.json'),
      '--leases',
      'kube-system/kube-controller-manager',
      '--timeout',
      RIG_WAIT,
    ],
    options,
  );
}

/**
 * The rig replaces the static pod when its manifest changes, as a kubelet does. @param {string} dir @param {string[]}
 * flags
 */
function writeStaticPod(dir, flags) {
  const file = join(dir, 'manifests', 'kube-controller-manager.yaml');
  const text = readFileSync(join(here, 'manifests', 'kube-controller-manager.yaml'), 'utf8').replace(
    /^( *- )--kubeconfig=.*$/m,
    (line, dash) => [...flags.map((flag) => dash + flag), line].join('\n'),
  );
  if (text !== readFileSync(file, 'utf8')) writeFileSync(file, text);
}
