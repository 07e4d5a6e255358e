/**
 * What changes by itself in a healthy cluster: it is counted, but held against nobody. A rule names kinds, and the
 * paths where only a part of the object changes so; `why` is shown. Read from the controllers of Kubernetes v1.36.
 */
import type { Difference } from './diff';
import { pathText } from './paths';
import type { KindInfo } from './types';

interface Rule {
  /** '*' = any group. */
  readonly group: string;
  readonly kinds: readonly string[];
  /** The paths that change by themselves, as `pathText` writes them; absent: the whole object. */
  readonly paths?: RegExp;
  readonly why: string;
}

const RULES: readonly Rule[] = [
  {
    group: 'coordination.k8s.io',
    kinds: ['Lease', 'LeaseCandidate'],
    why: 'Leases are renewed all the time: every leader, node and API server shows by it that it lives.',
  },
  {
    group: '*',
    kinds: ['Event'],
    why: 'An Event is written again each time that the same thing happens; it tells of changes and is none.',
  },
  {
    group: '*',
    kinds: ['Endpoints', 'EndpointSlice'],
    why: 'Endpoints follow the readiness of pods, which goes to and fro while they start and stop.',
  },
  {
    group: '',
    kinds: ['Node'],
    paths:
      /^(status\b|metadata\.annotations\["(volumes\.kubernetes\.io|csi\.volume\.kubernetes\.io|node\.alpha\.kubernetes\.io)\/)/,
    why: 'A kubelet reports its node every few seconds to minutes, changed or not.',
  },
  {
    group: '',
    kinds: ['Pod'],
    paths: /^status\.conditions.*\.last(Probe|Transition)Time$/,
    why: 'Kubelets write when they last looked at a pod.',
  },
  {
    group: '',
    kinds: ['ResourceQuota'],
    paths: /^status\./,
    why: 'The usage of a quota follows every object that is made or deleted.',
  },
  {
    group: 'autoscaling',
    kinds: ['HorizontalPodAutoscaler'],
    paths: /^(status\.|metadata\.annotations\["autoscaling\.alpha\.kubernetes\.io\/)/,
    why: 'An autoscaler writes down the metrics that it read, every 15 seconds by default.',
  },
  {
    group: 'batch',
    kinds: ['CronJob'],
    paths: /^status\.(lastScheduleTime|lastSuccessfulTime|active)/,
    why: 'A CronJob notes each time that it ran: that is its schedule.',
  },
  {
    group: 'apps',
    kinds: ['Deployment'],
    paths: /^status\.conditions.*\.lastUpdateTime$/,
    why: 'A Deployment notes the progress of its rollout.',
  },
  { group: 'metrics.k8s.io', kinds: ['PodMetrics', 'NodeMetrics'], why: 'Metrics are measured anew each time.' },
  {
    group: 'internal.apiserver.k8s.io',
    kinds: ['StorageVersion'],
    why: 'API servers tell each other which versions they store.',
  },
  // Leader election before there were Leases; some controllers still use it.
  {
    group: '',
    kinds: ['ConfigMap'],
    paths: /^metadata\.annotations\["control-plane\.alpha\.kubernetes\.io\/leader"\]$/,
    why: 'A leader renews its lock in an annotation every few seconds.',
  },
];

/**
 * Why an update with these changes is a heartbeat; undefined = it is none. An update that changes nothing is one only
 * where the whole object beats.
 */
export function heartbeat(
  { group, kind }: Pick<KindInfo, 'group' | 'kind'>,
  changes: readonly Difference[],
): string | undefined {
  return RULES.find((rule) => {
    if (!rule.kinds.includes(kind) || (rule.group !== '*' && rule.group !== group)) return false;
    const { paths } = rule;
    return paths === undefined || (changes.length > 0 && changes.every((c) => paths.test(pathText(c.path))));
  })?.why;
}
