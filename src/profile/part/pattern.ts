/**
 * Translates Go's regular expressions (RE2) to JavaScript's, so that an expression for `go tool pprof` means the same
 * here. Text in, text out, in one pass over the characters; flags such as (?i) apply to the end of their group, as in
 * Go.
 */
import { Problem } from '../../base/problem';

/** Names are matched up to this length, so that a pattern cannot run for minutes over a name of 64 kB. */
const LONGEST = 4096;

/**
 * Whether an expression matches anywhere in a text. Throws `profile.pattern`; `what` names the option in its message.
 */
export function pattern(text: string, what: string): (text: string) => boolean {
  const re = compile(text, what);
  return (t) => re.test(t.length > LONGEST ? t.slice(0, LONGEST) : t);
}

function compile(text: string, what: string): RegExp {
  const wrong = (why: string, cause?: unknown) =>
    new Problem('profile.pattern', `${what}: ${text} is not a regular expression as Go has them: ${why}.`, {
      next: 'Mend it; a dot, a bracket or a star of a name is written with \\ before it.',
      cause,
    });
  let source: string;
  try {
    source = translate(text);
  } catch (e) {
    if (e instanceof SyntaxError) throw wrong(e.message);
    throw e;
  }
  try {
    return new RegExp(source, 'u');
  } catch (e) {
    throw wrong(
      e instanceof Error ? e.message.replace(/^Invalid regular expression: .*: /s, '').toLowerCase() : String(e),
      e,
    );
  }
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly u: boolean;
}

const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\0-\\x7f',
  blank: '\\t ',
  cntrl: '\\0-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t-\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};
/** Go's \s matches only ASCII, without the vertical tab. */
const PERL: Readonly<Record<string, string>> = { d: '0-9', s: '\\t\\n\\f\\r ', w: '0-9A-Za-z_' };
const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

