import { isAbort, Problem } from '../base/problem';
import { get } from './get';
import { expectOk, isHtml, isPprofIndex, wantsTls, wordsOf } from './expect';
import type { Answer, Target } from './types';

/**
 * What a path answered. `closed`: nothing listens, or the connection was cut or stayed silent; `html`: a web page or a
 * redirect to one; `other`: anything else (404 included).
 */
export type ProbeResult = 'pprof' | 'metrics' | 'needsToken' | 'html' | 'other' | 'closed';

export interface PathProbe {
  readonly path: string;
  readonly result: ProbeResult;
  /** HTTP status; 0 = no answer. */
  readonly status: number;
  /** What it said, as a sentence for people. */
  readonly sentence: string;
  /** What stands in the way; absent for pprof and metrics. */
  readonly problem: Problem | undefined;
  /** Names and counts of the profiles that a pprof index offers: goroutine → 42. Empty for others. */
  readonly profiles: Readonly<Record<string, number>>;
}

export interface Probe {
  /** The scheme that it speaks, or the one that was tried when nothing answered. */
  readonly scheme: 'http' | 'https';
  readonly pprof: PathProbe;
  readonly metrics: PathProbe;
  /** True when a certificate was accepted without a check. */
  readonly unverified: boolean;
}

export interface ProbeOptions {
  /** Longest silence, ms. Default 5000: a probe asks for little. */
  readonly idleTimeoutMs?: number;
  /** Default `/debug/pprof/`. */
  readonly pprofPath?: string;
  /** Default `/metrics`. */
  readonly metricsPath?: string;
}

/** A list of profiles is some kB. `/metrics` of a large controller is some MB, of which the beginning would do. */
const MAX_INDEX = 4 * 1024 * 1024;
const MAX_METRICS = 64 * 1024 * 1024;

/**
 * Finds out what answers on a port: asks for the pprof index and the metrics by the target's scheme, or by the other
 * one when the process speaks that. Throws AbortError only; everything else is a result.
 */
export async function probe(target: Target, signal?: AbortSignal, options: ProbeOptions = {}): Promise<Probe> {
  const pprofPath = options.pprofPath ?? '/debug/pprof/';
  const metricsPath = options.metricsPath ?? '/metrics';
  const ask = async (t: Target, path: string, maxBytes: number): Promise<Asked> => {
    try {
      return await get(t, path, {
        idleTimeoutMs: options.idleTimeoutMs ?? 5000,
        maxBytes,
        ...(signal && { signal }),
        ...(path === metricsPath && { headers: { Accept: 'text/plain;version=0.0.4, */*;q=0.1' } }),
      });
    } catch (e) {
      if (isAbort(e)) throw e;
      return Problem.from(e, 'target.failed');
    }
  };
  let t = target;
  let first = await ask(t, pprofPath, MAX_INDEX);
  if (mismatched(first)) {
    const other: Target = { ...t, scheme: t.scheme === 'http' ? 'https' : 'http' };
    const second = await ask(other, pprofPath, MAX_INDEX);
    if (!mismatched(second)) [t, first] = [other, second];
  }
  // When the port itself can't be reached, the other path finds nothing either.
  const second =
    first instanceof Problem && !OF_THE_PATH.has(first.code) ? first : await ask(t, metricsPath, MAX_METRICS);
  return {
    scheme: t.scheme,
    pprof: judge(first, t, pprofPath),
    metrics: judge(second, t, metricsPath),
    unverified: [first, second].some((a) => !(a instanceof Problem) && a.unverified),
  };
}

type Asked = Answer | Problem;

/** Failures that may be the fault of one path, not of the port. */
const OF_THE_PATH = new Set(['target.timeout', 'target.tooBig', 'target.dropped', 'target.encoding']);
const MISMATCH = new Set(['target.scheme', 'target.protocol', 'target.dropped']);

/** True when the process may speak the other scheme. Go says so; other TLS servers just cut off a plain request. */
function mismatched(a: Asked): boolean {
  return a instanceof Problem ? MISMATCH.has(a.code) : wantsTls(a);
}

