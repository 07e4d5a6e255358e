/**
 * The label of a bar: the longest form of a function's name that fits, or the shortest one cut off with an ellipsis.
 */

/** The parts of a Go name. `rest` is what follows the package: `(*T).Method`, `Func.func1`. */
export interface NameParts {
  readonly path: string;
  readonly pkg: string;
  readonly rest: string;
}

/**
 * `sigs.k8s.io/x/pkg/client.(*client).Update` → path "sigs.k8s.io/x/pkg/client", pkg "client", rest "(*client).Update".
 * The linker writes dots in the last element of an import path as %2e. Names that aren't Go's are all `rest`.
 */
export function splitName(name: string): NameParts {
  const stop = name.search(/[([]/);
  const head = stop < 0 ? name : name.slice(0, stop);
  const slash = head.lastIndexOf('/');
  const dot = head.indexOf('.', slash + 1);
  if (dot <= 0 || dot === name.length - 1) return { path: '', pkg: '', rest: name };
  const path = name.slice(0, dot).replace(/%2e/gi, '.');
  return { path, pkg: path.slice(path.lastIndexOf('/') + 1), rest: name.slice(dot + 1) };
}

/** Type arguments say little and can be kilobytes long: `(*Queue[go.shape.struct {…}]).Get` → `(*Queue[…]).Get`. */
export function foldTypeArguments(name: string): string {
  if (!name.includes('[')) return name;
  let out = '';
  let depth = 0;
  for (let i = 0; i < name.length; i++) {
    const c = name[i]!;
    if (c === ']' && depth > 0) {
      if (--depth === 0) out += '…]';
    } else if (c === '[') {
      if (depth++ === 0) out += '[';
    } else if (depth === 0) out += c;
  }
  return out;
}

/** Forms of a name, longest first, each complete in itself: `a/b/pkg.(*T).M`, `pkg.(*T).M`, `(*T).M`, `T.M`, `M`. */
export function wordings(name: string): readonly string[] {
  const { path, pkg, rest } = splitName(name);
  const folded = foldTypeArguments(rest);
  const list = [path === '' ? rest : `${path}.${rest}`];
  const add = (s: string): void => {
    if (s !== '' && s.length < list[list.length - 1]!.length) list.push(s);
  };
  if (path !== '') add(`${path}.${folded}`);
  if (pkg !== '') add(`${pkg}.${folded}`);
  add(folded);
  // The receiver without its punctuation, then the method alone; "func1" and the like stay with their function.
  const method = /^\(\*?([^)[]*)[^)]*\)\.(.+)$/.exec(folded);
  if (method) {
    add(`${method[1]}.${method[2]}`);
    add(method[2]!);
  }
  return list;
}

/**
 * A name short enough for a column: the last part of the package with what follows it,
 * "controller.(*GadgetReconciler).hash".
 */
export function columnName(name: string): string {
  const { pkg, rest } = splitName(name);
  const short = foldTypeArguments(rest).slice(0, 400);
  return pkg === '' ? short : `${pkg}.${short}`;
}

/** Widths of text in one font, from the widths of its characters (measured once each; kerning doesn't matter here). */
export class TextWidths {
  readonly #cache = new Map<string, number>();
  /** Widths of ASCII characters, which are nearly all; NaN = not measured yet. */
  readonly #ascii = new Float64Array(128).fill(Number.NaN);

  constructor(private readonly measure: (char: string) => number) {}

  char(c: string): number {
    const code = c.charCodeAt(0);
    if (code < 128 && c.length === 1) {
      const known = this.#ascii[code]!;
      return Number.isNaN(known) ? (this.#ascii[code] = this.measure(c)) : known;
    }
    let w = this.#cache.get(c);
    if (w === undefined) this.#cache.set(c, (w = this.measure(c)));
    return w;
  }

  /** True when `text` is at most `room` wide; stops measuring there. */
  fits(text: string, room: number): boolean {
    let w = 0;
    for (const c of text) {
      w += this.char(c);
      if (w > room) return false;
    }
    return true;
  }

  /** The longest prefix of `text` that fits with an ellipsis; '' when not even two characters fit. */
  cut(text: string, room: number): string {
    let w = this.char('…');
    let n = 0;
    let chars = 0;
    for (const c of text) {
      w += this.char(c);
      if (w > room) break;
      n += c.length;
      chars++;
    }
    return chars < 2 ? '' : `${text.slice(0, n)}…`;
  }
}

/** The label for a bar with `room` pixels for text: the longest form that fits, otherwise the shortest one, cut off. */
export function fit(list: readonly string[], room: number, widths: TextWidths): string {
  for (const text of list) if (widths.fits(text, room)) return text;
  return widths.cut(list[list.length - 1] ?? '', room);
}

const CODE_HOSTS = new Set(['github.com', 'gitlab.com', 'bitbucket.org', 'codeberg.org']);

/**
 * A package's name for the legend, from its module's name on: "client-go/rest", "controller-runtime/…/controller",
 * "yaml.v3". Host, owner and a version in the module's path (v2 on) say little there.
 */
export function shortPackage(pkg: string): string {
  let parts = pkg.split('/');
  const host = parts[0] ?? '';
  if (parts.length > 1 && host.includes('.'))
    parts = parts.slice(parts.length > 2 && (CODE_HOSTS.has(host) || pkg.startsWith('golang.org/x/')) ? 2 : 1);
  if (parts.length > 1) parts = parts.filter((p, i) => i === 0 || !/^v([2-9]|\d\d+)$/.test(p));
  if (parts.length <= 3) return parts.join('/');
  const tail = /^v\d/.test(parts[parts.length - 1]!) ? 2 : 1;
  return [parts[0], '…', ...parts.slice(-tail)].join('/');
}
