/** Finds the Prometheuses of a cluster: candidates by their objects, confirmed by an answer. */
import { isAbort, Problem, type ProblemData } from '../../base/problem';
import type { ClusterObjects } from '../../controllers/types';
import type { KubeSession } from '../../kube/types';
import { isLocked } from './ask';
import { candidates, type Candidate, type PrometheusKind } from './candidates';
import { firstReachable, podClient, proxyClient, type Credentials, type PrometheusClient } from './client';
import { PrometheusSource } from './prometheusSource';

/** The part of an open cluster that is needed; `Cluster` has it. */
export interface SeenCluster {
  readonly session: KubeSession;
  readonly objects: ClusterObjects;
}

export interface FoundPrometheus {
  /** `namespace/name` of the Service or pod; stable. */
  readonly id: string;
  readonly kind: PrometheusKind;
  /** "3.16.0"; '' when it names none. */
  readonly version: string;
  /** "Prometheus monitoring/prometheus". */
  readonly label: string;
  readonly how: string;
  readonly client: PrometheusClient;
  /** Why it can't be used although it answers: it wants credentials. Undefined = it works. */
  readonly problem: ProblemData | undefined;
}

/** How long a candidate may take to answer, ms. */
const PATIENCE_MS = 8000;
const AT_ONCE = 6;

/**
 * All that answer as a Prometheus: queriers over many first, those that want credentials last. A candidate that doesn't
 * answer is left out. `credentials`: those kept for the one with this id. Throws only the abort, and a Problem `kube.…`
 * when missing rights kept us from every candidate.
 */
export async function findPrometheus(
  { session, objects }: SeenCluster,
  signal: AbortSignal,
  credentials: (id: string) => Credentials = () => ({}),
): Promise<readonly FoundPrometheus[]> {
  const all = await withOperator(session, candidates(objects), objects, signal);
  const found = new Map<number, FoundPrometheus>();
  let refused: Problem | undefined;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < all.length) {
      const at = next++;
      try {
        const one = await confirm(session, all[at]!, credentials(all[at]!.id), signal);
        if (one) found.set(at, one);
      } catch (e) {
        if (signal.aborted) throw e;
        if (e instanceof Problem && e.code === 'kube.forbidden') refused ??= e;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  signal.throwIfAborted();
  if (found.size === 0 && refused) throw refused;
  const order = [...found].sort(
    ([a, x], [b, y]) => Number(x.problem !== undefined) - Number(y.problem !== undefined) || a - b,
  );
  return order.map(([, one]) => one);
}

/** The candidate with its client, if it answers. */
async function confirm(
  session: KubeSession,
  candidate: Candidate,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<FoundPrometheus | undefined> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const either = AbortSignal.any([signal, patience]);
  let last: unknown;
  for (const prefix of candidate.prefixes) {
    const client = clientOf(session, candidate, prefix, credentials);
    const found = (version: string, kind: PrometheusKind, problem?: ProblemData): FoundPrometheus => ({
      id: candidate.id,
      kind,
      version,
      label: `${kind} ${candidate.id}`,
      how: candidate.how,
      client,
      problem,
    });
    try {
      const { version, application } = await new PrometheusSource(client, {
        timeoutMs: () => PATIENCE_MS,
        maxBytes: () => 1 << 20,
      }).version(either);
      return found(version, /mimir/i.test(application) ? 'Mimir' : candidate.kind);
    } catch (e) {
      last = e;
      if (signal.aborted) throw e;
      if (isAbort(e)) return undefined; // out of patience
      // One that wants credentials is a Prometheus all the same.
      if (e instanceof Problem && isLocked(e)) return found('', candidate.kind, e.toJSON());
      if (!(e instanceof Problem) || !/^prometheus\.(notFound|html|notApi|redirect)$/.test(e.code)) break;
    }
  }
  if (last instanceof Problem && last.code === 'kube.forbidden') throw last;
  return undefined;
}

/**
 * First a ready pod through the tunnel; then the Service through the API server's proxy, for users who may not
 * port-forward.
 */
function clientOf(
  session: KubeSession,
  candidate: Candidate,
  prefix: string,
  credentials: Credentials = {},
): PrometheusClient {
  const { scheme, service, namespace } = candidate;
  return firstReachable(candidate.id, prefix, () => [
    ...candidate.pods().map((p) => podClient(session, { ...p, scheme, prefix }, credentials)),
    ...(service && session.raw
      ? [proxyClient(session, { namespace, service: service.name, port: service.port, scheme, prefix }, credentials)]
      : []),
  ]);
}

interface PrometheusObject {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: { readonly routePrefix?: string; readonly externalUrl?: string };
}

/**
 * What the operator's Prometheus objects say, if they may be read: that a candidate is certain, and its prefix. The
 * operator labels its pods `operator.prometheus.io/name`; older ones only `prometheus`.
 */
async function withOperator(
  session: KubeSession,
  all: readonly Candidate[],
  objects: ClusterObjects,
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  const named = [...objects.pods.values()].filter(
    (p) => p.labels['operator.prometheus.io/name'] !== undefined || p.labels['prometheus'] !== undefined,
  );
  if (named.length === 0) return all;
  let items: readonly PrometheusObject[] = [];
  try {
    items =
      (
        await session.getJson<{ readonly items?: readonly PrometheusObject[] }>(
          '/apis/monitoring.coreos.com/v1/prometheuses',
          { signal },
        )
      ).items ?? [];
  } catch (e) {
    if (signal.aborted) throw e;
    return all; // not installed, or forbidden for this user
  }
  return all.map((c) => {
    const pods = new Set(c.pods().map((p) => `${p.namespace}/${p.pod}`));
    const one = items.find(({ metadata }) =>
      named.some(
        (p) =>
          pods.has(`${p.namespace}/${p.name}`) &&
          p.namespace === metadata?.namespace &&
          (p.labels['operator.prometheus.io/name'] ?? p.labels['prometheus']) === metadata.name,
      ),
    );
    if (!one) return c;
    const prefix = (one.spec?.routePrefix ?? pathOf(one.spec?.externalUrl)).replace(/\/+$/, '');
    return {
      ...c,
      prefixes: [...new Set([prefix, ...c.prefixes])],
      how: `the operator's Prometheus ${one.metadata?.name ?? ''}`,
      rank: c.rank + 5,
    };
  });
}

function pathOf(url: string | undefined): string {
  try {
    return new URL(url ?? '').pathname;
  } catch {
    return '';
  }
}
