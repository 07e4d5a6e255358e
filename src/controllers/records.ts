import { intern, shared } from './intern';
import { list, number, object, text, time, type Json } from '../base/json';
import type {
  ContainerRecord,
  LabelSelector,
  LeaseRecord,
  MonitorEndpoint,
  MonitorRecord,
  OwnerRef,
  PodRecord,
  ServiceRecord,
  WorkloadRecord,
} from './types';

/** Environment variables that may say where something listens. Names that sound like a secret are never kept. */
const ENV_WANTED = /ADDR|PORT|LISTEN|BIND|PPROF|PROFIL|METRICS|DEBUG/i;
const ENV_SECRET = /PASS|SECRET|TOKEN|KEY|CRED|AUTH/i;
/** A longer argument is a script; its first part is enough. */
const LONGEST_ARG = 4096;

/** A Pod (JSON of the API) as a record; undefined when it has no name. Missing fields become empty ones. */
export function podRecord(obj: unknown): PodRecord | undefined {
  const pod = object(obj);
  const meta = object(pod['metadata']);
  const spec = object(pod['spec']);
  const status = object(pod['status']);
  const name = text(meta['name']);
  if (name === '') return undefined;
  const hostNetwork = spec['hostNetwork'] === true;
  const node = intern(text(spec['nodeName']));
  const statuses = [...list(status['initContainerStatuses']), ...list(status['containerStatuses'])].map(object);
  return {
    uid: text(meta['uid']) || `${text(meta['namespace'])}/${name}`,
    namespace: intern(text(meta['namespace'])),
    name,
    labels: strings(meta['labels']),
    annotations: strings(
      meta['annotations'],
      (key) => key.startsWith('prometheus.io/') || key === 'kubernetes.io/config.mirror',
    ),
    owner: ownerOf(meta),
    node,
    hostNetwork,
    serviceAccount: intern(text(spec['serviceAccountName']) || text(spec['serviceAccount']) || 'default'),
    hostname: hostNetwork ? node : text(spec['hostname']) || name,
    phase: intern(text(status['phase'])),
    ready: list(status['conditions']).some((c) => object(c)['type'] === 'Ready' && object(c)['status'] === 'True'),
    deleting: text(meta['deletionTimestamp']) !== '',
    restarts: statuses.reduce((sum, s) => sum + number(s['restartCount']), 0),
    reason: intern(whyNot(status, statuses)),
    createdAt: time(meta['creationTimestamp']),
    containers: containersOf(spec),
  };
}

/**
 * A Deployment, StatefulSet, DaemonSet or ReplicaSet as a record, from the whole object or its PartialObjectMetadata;
 * undefined when it has no name. The caller gives `kind`, since items of a list don't have it.
 */
export function workloadRecord(kind: string, obj: unknown): WorkloadRecord | undefined {
  const meta = object(object(obj)['metadata']);
  const name = text(meta['name']);
  if (name === '') return undefined;
  return {
    uid: text(meta['uid']) || `${kind}/${text(meta['namespace'])}/${name}`,
    kind: intern(kind),
    namespace: intern(text(meta['namespace'])),
    name,
    labels: strings(meta['labels']),
    owner: ownerOf(meta),
    createdAt: time(meta['creationTimestamp']),
  };
}

/**
 * A Lease as a record; undefined when it has no name, and for the heartbeats of nodes and API servers, which are
 * leases, too, but elect nobody.
 */
export function leaseRecord(obj: unknown): LeaseRecord | undefined {
  const meta = object(object(obj)['metadata']);
  const spec = object(object(obj)['spec']);
  const name = text(meta['name']);
  const namespace = text(meta['namespace']);
  if (name === '' || namespace === 'kube-node-lease') return undefined;
  const labels = object(meta['labels']);
  if ('apiserver.kubernetes.io/identity' in labels || labels['k8s.io/component'] === 'kube-apiserver') return undefined;
  return {
    namespace: intern(namespace),
    name: intern(name),
    holder: intern(text(spec['holderIdentity'])),
    renewedAt: time(spec['renewTime']) || time(spec['acquireTime']),
    durationSeconds: number(spec['leaseDurationSeconds']),
  };
}

/** A Service as a record; undefined when it has no name. A port without `targetPort` leads to the same number. */
export function serviceRecord(obj: unknown): ServiceRecord | undefined {
  const meta = object(object(obj)['metadata']);
  const spec = object(object(obj)['spec']);
  const name = text(meta['name']);
  if (name === '') return undefined;
  return {
    namespace: intern(text(meta['namespace'])),
    name,
    labels: strings(meta['labels']),
    annotations: strings(meta['annotations'], (key) => key.startsWith('prometheus.io/')),
    selector: strings(spec['selector']),
    ports: list(spec['ports'])
      .map(object)
      .map((p) => ({
        name: intern(text(p['name'])),
        port: number(p['port']),
        targetPort: intOrName(p['targetPort']) ?? number(p['port']),
      })),
  };
}

/** A ServiceMonitor or PodMonitor (monitoring.coreos.com/v1) as a record; undefined when it has no name. */
export function monitorRecord(kind: 'ServiceMonitor' | 'PodMonitor', obj: unknown): MonitorRecord | undefined {
  const meta = object(object(obj)['metadata']);
  const spec = object(object(obj)['spec']);
  const name = text(meta['name']);
  if (name === '') return undefined;
  const namespace = intern(text(meta['namespace']));
  const where = object(spec['namespaceSelector']);
  const named = list(where['matchNames'])
    .map(text)
    .filter((n) => n !== '');
  return {
    kind,
    namespace,
    name,
    selector: selectorOf(spec['selector']),
    namespaces: where['any'] === true ? 'any' : named.length > 0 ? named : [namespace],
    endpoints: list(spec[kind === 'PodMonitor' ? 'podMetricsEndpoints' : 'endpoints'])
      .map(object)
      .flatMap((e): MonitorEndpoint[] => {
        const port = text(e['port']) || intOrName(e['portNumber']) || intOrName(e['targetPort']);
        if (port === undefined || port === 0) return [];
        return [
          {
            port,
            path: text(e['path']) || '/metrics',
            scheme: text(e['scheme']).toLowerCase() === 'https' ? 'https' : 'http',
          },
        ];
      }),
  };
}

