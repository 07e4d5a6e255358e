/** The endpoints of a process, as far as they are known without asking it: pinned, remembered, or stated by objects. */
import type { Problem, ProblemData } from '../base/problem';
import type { Endpoint, EndpointKind, Replica, Workload } from '../controllers/types';
import type { KubeSession } from '../kube/types';
import type { EndpointMemory } from './memory';
import { pinsOf, type Pins } from './pins';
import type { Auth } from './reach';

/** untried: not asked yet. needsToken: it answered 401 or 403, so a token is missing or not enough. */
export type EndpointState = 'untried' | 'ok' | 'needsToken' | 'failed';

export interface FoundEndpoint extends Endpoint {
  readonly state: EndpointState;
  /** An object or the settings name it; otherwise it has only answered before. */
  readonly stated: boolean;
  /** It asks for a token, so one is sent with the first request. */
  readonly secured: boolean;
  /** What it answered, or why it is listed. */
  readonly sentence: string;
  /** For failed and needsToken. */
  readonly problem: ProblemData | undefined;
}

/** One process: a replica of a workload in a cluster. */
export interface ProcessRef {
  readonly session: KubeSession;
  readonly workload: Pick<Workload, 'id' | 'namespace' | 'name'>;
  readonly replica: Replica;
}

export interface Knowledge {
  readonly memory: EndpointMemory;
  readonly pins: Pins;
}

/** The same for two that are one endpoint: kind, port and path. The scheme may turn out to be another. */
export function endpointKey(e: { readonly kind: EndpointKind; readonly port: number; readonly path: string }): string {
  return `${e.kind}:${e.port}${e.path}`;
}

/**
 * Pinned endpoints come first and replace all others of their kind. Then come those that answered before and are still
 * stated, then those that are stated, and last those that only answered before, since the objects may have changed.
 * Each endpoint once.
 */
export function knownEndpoints(
  ref: ProcessRef,
  { memory, pins }: Knowledge,
): { readonly endpoints: readonly FoundEndpoint[]; readonly auth: Auth; readonly problems: readonly Problem[] } {
  const { workload, replica, session } = ref;
  const pinned = pinsOf(pins, workload.namespace, workload.name);
  const remembered = memory.get(session.context.name, workload.id);
  const out = new Map<string, FoundEndpoint>();
  const pinnedKinds = new Set(pinned.endpoints.map((e) => e.kind));
  const add = (e: FoundEndpoint, isPin = false): void => {
    if (!isPin && pinnedKinds.has(e.kind)) return;
    const key = endpointKey(e);
    if (!out.has(key)) out.set(key, e);
  };
  const secured = (e: { kind: EndpointKind; port: number }): boolean =>
    remembered.endpoints.some((r) => r.kind === e.kind && r.port === e.port && r.secured);
  for (const e of pinned.endpoints)
    add(
      {
        ...e,
        how: 'pinned in the settings',
        certainty: 'stated',
        state: 'untried',
        stated: true,
        secured: secured(e),
        sentence: 'Pinned in the setting controllerTuner.endpoints.',
        problem: undefined,
      },
      true,
    );
  const answered: FoundEndpoint[] = [];
  for (const e of remembered.endpoints) {
    const stated = replica.endpoints.find((s) => s.kind === e.kind && s.port === e.port);
    answered.push({
      ...e,
      how: stated?.how ?? `answered on ${e.port} before`,
      certainty: 'confirmed',
      state: 'untried',
      stated: stated !== undefined,
      sentence: 'It answered when it was last asked.',
      problem: undefined,
    });
  }
  for (const e of answered) if (e.stated) add(e);
  for (const e of replica.endpoints) {
    if (remembered.endpoints.some((r) => r.kind === e.kind && r.port === e.port)) continue;
    add({ ...e, state: 'untried', stated: true, secured: false, sentence: 'Not asked yet.', problem: undefined });
  }
  for (const e of answered) add(e);
  return { endpoints: [...out.values()], auth: remembered.auth, problems: pinned.problems };
}

/** The endpoint of a kind to use: one that works, else one not asked yet, else one that a token would open. */
export function bestEndpoint(endpoints: readonly FoundEndpoint[], kind: EndpointKind): FoundEndpoint | undefined {
  const ofKind = endpoints.filter((e) => e.kind === kind);
  for (const state of ['ok', 'untried', 'needsToken'] as const) {
    const found = ofKind.find((e) => e.state === state);
    if (found) return found;
  }
  return undefined;
}