function translate(text: string): string {
  const chars = [...text];
  let at = 0;
  let out = '';
  let flags: Flags = { i: false, m: false, s: false, u: false };
  const groups: Flags[] = [];
  /** Whether there is something that a `*` could repeat. */
  let item = false;
  const rest = () => chars.slice(at).join('');
  const atom = (s: string) => {
    out += s;
    item = true;
  };

  while (at < chars.length) {
    const c = chars[at++] as string;
    if (c === '\\') escape();
    else if (c === '[') atom(charClass());
    else if (c === '(') open();
    else if (c === ')') {
      const before = groups.pop();
      if (!before) throw new SyntaxError('a ) has no (');
      flags = before;
      atom(')');
    } else if (c === '|') {
      out += '|';
      item = false;
    } else if (c === '.') atom(flags.s ? '[^]' : '[^\\n]');
    else if (c === '^') atom(flags.m ? '(?<=^|\\n)' : '^');
    else if (c === '$') atom(flags.m ? '(?=\\n|$)' : '$');
    else if (c === '*' || c === '+' || c === '?') repeat(c);
    else if (c === '{') {
      const times = /^\d+(,\d*)?\}/.exec(rest())?.[0];
      if (times === undefined) atom('\\{');
      else {
        at += times.length;
        repeat(`{${times}`);
      }
    } else atom(literal(c, flags));
  }
  if (groups.length > 0) throw new SyntaxError('a ( has no )');
  return out;

  function repeat(sign: string): void {
    if (!item) throw new SyntaxError(`there is nothing that ${sign} could repeat`);
    let lazy = flags.u;
    if (chars[at] === '?') {
      at++;
      lazy = !lazy;
    }
    if (/[*+?]/.test(chars[at] ?? '') || /^\{\d+(,\d*)?\}/.test(rest()))
      throw new SyntaxError(`two repetitions stand beside each other, ${sign}${chars[at]}`);
    // JavaScript can't repeat assertions; Go can, though it changes nothing.
    const empty =
      /(?:^|[^\\])(?:\\\\)*(\^|\$|\\[bB]|\(\?<=\^\|\\n\)|\(\?=\\n\|\$\)|\(\?<!\[\^\]\)|\(\?!\[\^\]\))$/.exec(out)?.[1];
    if (empty !== undefined) out = `${out.slice(0, -empty.length)}(?:${empty})`;
    out += lazy ? `${sign}?` : sign;
  }

  function open(): void {
    item = false;
    const special = /^\?(?:P?<([A-Za-z_]\w*)>|([imsU]*)(?:-([imsU]*))?([:)]))/.exec(rest());
    if (chars[at] === '?' && !special)
      throw new SyntaxError(`(${rest().slice(0, 3)} is unknown; Go has no look-ahead or look-behind`);
    if (!special) {
      groups.push(flags);
      out += '(';
      return;
    }
    at += special[0].length;
    if (special[1] !== undefined) {
      groups.push(flags);
      out += '(?:';
      return;
    }
    const next = { ...flags };
    for (const f of special[2] ?? '') next[flag(f)] = true;
    for (const f of special[3] ?? '') next[flag(f)] = false;
    if (special[4] === ':') {
      groups.push(flags);
      out += '(?:';
    }
    flags = next;
  }

  function escape(): void {
    const c = chars[at++];
    if (c === undefined) throw new SyntaxError('it ends with a \\');
    if (c === 'A') atom('(?<![^])');
    else if (c === 'z') atom('(?![^])');
    else if (c === 'b' || c === 'B') atom(`\\${c}`);
    else if (c === 'C') atom('[^]');
    else if (c === 'Q') {
      const end = rest().indexOf('\\E');
      const quoted = end < 0 ? rest() : rest().slice(0, end);
      at += [...quoted].length + (end < 0 ? 0 : 2);
      for (const q of quoted) atom(literal(q, flags));
    } else if (/[dswDSW]/.test(c)) atom(`[${/[DSW]/.test(c) ? '^' : ''}${PERL[c.toLowerCase()]}]`);
    else if (c === 'p' || c === 'P') atom(property(c));
    else atom(literal(String.fromCodePoint(code(c)), flags));
  }

  /** The code point of what follows a backslash. */
  function code(c: string): number {
    const control = CONTROL[c];
    if (control !== undefined) return control;
    if (c === 'x') {
      const hex = /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/.exec(rest());
      const n = parseInt(hex?.[1] ?? hex?.[2] ?? '', 16);
      if (!hex || n > 0x10ffff) throw new SyntaxError('\\x wants two digits or {…}');
      at += hex[0].length;
      return n;
    }
    // Go: \0, \12, \123 are octal where the first digit is 0 or a second one follows; \1 alone would refer to a group.
    const octal =
      c === '0' ? /^[0-7]{0,2}/.exec(rest())?.[0] : /[1-7]/.test(c) ? /^[0-7]{1,2}/.exec(rest())?.[0] : undefined;
    if (octal !== undefined) {
      at += octal.length;
      return parseInt(c + octal, 8);
    }
    if (/[0-9A-Za-z]/.test(c))
      throw new SyntaxError(`\\${c} is unknown${/\d/.test(c) ? '; Go refers to no groups' : ''}`);
    return c.codePointAt(0) ?? 0;
  }

  function property(c: string): string {
    const name = /^(?:\{(\^?)(\w+)\}|([A-Z]))/.exec(rest());
    if (!name) throw new SyntaxError(`\\${c} wants the name of a class`);
    at += name[0].length;
    const word = name[2] ?? name[3] ?? '';
    const negated = (c === 'P') !== (name[1] === '^');
    return `\\${negated ? 'P' : 'p'}{${word.length <= 2 ? word : `Script=${word}`}}`;
  }

  function charClass(): string {
    let body = '';
    const negated = chars[at] === '^';
    if (negated) at++;
    for (let first = true; ; first = false) {
      const c = chars[at];
      if (c === undefined) throw new SyntaxError('a [ has no ]');
      if (c === ']' && !first) {
        at++;
        break;
      }
      const posix = /^\[:(\^?)(\w+):\]/.exec(c === '[' ? rest() : '');
      if (posix) {
        const set = POSIX[posix[2] as string];
        if (set === undefined) throw new SyntaxError(`[:${posix[2]}:] is unknown`);
        at += posix[0].length;
        body += posix[1] === '^' ? outside(set) : both(set);
        continue;
      }
      if (c === '\\' && /[dswDSW]/.test(chars[at + 1] ?? '')) {
        const kind = chars[at + 1] as string;
        at += 2;
        body += /[DSW]/.test(kind) ? outside(PERL[kind.toLowerCase()] as string) : PERL[kind];
        continue;
      }
      if (c === '\\' && /[pP]/.test(chars[at + 1] ?? '')) {
        at += 2;
        body += property(chars[at - 1] as string);
        continue;
      }
      const low = member();
      let high = low;
      if (chars[at] === '-' && chars[at + 1] !== undefined && chars[at + 1] !== ']') {
        at++;
        high = member();
      }
      if (high < low) throw new SyntaxError('a range of characters is the wrong way round');
      body += range(low, high, flags.i);
    }
    return `[${negated ? '^' : ''}${body}]`;
  }

  function member(): number {
    const c = chars[at++] as string;
    if (c !== '\\') return c.codePointAt(0) ?? 0;
    const e = chars[at++];
    if (e === undefined) throw new SyntaxError('it ends with a \\');
    return code(e);
  }

  function both(set: string): string {
    return flags.i && /^[Aa]-[Zz]$/.test(set) ? 'A-Za-z' : set;
  }
}

function flag(f: string): keyof Flags {
  return f === 'U' ? 'u' : (f as 'i' | 'm' | 's');
}

/** The complement of a set of ASCII characters, as members of a class: JavaScript's classes can't be nested. */
function outside(set: string): string {
  const inside = new RegExp(`[${set}]`, 'u');
  let out = '';
  for (let c = 0; c < 128; c++) if (!inside.test(String.fromCharCode(c))) out += hex(c);
  return `${out}\\u0080-\\u{10ffff}`;
}

function range(low: number, high: number, anyCase: boolean): string {
  let out = low === high ? hex(low) : `${hex(low)}-${hex(high)}`;
  if (!anyCase) return out;
  if (low === high)
    return cases(String.fromCodePoint(low))
      .map((c) => hex(c.codePointAt(0) ?? 0))
      .join('');
  // The other case of the letters in the range, up to 2,000 characters from its beginning.
  for (let c = low; c <= Math.min(high, low + 2000); c++)
    for (const other of cases(String.fromCodePoint(c))) out += hex(other.codePointAt(0) ?? 0);
  return out;
}

function literal(c: string, flags: Flags): string {
  const n = c.codePointAt(0) ?? 0;
  if (!flags.i) return /[\w]/.test(c) ? c : hex(n);
  const all = cases(c);
  return all.length === 1 ? hex(n) : `[${all.map((o) => hex(o.codePointAt(0) ?? 0)).join('')}]`;
}

/** A character in both cases, if these are one character each. */
function cases(c: string): string[] {
  return [...new Set([c, c.toLowerCase(), c.toUpperCase()])].filter((o) => [...o].length === 1);
}

function hex(n: number): string {
  return `\\u{${n.toString(16)}}`;
}
