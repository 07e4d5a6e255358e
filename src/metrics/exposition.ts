import { parseGoFloat } from './labels';

/**
 * A scanner of Prometheus' text exposition: the 0.0.4 format and OpenMetrics 1.0, with UTF-8 names in quotes. It looks at
 * each character about once, uses no regular expression, and reads labels only when asked: a controller's /metrics has
 * tens of thousands of series, of which a reader wants some hundred.
 */

/** The callbacks of `scan`. Any that returns false ends the scan. */
export interface Visitor {
  /** A sample. `labels` is what stands between the braces ('' = none): see parseLabels. `timestamp` in ms; NaN = none. */
  sample?(name: string, labels: string, value: number, timestamp: number): boolean | void;
  /** `# TYPE name kind`. */
  type?(name: string, kind: string): boolean | void;
  /** `# HELP name text`, unescaped. */
  help?(name: string, text: string): boolean | void;
  /** `# UNIT name unit`, of OpenMetrics. */
  unit?(name: string, unit: string): boolean | void;
  /** Asked before a line is read on: false passes over the samples of this name. Default: all are read. */
  wants?(name: string): boolean;
}

export interface ScanResult {
  readonly samples: number;
  /** Lines that are no exposition; the scan goes on behind each. */
  readonly bad: number;
  /** Where the first of those begins; undefined: there is none. */
  readonly badAt: number | undefined;
  /** True when the text ended by `# EOF`, as OpenMetrics does: what follows is not read. */
  readonly eof: boolean;
  /** True when the last line has neither an end nor a sample or `# EOF`: the text was cut off. */
  readonly cut: boolean;
}

/** How timestamps are to be read: ms (text), s (openmetrics), or told by their size (any). */
export type Dialect = 'text' | 'openmetrics' | 'any';

const TAB = 9, LF = 10, CR = 13, SPACE = 32, QUOTE = 34, HASH = 35, COMMA = 44, EQUALS = 61, BACKSLASH = 92, OPEN = 123, CLOSE = 125;

/**
 * Reads all lines and tells the visitor what they hold. With the dialect `text`, `# EOF` is a comment like any other; with
 * the others it ends the text.
 */
export function scan(text: string, visitor: Visitor, dialect: Dialect = 'any'): ScanResult {
  const end = text.length;
  let samples = 0;
  let bad = 0;
  let badAt: number | undefined;
  let at = 0;
  /** Lines of a family stand together and often by the thousand: its name is cut out of the text once. */
  let last = '';
  let lastWanted = false;
  let whole = true;
  const result = (eof: boolean): ScanResult => ({ samples, bad, badAt, eof, cut: !whole });
  const spoilt = (): void => { if (bad++ === 0) badAt = at; };

  for (; at < end;) {
    at = skipBlank(text, at, end);
    if (at >= end) break;
    let c = text.charCodeAt(at);
    if (c === LF || c === CR) { at++; continue; }
    const lineEnd = endOfLine(text, at, end);
    const ended = lineEnd < end;
    if (c === HASH) {
      const told = comment(text, at, lineEnd, visitor, dialect);
      if (told === 'eof') return result(true);
      if (told === false) return result(false);
      whole = ended;
      at = lineEnd + 1;
      continue;
    }
    whole = false;

    let name = '';
    let labelsFrom = 0;
    let labelsTo = 0;
    let i = at;
    if (c !== OPEN) {
      while (i < lineEnd && (c = text.charCodeAt(i)) !== OPEN && c !== SPACE && c !== TAB) i++;
      // Equal to the name before it? Comparing is cheaper than cutting.
      if (i - at === last.length && text.startsWith(last, at)) name = last;
      else {
        name = text.slice(at, i);
        last = name;
        lastWanted = visitor.wants?.(name) ?? true;
      }
      if (!lastWanted && ended) { whole = true; samples++; at = lineEnd + 1; continue; }
      i = skipBlank(text, i, lineEnd);
      c = text.charCodeAt(i);
    }
    if (c === OPEN && i < lineEnd) {
      labelsFrom = i + 1;
      if (name === '') {
        // {"a.name", label="x"}: the name is the first thing between the braces.
        const quoted = leadingName(text, labelsFrom, lineEnd);
        if (quoted === undefined) { spoilt(); whole = ended; at = lineEnd + 1; continue; }
        name = quoted.name;
        labelsFrom = quoted.next;
      }
      labelsTo = closing(text, labelsFrom, lineEnd);
      if (labelsTo < 0) { spoilt(); whole = ended; at = lineEnd + 1; continue; }
      i = labelsTo + 1;
      if (name !== last) {
        last = name;
        lastWanted = visitor.wants?.(name) ?? true;
      }
    }
    i = skipBlank(text, i, lineEnd);
    const valueFrom = i;
    while (i < lineEnd && (c = text.charCodeAt(i)) !== SPACE && c !== TAB && c !== CR) i++;
    const value = number(text, valueFrom, i);
    i = skipBlank(text, i, lineEnd);
    const timestamp = i < lineEnd && (c = text.charCodeAt(i)) !== HASH && c !== CR ? time(text, i, lineEnd, dialect) : NaN;
    if (value === undefined || timestamp === undefined) { spoilt(); whole = ended; at = lineEnd + 1; continue; }
    whole = true;
    samples++;
    if (lastWanted && visitor.sample !== undefined && visitor.sample(name, text.slice(labelsFrom, labelsTo), value, timestamp) === false) return result(false);
    at = lineEnd + 1;
  }
  return result(false);
}

