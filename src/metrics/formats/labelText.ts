/** Reads the text between a sample's braces, on demand. */

const TAB = 9,
  SPACE = 32,
  QUOTE = 34,
  BACKSLASH = 92;

/** Labels of a sample: escapes undone; white space and a trailing comma are skipped. Stops at broken text. */
export function parseLabels(raw: string): Map<string, string> {
  const out = new Map<string, string>();
  each(raw, (name, value) => {
    out.set(name, value);
    return true;
  });
  return out;
}

/** One label of a sample; undefined when it has none of this name. */
export function label(raw: string, name: string): string | undefined {
  let found: string | undefined;
  each(raw, (n, value) => {
    if (n !== name) return true;
    found = value;
    return false;
  });
  return found;
}

/** Calls `tell` with each label of a sample, unescaped, until it returns false. Stops at broken text. */
export function each(raw: string, tell: (name: string, value: string) => boolean): void {
  const end = raw.length;
  let i = 0;
  for (;;) {
    while (i < end && (blank(raw.charCodeAt(i)) || raw[i] === ',')) i++;
    if (i >= end) return;
    let name: string;
    if (raw.charCodeAt(i) === QUOTE) {
      const close = quoteIn(raw, i + 1);
      if (close < 0) return;
      name = unescape(raw.slice(i + 1, close));
      i = close + 1;
    } else {
      const from = i;
      while (i < end && raw[i] !== '=' && !blank(raw.charCodeAt(i))) i++;
      name = raw.slice(from, i);
    }
    while (i < end && blank(raw.charCodeAt(i))) i++;
    if (raw[i] !== '=') return;
    i++;
    while (i < end && blank(raw.charCodeAt(i))) i++;
    if (raw.charCodeAt(i) !== QUOTE) return;
    const close = quoteIn(raw, i + 1);
    if (close < 0) return;
    if (!tell(name, unescape(raw.slice(i + 1, close)))) return;
    i = close + 1;
  }
}

/** Like closingQuote, in a short text of its own. */
function quoteIn(raw: string, from: number): number {
  for (let i = from; i < raw.length; i++) {
    const c = raw.charCodeAt(i);
    if (c === QUOTE) return i;
    if (c === BACKSLASH) i++;
  }
  return -1;
}

/** Undoes `\\`, `\"` and `\n`; a backslash before anything else stays, as in Prometheus' own parser. */
export function unescape(s: string): string {
  if (!s.includes('\\')) return s;
  let out = '';
  for (let i = 0; i < s.length; i++) {
    const next = s[i + 1];
    if (s[i] !== '\\' || (next !== '\\' && next !== '"' && next !== 'n')) out += s[i];
    else {
      out += next === 'n' ? '\n' : next;
      i++;
    }
  }
  return out;
}

function blank(c: number): boolean {
  return c === SPACE || c === TAB;
}
