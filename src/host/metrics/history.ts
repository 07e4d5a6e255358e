/** The Prometheuses that know a subject's history, and how its series are told there. */
import { isAbort } from '../../base/problem';
import { nativeForm } from '../../metrics/catalog/index';
import type { Matcher, Source } from '../../metrics/types';
import { findPrometheus, type FoundPrometheus } from '../../sources/prometheus/find';
import { PrometheusSource } from '../../sources/prometheus/source';
import type { Clusters } from '../clusters';
import type { Log } from '../log';
import type { SubjectId } from './subject';

export interface History { readonly id: string; readonly source: Source; readonly problem: FoundPrometheus['problem'] }

/** Of the subject's own cluster; [] for a process that was attached by its address. Rejects with AbortError only. */
export async function historiesOf(id: SubjectId, clusters: Clusters, log: Log, signal: AbortSignal): Promise<readonly History[]> {
  if ('url' in id) return [];
  try {
    const cluster = await clusters.connect(id.context, signal);
    const found = await findPrometheus(cluster, signal);
    return found.map((f) => ({ id: f.id, source: new PrometheusSource(f.door, {}, f.label), problem: f.problem }));
  } catch (e) {
    if (isAbort(e)) throw e;
    log.problem('Looking for a Prometheus', e);
    return [];
  }
}

/** The subject's pods, those before it too, by the labels that Prometheus' Kubernetes discovery is usually told to give. */
export function matchersOf(id: SubjectId, replica: string): readonly Matcher[] {
  if ('url' in id) return [];
  const [, namespace = '', name = ''] = id.workload.split('/');
  return [{ label: 'namespace', op: '=', value: namespace }, replica === '' ? { label: 'pod', op: '=~', value: `${escape(name)}(-.+)?` } : { label: 'pod', op: '=', value: replica }];
}

/** Rewrites queries for a source that keeps a histogram only in its native form. `names`: of all its series. */
export function forNames(names: ReadonlySet<string>): (promql: string) => string {
  return (promql) => nativeForm(promql, (family) => names.has(family) && !names.has(`${family}_bucket`));
}

function escape(text: string): string { return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'); }
