/**
 * Versions of Go modules: semantic versions with a `v` ahead, and the pseudo-versions that name a commit
 * (https://go.dev/ref/mod#versions).
 */

export interface Version {
  readonly major: string;
  readonly minor: string;
  readonly patch: string;
  /** Parts after `-`; empty for a release. */
  readonly pre: readonly string[];
  /** After `+`: "incompatible". Not compared. */
  readonly build: string | undefined;
}

const FORM =
  /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;
/** A commit's time in UTC and the first 12 digits of its hash. */
const PSEUDO = /^v\d+\.(?:0\.0-|\d+\.\d+-(?:[^+]*\.)?0\.)(\d{14})-[0-9A-Za-z]{12}(?:\+.*)?$/;

/** Undefined when this is not a whole version, e.g. a branch's name or "v1". */
export function parseVersion(text: string): Version | undefined {
  const m = FORM.exec(text);
  if (m === null) return undefined;
  const pre = m[4] === undefined ? [] : m[4].split('.');
  if (pre.some((p) => /^0\d+$/.test(p))) return undefined;
  return { major: m[1] ?? '', minor: m[2] ?? '', patch: m[3] ?? '', pre, build: m[5] };
}

/** True for a version that names a commit: v0.0.0-20240102150405-0123456789ab, v1.2.4-0.20240102150405-0123456789ab. */
export function isPseudo(version: string): boolean {
  return PSEUDO.test(version) && parseVersion(version) !== undefined;
}

/** Below 0 when `a` comes before `b`, as Go orders them. What is no version comes before all that are. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parseVersion(a), parseVersion(b)];
  if (x === undefined || y === undefined) return x === y ? 0 : x === undefined ? -1 : 1;
  const core = digits(x.major, y.major) || digits(x.minor, y.minor) || digits(x.patch, y.patch);
  if (core !== 0) return core;
  if (x.pre.length === 0 || y.pre.length === 0) return y.pre.length - x.pre.length;
  for (let i = 0; i < Math.min(x.pre.length, y.pre.length); i++) {
    const [p, q] = [x.pre[i] ?? '', y.pre[i] ?? ''];
    if (p === q) continue;
    const [n, m] = [/^\d+$/.test(p), /^\d+$/.test(q)];
    // Numbers come before words, and are compared as numbers however long they are.
    return n && m ? digits(p, q) : n ? -1 : m ? 1 : p < q ? -1 : 1;
  }
  return x.pre.length - y.pre.length;
}

/** Two numbers without leading zeros, of any length. */
function digits(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** True when `version` is `floor` or later; undefined when it is not known or no version. */
export function atLeast(version: string | undefined, floor: string): boolean | undefined {
  return version === undefined || parseVersion(version) === undefined
    ? undefined
    : compareVersions(version, floor) >= 0;
}
