/**
 * Which Services and pods of a cluster may be a Prometheus, or speak its API: by labels, names, images and ports. Rules
 * over records; only an answer tells whether one really is (find.ts).
 */
import { selects } from '../../controllers/selector';
import type { ClusterObjects, ContainerRecord, PodRecord, ServiceRecord } from '../../controllers/types';

export type PrometheusKind = 'Prometheus' | 'Thanos' | 'Mimir' | 'VictoriaMetrics';

/** A port of some pods that may answer. */
export interface Candidate {
  /** `namespace/name` of the Service, or of a pod without one. */
  readonly id: string;
  readonly kind: PrometheusKind;
  readonly namespace: string;
  readonly service: { readonly name: string; readonly port: number } | undefined;
  /** Ready pods behind it now, by name; asked again before each request. */
  pods(): readonly { readonly namespace: string; readonly pod: string; readonly port: number }[];
  readonly scheme: 'http' | 'https';
  /** Paths in front of /api/v1 to try; the first that answers counts. */
  readonly prefixes: readonly string[];
  /** Why it is a candidate, a short phrase. */
  readonly how: string;
  /** Higher comes first: what sees more (queriers) before what sees less. */
  readonly rank: number;
}

interface Rule {
  readonly kind: PrometheusKind;
  /** Matches `app.kubernetes.io/name`, `app`, or the name of the Service or pod, all in lower case. */
  readonly name: RegExp;
  /** Matches the last part of an image's name, without tag. */
  readonly image: RegExp;
  /** The argument that gives a container this role, where one image has many. */
  readonly role?: RegExp;
  /** Names of ports, best first, then numbers: the defaults of the upstream charts. */
  readonly ports: readonly (string | number)[];
  readonly prefixes: readonly string[];
  readonly rank: number;
}

/** Parts of these systems, and others with similar names, that answer no queries. */
const OTHERS =
  /alertmanager|node-exporter|exporter|operator(?!-prometheus)|pushgateway|kube-state-metrics|adapter|blackbox|grafana|sidecar|store-?gateway|storegateway|compact|receive|ruler|distributor|ingester|rollout|memcached|overrides|vmagent|vminsert|vmalert|vmstorage|vmauth|thanos-(store|rule|bucket)|config-reloader|webhook|etcd|discovery|controller-manager/;

const RULES: readonly Rule[] = [
  {
    kind: 'Mimir',
    name: /(mimir|cortex).*(query-?frontend|gateway|nginx)|^(mimir|cortex)$/,
    image: /^(mimir|cortex)$/,
    role: /query-frontend|target=all/,
    ports: ['http-metrics', 'http', 8080, 80, 9009],
    prefixes: ['/prometheus', '/api/prom', ''],
    rank: 40,
  },
  {
    kind: 'Thanos',
    name: /thanos.*quer(y|ier)|^quer(y|ier)(-frontend)?$/,
    image: /^thanos$/,
    role: /^query(-frontend)?$/,
    ports: ['http', 'http-query', 10902, 9090],
    prefixes: [''],
    rank: 30,
  },
  {
    kind: 'VictoriaMetrics',
    name: /vmselect/,
    image: /^vmselect$/,
    ports: ['http', 8481],
    prefixes: ['/select/0/prometheus', '/select/multitenant/prometheus'],
    rank: 20,
  },
  {
    kind: 'VictoriaMetrics',
    name: /vmsingle|victoria-?metrics(-single)?(-server)?$/,
    image: /^victoria-metrics$/,
    ports: ['http', 8428, 8429],
    prefixes: ['', '/prometheus'],
    rank: 20,
  },
  {
    kind: 'Prometheus',
    name: /(^|-)prometheus(-|$)/,
    image: /^prometheus$/,
    ports: ['web', 'http-web', 'http', 'prometheus', 9090, 80],
    prefixes: ['', '/prometheus'],
    rank: 10,
  },
];

/** All candidates, most promising first. A pod behind a Service is no candidate of its own. */
export function candidates(objects: ClusterObjects): readonly Candidate[] {
  const out = new Map<string, Candidate>();
  const taken = new Set<string>();
  const rank = (c: Candidate): number => c.rank + (c.namespace.includes('monitoring') ? 1 : 0);
  for (const service of objects.services.values()) {
    const found = ofService(service, objects);
    if (!found) continue;
    // prometheus-k8s and prometheus-operated lead to the same pods: keep the one with the shorter name.
    const behind = [...objects.pods.values()]
      .filter((p) => p.namespace === service.namespace && selects(service.selector, p.labels))
      .map((p) => p.uid)
      .sort();
    const key = behind.length === 0 ? found.id : `${found.kind} ${behind.join(' ')}`;
    const other = out.get(key);
    if (!other || found.id.length < other.id.length) out.set(key, found);
    for (const uid of behind) taken.add(uid);
  }
  for (const pod of objects.pods.values()) {
    if (taken.has(pod.uid) || !pod.ready || pod.deleting) continue;
    const found = ofPod(pod, objects);
    if (found) out.set(pod.uid, found);
  }
  return [...out.values()].sort((a, b) => rank(b) - rank(a) || (a.id < b.id ? -1 : 1));
}

