import type { Finding, Fix, Measured } from '../../types';
import { limitsOf, type LimitInForce } from '../effective';
import { needed } from '../measured';
import type { Wanted } from '../place';
import type { Limit } from '../types';
import { versionName } from '../versions';
import { fixOf, type YamlContext, type YamlRule } from './rule';

/**
 * Requests a second below which a default is low for a large cluster: what newer projects (ArgoCD, Flux,
 * external-secrets, kube-scheduler) start from.
 */
const LOW = 50;
/**
 * s. A limiter whose p99 is above this holds requests back: client-go logs waits from this on (longThrottleLatency,
 * client-go v0.37.2 rest/request.go:58).
 */
const WAITS = 0.05;

/** The component's client is at a low limit. */
export const LIMIT: YamlRule = {
  id: 'yaml-client-limit',
  title: 'The client is at a low limit',
  explains:
    `Upstream's default for the requests a second of this component's client is below ${LOW}, and it is in force ` +
    'here. Requests above it wait in the client, and the queue behind them grows. The fix sets QPS and burst ' +
    'together, where they are set now or in the style of the file. The API server protects itself with API ' +
    `Priority and Fairness. Defaults are those of the upstream's source at the version that the message names.`,
  *check(context) {
    for (const found of limitsOf(context.place)) {
      const finding = check(context, found);
      if (finding !== undefined) yield finding;
    }
  },
};

function check(context: YamlContext, found: LimitInForce): Finding | undefined {
  const { place, measured } = context;
  const { limit, qps, qpsNumber, burstNumber, effective } = found;
  if (qpsNumber === undefined || qpsNumber <= 0 || limit.unless !== undefined) return undefined;
  const byDefault = Number(place.default(limit.qps) ?? NaN);
  const low = byDefault < LOW && qpsNumber <= byDefault;
  const waits =
    measured !== undefined &&
    limit.of === '' &&
    ((measured.limiterP99 ?? 0) > WAITS || (measured.inLimiter ?? 0) > 0.1);
  if (!low && !waits) return undefined;
  const burst = burstNumber === undefined ? '' : `, burst ${burstNumber}`;
  const why =
    qps.from === 'default'
      ? ` (${effective.because})`
      : ` (${qps.label}; ` +
        `${Number.isNaN(byDefault) ? '' : `upstream's default is ${byDefault}, `}${versionName(place.component, place.version)})`;
  return {
    ...(qps.span ?? place.mark),
    rule: LIMIT.id,
    severity: waits ? 'warning' : 'information',
    effective,
    message:
      `${place.component.name} is limited to ${qpsNumber} ` +
      `requests/s${limit.of === '' ? '' : ` ${limit.of}`}${burst}${why}.${waits ? ` ${measuredWords(measured)}` : ''} ` +
      `${place.component.restart}`,
    fixes: [...(waits ? measuredFix(context, limit, qpsNumber, measured) : []), ...raises(context, limit, qpsNumber)],
  };
}

function measuredWords(m: Measured): string {
  const parts = [
    ...(m.limiterP99 === undefined ? [] : [`the limiter's p99 is ${m.limiterP99.toPrecision(2)} s`]),
    ...(m.inLimiter === undefined ? [] : [`${Math.round(m.inLimiter * 100)} % of the workers wait in it`]),
  ];
  return `Measured (${m.of}): ${parts.join('; ')}.`;
}

function measuredFix(context: YamlContext, limit: Limit, qps: number, measured: Measured): Fix[] {
  const need = needed(measured);
  if (need === undefined || need.qps <= qps) return [];
  return fixOf(
    context,
    'qps-measured',
    `Set QPS to ${need.qps} and burst to ${need.qps * 2} from what was measured: ${need.because}`,
    both(limit, need.qps),
    true,
  );
}

function raises(context: YamlContext, limit: Limit, qps: number): Fix[] {
  const values = (limit.qps.raise ?? [])
    .map(Number)
    .filter((v) => v > qps)
    .slice(0, 2);
  const fixes = values.flatMap((v, i) => fixOf(context, `qps-${v}`, title(limit, v), both(limit, v), i === 0));
  const first = values[0];
  return first === undefined
    ? fixes
    : [
        ...fixes,
        ...fixOf(
          context,
          'qps-own',
          limit.burst === undefined ? 'Set QPS to a value of your own' : 'Set QPS and burst to values of your own',
          both(limit, first, true),
        ),
      ];
}

function title(limit: Limit, qps: number): string {
  return limit.burst === undefined ? `Set ${nameOf(limit)} to ${qps}` : `Set QPS to ${qps} and burst to ${qps * 2}`;
}
function nameOf(limit: Limit): string {
  return limit.qps.flags?.[0] === undefined ? 'QPS' : `--${limit.qps.flags[0]}`;
}

function both(limit: Limit, qps: number, stop = false): Wanted[] {
  return [
    { knob: limit.qps, value: String(qps), stop },
    ...(limit.burst === undefined ? [] : [{ knob: limit.burst, value: String(qps * 2), stop }]),
  ];
}