export interface Sample { readonly name: string; readonly labelsRaw: string; readonly value: number; readonly timestamp: number }

/** The samples of the wanted names, collected; for few of them. All names when `wanted` is left out. */
export function samples(text: string, wanted?: (name: string) => boolean): Sample[] {
  const out: Sample[] = [];
  scan(text, { sample: (name, labelsRaw, value, timestamp) => { out.push({ name, labelsRaw, value, timestamp }); }, ...(wanted && { wants: wanted }) });
  return out;
}

/** Names of all families, each once: those that have a `# TYPE` line, and of the samples without one. */
export function families(text: string): Set<string> {
  const names = new Set<string>();
  let typed = '';
  scan(text, {
    type: (name) => { names.add(name); typed = name; },
    // Called once for each run of equal names. `x_bucket`, `x_sum`, `x_count`… belong to the family above them.
    wants: (name) => { if (typed === '' || !name.startsWith(typed)) names.add(name); return false; },
  });
  return names;
}

/** Labels of a sample: escapes undone, whitespace and a trailing comma passed over. Broken text ends the reading. */
export function parseLabels(raw: string): Map<string, string> {
  const out = new Map<string, string>();
  each(raw, (name, value) => { out.set(name, value); return true; });
  return out;
}

/** One label of a sample; undefined when it has none of this name. */
export function label(raw: string, name: string): string | undefined {
  let found: string | undefined;
  each(raw, (n, value) => { if (n !== name) return true; found = value; return false; });
  return found;
}

/** Tells each label of a sample, unescaped, until `tell` gives false. Broken text ends the reading. */
export function each(raw: string, tell: (name: string, value: string) => boolean): void {
  const end = raw.length;
  let i = 0;
  for (;;) {
    while (i < end && (isBlank(raw.charCodeAt(i)) || raw[i] === ',')) i++;
    if (i >= end) return;
    let name: string;
    if (raw.charCodeAt(i) === QUOTE) {
      const close = closingQuote(raw, i + 1, end);
      if (close < 0) return;
      name = unescape(raw.slice(i + 1, close));
      i = close + 1;
    } else {
      const from = i;
      while (i < end && raw[i] !== '=' && !isBlank(raw.charCodeAt(i))) i++;
      name = raw.slice(from, i);
    }
    while (i < end && isBlank(raw.charCodeAt(i))) i++;
    if (raw[i] !== '=') return;
    i++;
    while (i < end && isBlank(raw.charCodeAt(i))) i++;
    if (raw.charCodeAt(i) !== QUOTE) return;
    const close = closingQuote(raw, i + 1, end);
    if (close < 0) return;
    if (!tell(name, unescape(raw.slice(i + 1, close)))) return;
    i = close + 1;
  }
}

/** `\\`, `\"` and `\n`; a backslash before anything else stays, as Prometheus' own parser has it. */
export function unescape(s: string): string {
  if (!s.includes('\\')) return s;
  let out = '';
  for (let i = 0; i < s.length; i++) {
    const next = s[i + 1];
    if (s[i] !== '\\' || (next !== '\\' && next !== '"' && next !== 'n')) out += s[i];
    else { out += next === 'n' ? '\n' : next; i++; }
  }
  return out;
}

function isBlank(c: number): boolean { return c === SPACE || c === TAB; }

function skipBlank(text: string, from: number, end: number): number {
  let i = from;
  while (i < end && isBlank(text.charCodeAt(i))) i++;
  return i;
}

function endOfLine(text: string, from: number, end: number): number {
  const lf = text.indexOf('\n', from);
  return lf < 0 ? end : lf;
}

