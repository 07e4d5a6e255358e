/** The limit that a client gets, worded with what makes it so. */
import { RUNTIME } from '../libraries';
import { position as lineOf } from '../text';
import { nameOf } from '../paths';
import type { Module } from '../modules/types';
import type { Effective } from '../types';
import type { Built } from './calls';
import type { Field, State } from './state';
import type { OriginKind, SetAt } from './types';
import type { GoFile } from '../go/file';

/** A minus as a person writes it. */
export const signed = (n: number): string => (n < 0 ? `−${Math.abs(n)}` : String(n));

/** "k8s.io/client-go v0.37.0", "controller-runtime v0.25.2". */
export function versioned(module: Module, path: string): string {
  const version = module.version(path)?.version;
  const name = path === RUNTIME ? 'controller-runtime' : path;
  return version === undefined ? name : `${name} ${version}`;
}

/** What client-go makes of a configuration in this state. `built`: for one client; discovery has a burst of its own. */
export function effectiveOf(state: State, kind: OriginKind, module: Module, file: GoFile, built?: Built): Effective {
  const { qps, burst, limiter } = state;
  if (limiter.set === undefined)
    return {
      qps: undefined,
      burst: undefined,
      because: kind === 'envtest' ? 'envtest sets its own' : "what sets it can't be followed",
    };
  if (limiter.set) {
    const own = limiter.by?.bucket;
    return { qps: own?.qps, burst: own?.burst, because: `the RateLimiter set in ${place(limiter.by, file)}` };
  }
  if (kind === 'envtest') return { qps: undefined, burst: undefined, because: 'envtest sets its own' };
  const client = module.facts.clientGo?.value;
  if (qps.number === undefined)
    return {
      qps: undefined,
      burst: undefined,
      because: !isSet(qps)
        ? "what sets it can't be followed"
        : `the value set in ${where(qps, file)} can't be followed`,
    };
  // A positive limit is a float32 in Go.
  const number = Math.fround(qps.number);
  if (number < 0)
    return {
      qps: number,
      burst: undefined,
      because: qps.origin
        ? `${versioned(module, RUNTIME)} sets QPS ${signed(number)}`
        : `QPS ${signed(number)} is set in ${where(qps, file)}`,
    };
  const q = number === 0 ? client?.qps : rounded(qps.number);
  const b =
    burst.number === undefined ? undefined : burst.number === 0 ? (built?.burst ?? client?.burst) : burst.number;
  // kubernetes/clientset.go, as every generated clientset: "burst is required to be greater than 0 when RateLimiter is
  // not set and QPS is set to greater than 0".
  if (built?.limiters === 'clientset' && number > 0 && burst.number === 0) {
    return {
      qps: q,
      burst: b,
      refused: true,
      because:
        `QPS set in ${where(qps, file)} without Burst, where ${built.makes} returns an error, as it requires a ` +
        'Burst greater than 0',
    };
  }
  return { qps: q, burst: b, because: because(qps, burst, module, file) };
}

/** 0.1 stays 0.1, as it was written. */
const rounded = (n: number): number => (Math.abs(n - Math.fround(n)) < 1e-6 * Math.abs(n) ? n : Math.fround(n));

function because(qps: Field, burst: Field, module: Module, file: GoFile): string {
  const defaults = `client-go's default, ${versioned(module, 'k8s.io/client-go')}`;
  if (qps.origin && burst.origin)
    return `${versioned(module, RUNTIME)} sets QPS ${String(qps.number)} and Burst ${String(burst.number)}`;
  const qpsSet = qps.number !== 0 && isSet(qps);
  const burstSet = burst.number !== 0 && isSet(burst);
  if (qpsSet && burstSet) {
    const [a, b] = [qps, burst].map((f) => (f.by === undefined ? f.importedFrom : place(f.by, file)));
    return a === b ? `set in ${where(qps, file)}` : `set in ${where(qps, file)} and ${where(burst, file)}`;
  }
  if (qpsSet)
    return (
      `QPS set in ${where(qps, file)}; Burst is ` +
      `${burst.origin ? `what ${versioned(module, RUNTIME)} sets` : burst.number === undefined ? 'unknown' : defaults}`
    );
  if (burstSet)
    return (
      `QPS is ${qps.origin ? `what ${versioned(module, RUNTIME)} sets` : defaults}; Burst set in ` +
      `${where(burst, file)}`
    );
  return !isSet(qps) ? defaults : `QPS 0, set in ${where(qps, file)}, means ${defaults}`;
}

const isSet = (f: Field): boolean => f.by !== undefined || f.importedFrom !== undefined;
/** The place that sets it, with what a person may set it by. */
const where = (f: Field, file: GoFile): string =>
  f.by === undefined && f.importedFrom !== undefined ? f.importedFrom : `${place(f.by, file)}${overridable(f.by)}`;
/** Words behind a place: the flag or variable that may override the value where the program runs. */
export const overridable = (set: SetAt | undefined): string =>
  set?.from === 'flag'
    ? `, the default of --${set.flag ?? 'a flag'}`
    : set?.from === 'environment'
      ? ', unless the environment says otherwise'
      : '';

/** "line 12", or "options.go, line 12" when it is another file than the one that is read. */
export function place(set: SetAt | undefined, file: GoFile): string {
  if (set === undefined) return 'the source';
  const { line } = lineOf(set.file.text, set.statement.startIndex);
  return set.file === file ? `line ${line}` : `${nameOf(set.file.path)}, line ${line}`;
}
