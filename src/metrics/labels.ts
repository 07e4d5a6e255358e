/** Label sets: making, naming, comparing and matching them, by Prometheus' own rules. */
import { Problem } from '../base/problem';
import type { Labels, Matcher } from './types';

/**
 * Label sets without inherited names, since a label may be called `constructor` or `__proto__`. Made by a constructor:
 * V8 makes slow and large objects of `Object.create(null)`, and there are tens of thousands of these.
 */
const LabelSet = function () {
  /* has no fields of its own */
} as unknown as new () => Record<string, string>;
(LabelSet as { prototype: unknown }).prototype = Object.create(null);

/** An empty label set to fill. Reading a missing label gives undefined, whatever its name. */
export function newLabels(): Record<string, string> {
  return new LabelSet();
}

/** The same text for the same labels in any order; different texts for different labels. */
export function seriesKey(labels: Labels): string {
  const names = Object.keys(labels).sort();
  let key = '';
  for (const name of names) key += `${name}\u0000${labels[name] ?? ''}\u0000`;
  return key;
}

/**
 * The labels under which a sample is stored: its own, those of its target, and `__name__`. Where both have a label, the
 * target's stays and the sample's becomes `exported_…`, as in Prometheus unless `honor_labels` is set
 * (scrape/scrape.go, resolveConflictingExposedLabels). A label without a value doesn't count. Values pass through
 * `copy`.
 */
export function storedLabels(name: string, own: Labels, target: Labels, copy: (value: string) => string): Labels {
  const out = newLabels();
  out['__name__'] = name;
  for (const label of Object.keys(target)) if (target[label] !== '') out[label] = target[label] ?? '';
  for (const label of Object.keys(own)) {
    const value = own[label];
    if (value === undefined || value === '' || label === '__name__') continue;
    let free = label;
    while (free in out || (free !== label && free in own)) free = `exported_${free}`;
    out[free] = copy(value);
  }
  return out;
}

/**
 * A number as the value of `le` and `quantile`: Go's shortest form, with ".0" if it has neither point nor exponent, so
 * "1.0", "0.005", "1e+06", "+Inf". Prometheus 3 writes them so for every format (model/labels/float.go,
 * FormatOpenMetricsFloat; model/textparse, normalizeFloatsInLabelValues and getMagicLabel).
 */
export function floatLabel(n: number): string {
  if (Number.isNaN(n)) return 'NaN';
  if (n === Infinity) return '+Inf';
  if (n === -Infinity) return '-Inf';
  if (n === 0) return '0.0';
  const [mantissa = '', power = '0'] = n.toExponential().split('e');
  const exponent = Number(power);
  // strconv.FormatFloat(f, 'g', -1, 64): from a million up, and below a ten-thousandth, an exponent of at least two
  // digits.
  if (exponent < -4 || exponent >= 6)
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  const plain = String(n);
  return plain.includes('.') ? plain : `${plain}.0`;
}

/** A value of the label `le` or `quantile` in that form; a text that is no number stays as it is. */
export function normalFloat(value: string): string {
  const known = normal.get(value);
  if (known !== undefined) return known;
  const n = parseGoFloat(value);
  const text = n === undefined ? value : floatLabel(n);
  // Bucket bounds are few, but a process that keeps making up new ones must not fill the memory.
  if (normal.size > 4096) normal.clear();
  normal.set(value, text);
  return text;
}
const normal = new Map<string, string>();

/**
 * Reads a number like Go's strconv.ParseFloat, except hexadecimal ones, which Prometheus refuses; otherwise undefined.
 */
export function parseGoFloat(s: string): number | undefined {
  const n = Number(s);
  if (!Number.isNaN(n)) return s === '' || /[xob\s]/i.test(s) ? undefined : n;
  switch (s.toLowerCase()) {
    case 'nan':
    case '+nan':
    case '-nan':
      return NaN;
    case 'inf':
    case '+inf':
    case 'infinity':
    case '+infinity':
      return Infinity;
    case '-inf':
    case '-infinity':
      return -Infinity;
    default:
      return undefined;
  }
}

/**
 * Combines all matchers. A missing label has the value ''. Throws Problem `metrics.regex` for a pattern that can't be
 * read.
 */
export function matching(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map(({ label, op, value }) => ({ label, test: valueTest(op, value) }));
  return (labels) => {
    for (const { label, test } of tests) if (!test(labels[label] ?? '')) return false;
    return true;
  };
}

/** The test of one matcher for a label's value. */
export function valueTest(op: Matcher['op'], value: string): (v: string) => boolean {
  if (op === '=') return (v) => v === value;
  if (op === '!=') return (v) => v !== value;
  const whole = anchored(value);
  const wanted = op === '=~';
  // Thousands of series share a few dozen values.
  const told = new Map<string, boolean>();
  return (v) => {
    let answer = told.get(v);
    if (answer === undefined) told.set(v, (answer = whole.test(v) === wanted));
    return answer;
  };
}

/**
 * RE2 as far as JavaScript can express it: anchored at both ends, a dot matches any character, flags only at the
 * beginning.
 */
function anchored(pattern: string): RegExp {
  const flags = /^\(\?([imsU]+)\)/.exec(pattern);
  const body = (flags ? pattern.slice(flags[0].length) : pattern).replaceAll('(?P<', '(?<');
  const given = flags?.[1] ?? '';
  try {
    return new RegExp(`^(?:${body})$`, `s${given.includes('i') ? 'i' : ''}`);
  } catch (e) {
    throw new Problem('metrics.regex', `The pattern "${pattern}" can't be read.`, {
      next: 'Check its brackets and escapes.',
      detail: e instanceof Error ? e.message : String(e),
      cause: e,
    });
  }
}