/** The brace that ends a label set, all of which has to be right: names, equals signs, quotes. −1 = it isn't, or has no end on this line. */
function closing(text: string, from: number, end: number): number {
  let i = from;
  while (i < end) {
    let c = text.charCodeAt(i);
    if (c === CLOSE) return i;
    if (c === COMMA || c === SPACE || c === TAB) { i++; continue; }
    if (c === QUOTE) {
      i = closingQuote(text, i + 1, end) + 1;
      if (i === 0) return -1;
      c = text.charCodeAt(i);
    } else {
      const nameFrom = i;
      while (i < end && (c = text.charCodeAt(i)) !== EQUALS && c !== SPACE && c !== TAB && c !== QUOTE && c !== CLOSE && c !== COMMA) i++;
      if (i === nameFrom) return -1;
    }
    if (c === SPACE || c === TAB) { i = skipBlank(text, i, end); c = text.charCodeAt(i); }
    if (c !== EQUALS) return -1;
    c = text.charCodeAt(++i);
    if (c === SPACE || c === TAB) { i = skipBlank(text, i, end); c = text.charCodeAt(i); }
    if (c !== QUOTE) return -1;
    i = closingQuote(text, i + 1, end) + 1;
    if (i === 0) return -1;
  }
  return -1;
}

/** The quote that ends a string, past escaped ones. −1 = none before `end`. */
function closingQuote(text: string, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) return i;
    if (c === BACKSLASH) i++;
  }
  return -1;
}

/** The quoted name that a label set begins with, and where its labels do. */
function leadingName(text: string, from: number, to: number): { name: string; next: number } | undefined {
  const i = skipBlank(text, from, to);
  if (text.charCodeAt(i) !== QUOTE) return undefined;
  const close = closingQuote(text, i + 1, to);
  if (close < 0) return undefined;
  const next = skipBlank(text, close + 1, to);
  // {"x"="1"} has a quoted label and no name.
  if (text[next] === '=') return undefined;
  return { name: unescape(text.slice(i + 1, close)), next: text[next] === ',' ? next + 1 : next };
}

/** A value as Go's ParseFloat takes them, or undefined. Most are short whole numbers, read without cutting them out. */
function number(text: string, from: number, to: number): number | undefined {
  const length = to - from;
  if (length === 0) return undefined;
  if (length <= 15) {
    let n = 0;
    let i = from;
    for (; i < to; i++) {
      const d = text.charCodeAt(i) - 48;
      if (d < 0 || d > 9) break;
      n = n * 10 + d;
    }
    if (i === to) return n;
  }
  return parseGoFloat(text.slice(from, to));
}

/** A timestamp in ms. undefined = it is none, or something else than an exemplar follows. */
function time(text: string, from: number, end: number, dialect: Dialect): number | undefined {
  let to = from;
  let c = 0;
  while (to < end && !isBlank((c = text.charCodeAt(to))) && c !== CR) to++;
  const n = parseGoFloat(text.slice(from, to));
  if (n === undefined || !Number.isFinite(n)) return undefined;
  const next = skipBlank(text, to, end);
  if (next < end && (c = text.charCodeAt(next)) !== HASH && c !== CR) return undefined;
  if (dialect === 'openmetrics') return n * 1000;
  if (dialect === 'text') return Number.isInteger(n) ? n : undefined;
  // The classic format has whole milliseconds, OpenMetrics seconds with a fraction; before 1973 in ms is no time of a scrape.
  return !Number.isInteger(n) || Math.abs(n) < 1e11 ? n * 1000 : n;
}

function comment(text: string, from: number, end: number, visitor: Visitor, dialect: Dialect): boolean | 'eof' {
  const stop = text.charCodeAt(end - 1) === CR ? end - 1 : end;
  const i = skipBlank(text, from + 1, stop);
  if (dialect !== 'text' && text.startsWith('EOF', i) && i + 3 >= stop) return 'eof';
  const word = text.startsWith('TYPE', i) ? 'type' : text.startsWith('HELP', i) ? 'help' : text.startsWith('UNIT', i) ? 'unit' : undefined;
  if (word === undefined || visitor[word] === undefined || !isBlank(text.charCodeAt(i + 4))) return true;
  const nameFrom = skipBlank(text, i + 4, stop);
  let name: string;
  let next: number;
  if (text.charCodeAt(nameFrom) === QUOTE) {
    const close = closingQuote(text, nameFrom + 1, stop);
    if (close < 0) return true;
    name = unescape(text.slice(nameFrom + 1, close));
    next = close + 1;
  } else {
    next = nameFrom;
    while (next < stop && !isBlank(text.charCodeAt(next))) next++;
    name = text.slice(nameFrom, next);
  }
  const rest = text.slice(skipBlank(text, next, stop), stop);
  return visitor[word](name, word === 'type' ? rest.trim().toLowerCase() : word === 'help' ? unescape(rest) : rest.trim()) !== false;
}
