import { flagsOf, on, portOf, type Flags } from './flags';
import { identify } from './identify';
import { isRbacProxy, isSidecar } from './image';
import { podPort, type Wired } from './wiring';
import type { ContainerRecord, Endpoint, EndpointKind, PodRecord, Replica } from './types';

/** A hint at an endpoint; what it lacks may come from another hint at the same port. */
interface Hint {
  readonly kind: EndpointKind;
  readonly port: number;
  readonly scheme?: 'http' | 'https' | undefined;
  readonly path?: string | undefined;
  readonly how: string;
}

/**
 * Flags with an address or a port. The first five of each are those of controller-runtime, MOCO, cert-manager, CSI and
 * Cluster API.
 */
const METRICS_FLAGS = [
  'metrics-bind-address',
  'metrics-addr',
  'metrics-listen-address',
  'metrics-address',
  'diagnostics-address',
  'metrics-bind-addr',
  'metrics-port',
  'telemetry-address',
  'telemetry-addr',
  'prometheus-addr',
  'prometheus-address',
  'prometheus-port',
  'prometheus-bind-address',
  'monitoring-port',
  'web.listen-address',
];
const PPROF_FLAGS = [
  'pprof-bind-address',
  'pprof-addr',
  'profiler-address',
  'pprof-address',
  'pprof-listen-address',
  'pprof-bind-addr',
  'pprof-port',
  'profiling-bind-address',
  'profiling-address',
  'profiling-addr',
  'profiling-port',
  'profiler-port',
  'profiling-listen-address',
  'profile-address',
  'profile-port',
  'operator-pprof-port',
  'pprof',
  'debug-bind-address',
  'debug-addr',
  'debug-address',
  'debug-port',
];
/** Switches that keep pprof off even when an address is given. */
const PPROF_SWITCHES = [
  'profiling',
  'enable-profiling',
  'enable-pprof',
  'enable-pprof-debugging',
  'operator-pprof',
  'pprof-enabled',
];

const METRICS_PORT = /(^|-)(metrics?|prom|prometheus|telemetry|monitoring|diagnostics)(-|$)/i;
const PPROF_PORT = /(^|-)(pprof|prof|profiler?|profiling|debug)(-|$)/i;
const METRICS_ENV = /METRIC|PROMETHEUS/i;
const PPROF_ENV = /PPROF|PROFIL/i;

/** Ports on which Kubernetes' own components and kubebuilder's scaffold serve TLS. */
const TLS_PORTS = new Set([443, 8443, 9443, 10250, 10257, 10258, 10259]);

/** The most common ports of pprof and metrics, tried only when the user acts. */
const WELL_KNOWN_PORTS: readonly number[] = [6060, 8080, 8081, 8082, 8443, 9090, 10257, 10259];

/**
 * Where a pod says that pprof and metrics are: pprof first, then the most certain first. One for each kind and port.
 */
export function statedEndpoints(pod: PodRecord, wired: Wired): readonly Endpoint[] {
  const hints = [
    ...fromContainers(pod.containers),
    ...fromKnown(pod),
    ...fromMonitors(wired),
    ...fromAnnotations(pod, wired),
    ...fromPorts(pod, wired),
  ];
  if (hints.length === 0) return NONE;
  const merged = new Map<string, Hint>();
  for (const hint of hints) {
    const key = `${hint.kind}:${hint.port}`;
    const first = merged.get(key);
    if (first === undefined) merged.set(key, hint);
    else if (first.scheme === undefined || first.path === undefined)
      merged.set(key, { ...first, scheme: first.scheme ?? hint.scheme, path: first.path ?? hint.path });
  }
  const all = [...merged.values()].map((h): Endpoint => ({
    kind: h.kind,
    port: h.port,
    how: h.how,
    certainty: 'stated',
    scheme: h.scheme ?? (TLS_PORTS.has(h.port) ? 'https' : 'http'),
    path: h.path ?? (h.kind === 'pprof' ? '/debug/pprof/' : '/metrics'),
  }));
  return [...all.filter((e) => e.kind === 'pprof'), ...all.filter((e) => e.kind === 'metrics')];
}

const NONE: readonly Endpoint[] = [];

/**
 * Ports worth a try when nothing states pprof, one entry per port, since a probe asks for both kinds at once. First
 * those of the metrics, where older managers also serve pprof, then those of a known system, then the well-known ones.
 */
