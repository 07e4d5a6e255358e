/**
 * What the name of a compiled Go function tells: its package, and the functions of the source that it may come from.
 */

export interface GoSymbol {
  /** Import path; '' when the name has none. */
  readonly pkg: string;
  /**
   * Declared functions it may stand in, likeliest first: "Run", or "Reconciler.Reconcile" for a method. Empty: none is
   * told.
   */
  readonly declared: readonly string[];
  /**
   * True when `pkg` is sure to be the package of the file. A closure of an inlined function bears the name of the
   * function that it was inlined into, and may lie in another package's file: `work.Run.Adder.func3` in lib.go (seen
   * with Go 1.26).
   */
  readonly plain: boolean;
  /**
   * True for what is inside of a declared function: a closure, the body of a range over a function, a go or defer
   * wrapper.
   */
  readonly inner: boolean;
}

/** Parts of a name that the compiler added. `init.0` and `init.func1` keep their `init`. */
const ADDED = /^(func\d+|gowrap\d+|deferwrap\d+|\d+|glob|)$/;

export function symbolOf(name: string): GoSymbol {
  const bare = withoutTypes(name);
  const paren = bare.indexOf('(');
  const head = paren < 0 ? bare : bare.slice(0, paren);
  const dot = head.indexOf('.', head.lastIndexOf('/') + 1);
  if (dot < 0 || /^(type:|go:|\[|<)/.test(name)) return { pkg: '', declared: [], plain: false, inner: false };
  // The linker writes dots of the last element as %2e.
  const pkg = head
    .slice(0, dot)
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const rest = bare.slice(dot + 1);
  const pointer = rest.startsWith('(');
  const all = rest
    .replace(/[()*]/g, '')
    .split('.')
    .map((p) => p.replace(/-(fm|range\d+)$/, ''));
  const parts = all.filter((p) => !ADDED.test(p));
  const inner = parts.length < all.length || /-range\d+/.test(rest);
  // Several `func init()` are numbered; what is made for a package's variables is called init too and declared nowhere.
  if (parts[0] === 'init' && parts.length === 1)
    return { pkg, declared: /^\d+$/.test(all[1] ?? '') ? ['init'] : [], plain: true, inner: all.length > 2 };
  const plain = parts.length <= 1 || (parts.length === 2 && (pointer || !inner));
  const declared: string[] = [];
  for (let i = parts.length - 1; i >= 0; i--) {
    if (i > 0) declared.push(`${parts[i - 1]}.${parts[i]}`);
    if (!(plain && parts.length === 2) && !(pointer && i <= 1)) declared.push(parts[i] ?? '');
  }
  return { pkg, declared, plain, inner };
}

/** `List[go.shape.float64]` → `List`: type arguments hold dots, slashes and brackets of their own. */
function withoutTypes(name: string): string {
  if (!name.includes('[')) return name;
  let out = '';
  let depth = 0;
  for (const c of name) {
    if (c === '[') depth++;
    else if (c === ']') depth = Math.max(0, depth - 1);
    else if (depth === 0) out += c;
  }
  return out;
}