function judge(a: Asked, target: Target, path: string): PathProbe {
  const none = { path, profiles: {} };
  if (a instanceof Problem)
    return {
      ...none,
      result:
        a.code === 'target.scheme' || a.code === 'target.protocol' || a.code === 'target.tooBig' ? 'other' : 'closed',
      status: 0,
      sentence: a.message,
      problem: a,
    };
  const { status } = a;
  if (isPprofIndex(a)) {
    const profiles = offered(a);
    return {
      path,
      result: 'pprof',
      status,
      sentence: `${target.label} offers pprof: ${Object.keys(profiles).join(', ') || 'its index names no profiles'}.`,
      problem: undefined,
      profiles,
    };
  }
  if (status === 200 && looksLikeMetrics(a))
    return {
      ...none,
      result: 'metrics',
      status,
      sentence: `${target.label} offers metrics at ${path}.`,
      problem: undefined,
    };
  const problem = refusal(a, target, path);
  const result =
    status === 401 || status === 403 ? 'needsToken' : isHtml(a) || (status >= 300 && status < 400) ? 'html' : 'other';
  return { ...none, result, status, sentence: problem.message, problem };
}

function refusal(a: Answer, target: Target, path: string): Problem {
  try {
    expectOk(a, target, path);
  } catch (e) {
    return Problem.from(e);
  }
  const detail = wordsOf(a);
  return new Problem(
    'target.other',
    `${target.label} answers ${path} with something that is neither pprof nor metrics.`,
    { status: a.status, next: 'Choose another port.', ...(detail !== '' && { detail }) },
  );
}

/**
 * Profiles of an index page, from its links, in the page's order: `<td>42</td><td><a
 * href='goroutine?debug=1'>goroutine</a></td>` since Go 1.11. `profile` and `trace` have no count and get 0. A program
 * may name its own profiles freely: the link's text is the name, and its address the same name, percent-encoded.
 */
export function offered(index: Answer): Record<string, number> {
  const text = index.body.toString('utf8');
  const out = new Map<string, number>();
  for (const m of text.matchAll(
    /(?:<td[^>]*>\s*(\d+)\s*(?:<\/td>)?\s*<td[^>]*>\s*)?<a href=(?:'([^']*)'|"([^"]*)")[^>]*>([^<]*)<\/a>/g,
  )) {
    const name = plain(m[4]!.trim());
    // A link without a count is a profile only if its text is just the name: "full goroutine stack dump" is another
    // form of one.
    if (
      name === '' ||
      name === 'symbol' ||
      name === 'cmdline' ||
      out.has(name) ||
      (m[1] === undefined && lastOf(m[2] ?? m[3]!) !== name)
    )
      continue;
    out.set(name, Number(m[1] ?? 0));
  }
  return Object.fromEntries(out);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&#34;': '"',
  '&#39;': "'",
  '&quot;': '"',
};

/** Undoes the escapes of Go's html.EscapeString. */
function plain(text: string): string {
  return text.replace(/&(?:lt|gt|amp|quot|#34|#39);/g, (e) => ENTITIES[e]!);
}

/** The last segment of a link's path. */
function lastOf(href: string): string {
  return href.split('?', 1)[0]!.split('/').at(-1)!;
}

/** Recognises exposition text by its first sample or comment; that tells it from JSON, pages and plain words. */
function looksLikeMetrics(a: Answer): boolean {
  if (isHtml(a)) return false;
  const type = a.headers['content-type'] ?? '';
  if (/openmetrics-text|version=0\.0\.4/i.test(type)) return true;
  const head = a.body.subarray(0, 4000).toString('latin1');
  return (
    /^(# (HELP|TYPE|UNIT) [^\s]|[a-zA-Z_:][\w:]*(\{[^\n]*\})? +[-+0-9NI][^\s]*)/m.test(head) && !/^\s*[{[<]/.test(head)
  );
}
