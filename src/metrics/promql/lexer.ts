/** Cuts a query into tokens, as promql/parser/lex.go does. */
import { syntax } from './problem';

export type TokenKind = 'name' | 'number' | 'duration' | 'string' | 'op' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written; for a string, its unescaped value. */
  readonly text: string;
  /** For a number its value, for a duration its ms. */
  readonly value: number;
  /** Its start and end in the query, from 0. */
  readonly at: number;
  readonly end: number;
}

const OPERATORS = [
  '==',
  '!=',
  '=~',
  '!~',
  '<=',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '<',
  '>',
  '=',
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '@',
];
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
/** Units in falling order, each at most once (common/model.ParseDuration). */
const DURATION = /(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?/y;
const HEX = /0[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*/y;
const NUMBER = /(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y;
const UNIT_MS: Readonly<Record<string, number>> = {
  y: 31_536_000_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

/** @throws Problem `metrics.promql` */
export function tokens(text: string): Token[] {
  const out: Token[] = [];
  let at = 0;
  const push = (kind: TokenKind, end: number, value = NaN, spelled = text.slice(at, end)): void => {
    out.push({ kind, text: spelled, value, at, end });
    at = end;
  };
  for (;;) {
    at = skip(text, at);
    if (at >= text.length) {
      push('end', at);
      return out;
    }
    const c = text.charAt(at);
    if (c === '"' || c === "'" || c === '`') {
      const { value, end } = quoted(text, at);
      push('string', end, NaN, value);
      continue;
    }
    if ((c >= '0' && c <= '9') || (c === '.' && /\d/.test(text.charAt(at + 1)))) {
      number(text, at, push);
      continue;
    }
    const name = match(NAME, text, at);
    // A ":" alone belongs to a subquery; the parser refuses that in its own words.
    if (name !== '' && name !== ':') {
      push('name', at + name.length);
      continue;
    }
    const op = OPERATORS.find((o) => text.startsWith(o, at));
    if (op === undefined)
      throw syntax(text, at, `"${String.fromCodePoint(text.codePointAt(at) ?? 0)}" has no meaning there`);
    push('op', at + op.length);
  }
}

function number(text: string, at: number, push: (kind: TokenKind, end: number, value: number) => void): void {
  const duration = match(DURATION, text, at);
  const hex = match(HEX, text, at);
  const plain = match(NUMBER, text, at);
  const after = (length: number): boolean => !/[a-zA-Z0-9_.]/.test(text.charAt(at + length));
  if (hex !== '' && after(hex.length)) {
    push('number', at + hex.length, Number(hex.replaceAll('_', '')));
    return;
  }
  if (plain !== '' && after(plain.length)) {
    push('number', at + plain.length, decimal(plain));
    return;
  }
  if (duration !== '' && after(duration.length)) {
    push('duration', at + duration.length, milliseconds(duration));
    return;
  }
  throw syntax(text, at, 'that is neither a number nor a duration such as 30s or 1h30m');
}

/** Go reads a leading 0 without a dot as octal (strconv.ParseInt with base 0, which Prometheus' parser tries first). */
function decimal(text: string): number {
  const digits = text.replaceAll('_', '');
  return /^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits);
}

function milliseconds(text: string): number {
  let sum = 0;
  for (const [, n, unit] of text.matchAll(/(\d+)(ms|[ywdhms])/g)) sum += Number(n) * (UNIT_MS[unit ?? ''] ?? NaN);
  return sum;
}

function skip(text: string, from: number): number {
  let at = from;
  for (;;) {
    const c = text.charAt(at);
    if (c === ' ' || c === '\t' || c === '\n' || c === '\r') at++;
    else if (c === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else return at;
  }
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** A Go string literal: `raw`, or with escapes. */
function quoted(text: string, from: number): { value: string; end: number } {
  const quote = text.charAt(from);
  if (quote === '`') {
    const end = text.indexOf('`', from + 1);
    if (end < 0) throw syntax(text, from, 'the text that begins there has no closing `');
    return { value: text.slice(from + 1, end), end: end + 1 };
  }
  let value = '';
  let at = from + 1;
  for (;;) {
    const c = text.charAt(at);
    if (c === '' || c === '\n') throw syntax(text, from, `the text that begins there has no closing ${quote}`);
    if (c === quote) return { value, end: at + 1 };
    if (c !== '\\') {
      value += c;
      at++;
      continue;
    }
    const e = text.charAt(at + 1);
    const simple = SIMPLE[e];
    if (simple !== undefined) {
      value += simple;
      at += 2;
      continue;
    }
    const coded = /^(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})/.exec(
      text.slice(at + 1, at + 10),
    )?.[0];
    const code = coded === undefined ? NaN : /^\d/.test(coded) ? parseInt(coded, 8) : parseInt(coded.slice(1), 16);
    if (coded === undefined || code > 0x10ffff)
      throw syntax(text, at, `"\\${e}" is no escape (a backslash itself is written \\\\)`);
    value += String.fromCodePoint(code);
    at += 1 + coded.length;
  }
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
