/** Just enough of PromQL's grammar to complete what is being typed and to suggest a query for a family. No DOM. */
import type { ExploredFamily, Unit } from '../../src/protocol/metrics';

/** What can be completed at the caret. The host is asked for names, labels and values; functions are known here. */
export interface Spot {
  readonly kind: 'names' | 'labels' | 'values';
  /** The typed part of the word; `from` is where it begins. */
  readonly word: string;
  readonly from: number;
  /** The metric that the selector belongs to; '' = not known. */
  readonly name: string;
  /** The label whose values are completed; '' for other kinds. */
  readonly label: string;
}

/** Prometheus' functions and keywords that go with controllers' metrics; aggregations are written with `by`. */
export const FUNCTIONS = [
  'abs',
  'avg',
  'avg_over_time',
  'bottomk',
  'by',
  'ceil',
  'changes',
  'clamp_max',
  'clamp_min',
  'count',
  'delta',
  'deriv',
  'floor',
  'group_left',
  'group_right',
  'histogram_avg',
  'histogram_count',
  'histogram_quantile',
  'histogram_sum',
  'ignoring',
  'increase',
  'irate',
  'label_replace',
  'max',
  'max_over_time',
  'min',
  'min_over_time',
  'offset',
  'on',
  'quantile',
  'rate',
  'resets',
  'round',
  'scalar',
  'sort_desc',
  'stddev',
  'sum',
  'time',
  'topk',
  'vector',
  'without',
] as const;
const FUNCTION_SET: ReadonlySet<string> = new Set(FUNCTIONS);
const GROUPINGS: ReadonlySet<string> = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const WORD = /[A-Za-z0-9_:.]/;

/** Undefined where nothing can be completed: in a range, after a complete string, in a number. */
export function spotAt(text: string, caret: number): Spot | undefined {
  /** Open brackets, with the word before each. */
  const open: { readonly sign: string; readonly before: string }[] = [];
  let lastWord = '',
    word = '',
    from = 0;
  /** The open string: its quote, where its text begins, and its label. */
  let quote = '',
    quoteFrom = 0,
    label = '';
  const endWord = (): void => {
    if (word !== '') lastWord = word;
    word = '';
  };
  for (let i = 0; i < caret; i++) {
    const c = text[i] ?? '';
    if (quote !== '') {
      if (c === '\\' && quote !== '`') i++;
      else if (c === quote) quote = '';
      continue;
    }
    if (WORD.test(c)) {
      if (word === '') from = i;
      word += c;
      continue;
    }
    endWord();
    if (c === '"' || c === "'" || c === '`') {
      quote = c;
      quoteFrom = i + 1;
    } else if (c === '(' || c === '{' || c === '[') {
      open.push({ sign: c, before: lastWord });
      lastWord = '';
    } else if (c === ')' || c === '}' || c === ']') {
      open.pop();
      lastWord = '';
    } else if (c === '=' || c === '!' || c === '~') {
      if (c !== '~' && lastWord !== '') {
        label = lastWord;
        lastWord = '';
      }
    } else if (!/\s/.test(c)) lastWord = '';
  }
  const inner = open[open.length - 1];
  if (quote !== '')
    return inner?.sign === '{' && label !== ''
      ? { kind: 'values', word: text.slice(quoteFrom, caret), from: quoteFrom, name: inner.before, label }
      : undefined;
  if (inner?.sign === '[' || /^\d/.test(word)) return undefined;
  const at = word === '' ? caret : from;
  if (inner?.sign === '{')
    return /(=~?|!=|!~)\s*$/.test(text.slice(0, at))
      ? undefined
      : { kind: 'labels', word, from: at, name: inner.before, label: '' };
  if (inner?.sign === '(' && GROUPINGS.has(inner.before.toLowerCase()))
    return { kind: 'labels', word, from: at, name: metricIn(text), label: '' };
  // A name directly after another, or after a closing bracket, can only be an operator or a grouping.
  return { kind: 'names', word, from: at, name: '', label: '' };
}

/** The first name in a query that is not a function: the metric to which the labels likely belong. */
export function metricIn(text: string): string {
  const bare = text.replace(
    /"(\\.|[^"\\])*"?|'(\\.|[^'\\])*'?|`[^`]*`?|\{[^}]*\}?|\[[^\]]*\]?|\b(by|without|on|ignoring)\s*\([^)]*\)?/gi,
    ' ',
  );
  return (
    [...bare.matchAll(/[A-Za-z_:][A-Za-z0-9_:.]*/g)]
      .map(([w]) => w)
      .find(
        (w) =>
          !FUNCTION_SET.has(w.toLowerCase()) &&
          !['and', 'or', 'unless', 'bool', 'inf', 'nan'].includes(w.toLowerCase()),
      ) ?? ''
  );
}

/** Words that match what is typed: first those that begin with it, then those that contain it; at most `most`. */
export function rank(words: readonly string[], typed: string, most: number): string[] {
  const t = typed.toLowerCase();
  const starts: string[] = [],
    holds: string[] = [];
  for (const w of words) {
    const at = w.toLowerCase().indexOf(t);
    if (at === 0) starts.push(w);
    else if (at > 0) holds.push(w);
  }
  return [...starts, ...holds].slice(0, most);
}

/** Escapes a value for double quotes. */
export function quoted(value: string): string {
  return value.replace(/[\\"]/g, (c) => `\\${c}`).replaceAll('\n', '\\n');
}

/** A first query for a family: counters as rates, histograms as their p99, the rest as they are. */
export function queryFor(f: ExploredFamily, matcher = ''): string {
  const name = f.sample[0]?.labels['__name__'] ?? f.name;
  const pick = (n: string): string =>
    /^[A-Za-z_:][A-Za-z0-9_:]*$/.test(n)
      ? `${n}${matcher === '' ? '' : `{${matcher}}`}`
      : `{"${quoted(n)}"${matcher === '' ? '' : `, ${matcher}`}}`;
  if (f.type === 'counter') return `sum(rate(${pick(name)}[1m]))`;
  if (f.type !== 'histogram') return pick(name);
  return 'le' in f.labels || f.sample.some((s) => 'le' in s.labels)
    ? `histogram_quantile(0.99, sum by (le) (rate(${pick(`${f.name}_bucket`)}[1m])))`
    : `histogram_quantile(0.99, sum(rate(${pick(f.name)}[1m])))`;
}

/** The likely unit of a query's values, by naming conventions. */
export function unitOf(promql: string): Unit {
  const name = metricIn(promql);
  const rated = /\b(rate|irate)\s*\(/.test(promql);
  const quantile = /\bhistogram_(quantile|avg)\s*\(/.test(promql);
  if (/_seconds(_bucket|_sum)?$/.test(name)) return quantile || !rated ? 'seconds' : 'none';
  if (/_seconds_total$/.test(name)) return rated ? (name.includes('cpu') ? 'cores' : 'none') : 'seconds';
  if (/_bytes(_bucket|_sum)?$/.test(name)) return rated && !quantile ? 'none' : 'bytes';
  return rated && !quantile ? 'perSecond' : 'none';
}