function ofService(service: ServiceRecord, objects: ClusterObjects): Candidate | undefined {
  const names = namesOf(service.name, { ...service.selector, ...service.labels });
  const pods = (): readonly PodRecord[] =>
    [...objects.pods.values()]
      .filter((p) => p.namespace === service.namespace && p.ready && !p.deleting && selects(service.selector, p.labels))
      .sort(byName);
  const container = pods().flatMap((p) => p.containers);
  const rule = RULES.find((r) => matches(r, names, container));
  const port = rule && choose(rule, service.ports);
  if (!rule || !port) return undefined;
  return {
    id: `${service.namespace}/${service.name}`,
    kind: rule.kind,
    namespace: service.namespace,
    service: { name: service.name, port: port.port },
    pods: () =>
      pods().flatMap((p) => {
        const number = typeof port.targetPort === 'number' ? port.targetPort : numberOf(p, port.targetPort);
        return number === undefined ? [] : [{ namespace: p.namespace, pod: p.name, port: number }];
      }),
    scheme: schemeOf(port.name, container),
    prefixes: prefixesOf(rule, container),
    how: `the Service ${service.name}, port ${port.port}`,
    rank: rule.rank,
  };
}

function ofPod(pod: PodRecord, objects: ClusterObjects): Candidate | undefined {
  const rule = RULES.find((r) =>
    pod.containers.some((c) => r.image.test(imageName(c)) && (!r.role || c.args.some((a) => r.role!.test(a)))),
  );
  if (!rule || OTHERS.test(pod.name)) return undefined;
  const ports = pod.containers.flatMap((c) => c.ports).map((p) => ({ name: p.name, port: p.port, targetPort: p.port }));
  const fallback = rule.ports.find((p) => typeof p === 'number');
  const port = choose(rule, ports)?.port ?? (typeof fallback === 'number' ? fallback : undefined);
  if (port === undefined) return undefined;
  return {
    id: `${pod.namespace}/${pod.name}`,
    kind: rule.kind,
    namespace: pod.namespace,
    service: undefined,
    pods: () => {
      const now = objects.pods.get(pod.uid);
      return now?.ready === true && !now.deleting ? [{ namespace: pod.namespace, pod: pod.name, port }] : [];
    },
    scheme: schemeOf('', pod.containers),
    prefixes: prefixesOf(rule, pod.containers),
    how: `the image of the pod ${pod.name}`,
    rank: rule.rank - 5,
  };
}

function matches(rule: Rule, names: readonly string[], containers: readonly ContainerRecord[]): boolean {
  if (names.some((n) => OTHERS.test(n))) return false;
  if (names.some((n) => rule.name.test(n))) return true;
  return containers.some(
    (c) => rule.image.test(imageName(c)) && (!rule.role || c.args.some((a) => rule.role!.test(a))),
  );
}

function namesOf(name: string, labels: Readonly<Record<string, string>>): string[] {
  const app = labels['app.kubernetes.io/name'] ?? labels['app'] ?? labels['k8s-app'] ?? '';
  const component = labels['app.kubernetes.io/component'] ?? '';
  return [name, app, app !== '' && component !== '' ? `${app}-${component}` : '']
    .filter((n) => n !== '')
    .map((n) => n.toLowerCase());
}

function choose<T extends { readonly name: string; readonly port: number }>(
  rule: Rule,
  ports: readonly T[],
): T | undefined {
  for (const wanted of rule.ports) {
    const found = ports.find((p) => (typeof wanted === 'number' ? p.port === wanted : p.name === wanted));
    if (found) return found;
  }
  return ports.length === 1 ? ports[0] : undefined;
}

function numberOf(pod: PodRecord, name: string): number | undefined {
  return pod.containers.flatMap((c) => c.ports).find((p) => p.name === name)?.port;
}

/**
 * https for a port of that name. Prometheus' own TLS (`--web.config.file`) can't be read from here; http is nearly
 * always right.
 */
function schemeOf(portName: string, containers: readonly ContainerRecord[]): 'http' | 'https' {
  return /^https|-https$/.test(portName) || containers.some((c) => c.args.some((a) => /^--web\.https/.test(a)))
    ? 'https'
    : 'http';
}

/** First the path of `--web.route-prefix`, else of `--web.external-url`; then the usual ones. */
function prefixesOf(rule: Rule, containers: readonly ContainerRecord[]): readonly string[] {
  const args = containers.flatMap((c) => c.args);
  const flag = (name: string): string | undefined => {
    const at = args.findIndex((a) => a === name || a.startsWith(`${name}=`));
    return at < 0 ? undefined : args[at] === name ? args[at + 1] : args[at]!.slice(name.length + 1);
  };
  let told = flag('--web.route-prefix') ?? flag('-http.pathPrefix');
  if (told === undefined) {
    try {
      told = new URL(flag('--web.external-url') ?? '').pathname;
    } catch {
      /* none */
    }
  }
  const clean = told === undefined ? undefined : `/${told}`.replace(/\/{2,}/g, '/').replace(/\/$/, '');
  return clean === undefined ? rule.prefixes : [...new Set([clean, ...rule.prefixes])];
}

const imageName = (c: ContainerRecord): string =>
  (c.image.split('@', 1)[0]!.split('/').pop() ?? '').split(':', 1)[0]!.toLowerCase();
const byName = (a: PodRecord, b: PodRecord): number => (a.name < b.name ? -1 : 1);
