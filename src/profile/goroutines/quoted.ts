/** Go's quoted strings and the label lists made of them: `{"controller":"widget", "ns":"a b"}`. */

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** Reads a Go string literal that starts at `at` (the opening quote). Undefined when it is not one or has no end. */
export function unquote(text: string, at: number): { value: string; end: number } | undefined {
  if (text[at] !== '"') return undefined;
  let value = '';
  let bytes: number[] = [];
  const flush = () => {
    // \xNN are bytes of text that was not valid UTF-8; runs of them are decoded together.
    if (bytes.length > 0) {
      value += new TextDecoder().decode(Uint8Array.from(bytes));
      bytes = [];
    }
  };
  for (let i = at + 1; i < text.length; i++) {
    const c = text[i] as string;
    if (c === '"') {
      flush();
      return { value, end: i + 1 };
    }
    if (c !== '\\') {
      flush();
      value += c;
      continue;
    }
    const e = text[++i] ?? '';
    const digits = e === 'x' ? 2 : e === 'u' ? 4 : e === 'U' ? 8 : 0;
    if (digits === 0) {
      flush();
      value += ESCAPES[e] ?? e;
      continue;
    }
    const code = Number.parseInt(text.slice(i + 1, i + 1 + digits), 16);
    i += digits;
    if (e === 'x') {
      bytes.push(code);
      continue;
    }
    flush();
    value += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  }
  return undefined;
}

/**
 * `{"k":"v", …}` starting at the brace; both with and without spaces after the colons. The list ends at whatever cannot
 * be read.
 */
export function labels(text: string, at: number): { value: Record<string, string>; end: number } {
  // No prototype: a label may be called `__proto__`.
  const value: Record<string, string> = Object.create(null) as Record<string, string>;
  let i = at + 1;
  for (;;) {
    const key = unquote(text, i);
    if (!key) break;
    i = key.end;
    while (text[i] === ':' || text[i] === ' ') i++;
    const v = unquote(text, i);
    if (!v) break;
    value[key.value] = v.value;
    i = v.end;
    while (text[i] === ',' || text[i] === ' ') i++;
  }
  return { value: { ...value }, end: text[i] === '}' ? i + 1 : i };
}
