import { parseGoFloat } from '../labels';
import { unescape } from './labelText';

/**
 * A scanner of Prometheus' text exposition: the 0.0.4 format, and OpenMetrics 1.0 with UTF-8 names in quotes. It looks
 * at each character about once, uses no regular expressions, and reads labels only on demand: a controller's /metrics
 * has tens of thousands of series, of which a reader wants a few hundred.
 */

/** The callbacks of `scan`. Any that returns false ends the scan. */
export interface Visitor {
  /** A sample. `labels` is the text between the braces ('' = none): see parseLabels. `timestamp` in ms; NaN = none. */
  sample?(name: string, labels: string, value: number, timestamp: number): boolean | void;
  /**
   * A sample with a value in braces, like native histograms in OpenMetrics 2.0; return false if it can't be read.
   * Default: they are skipped.
   */
  composite?(name: string, labels: string, value: string, timestamp: number): boolean;
  /** `# TYPE name kind`. */
  type?(name: string, kind: string): boolean | void;
  /** `# HELP name text`, unescaped. */
  help?(name: string, text: string): boolean | void;
  /** `# UNIT name unit`, of OpenMetrics. */
  unit?(name: string, unit: string): boolean | void;
  /** Asked before the rest of a line is read: false skips the samples of this name. Default: all are read. */
  wants?(name: string): boolean;
}

export interface ScanResult {
  readonly samples: number;
  /** Lines that are no exposition; the scan goes on after each. */
  readonly bad: number;
  /** Start of the first of them; undefined: there is none. */
  readonly badAt: number | undefined;
  /** True when the text ended with `# EOF`, as in OpenMetrics: the rest is not read. */
  readonly eof: boolean;
  /** True when the last line has neither an end nor a sample or `# EOF`: the text was cut off. */
  readonly cut: boolean;
}

/** How to read timestamps: in ms (text), in s (openmetrics), or by their size (any). */
export type Dialect = 'text' | 'openmetrics' | 'any';

const TAB = 9,
  LF = 10,
  CR = 13,
  SPACE = 32,
  QUOTE = 34,
  HASH = 35,
  COMMA = 44,
  EQUALS = 61,
  BACKSLASH = 92,
  OPEN = 123,
  CLOSE = 125;

/**
 * Scans all lines and calls the visitor. With the dialect `text`, `# EOF` is a comment like any other; with the others
 * it ends the text. `bytes`, if at hand, is what the text was decoded from: it saves a pass.
 */
export function scan(text: string, visitor: Visitor, dialect: Dialect = 'any', bytes?: Uint8Array): ScanResult {
  const codes = codesOf(text, bytes);
  const end = text.length;
  let samples = 0;
  let bad = 0;
  let badAt: number | undefined;
  let at = 0;
  /** Lines of a family stand together, often by the thousand: its name is cut out of the text once. */
  let last = '';
  let lastWanted = false;
  /** The last name stood without quotes, so a line that begins alike has the same name. */
  let lastPlain = false;
  let whole = true;
  const result = (eof: boolean): ScanResult => ({ samples, bad, badAt, eof, cut: !whole });
  const spoilt = (): void => {
    if (bad++ === 0) badAt = at;
  };

  for (; at < end;) {
    at = skipBlank(codes, at, end);
    if (at >= end) break;
    let c = codes[at] as number;
    if (c === LF || c === CR) {
      at++;
      continue;
    }
    const lineEnd = endOfLine(text, at, end);
    const ended = lineEnd < end;
    if (c === HASH) {
      const told = comment(text, codes, at, lineEnd, visitor, dialect);
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
      // Is it the name before? Comparing is cheaper than finding its end and cutting it out.
      const then = at + last.length;
      if (lastPlain && then < lineEnd && endsName(codes[then] as number) && text.startsWith(last, at)) {
        name = last;
        i = then;
      } else {
        while (i < lineEnd && !endsName(codes[i] as number)) i++;
        name = text.slice(at, i);
        if (name !== last) {
          last = name;
          lastWanted = visitor.wants?.(name) ?? true;
        }
        lastPlain = name !== '';
      }
      if (!lastWanted && ended) {
        whole = true;
        samples++;
        at = lineEnd + 1;
        continue;
      }
      i = skipBlank(codes, i, lineEnd);
      c = codes[i] as number;
    }
    if (c === OPEN && i < lineEnd) {
      labelsFrom = i + 1;
      if (name === '') {
        // {"a.name", label="x"}: the name is the first thing between the braces.
        const quoted = leadingName(text, codes, labelsFrom, lineEnd);
        if (quoted === undefined) {
          spoilt();
          whole = ended;
          at = lineEnd + 1;
          continue;
        }
        name = quoted.name;
        labelsFrom = quoted.next;
        lastPlain = false;
      }
      labelsTo = closing(codes, labelsFrom, lineEnd);
      if (labelsTo < 0) {
        spoilt();
        whole = ended;
        at = lineEnd + 1;
        continue;
      }
      i = labelsTo + 1;
      if (name !== last) {
        last = name;
        lastWanted = visitor.wants?.(name) ?? true;
      }
    }
    i = skipBlank(codes, i, lineEnd);
    const valueFrom = i;
    while (i < lineEnd && (c = codes[i] as number) !== SPACE && c !== TAB && c !== CR) i++;
    const composite = codes[valueFrom] === OPEN && i > valueFrom + 1 && codes[i - 1] === CLOSE;
    const value = composite ? NaN : number(text, codes, valueFrom, i);
    const valueTo = i;
    i = skipBlank(codes, i, lineEnd);
    const timestamp =
      i < lineEnd && (c = codes[i] as number) !== HASH && c !== CR ? time(text, codes, i, lineEnd, dialect) : NaN;
    if (value === undefined || timestamp === undefined) {
      spoilt();
      whole = ended;
      at = lineEnd + 1;
      continue;
    }
    whole = true;
    if (composite) {
      if (
        lastWanted &&
        visitor.composite?.(name, text.slice(labelsFrom, labelsTo), text.slice(valueFrom, valueTo), timestamp) === false
      )
        spoilt();
      else samples++;
      at = lineEnd + 1;
      continue;
    }
    samples++;
    if (
      lastWanted &&
      visitor.sample !== undefined &&
      visitor.sample(name, text.slice(labelsFrom, labelsTo), value, timestamp) === false
    )
      return result(false);
    at = lineEnd + 1;
  }
  return result(false);
}

