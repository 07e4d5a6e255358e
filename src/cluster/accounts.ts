/** Which service account to use for reading an endpoint: the likely ones first, each with the reason. Pure. */
import type { PodRecord } from '../controllers/types';

export interface Account {
  readonly namespace: string;
  readonly name: string;
  /** "the workload's own", "used by prometheus-0"; '' = no reason known. */
  readonly hint: string;
}

/**
 * Names of programs that read metrics, Prometheus and the like, and of accounts made for that ("metrics-reader" in
 * controller-runtime's scaffold).
 */
const MONITORING =
  /prometheus|metrics?-reader|monitor|scrape|victoria-?metrics|vmagent|otel|opentelemetry|thanos|grafana-agent|alloy|datadog/i;
/** Accounts of other namespaces: enough for a cluster with several monitoring systems, few enough to read through. */
const OTHERS = 5;

/**
 * First the workload's own account, then accounts that monitoring uses, of its namespace and of others, then the rest
 * of its namespace by name. `names`: the accounts of `namespace`, undefined when they may not be listed; `used`: the
 * workload's own, '' in another namespace; `others`: those of other namespaces.
 */
export function rankAccounts(
  namespace: string,
  names: readonly string[] | undefined,
  used: string,
  pods: Iterable<Pick<PodRecord, 'namespace' | 'name' | 'serviceAccount'>>,
  others: boolean,
): readonly Account[] {
  const monitors = new Map<string, Account>();
  for (const pod of pods) {
    const { namespace: of, serviceAccount: name } = pod;
    const key = `${of}/${name}`;
    // The default account of a namespace gets no rights from a monitoring pod that runs as it.
    if (name === 'default' || monitors.has(key) || !(MONITORING.test(name) || MONITORING.test(pod.name))) continue;
    monitors.set(key, { namespace: of, name, hint: `used by ${pod.name}` });
  }
  const own: Account[] =
    used !== '' && (names?.includes(used) ?? true) ? [{ namespace, name: used, hint: "the workload's own" }] : [];
  const here: Account[] = (names ?? [])
    .filter((n) => n !== used)
    .map(
      (name) =>
        monitors.get(`${namespace}/${name}`) ?? {
          namespace,
          name,
          hint: MONITORING.test(name) ? 'its name speaks of monitoring' : '',
        },
    );
  const far = others
    ? [...monitors.values()]
        .filter((a) => a.namespace !== namespace)
        .sort((a, b) => compare(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`))
        .slice(0, OTHERS)
    : [];
  const byName = (a: Account, b: Account): number => compare(a.name, b.name);
  return [
    ...own,
    ...here.filter((a) => a.hint !== '').sort(byName),
    ...far,
    ...here.filter((a) => a.hint === '').sort(byName),
  ];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
