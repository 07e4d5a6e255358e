import type { Reason } from './types';
import * as flags from './rules/flags';
import { known } from './rules/known';
import * as labels from './rules/labels';
import { lease } from './rules/lease';
import * as names from './rules/names';
import { server } from './rules/not';
import * as ports from './rules/ports';
import type { Rule, Subject } from './rules/subject';

/**
 * Every sign of a controller. To add one: write it in a file under rules/, name it here.
 */
export const RULES: readonly Rule[] = [
  known, lease,
  flags.leaderFlags, flags.reconcileFlags, flags.probeFlags, flags.metricsFlags, flags.pprofFlags, flags.securePort,
  labels.controlPlaneLabel, labels.componentLabel, labels.olmLabel,
  names.manager, names.name, names.image,
  ports.webhookPort, ports.pprofEndpoint, ports.metricsEndpoint, ports.annotations, ports.monitor,
  server,
];

/**
 * From this sum of weights on, a workload is shown as a controller. One strong sign is enough by itself (a lease 60, a
 * leader-election flag 50, a known system 100), or two of middling strength (a component label 40 with a name 15), or all
 * the names together (15 each for workload, image and program) with one fact. All that observability gives (an offered pprof 10,
 * pprof flags 15, metrics, annotations and monitors 5 each) sums to 40, so that a web server or database that is well
 * watched does not pass.
 */
export const THRESHOLD = 50;

/** What speaks for and against a workload, heaviest first, by the absolute weight. */
export function judge(subject: Subject): { readonly score: number; readonly reasons: readonly Reason[] } {
  const reasons: Reason[] = [];
  for (const rule of RULES) {
    const text = rule.test(subject);
    if (text !== undefined) reasons.push({ rule: rule.name, weight: rule.weight, text });
  }
  return weigh(reasons);
}

/** Sorted reasons with their sum. */
export function weigh(reasons: readonly Reason[]): { readonly score: number; readonly reasons: readonly Reason[] } {
  return {
    score: reasons.reduce((sum, r) => sum + r.weight, 0),
    reasons: [...reasons].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)),
  };
}
