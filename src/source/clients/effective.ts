/** The limit that a client gets, worded with what makes it so. */
import { position as lineOf } from '../text';
import { nameOf } from '../paths';
import type { Module } from '../modules/types';
import type { Effective } from '../types';
import type { Built } from './calls';
import type { Field, State } from './state';
import type { OriginKind, SetAt } from './types';
import type { GoFile } from '../go/file';

const RUNTIME = 'sigs.k8s.io/controller-runtime';

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
  if (limiter.set === undefined) return { qps: undefined, burst: undefined, because: kind === 'envtest' ? 'envtest sets its own' : 'what sets it can\'t be followed' };
  if (limiter.set) {
    const own = limiter.by?.bucket;
    return { qps: own?.qps, burst: own?.burst, because: `the RateLimiter set in ${place(limiter.by, file)}` };
  }
  if (kind === 'envtest') return { qps: undefined, burst: undefined, because: 'envtest sets its own' };
  const client = module.facts.clientGo?.value;
  if (qps.number === undefined) return { qps: undefined, burst: undefined, because: qps.by === undefined ? 'what sets it can\'t be followed' : `the value set in ${place(qps.by, file)} can't be followed` };
  // A positive limit is a float32 in Go.
  const number = Math.fround(qps.number);
  if (number < 0) return { qps: number, burst: undefined, because: qps.origin ? `${versioned(module, RUNTIME)} sets QPS ${signed(number)}` : `QPS ${signed(number)} is set in ${place(qps.by, file)}${told(qps.by)}` };
  const q = number === 0 ? client?.qps : rounded(qps.number);
  const b = burst.number === undefined ? undefined : burst.number === 0 ? built?.burst ?? client?.burst : burst.number;
  return { qps: q, burst: b, because: because(qps, burst, module, file) };
}

/** 0.1 stays 0.1, as it was written. */
const rounded = (n: number): number => (Math.abs(n - Math.fround(n)) < 1e-6 * Math.abs(n) ? n : Math.fround(n));

function because(qps: Field, burst: Field, module: Module, file: GoFile): string {
  const defaults = `client-go's default, ${versioned(module, 'k8s.io/client-go')}`;
  if (qps.origin && burst.origin) return `${versioned(module, RUNTIME)} sets QPS ${String(qps.number)} and Burst ${String(burst.number)}`;
  const qpsSet = qps.number !== 0 && qps.by !== undefined;
  const burstSet = burst.number !== 0 && burst.by !== undefined;
  if (qpsSet && burstSet) {
    const [a, b] = [place(qps.by, file), place(burst.by, file)];
    return a === b ? `set in ${a}${told(qps.by)}` : `set in ${a}${told(qps.by)} and ${b}${told(burst.by)}`;
  }
  if (qpsSet) return `QPS set in ${place(qps.by, file)}${told(qps.by)}; Burst is ${burst.origin ? `what ${versioned(module, RUNTIME)} sets` : burst.number === undefined ? 'unknown' : defaults}`;
  if (burstSet) return `QPS is ${qps.origin ? `what ${versioned(module, RUNTIME)} sets` : defaults}; Burst set in ${place(burst.by, file)}${told(burst.by)}`;
  return qps.by === undefined ? defaults : `QPS 0, set in ${place(qps.by, file)}${told(qps.by)}, means ${defaults}`;
}

const told = (set: SetAt | undefined): string => (set?.from === 'flag' ? `, the default of --${set.flag ?? 'a flag'}` : set?.from === 'environment' ? ', unless the environment says otherwise' : '');

/** "line 12", or "options.go, line 12" when it is another file than the one that is read. */
export function place(set: SetAt | undefined, file: GoFile): string {
  if (set === undefined) return 'the source';
  const { line } = lineOf(set.file.text, set.statement.startIndex);
  return set.file === file ? `line ${line}` : `${nameOf(set.file.path)}, line ${line}`;
}
