/** What the lens and the review tell of a client's configuration. */
import { nameOf } from '../paths';
import type { GoFile } from '../go/file';
import type { Module } from '../modules/types';
import type { Setting, SetUp } from '../types';
import { signed } from './effective';
import type { Config, SetAt } from './types';

export function setUpsOf(configs: readonly Config[], file: GoFile, module: Module): SetUp[] {
  return configs
    .filter(
      (c) =>
        c.file === file &&
        c.kind !== 'envtest' &&
        c.kind !== 'parameter' &&
        c.kind !== 'unknown' &&
        !(c.copy && c.uses.length === 0),
    )
    .map((c) => ({
      ...file.span(c.origin),
      kind: 'client' as const,
      name: c.uses[0]?.makes ?? c.variable ?? nameOf(file.path),
      line: `${limits(c)} · ${c.effective.because.replace(/ sets QPS .*$/, '')}`,
      settings: [qps(c, module), burst(c, module)],
    }));
}

/** "no client is made", "QPS 5 · burst 10", "no client-side limit", "QPS unknown". */
function limits(c: Config): string {
  const { qps: q, burst: b } = c.effective;
  if (c.effective.refused === true) return 'no client is made';
  if (q === undefined) return 'QPS unknown';
  return q < 0 ? 'no client-side limit' : `QPS ${signed(q)} · burst ${b === undefined ? 'unknown' : String(b)}`;
}

const at = (set: SetAt | undefined): Pick<Setting, 'at'> =>
  set === undefined ? {} : { at: { ...set.file.span(set.statement), file: set.file.path } };
const from = (set: SetAt | undefined, value: number | undefined): Setting['from'] =>
  set !== undefined ? set.from : value === undefined ? 'unknown' : 'default';

function qps(c: Config, module: Module): Setting {
  const fact = c.kind === 'getConfig' ? module.facts.getConfig : module.facts.clientGo;
  const value = c.effective.qps;
  return {
    name: 'QPS',
    value: value === undefined ? 'unknown' : value < 0 ? 'no limit' : String(value),
    default: fact === undefined ? 'unknown' : fact.value.qps < 0 ? 'no limit' : String(fact.value.qps),
    from: c.setByImport && c.qps === undefined ? 'set' : from(c.qps, value),
    ...at(c.qps),
    ...(fact?.cite !== undefined && { cite: fact.cite }),
    tells:
      `Requests a second that each limiter of the client lets out, on average; 0 means client-go's default, ` +
      `below 0 no limit.${fact === undefined ? '' : ` Default: ${fact.source}.`}`,
  };
}

function burst(c: Config, module: Module): Setting {
  const fact =
    c.kind === 'getConfig' && module.facts.getConfig?.value.burst !== undefined
      ? module.facts.getConfig
      : module.facts.clientGo;
  const none = c.effective.qps !== undefined && c.effective.qps < 0;
  return {
    name: 'Burst',
    value: none ? 'no limit' : c.effective.burst === undefined ? 'unknown' : String(c.effective.burst),
    default: String(fact?.value.burst ?? 'unknown'),
    from: c.setByImport && c.burst === undefined ? 'set' : from(c.burst, none ? 0 : c.effective.burst),
    ...at(c.burst),
    ...(fact?.cite !== undefined && { cite: fact.cite }),
    tells: 'Requests that may go out at once before QPS holds them back; without a limit it has no meaning.',
  };
}
