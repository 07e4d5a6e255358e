/** The label matchers for a subject's series in a Prometheus, and the rewriting of queries for it. */
import { nativeForm } from '../../../metrics/catalog/index';
import type { Matcher } from '../../../metrics/types';
import type { SubjectId } from '../subject';

/**
 * Matches the subject's pods, past ones too, by the labels that Prometheus's Kubernetes discovery is usually configured
 * to set. A process attached by its address is matched by its `instance` label.
 */
export function matchersOf(id: SubjectId, replica: string): readonly Matcher[] {
  if ('file' in id) return [];
  if ('url' in id) return instanceOf(id.url);
  const [, namespace = '', name = ''] = id.workload.split('/');
  return [
    { label: 'namespace', op: '=', value: namespace },
    replica === ''
      ? { label: 'pod', op: '=~', value: `${escape(name)}(-.+)?` }
      : { label: 'pod', op: '=', value: replica },
  ];
}

/** This machine goes by several names. */
function instanceOf(url: string): readonly Matcher[] {
  let at: URL;
  try {
    at = new URL(url);
  } catch {
    return [];
  }
  const port = at.port === '' ? (at.protocol === 'https:' ? '443' : '80') : at.port;
  if (!/^(localhost|127\..*|\[::1\])$/.test(at.hostname))
    return [{ label: 'instance', op: '=', value: `${at.hostname}:${port}` }];
  return [
    { label: 'instance', op: '=~', value: `(localhost|127\\.0\\.0\\.1|\\[::1\\]|host\\.docker\\.internal):${port}` },
  ];
}

/**
 * Rewrites queries for a source that stores a histogram only in its native form. `names`: the names of all its series.
 */
export function forNames(names: ReadonlySet<string>): (promql: string) => string {
  return (promql) => nativeForm(promql, (family) => names.has(family) && !names.has(`${family}_bucket`));
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
