import type { Reason } from './types';
import * as flags from './rules/flags';
import { known } from './rules/known';
import * as labels from './rules/labels';
import { lease } from './rules/lease';
import * as names from './rules/names';
import { server } from './rules/server';
import * as ports from './rules/ports';
import type { Rule, Candidate } from './rules/rule';

/** Every sign of a controller. To add one, write it in a file under rules/ and name it here. */
export const RULES: readonly Rule[] = [
  known,
  lease,
  flags.leaderFlags,
  flags.reconcileFlags,
  flags.workersFlag,
  flags.probeFlags,
  flags.metricsFlags,
  flags.pprofFlags,
  flags.securePort,
  labels.controlPlaneLabel,
  labels.componentLabel,
  labels.olmLabel,
  names.manager,
  names.name,
  names.image,
  ports.webhookPort,
  ports.pprofEndpoint,
  ports.metricsEndpoint,
  ports.annotations,
  ports.monitor,
  server,
];

/**
 * From this sum of weights on, a workload is shown as a controller. One strong sign is enough (a lease 60, a
 * leader-election flag 50, a known system 100), or two of medium strength (a component label 40 with a name 15), or all
 * the names (15 each for workload, image and program) with one more fact. An offered pprof weighs 45: few servers state
 * one, and it is what this tool is for. With metrics beside it (5), the user's own Go process is rather shown than
 * missed. Metrics, annotations and monitors alone (5 each) are never enough: every well-watched web server and database
 * has them.
 */
export const THRESHOLD = 50;

/** What speaks for and against a workload, by absolute weight, the heaviest first. */
export function judge(candidate: Candidate): { readonly score: number; readonly reasons: readonly Reason[] } {
  const reasons: Reason[] = [];
  for (const rule of RULES) {
    const text = rule.test(candidate);
    if (text !== undefined) reasons.push({ rule: rule.name, weight: rule.weight, text });
  }
  return weigh(reasons);
}

/** The sorted reasons and their sum. */
export function weigh(reasons: readonly Reason[]): { readonly score: number; readonly reasons: readonly Reason[] } {
  return {
    score: reasons.reduce((sum, r) => sum + r.weight, 0),
    reasons: [...reasons].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)),
  };
}