export interface Sample {
  readonly name: string;
  readonly labelsRaw: string;
  readonly value: number;
  readonly timestamp: number;
}

/** Collects the samples of the wanted names; for small numbers of them. Without `wanted`: of all names. */
export function samples(text: string, wanted?: (name: string) => boolean): Sample[] {
  const out: Sample[] = [];
  scan(text, {
    sample: (name, labelsRaw, value, timestamp) => {
      out.push({ name, labelsRaw, value, timestamp });
    },
    ...(wanted && { wants: wanted }),
  });
  return out;
}

/** Names of all families, each once: of those with a `# TYPE` line, and of samples without one. */
export function families(text: string): Set<string> {
  const names = new Set<string>();
  let typed = '';
  scan(text, {
    type: (name) => {
      names.add(name);
      typed = name;
    },
    // Called once for each run of equal names. `x_bucket`, `x_sum`, `x_count`… belong to the family above them.
    wants: (name) => {
      if (typed === '' || !name.startsWith(typed)) names.add(name);
      return false;
    },
  });
  return names;
}

/**
 * One byte per character, since all of the format's own signs are ASCII. Reading a byte takes a fifth of the time of
 * `charCodeAt`, which has to find out each time how the string is stored. If there are as many bytes as characters,
 * each byte became one character.
 */
function codesOf(text: string, bytes: Uint8Array | undefined): Uint8Array {
  // A view of its own: code that gets Buffers and plain arrays by turns is slower.
  if (bytes !== undefined && bytes.length === text.length)
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const codes = new Uint8Array(text.length);
  for (let i = 0; i < codes.length; i++) {
    const c = text.charCodeAt(i);
    codes[i] = c < 0x80 ? c : 0xff;
  }
  return codes;
}

function endsName(c: number): boolean {
  return c === OPEN || c === SPACE || c === TAB;
}

function isBlank(c: number): boolean {
  return c === SPACE || c === TAB;
}

function skipBlank(codes: Uint8Array, from: number, end: number): number {
  let i = from;
  while (i < end && isBlank(codes[i] as number)) i++;
  return i;
}

function endOfLine(text: string, from: number, end: number): number {
  const lf = text.indexOf('\n', from);
  return lf < 0 ? end : lf;
}

/**
 * The brace that ends a label set, which must be correct throughout: names, equals signs, quotes. −1 = it isn't, or
 * doesn't end on this line.
 */
