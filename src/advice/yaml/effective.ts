/** The client's limit that a place sets up. */
import type { Effective } from '../types';
import type { InForce, Place } from './place';
import type { Limit } from './types';
import { versionName } from './versions';

export interface LimitInForce {
  readonly limit: Limit;
  readonly qps: InForce;
  readonly burst: InForce | undefined;
  readonly qpsNumber: number | undefined;
  readonly burstNumber: number | undefined;
  readonly effective: Effective;
}

function numberOf(value: string | undefined): number | undefined {
  return value !== undefined && /^[-+]?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : undefined;
}

export function limitsOf(place: Place): LimitInForce[] {
  return place.component.limits.flatMap((limit) => {
    const qps = place.inForce(limit.qps);
    if (qps === undefined) return [];
    const burst = limit.burst === undefined ? undefined : place.inForce(limit.burst);
    const qpsNumber = numberOf(qps.value);
    let burstNumber = numberOf(burst?.value);
    if (limit.burstPerQps !== undefined && burst?.from !== 'set' && burst?.from !== 'unknown')
      burstNumber = qpsNumber === undefined ? undefined : Math.floor(qpsNumber * limit.burstPerQps);
    const off = qpsNumber !== undefined && qpsNumber < 0;
    const because =
      qps.from === 'default'
        ? `its default, ${versionName(place.component, place.version)}`
        : qps.from === 'set'
          ? `set by ${qps.label}`
          : `${qps.label} can't be known from this file`;
    return [
      {
        limit,
        qps,
        burst,
        qpsNumber,
        burstNumber,
        effective: { qps: qpsNumber, burst: off ? undefined : burstNumber, because },
      },
    ];
  });
}
