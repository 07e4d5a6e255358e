/** Words that the rules about limits share. */
import type { Config } from '../../clients/types';
import type { Effective } from '../../types';

/** Three digits at most, no zeros behind: 0.12, 1.9, 167. */
export function number(n: number): string {
  const digits = Math.abs(n) >= 100 ? 0 : Math.abs(n) >= 10 ? 1 : Math.abs(n) >= 1 ? 1 : 3;
  return String(Number(n.toFixed(digits))).replace('-', '−');
}

/** "limited to 5 requests/s, burst 10 (client-go's default, k8s.io/client-go v0.37.0)". */
export function limitedTo(e: Effective): string {
  return (
    `limited to ${String(e.qps)} requests/s${e.burst === undefined ? '' : `, burst ${String(e.burst)}`} ` +
    `(${e.because})`
  );
}

/** The limiters that the clients of a configuration have, where there is more than one. */
export function sharing(config: Config): string | undefined {
  const kinds = new Set(config.uses.map((u) => u.limiters));
  if (config.rateLimiter !== undefined || config.setByImport) return undefined;
  if (kinds.size === 1 && kinds.has('kinds'))
    return "controller-runtime's client has such a limiter for each kind that it reads or writes past the cache.";
  const positive =
    config.qps === undefined ? config.kind === 'getConfig' : config.qps.number !== undefined && config.qps.number > 0;
  if (kinds.size === 1 && kinds.has('clientset'))
    return positive
      ? 'All API groups of a clientset share it.'
      : 'While QPS is 0, each API group of a clientset has a limiter of its own.';
  return undefined;
}

/** Multiples as Go writes them: 50, 12.5. */
export const literal = (n: number): string => String(n);
