import { addMatchers, narrow } from '../catalog/rewrite';
import type { Matcher } from '../types';

/** What is known of a controller from its metrics: dashboards and alerts are narrowed to it. */
export interface ControllerFacts {
  /** For people, and part of names: "samples/widgets-controller". */
  readonly title: string;
  /** The value of the labels `controller` and `name`; undefined = all controllers of the process. */
  readonly controller?: string;
  /** Labels that Prometheus gives the target (job, namespace…), but not those of one pod: alerts outlive pods. */
  readonly target: Readonly<Record<string, string>>;
  /** Names of metrics that the process exports, families or series; undefined = unknown: everything is written. */
  readonly names?: ReadonlySet<string>;
  /** Name of the lease, for the alert about a missing leader. */
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
