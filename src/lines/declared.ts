/**
 * Where a Go text declares its functions. One pass over the text, which may be half written; no parser is loaded for
 * it.
 */
import { symbolOf } from './symbol';

export interface Declared {
  /** "Run", or "Reconciler.Reconcile" for a method, whatever its receiver's pointer and type parameters. */
  readonly key: string;
  /** First line (of `func`) and last one, from 1. Without a body: the same. */
  readonly line: number;
  readonly end: number;
  /** Offset of the name. */
  readonly at: number;
}

export interface GoText {
  /** As the package clause says; '' without one. */
  readonly name: string;
  readonly functions: readonly Declared[];
}

/**
 * The line to show for a frame of the build in the text as it is: its own where its function still holds it, else the
 * one where the function is declared.
 */
export function lineIn(
  text: string,
  { name, line }: { readonly name: string; readonly line: number },
): { readonly line: number; readonly moved: boolean } {
  const { declared } = symbolOf(name);
  const known = readGo(text).functions.filter((f) => declared.includes(f.key));
  const [first] = known;
  if (!first || known.some((f) => f.line <= line && line <= f.end)) return { line, moved: false };
  return { line: first.line, moved: line !== 0 };
}

/** `func name(`, `func name[`, `func (r *T[K]) name(`. A function literal has no name. */
const FUNC = /func(?:\s+|\s*\(([^()]*)\)\s*)([\p{L}_][\p{L}\p{N}_]*)\s*[([]/uy;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/gy;
const STRING = /"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`[^`]*`?/gy;

/** `begun`: the signature was seen, not yet the end; its body's bracket is open when `body`. */
interface Begun {
  readonly key: string;
  readonly line: number;
  readonly at: number;
  body: boolean;
}

export function readGo(text: string): GoText {
  const functions: Declared[] = [];
  let name = '';
  let line = 1;
  let depth = 0;
  let begun: Begun | undefined;
  let word = '';
  const end = (): void => {
    if (begun) functions.push({ key: begun.key, line: begun.line, end: line, at: begun.at });
    begun = undefined;
  };
  const skip = (re: RegExp, at: number): number => {
    re.lastIndex = at;
    const found = re.exec(text)?.[0] ?? '';
    for (let i = found.indexOf('\n'); i >= 0; i = found.indexOf('\n', i + 1)) line++;
    return at + Math.max(1, found.length);
  };
  for (let i = 0; i < text.length;) {
    const c = text.charCodeAt(i);
    if (c === NEWLINE) {
      // No bracket is open and no body came: declared here, written in assembly.
      if (begun && !begun.body && depth === 0) end();
      line++;
      i++;
    } else if (c === SLASH && (text[i + 1] === '/' || text[i + 1] === '*')) i = skip(COMMENT, i);
    else if (c === QUOTE || c === TICK || c === RAW) {
      word = '';
      i = skip(STRING, i);
    } else if (c === OPEN || c === SQUARE) {
      depth++;
      word = '';
      i++;
    } else if (c === BRACE) {
      if (begun && depth === 0 && word !== 'interface' && word !== 'struct') begun.body = true;
      depth++;
      word = '';
      i++;
    } else if (c === CLOSE || c === SQUARE_CLOSE || c === BRACE_CLOSE) {
      depth = Math.max(0, depth - 1);
      if (depth === 0 && c === BRACE_CLOSE && begun?.body) end();
      word = '';
      i++;
    } else if ((c >= 65 && c <= 122) || c > 127) {
      WORD.lastIndex = i;
      const found = WORD.exec(text)?.[0];
      if (found === undefined) {
        i++;
        continue;
      }
      // At the start of a line it is a declaration whatever is open: in a half written text a bracket is never closed.
      const of =
        found === 'func' && (depth === 0 || i === 0 || text.charCodeAt(i - 1) === NEWLINE)
          ? declaration(text, i)
          : undefined;
      if (of) {
        end();
        depth = 0;
        begun = { key: of.key, at: of.at, line, body: false };
        line += text.slice(i, of.at).split('\n').length - 1;
        word = '';
        i = of.at + of.length;
        continue;
      }
      if (depth === 0 && word === 'package' && name === '') name = found;
      word = found;
      i += found.length;
    } else {
      if (c > 32) word = '';
      i++;
    }
  }
  end();
  return { name, functions };
}

const [NEWLINE, SLASH, QUOTE, TICK, RAW, OPEN, CLOSE, SQUARE, SQUARE_CLOSE, BRACE, BRACE_CLOSE] = [
  10, 47, 34, 39, 96, 40, 41, 91, 93, 123, 125,
];

function declaration(
  text: string,
  from: number,
): { readonly key: string; readonly at: number; readonly length: number } | undefined {
  FUNC.lastIndex = from;
  const m = FUNC.exec(text);
  if (!m) return undefined;
  const [whole, receiver, name = ''] = m;
  return {
    key: receiver === undefined ? name : `${typeOf(receiver)}.${name}`,
    at: from + whole.lastIndexOf(name),
    length: name.length,
  };
}

/** "r *Reconciler[T]" → "Reconciler". */
function typeOf(receiver: string): string {
  return /([\p{L}_][\p{L}\p{N}_]*)\s*(\[[^]*)?$/u.exec(receiver.trim())?.[1] ?? '';
}
