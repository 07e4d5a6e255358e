import { matches, selects } from './selector';
import type { ClusterObjects, MonitorEndpoint, MonitorRecord, PodRecord, ServiceRecord } from './types';

/** A monitor that reaches a pod, with the ports of the pod that it scrapes. */
export interface Scrape {
  readonly monitor: MonitorRecord;
  readonly endpoint: MonitorEndpoint;
  readonly port: number;
}

/** The objects that point at a pod. */
export interface Wired {
  readonly services: readonly ServiceRecord[];
  readonly scrapes: readonly Scrape[];
}

interface Kept {
  readonly services: readonly ServiceRecord[];
  readonly monitors: readonly MonitorRecord[];
  readonly wiring: Wiring;
}

/** The last wiring of each cluster, by its (live) map of Services. */
const kept = new WeakMap<object, Kept>();

/** The wiring of a cluster; the same object as before while its Services and monitors are the same. */
export function wiringOf(objects: ClusterObjects): Wiring {
  const services = [...objects.services.values()];
  const monitors = [...objects.monitors.values()];
  const before = kept.get(objects.services);
  if (before !== undefined && same(before.services, services) && same(before.monitors, monitors)) return before.wiring;
  const wiring = new Wiring(services, monitors);
  kept.set(objects.services, { services, monitors, wiring });
  return wiring;
}

function same<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

const NOT_WIRED: Wired = { services: [], scrapes: [] };

/**
 * Finds the Services and monitors of a pod without trying each of them: Services by a label that they select, monitors
 * by the namespaces in which they look. Pods with the same labels and ports share one answer.
 */
export class Wiring {
  readonly #services = new Map<string, ServiceRecord[]>();
  readonly #monitors = new Map<string, MonitorRecord[]>();
  readonly #answers = new Map<string, WeakMap<object, WeakMap<object, Wired>>>();

  constructor(services: Iterable<ServiceRecord>, monitors: Iterable<MonitorRecord>) {
    for (const service of services) {
      const first = Object.entries(service.selector)[0];
      if (first !== undefined) push(this.#services, `${service.namespace}\n${first[0]}\n${first[1]}`, service);
    }
    for (const monitor of monitors) {
      for (const ns of monitor.namespaces === 'any' ? ['*'] : monitor.namespaces) push(this.#monitors, ns, monitor);
    }
  }

  of(pod: PodRecord): Wired {
    if (this.#services.size === 0 && this.#monitors.size === 0) return NOT_WIRED;
    let byLabels = this.#answers.get(pod.namespace);
    if (byLabels === undefined) this.#answers.set(pod.namespace, (byLabels = new WeakMap()));
    let byContainers = byLabels.get(pod.labels);
    if (byContainers === undefined) byLabels.set(pod.labels, (byContainers = new WeakMap()));
    let wired = byContainers.get(pod.containers);
    if (wired === undefined) byContainers.set(pod.containers, (wired = this.#find(pod)));
    return wired;
  }

  #find(pod: PodRecord): Wired {
    const services: ServiceRecord[] = [];
    for (const key in pod.labels) {
      for (const s of this.#services.get(`${pod.namespace}\n${key}\n${pod.labels[key]}`) ?? [])
        if (selects(s.selector, pod.labels)) services.push(s);
    }
    const scrapes: Scrape[] = [];
    for (const ns of [pod.namespace, '*']) {
      for (const monitor of this.#monitors.get(ns) ?? []) {
        const through =
          monitor.kind === 'PodMonitor'
            ? matches(monitor.selector, pod.labels)
              ? [undefined]
              : []
            : services.filter((s) => matches(monitor.selector, s.labels));
        for (const service of through) {
          for (const endpoint of monitor.endpoints) {
            const port = podPort(pod, endpoint.port, service);
            if (port !== undefined) scrapes.push({ monitor, endpoint, port });
          }
        }
      }
    }
    return services.length === 0 && scrapes.length === 0 ? NOT_WIRED : { services, scrapes };
  }
}

/**
 * The number on the pod of a port given by name or number, through a Service or not; undefined when the pod has no such
 * port.
 */
export function podPort(pod: PodRecord, port: string | number, service?: ServiceRecord): number | undefined {
  if (service !== undefined && typeof port === 'string') {
    const target = service.ports.find((p) => p.name === port)?.targetPort;
    if (target !== undefined) return podPort(pod, target);
  }
  if (typeof port === 'number') return port;
  for (const c of pod.containers) for (const p of c.ports) if (p.name === port) return p.port;
  return undefined;
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
