/** The ways to set a client's limit that the rules offer. */
import { addFlags, type NewFlag } from '../../go/flags';
import type { Config, LimitField } from '../../clients/types';
import type { GoContext } from '../../rule';
import type { Fix, Span } from '../../types';
import { holds, setLimits, whole, type Want } from './edits';
import { need } from './need';
import { removeStatements } from './remove';
import { literal, number } from './words';

/** What people set first; kubectl's, ArgoCD's and many operators' own values. */
const PRESET = { qps: 50, burst: 100 };

const value = (n: number | string): Want => ({ text: typeof n === 'number' ? literal(n) : n });
const typed = (n: number): Want => {
  const text = literal(n);
  return { text, stops: [{ start: 0, end: text.length }] };
};

function fix(id: string, title: string, edits: Fix['edits'] | undefined): Fix | undefined {
  return edits === undefined || edits.length === 0 ? undefined : { id, title, edits };
}

/** 50/100, or twice of what there is when that is not more. */
export function preset(context: GoContext, config: Config): Fix | undefined {
  const now = config.effective.qps ?? 0;
  const qps = now < PRESET.qps ? PRESET.qps : Math.ceil(2 * now);
  const burst = now < PRESET.qps ? PRESET.burst : 2 * qps;
  return fix(
    `qps-${qps}`,
    `Set QPS to ${qps} and Burst to ${burst}`,
    setLimits(context, config, { qps: value(qps), burst: value(burst) }),
  );
}

/** The present values, to be typed over. */
export function ownValues(context: GoContext, config: Config): Fix | undefined {
  const qps = Math.max(PRESET.qps, config.effective.qps ?? 0);
  return fix(
    'qps-own',
    'Set QPS and Burst to values of your own',
    setLimits(context, config, {
      qps: { ...typed(qps + (config.qps?.number === qps ? 25 : 0)) },
      burst: typed(2 * qps),
    }),
  );
}

/** Burst as an expression of QPS, where QPS is set by hand. */
export function doubleBurst(context: GoContext, config: Config): Fix | undefined {
  const qps = config.qps;
  if (qps?.number === undefined || qps.number <= 0 || config.burst?.number === 2 * qps.number) return undefined;
  if (qps.statement.type === 'keyed_element' || config.origin.type === 'composite_literal')
    return fix(
      'burst-double',
      `Set Burst to 2 × QPS: ${number(2 * qps.number)}`,
      setLimits(context, config, { burst: value(Math.ceil(2 * qps.number)) }),
    );
  return fix('burst-double', 'Set Burst to 2 × QPS', setLimits(context, config, { burst: value('2 * int($.QPS)') }));
}

export function burstTo(context: GoContext, config: Config, burst: number): Fix | undefined {
  return fix(`burst-${burst}`, `Set Burst to ${burst}`, setLimits(context, config, { burst: value(burst) }));
}

export function qpsTo(context: GoContext, config: Config, qps: number): Fix | undefined {
  return fix(`qps-${qps}`, `Set QPS to ${number(qps)}`, setLimits(context, config, { qps: value(qps) }));
}

export function noLimit(context: GoContext, config: Config): Fix | undefined {
  return fix(
    'qps-none',
    'No client-side limit (QPS −1): rely on API Priority and Fairness',
    setLimits(context, config, { qps: value(-1) }),
  );
}

/** What the workers would ask for if nothing held them back. */
export function measuredFix(context: GoContext, config: Config): Fix | undefined {
  const asked = context.measured === undefined ? undefined : need(context.measured);
  // Less than there is would slow the program down.
  if (asked === undefined || asked.qps <= (config.effective.qps ?? 0)) return undefined;
  return fix(
    'qps-measured',
    `Set QPS from what was measured: ${asked.qps}, Burst ${asked.burst} (${asked.arithmetic})`,
    setLimits(context, config, { qps: value(asked.qps), burst: value(asked.burst) }),
  );
}

/**
 * Takes the limit out where the origin itself has none. One that is set in a branch too, by a flag say, is somebody's
 * choice.
 */
export function removed(context: GoContext, config: Config): Fix | undefined {
  const sets = config.sets.filter((s) => s.field !== 'RateLimiter');
  if (
    config.escapes !== undefined ||
    sets.some(
      (s) =>
        !holds(config, s) || s.file !== context.file || !onlyLimits(s.statement.childForFieldName('left')?.text ?? ''),
    )
  )
    return undefined;
  return fix(
    'limit-remove',
    'Remove this limit: controller-runtime ≥ 0.21 has none',
    removeStatements(
      context.file,
      sets.map((s) => s.statement),
    ),
  );
}

const onlyLimits = (left: string): boolean => left.split(',').every((l) => /\.(QPS|Burst)$/.test(l.trim()));

/** Flags for both, whose defaults are what holds now. */
export function asFlags(context: GoContext, config: Config): Fix | undefined {
  const { qps, burst } = config.effective;
  if (qps === undefined || burst === undefined || qps <= 0 || config.file !== context.file) return undefined;
  if (
    config.sets.some(
      (s) => s.from === 'flag' || s.from === 'environment' || s.from === 'unknown' || s.file !== context.file,
    )
  )
    return undefined;
  const at = config.sets.find((s) => s.field !== 'RateLimiter')?.statement ?? whole(context.file, config.origin);
  const flags: NewFlag[] = [
    {
      name: 'kube-api-qps',
      kind: 'float',
      value: literal(qps),
      variable: 'kubeAPIQPS',
      help:
        'Requests per second that a client may send to the Kubernetes API server; below 0 there is no limit. ' +
        `Default: ${number(qps).replace('−', '-')}.`,
    },
    {
      name: 'kube-api-burst',
      kind: 'int',
      value: literal(Math.round(burst)),
      variable: 'kubeAPIBurst',
      help: `Requests that a client may send to the Kubernetes API server at once. Default: ${Math.round(burst)}.`,
    },
  ];
  const added = addFlags(context.pkg, context.file, config.func, at, flags);
  const [q, b] = added?.expressions ?? [];
  if (added === undefined || q === undefined || b === undefined) return undefined;
  const converted = (text: string, type: string | undefined, to: string): Want => ({
    text: type === to ? text : `${to}(${text})`,
  });
  const edits = setLimits(context, config, {
    qps: converted(q, added.types[0], 'float32'),
    burst: converted(b, added.types[1], 'int'),
  });
  if (
    edits === undefined ||
    edits.some((e) =>
      added.edits.some(
        (o) => (o.file ?? context.file.path) === (e.file ?? context.file.path) && o.start < e.end && e.start < o.end,
      ),
    )
  )
    return undefined;
  return fix('qps-flag', `Make QPS and Burst flags (${added.library}): --kube-api-qps, --kube-api-burst`, [
    ...added.edits,
    ...edits,
  ]);
}

/** Where a finding about an assignment stands: the statement, in the file that is looked at. */
export function setSpan(context: GoContext, config: Config, field: LimitField): Span | undefined {
  const set = config.sets.filter((s) => s.field === field && s.file === context.file).at(-1);
  return set === undefined ? undefined : context.file.span(set.statement);
}

export { fix };