function closing(codes: Uint8Array, from: number, end: number): number {
  let i = from;
  while (i < end) {
    let c = codes[i] as number;
    if (c === CLOSE) return i;
    if (c === COMMA || c === SPACE || c === TAB) {
      i++;
      continue;
    }
    if (c === QUOTE) {
      i = closingQuote(codes, i + 1, end) + 1;
      if (i === 0) return -1;
      c = codes[i] as number;
    } else {
      const nameFrom = i;
      while (
        i < end &&
        (c = codes[i] as number) !== EQUALS &&
        c !== SPACE &&
        c !== TAB &&
        c !== QUOTE &&
        c !== CLOSE &&
        c !== COMMA
      )
        i++;
      if (i === nameFrom) return -1;
    }
    if (c === SPACE || c === TAB) {
      i = skipBlank(codes, i, end);
      c = codes[i] as number;
    }
    if (c !== EQUALS) return -1;
    c = codes[++i] as number;
    if (c === SPACE || c === TAB) {
      i = skipBlank(codes, i, end);
      c = codes[i] as number;
    }
    if (c !== QUOTE) return -1;
    i = closingQuote(codes, i + 1, end) + 1;
    if (i === 0) return -1;
  }
  return -1;
}

/** The quote that ends a string, past escaped ones. −1 = none before `end`. */
function closingQuote(codes: Uint8Array, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    const c = codes[i] as number;
    if (c === QUOTE) return i;
    if (c === BACKSLASH) i++;
  }
  return -1;
}

/** The quoted name at the beginning of a label set, and where its labels begin. */
function leadingName(
  text: string,
  codes: Uint8Array,
  from: number,
  to: number,
): { name: string; next: number } | undefined {
  const i = skipBlank(codes, from, to);
  if (codes[i] !== QUOTE) return undefined;
  const close = closingQuote(codes, i + 1, to);
  if (close < 0) return undefined;
  const next = skipBlank(codes, close + 1, to);
  // {"x"="1"} has a quoted label and no name.
  if (text[next] === '=') return undefined;
  return { name: unescape(text.slice(i + 1, close)), next: text[next] === ',' ? next + 1 : next };
}

/** A value as Go's ParseFloat takes it, or undefined. Most are short whole numbers, read without cutting them out. */
function number(text: string, codes: Uint8Array, from: number, to: number): number | undefined {
  const length = to - from;
  if (length === 0) return undefined;
  if (length <= 15) {
    let n = 0;
    let i = from;
    for (; i < to; i++) {
      const d = (codes[i] as number) - 48;
      if (d < 0 || d > 9) break;
      n = n * 10 + d;
    }
    if (i === to) return n;
  }
  return parseGoFloat(text.slice(from, to));
}

/** A timestamp in ms. undefined = it is none, or something other than an exemplar follows. */
function time(text: string, codes: Uint8Array, from: number, end: number, dialect: Dialect): number | undefined {
  let to = from;
  let c = 0;
  while (to < end && !isBlank((c = codes[to] as number)) && c !== CR) to++;
  const n = parseGoFloat(text.slice(from, to));
  if (n === undefined || !Number.isFinite(n)) return undefined;
  const next = skipBlank(codes, to, end);
  if (next < end && (c = codes[next] as number) !== HASH && c !== CR) return undefined;
  if (dialect === 'openmetrics') return n * 1000;
  if (dialect === 'text') return Number.isInteger(n) ? n : undefined;
  // The classic format has whole milliseconds, OpenMetrics seconds with a fraction. No scrape has a time before 1973 in
  // ms.
  return !Number.isInteger(n) || Math.abs(n) < 1e11 ? n * 1000 : n;
}

function comment(
  text: string,
  codes: Uint8Array,
  from: number,
  end: number,
  visitor: Visitor,
  dialect: Dialect,
): boolean | 'eof' {
  const stop = codes[end - 1] === CR ? end - 1 : end;
  const i = skipBlank(codes, from + 1, stop);
  if (dialect !== 'text' && text.startsWith('EOF', i) && i + 3 >= stop) return 'eof';
  const word = text.startsWith('TYPE', i)
    ? 'type'
    : text.startsWith('HELP', i)
      ? 'help'
      : text.startsWith('UNIT', i)
        ? 'unit'
        : undefined;
  if (word === undefined || visitor[word] === undefined || !isBlank(codes[i + 4] as number)) return true;
  const nameFrom = skipBlank(codes, i + 4, stop);
  let name: string;
  let next: number;
  if (codes[nameFrom] === QUOTE) {
    const close = closingQuote(codes, nameFrom + 1, stop);
    if (close < 0) return true;
    name = unescape(text.slice(nameFrom + 1, close));
    next = close + 1;
  } else {
    next = nameFrom;
    while (next < stop && !isBlank(codes[next] as number)) next++;
    name = text.slice(nameFrom, next);
  }
  const rest = text.slice(skipBlank(codes, next, stop), stop);
  return (
    visitor[word](
      name,
      word === 'type' ? rest.trim().toLowerCase() : word === 'help' ? unescape(rest) : rest.trim(),
    ) !== false
  );
}
