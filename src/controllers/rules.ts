import type { Reason } from './types';
import * as flags from './rules/flags';
import { known } from './rules/known';
import * as labels from './rules/labels';
import { lease } from './rules/lease';
import * as names from './rules/names';
import { server } from './rules/server';
import * as ports from './rules/ports';
import type { Rule, Candidate } from './rules/rule';

/**
 * Every sign of a controller. To add one: write it in a file under rules/, name it here.
 */
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
 * From this sum of weights on, a workload is shown as a controller. One strong sign is enough by itself (a lease 60, a
 * leader-election flag 50, a known system 100), or two of middling strength (a component label 40 with a name 15), or
 * all the names together (15 each for workload, image and program) with one fact. An offered pprof weighs 45: few
 * servers state one, it is what this tool is for, and with metrics beside it (5) a Go process of one's own is shown
 * rather than missed. Metrics, annotations and monitors alone (5 each) never pass: every well-watched web server and
 * database has them.
 */
export const THRESHOLD = 50;

/** What speaks for and against a workload, heaviest first, by the absolute weight. */
export function judge(candidate: Candidate): { readonly score: number; readonly reasons: readonly Reason[] } {
  const reasons: Reason[] = [];
  for (const rule of RULES) {
    const text = rule.test(candidate);
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
