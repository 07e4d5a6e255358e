/** Changes queries as text: adds matchers to every selector, reads classic histograms as native ones. */
import type { Matcher } from '../types';

/** Words that look like a metric's name, in the part of PromQL that the catalog uses. */
const WORDS = new Set([
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'bool',
  'and',
  'or',
  'unless',
  'offset',
  'inf',
  'nan',
]);
/** Those of them that a list of labels follows. */
const LISTS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);

/** The query with more matchers in each selector. `matchers` gets the metric's name ('' where there is none). */
export function addMatchers(promql: string, matchers: (metric: string) => readonly Matcher[]): string {
  let out = '';
  let i = 0;
  const end = promql.length;
  while (i < end) {
    const c = promql[i] ?? '';
    if (c === '"' || c === "'" || c === '`') {
      const to = afterString(promql, i);
      out += promql.slice(i, to);
      i = to;
      continue;
    }
    if (c === '[') {
      const to = after(promql, i, ']');
      out += promql.slice(i, to);
      i = to;
      continue;
    }
    if (/[0-9.]/.test(c)) {
      const m = /^[0-9.]+(?:[eE][+-]?[0-9]+)?[a-z]*/.exec(promql.slice(i));
      const text = m?.[0] ?? c;
      out += text;
      i += text.length;
      continue;
    }
    if (c === '{') {
      const to = afterBraces(promql, i);
      out += merged('', promql.slice(i + 1, to - 1), matchers(''));
      i = to;
      continue;
    }
    const name = /^[a-zA-Z_:$][a-zA-Z0-9_:]*/.exec(promql.slice(i))?.[0];
    if (name === undefined) {
      out += c;
      i++;
      continue;
    }
    i += name.length;
    const next = i + (/^\s*/.exec(promql.slice(i))?.[0].length ?? 0);
    const lower = name.toLowerCase();
    if (LISTS.has(lower) && promql[next] === '(') {
      const to = after(promql, next, ')');
      out += name + promql.slice(i, to);
      i = to;
    } else if (WORDS.has(lower) || promql[next] === '(' || isAggregation(lower)) out += name;
    else if (promql[next] === '{') {
      const to = afterBraces(promql, next);
      out += merged(name, promql.slice(next + 1, to - 1), matchers(name));
      i = to;
    } else out += merged(name, '', matchers(name));
  }
  return out;
}

const isAggregation = (word: string): boolean => /^(sum|avg|min|max|count)$/.test(word);

function merged(name: string, own: string, more: readonly Matcher[]): string {
  const text = [own.trim().replace(/,$/, ''), ...more.map(({ label, op, value }) => `${label}${op}${quoted(value)}`)]
    .filter((t) => t !== '')
    .join(',');
  return text === '' ? (name === '' ? '{}' : name) : `${name}{${text}}`;
}

/** A string as PromQL writes it. */
export function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

function afterString(text: string, from: number): number {
  const quote = text[from];
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\' && quote !== '`') i++;
    else if (text[i] === quote) return i + 1;
  }
  return text.length;
}

function afterBraces(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '}') return i + 1;
    if (c === '"' || c === "'" || c === '`') i = afterString(text, i) - 1;
  }
  return text.length;
}

function after(text: string, from: number, closing: string): number {
  const at = text.indexOf(closing, from);
  return at < 0 ? text.length : at + 1;
}

/**
 * The label that names the controller in a metric's series; undefined where the metric doesn't tell controllers apart.
 */
function controllerLabel(metric: string): 'controller' | 'name' | undefined {
  if (metric.startsWith('controller_runtime_')) return 'controller';
  // Older controller-runtime and plain client-go have only `name`.
  return metric.startsWith('workqueue_') ? 'name' : undefined;
}

/**
 * A query for one controller: only its series where the metric tells controllers apart, otherwise all of the process.
 */
export function narrow(promql: string, controller: string, process: readonly Matcher[] = []): string {
  return addMatchers(promql, (metric) => {
    const label = controllerLabel(metric);
    return label === undefined ? process : [...process, { label, op: '=', value: controller }];
  });
}

/**
 * The query for a process of which only native histograms are kept, since Prometheus drops the classic ones when it
 * takes native ones. `x_bucket` summed by `le` becomes `x` summed without it; `x_sum` and `x_count` become the
 * functions of that name.
 */
export function nativeForm(promql: string, isNative: (family: string) => boolean): string {
  let changed = false;
  const out = promql
    .replace(
      /rate\(([a-zA-Z_:][a-zA-Z0-9_:]*)_(sum|count)((?:\{[^}]*\})?\[[^\]]*\])\)/g,
      (all, family: string, part: string, rest: string) =>
        isNative(family) ? `histogram_${part}(rate(${family}${rest}))` : all,
    )
    .replace(/\b([a-zA-Z_:][a-zA-Z0-9_:]*)_bucket\b/g, (all, family: string) =>
      isNative(family) ? ((changed = true), family) : all,
    );
  return changed
    ? out
        .replace(/,\s*le\b/g, '')
        .replace(/\ble\s*,\s*/g, '')
        .replace(/\bby\s*\(\s*le\s*\)/g, '')
    : out;
}
