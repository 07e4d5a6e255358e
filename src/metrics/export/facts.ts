import { addMatchers, narrow } from '../catalog/rewrite';
import type { Matcher } from '../types';

/** A controller as its metrics were found: what dashboards and alerts are narrowed to. */
export interface ControllerFacts {
  /** For people, and part of names: "samples/widgets-controller". */
  readonly title: string;
  /** As the labels `controller` and `name` have it; undefined = all controllers of the process. */
  readonly controller?: string;
  /** Labels of the scraped target as Prometheus has them (job, namespace…), not of one pod: alerts outlive pods. */
  readonly target: Readonly<Record<string, string>>;
  /** Names of metrics that the process exports, families or series; undefined = not known: all is written. */
  readonly names?: ReadonlySet<string>;
  /** Name of the lease, for the alert about nobody leading. */
  readonly lease?: string;
}

/** The target's labels as matchers, in the order of their names. */
export function targetMatchers(facts: ControllerFacts): readonly Matcher[] {
  return Object.keys(facts.target)
    .sort()
    .filter((label) => facts.target[label] !== '')
    .map((label) => ({ label, op: '=', value: facts.target[label] ?? '' }));
}

/**
 * A query for this controller alone. A selector that already names one (`name="volumes"`) gets the target's labels
 * only.
 */
export function forController(promql: string, facts: ControllerFacts): string {
  const target = targetMatchers(facts);
  if (facts.controller === undefined || /\{[^}]*\bname=/.test(promql)) return addMatchers(promql, () => target);
  return narrow(promql, facts.controller, target);
}