export function guessEndpoints(replica: Replica): readonly Endpoint[] {
  const stated = new Set(replica.endpoints.filter((e) => e.kind === 'pprof').map((e) => e.port));
  const guesses = new Map<number, Endpoint>();
  const guess = (port: number, scheme: 'http' | 'https', how: string): void => {
    if (stated.has(port) || guesses.has(port)) return;
    guesses.set(port, { kind: 'pprof', port, scheme, path: '/debug/pprof/', how, certainty: 'guess' });
  };
  for (const e of replica.endpoints) if (e.kind === 'metrics') guess(e.port, e.scheme, 'where the metrics are');
  const known = identify(replica.pod);
  for (const p of known?.system.ports ?? []) guess(p.port, p.scheme, `a port of ${known!.system.title}`);
  for (const port of WELL_KNOWN_PORTS) guess(port, TLS_PORTS.has(port) ? 'https' : 'http', 'a well-known port');
  return [...guesses.values()];
}

/** Equal container lists are one object (see records.ts), so each is read once. */
const read = new WeakMap<readonly ContainerRecord[], readonly Hint[]>();

function fromContainers(containers: readonly ContainerRecord[]): readonly Hint[] {
  let hints = read.get(containers);
  if (hints === undefined) {
    const own = containers.filter((c) => !isSidecar(c));
    read.set(
      containers,
      (hints = [
        ...containers.filter(isRbacProxy).flatMap(fromProxy),
        ...own.flatMap(fromFlags),
        ...own.flatMap(fromEnv),
      ]),
    );
  }
  return hints;
}

/**
 * Behind kube-rbac-proxy the process itself listens on loopback. The tunnel gets there without a token, so it comes
 * first.
 */
function fromProxy(c: ContainerRecord): Hint[] {
  const flags = flagsOf(c);
  const hints: Hint[] = [];
  const upstream = flags.get('upstream') ?? '';
  const port = portOf(upstream);
  if (typeof port === 'number')
    hints.push({
      kind: 'metrics',
      port,
      scheme: upstream.startsWith('https:') ? 'https' : 'http',
      how: `kube-rbac-proxy's --upstream=${upstream}`,
    });
  for (const [name, scheme] of [
    ['secure-listen-address', 'https'],
    ['insecure-listen-address', 'http'],
  ] as const) {
    const address = flags.get(name) ?? '';
    const at = portOf(address);
    if (typeof at === 'number')
      hints.push({ kind: 'metrics', port: at, scheme, how: `kube-rbac-proxy's --${name}=${address}` });
  }
  return hints;
}

function fromFlags(c: ContainerRecord): Hint[] {
  const flags = flagsOf(c);
  const hints: Hint[] = [];
  const secure =
    on(flags, 'metrics-secure') ?? (flags.has('insecure-diagnostics') ? !on(flags, 'insecure-diagnostics') : undefined);
  for (const name of METRICS_FLAGS) {
    const port = portOf(flags.get(name) ?? '');
    if (typeof port !== 'number') continue;
    const scheme = schemeOf(flags.get(name)!) ?? (secure === undefined ? undefined : secure ? 'https' : 'http');
    const how = `--${name}=${flags.get(name)}`;
    hints.push({
      kind: 'metrics',
      port,
      scheme: scheme ?? (name === 'diagnostics-address' ? 'https' : undefined),
      how,
    });
    // There, Cluster API serves pprof beside the metrics.
    if (name === 'diagnostics-address') hints.push({ kind: 'pprof', port, scheme: scheme ?? 'https', how });
  }
  if (!pprofOff(flags)) {
    for (const name of PPROF_FLAGS) {
      const address = flags.get(name);
      const port = portOf(address ?? '');
      // `debug-addr` and the like may be anything; without a number it is a switch or a level.
      if (typeof port === 'number' && port > 1)
        hints.push({ kind: 'pprof', port, scheme: schemeOf(address!) ?? 'http', how: `--${name}=${address}` });
    }
  }
  return hints;
}

function schemeOf(address: string): 'http' | 'https' | undefined {
  return address.startsWith('https:') ? 'https' : address.startsWith('http:') ? 'http' : undefined;
}

function pprofOff(flags: Flags): boolean {
  return PPROF_SWITCHES.some((name) => on(flags, name) === false);
}

function pprofOn(flags: Flags): boolean {
  return PPROF_SWITCHES.some((name) => on(flags, name) === true);
}

function fromEnv(c: ContainerRecord): Hint[] {
  return Object.entries(c.env).flatMap(([name, value]): Hint[] => {
    const kind = PPROF_ENV.test(name) ? 'pprof' : METRICS_ENV.test(name) ? 'metrics' : undefined;
    const port = kind === undefined ? undefined : portOf(value);
    return kind !== undefined && typeof port === 'number' && port > 1
      ? [{ kind, port, scheme: schemeOf(value), how: `environment ${name}=${value}` }]
      : [];
  });
}