function selectorOf(v: unknown): LabelSelector {
  const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;
  return {
    matchLabels: strings(object(v)['matchLabels']),
    matchExpressions: list(object(v)['matchExpressions'])
      .map(object)
      .flatMap((e) => {
        const operator = operators.find((o) => o === e['operator']);
        return operator === undefined ? [] : [{ key: text(e['key']), operator, values: list(e['values']).map(text) }];
      }),
  };
}

function ownerOf(meta: Json): OwnerRef | undefined {
  const owners = list(meta['ownerReferences']).map(object);
  const owner = owners.find((o) => o['controller'] === true) ?? owners[0];
  if (owner === undefined) return undefined;
  const [kind, name, uid] = [text(owner['kind']), text(owner['name']), text(owner['uid'])];
  return shared(`owner${SEP}${kind}${SEP}${name}${SEP}${uid}`, () => ({ kind, name, uid }));
}

/** Separates the parts of a key: no text in Kubernetes contains it. */
const SEP = '\u0000';

/** A map of strings, with only the wanted keys; equal maps are one object. */
function strings(v: unknown, wanted?: (key: string) => boolean): Readonly<Record<string, string>> {
  const from = object(v);
  // Ten thousand pods pass through here, so the key is built without any other object.
  let key = 'map';
  for (const name in from)
    if (typeof from[name] === 'string' && wanted?.(name) !== false) key += SEP + name + SEP + (from[name] as string);
  return shared(key, () => {
    const made: Record<string, string> = {};
    for (const name in from)
      if (typeof from[name] === 'string' && wanted?.(name) !== false) made[intern(name)] = intern(from[name] as string);
    return made;
  });
}

function containersOf(spec: Json): readonly ContainerRecord[] {
  const containers = list(spec['containers']);
  // Init containers that always restart are native sidecars and run beside the others.
  const sidecars = list(spec['initContainers']).filter((c) => object(c)['restartPolicy'] === 'Always');
  const all = (sidecars.length === 0 ? containers : [...containers, ...sidecars]) as readonly Json[];
  let key = 'containers';
  for (const raw of all) {
    const c = object(raw);
    key += `${SEP}c${SEP}${text(c['name'])}${SEP}${text(c['image'])}`;
    for (const a of list(c['command'])) key += SEP + text(a);
    key += `${SEP}a`;
    for (const a of list(c['args'])) key += SEP + text(a);
    for (const e of list(c['env']))
      if (wantedEnv(object(e))) key += `${SEP}e${SEP}${text(object(e)['name'])}=${text(object(e)['value'])}`;
    for (const p of list(c['ports'])) {
      const { name, containerPort, protocol } = object(p);
      key += `${SEP}p${SEP}${text(name)}:${number(containerPort)}:${text(protocol)}`;
    }
  }
  return shared(key, () => all.map(containerOf));
}

function containerOf(raw: unknown): ContainerRecord {
  const c = object(raw);
  return {
    name: text(c['name']),
    image: text(c['image']),
    args: [...list(c['command']), ...list(c['args'])].map(text).map(cut),
    env: Object.fromEntries(
      list(c['env'])
        .map(object)
        .filter(wantedEnv)
        .map((e) => [text(e['name']), text(e['value'])]),
    ),
    ports: list(c['ports'])
      .map(object)
      .filter((p) => text(p['protocol']) !== 'UDP' && text(p['protocol']) !== 'SCTP')
      .map((p) => ({ name: text(p['name']), port: number(p['containerPort']) })),
  };
}

function wantedEnv(e: Json): boolean {
  const name = text(e['name']);
  const value = text(e['value']);
  return value !== '' && value.length <= 256 && ENV_WANTED.test(name) && !ENV_SECRET.test(name);
}

/** The first part of a very long argument, as a string of its own: a slice would keep the whole one alive. */
function cut(arg: string): string {
  return arg.length <= LONGEST_ARG ? arg : (JSON.parse(JSON.stringify(arg.slice(0, LONGEST_ARG))) as string);
}

/** `8080`, `"8080"` or `"metrics"`: Kubernetes' IntOrString. */
function intOrName(v: unknown): number | string | undefined {
  if (typeof v === 'number') return v;
  const s = text(v);
  return s === '' ? undefined : /^\d+$/.test(s) ? Number(s) : intern(s);
}

/** Why a pod waits or died, in Kubernetes' own word; '' when nothing is wrong. */
function whyNot(status: Json, statuses: readonly Json[]): string {
  if (text(status['reason']) !== '') return text(status['reason']);
  for (const s of statuses) {
    const waiting = text(object(object(s['state'])['waiting'])['reason']);
    if (waiting !== '' && waiting !== 'PodInitializing') return waiting;
  }
  for (const s of statuses) {
    const ended = object(object(s['state'])['terminated']);
    if (Object.keys(ended).length > 0 && number(ended['exitCode']) !== 0) return text(ended['reason']) || 'Error';
  }
  const unscheduled = list(status['conditions'])
    .map(object)
    .find((c) => c['type'] === 'PodScheduled' && c['status'] === 'False');
  return unscheduled === undefined ? '' : text(unscheduled['reason']);
}
