/** What to capture, in the terms that the user chooses from. */
import { count } from '../../base/format';
import { hasDelta, isKind, kindLabel, records } from '../../captures/kinds';
import type { CaptureGroup, CaptureKind, PprofKind } from '../../captures/types';
import type { Place } from '../processes/place';

export interface Plan {
  /** everything: CPU, goroutines, heap and metrics, all over the same period. */
  readonly what: PprofKind | 'everything';
  /**
   * once: the current state, or one recording; delta: what changed within `seconds`; pair: two captures, `seconds`
   * apart.
   */
  readonly how: 'once' | 'delta' | 'pair';
  /** s; 0 for kinds that answer immediately. */
  readonly seconds: number;
}

/** One file of a plan. */
export interface Step {
  readonly kind: CaptureKind;
  readonly seconds: number;
  /** Starts this many s after the others. */
  readonly after: number;
  /** Tells it from the other capture of the same kind; '' if there is no other. */
  readonly which: '' | 'before' | 'after';
}

export function stepsOf({ what, how, seconds }: Plan): readonly Step[] {
  const step = (kind: CaptureKind, s = 0, after = 0, which: Step['which'] = ''): Step => ({
    kind,
    seconds: s,
    after,
    which,
  });
  if (what === 'everything') return [step('cpu', seconds), step('goroutine'), step('heap'), step('metrics', seconds)];
  return how === 'pair' ? [step(what, 0, 0, 'before'), step(what, 0, seconds, 'after')] : [step(what, seconds)];
}

/** "CPU", "Heap before and after", "Everything". */
export function planLabel({ what, how }: Pick<Plan, 'what' | 'how'>): string {
  if (what === 'everything') return 'Everything';
  return `${kindLabel(what)}${how === 'pair' ? ' before and after' : how === 'delta' ? ' delta' : ''}`;
}

/** "CPU of gadgets-7c9d-x2x4p", "Heap of gadgets, 3 replicas". */
export function planTitle(plan: Plan, places: readonly Place[]): string {
  const [first] = places;
  const of =
    places.length > 1 && first?.kind === 'pod'
      ? `${first.workload.name}, ${count(places.length, 'replica')}`
      : first
        ? placeName(first)
        : '';
  return `${planLabel(plan)} of ${of}`;
}

export function placeName(place: Place): string {
  return place.kind === 'local' ? place.url : place.replica.pod.name;
}

/** The group for a plan's captures of these places; undefined for a single file. */
export function groupOf(plan: Plan, places: readonly Place[], id: string): CaptureGroup | undefined {
  const [first] = places;
  if (!first || places.length * stepsOf(plan).length < 2) return undefined;
  const whom = first.kind === 'local' ? first.url.replace(/^https?:\/\//, '') : first.workload.name;
  const name = `${planLabel(plan)} ${whom}${places.length > 1 ? `, ${count(places.length, 'replica')}` : ''}`;
  return { id, name, kind: places.length > 1 ? 'replicas' : plan.what === 'everything' ? 'everything' : 'pair' };
}

/** A plan read back from storage; undefined for anything else. */
export function readPlan(v: unknown): Plan | undefined {
  if (typeof v !== 'object' || v === null) return undefined;
  const { what, how, seconds } = v as Record<string, unknown>;
  if (
    (what !== 'everything' && (!isKind(what) || what === 'metrics')) ||
    (how !== 'once' && how !== 'delta' && how !== 'pair') ||
    typeof seconds !== 'number' ||
    !(seconds >= 0)
  )
    return undefined;
  return { what, how, seconds };
}

/** The plan that takes a capture like this again; metrics alone have none. */
export function planFor(kind: CaptureKind, seconds: number): Plan | undefined {
  if (kind === 'metrics') return undefined;
  return { what: kind, how: seconds > 0 && !records(kind) && hasDelta(kind) ? 'delta' : 'once', seconds };
}