/** Kubernetes' components by `--secure-port` and `--profiling`, other known systems by their fixed ports. */
function fromKnown(pod: PodRecord): Hint[] {
  const known = identify(pod);
  if (known === undefined) return [];
  const own = pod.containers.filter((c) => !isSidecar(c));
  const flags = own.map(flagsOf);
  const hints: Hint[] = [];
  const moved = flags.map((f) => f.get('secure-port')).find((p) => p !== undefined);
  const address = moved === undefined ? undefined : portOf(moved);
  for (const p of known.system.ports ?? []) {
    if (address === 'off') continue;
    if (!p.always) {
      // Switched on by a flag, at its fixed address.
      if (
        p.kinds.includes('pprof') &&
        flags.some(pprofOn) &&
        !flags.some((f) => PPROF_FLAGS.some((name) => f.has(name)))
      )
        hints.push({
          kind: 'pprof',
          port: p.port,
          scheme: p.scheme,
          how: `switched on, at the port of ${known.system.title}`,
        });
      continue;
    }
    const stable = p.scheme === 'https' && p.port >= 10_257 && p.port <= 10_259;
    const port = stable && address !== undefined ? address : p.port;
    // A flag for the metrics' address is enough.
    if (!stable && flags.some((f) => METRICS_FLAGS.some((name) => f.has(name))) && p.kinds.includes('metrics')) {
      if (p.kinds.length > 1) hints.push(...besideMetrics(own, known.system.title));
      continue;
    }
    for (const kind of p.kinds) {
      if (kind === 'pprof' && flags.some(pprofOff)) continue;
      hints.push({
        kind,
        port,
        scheme: p.scheme,
        how: stable && address !== undefined ? `--secure-port=${port}` : `the port of ${known.system.title}`,
      });
    }
  }
  return hints;
}

/** pprof on the configured metrics port of a system that serves both on one. */
function besideMetrics(own: readonly ContainerRecord[], title: string): Hint[] {
  return own
    .filter((c) => !pprofOff(flagsOf(c)))
    .flatMap(fromFlags)
    .filter((h) => h.kind === 'metrics')
    .map((h) => ({ ...h, kind: 'pprof', how: `${title} serves pprof beside its metrics` }));
}

function fromMonitors(wired: Wired): Hint[] {
  return wired.scrapes.map(({ monitor, endpoint, port }): Hint => ({
    kind: 'metrics',
    port,
    scheme: endpoint.scheme,
    path: endpoint.path,
    how: `${monitor.kind} ${monitor.namespace}/${monitor.name}`,
  }));
}

function fromAnnotations(pod: PodRecord, wired: Wired): Hint[] {
  const hints: Hint[] = [];
  const meshed = pod.containers.some((c) => c.name === 'istio-proxy');
  for (const [annotations, from] of [
    [pod.annotations, 'prometheus.io annotations'] as const,
    ...wired.services.map((s) => [s.annotations, `prometheus.io annotations of Service ${s.name}`] as const),
  ]) {
    const port = Number(annotations['prometheus.io/port']);
    if (!(port > 0 && port <= 65_535) || annotations['prometheus.io/scrape'] === 'false') continue;
    // Istio rewrites these to its own agent, which merges the process's metrics with its own.
    if (meshed && port === 15_020) continue;
    const scheme = annotations['prometheus.io/scheme'];
    hints.push({
      kind: 'metrics',
      port,
      scheme: scheme === 'https' || scheme === 'http' ? scheme : undefined,
      path: annotations['prometheus.io/path'] || undefined,
      how: from,
    });
  }
  return hints;
}

function fromPorts(pod: PodRecord, wired: Wired): Hint[] {
  const hints: Hint[] = [];
  for (const c of pod.containers) {
    if (isSidecar(c) && !isRbacProxy(c)) continue;
    for (const p of c.ports) {
      const kind = kindOf(p.name) ?? (isRbacProxy(c) && p.name === 'https' ? 'metrics' : undefined);
      if (kind !== undefined && p.port > 0)
        hints.push({
          kind,
          port: p.port,
          scheme: isRbacProxy(c) ? 'https' : secured(p.name),
          how: `port named ${p.name}`,
        });
    }
  }
  for (const s of wired.services) {
    for (const p of s.ports) {
      const kind = kindOf(p.name) ?? (/-metrics(-service)?$/.test(s.name) ? 'metrics' : undefined);
      const port = kind === undefined ? undefined : podPort(pod, p.targetPort);
      if (kind !== undefined && port !== undefined && port > 0)
        hints.push({ kind, port, scheme: secured(p.name), how: `Service ${s.name}, port ${p.name || p.port}` });
    }
  }
  return hints;
}

function kindOf(portName: string): EndpointKind | undefined {
  return PPROF_PORT.test(portName) ? 'pprof' : METRICS_PORT.test(portName) ? 'metrics' : undefined;
}

function secured(portName: string): 'https' | undefined {
  return /https|secure|tls/i.test(portName) ? 'https' : undefined;
}
