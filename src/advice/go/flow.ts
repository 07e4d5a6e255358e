/**
 * Whether what happens at one place of a function has happened when another is reached, by the shape of the text alone.
 */
import { all, bare, enclosing, parts, type Node } from './grammar';
import type { GoFile } from './file';

export type Reach = 'always' | 'maybe' | 'never';

const FUNCTIONS = ['function_declaration', 'method_declaration'];
const spans = (outer: Node, inner: Node): boolean =>
  outer.startIndex <= inner.startIndex && inner.endIndex <= outer.endIndex;

/** The top-level function around a node, or the whole file for what stands outside of functions. */
export function functionAround(file: GoFile, node: Node): Node {
  return enclosing(node, ...FUNCTIONS) ?? file.root;
}

/** Calls that never return. */
const ENDS =
  /^(panic|os\.Exit|runtime\.Goexit|\w+\.(Fatal|Fatalf|Fatalln|Exit|Panic|Panicf|Panicln|FlushAndExit)|(t|tb|b)\.(FailNow|SkipNow))\(/;

/** True when a list of statements never goes on behind its end: it returns, panics or ends the process. */
function leaves(block: Node): boolean {
  const list = block.type === 'statement_list' ? block : parts(block).find((n) => n.type === 'statement_list');
  const last = list === undefined ? undefined : parts(list).at(-1);
  if (last === undefined) return false;
  if (last.type === 'return_statement' || last.type === 'goto_statement') return true;
  if (last.type !== 'expression_statement') return false;
  return ENDS.test(last.text);
}

/**
 * Whether `from` has happened when `to` is reached; both in one function. `decide` may know an `if`'s condition. A
 * place further up in a loop counts as not yet happened.
 */
export function reaches(
  from: Node,
  to: Node,
  decide: (statement: Node) => boolean | undefined = () => undefined,
): Reach {
  if (from.startIndex > to.startIndex) return 'never';
  let reach: Reach = 'always';
  for (let n = from, up = from.parent; up !== null && !FUNCTIONS.includes(up.type); n = up, up = up.parent) {
    if (spans(n, to)) break;
    if (up.type === 'if_statement') {
      const branch =
        up.childForFieldName('consequence')?.id === n.id
          ? 'then'
          : up.childForFieldName('alternative')?.id === n.id
            ? 'else'
            : undefined;
      if (branch === undefined) continue;
      if (spans(up, to)) return 'never';
      if (leaves(n)) return 'never';
      const known = decide(up);
      if (known === undefined) reach = 'maybe';
      else if (known !== (branch === 'then')) return 'never';
    } else if (/^(expression_case|type_case|communication_case|default_case)$/.test(up.type)) {
      if (spans(up, to)) continue;
      const whole = up.parent;
      if (whole !== null && spans(whole, to)) return 'never';
      const list = parts(up).find((p) => p.type === 'statement_list');
      if (list !== undefined && leaves(list)) return 'never';
      reach = 'maybe';
    } else if (up.type === 'for_statement' && up.childForFieldName('body')?.id === n.id) {
      if (leaves(n)) return 'never';
      reach = 'maybe';
    } else if (up.type === 'func_literal') {
      const call = up.parent;
      const atOnce =
        call?.type === 'call_expression' &&
        call.childForFieldName('function')?.id === up.id &&
        call.parent?.type !== 'go_statement' &&
        call.parent?.type !== 'defer_statement';
      if (!atOnce) reach = 'maybe';
    }
  }
  return reach;
}

/** A place that gives a variable its value. `value`: the expression, of which it is the `index`th result of `count`. */
export interface Definition {
  readonly node: Node;
  readonly name: Node;
  readonly value: Node | undefined;
  readonly index: number;
  readonly count: number;
  readonly declares: boolean;
  /** Where the variable is known, for one that is declared. */
  readonly scope: Node | undefined;
  readonly type: Node | undefined;
  readonly kind: 'assign' | 'parameter' | 'range' | 'other';
}

const CACHE = new WeakMap<GoFile, Map<number, ReadonlyMap<string, readonly Definition[]>>>();

/** All definitions of the local variables of a top-level function, in the order of the text. */
export function definitions(file: GoFile, func: Node): ReadonlyMap<string, readonly Definition[]> {
  let byFunc = CACHE.get(file);
  if (byFunc === undefined) CACHE.set(file, (byFunc = new Map<number, ReadonlyMap<string, readonly Definition[]>>()));
  const known = byFunc.get(func.id);
  if (known !== undefined) return known;
  const found = new Map<string, Definition[]>();
  if (func.type !== 'source_file')
    for (const node of all(func, ...DEFINING))
      for (const d of definitionsBy(node, func)) {
        const name = d.name.text;
        if (name === '_') continue;
        const list = found.get(name);
        if (list) list.push(d);
        else found.set(name, [d]);
      }
  byFunc.set(func.id, found);
  return found;
}

/** Nodes that give variables a value. */
const DEFINING = [
  'short_var_declaration',
  'assignment_statement',
  'var_spec',
  'const_spec',
  'range_clause',
  'parameter_declaration',
  'receive_statement',
  'inc_statement',
  'dec_statement',
];

/** What a node of `DEFINING` in the function `func` defines. */
function definitionsBy(node: Node, func: Node): Definition[] {
  switch (node.type) {
    case 'short_var_declaration':
      return paired(node, expressionsOf(node, 'left'), expressionsOf(node, 'right'), { declares: true });
    case 'assignment_statement':
      return node.childForFieldName('operator')?.text === '='
        ? paired(node, expressionsOf(node, 'left'), expressionsOf(node, 'right'), { declares: false })
        : paired(node, expressionsOf(node, 'left'), [], { declares: false, kind: 'other' });
    case 'var_spec':
    case 'const_spec':
      return paired(node, namesOf(node), expressionsOf(node, 'value'), {
        declares: true,
        type: node.childForFieldName('type') ?? undefined,
      });
    case 'range_clause':
    case 'receive_statement':
      return paired(node, expressionsOf(node, 'left'), [], { declares: node.text.includes(':='), kind: 'range' });
    case 'parameter_declaration':
      return parameters(node, func);
    default:
      return changed(node);
  }
}

/** The expressions of a list such as `left`; empty when there is none. */
function expressionsOf(node: Node, field: string): Node[] {
  const list = node.childForFieldName(field);
  return list === null ? [] : parts(list);
}

const namesOf = (node: Node): Node[] => node.childrenForFieldName('name').filter((n): n is Node => n !== null);

/** Names with their values: `a, b := 1, 2`, or the results of one call: `a, err := f()`. */
function paired(
  node: Node,
  names: readonly Node[],
  values: readonly Node[],
  as: { readonly declares: boolean; readonly type?: Node | undefined; readonly kind?: Definition['kind'] },
): Definition[] {
  const scope = as.declares ? scopeOf(node) : undefined;
  const oneCall = values.length === 1 && names.length > 1;
  return names.flatMap((name, i): Definition[] =>
    name.type !== 'identifier'
      ? []
      : [
          {
            node,
            name,
            value: oneCall ? values[0] : values[i],
            index: oneCall ? i : 0,
            count: oneCall ? names.length : 1,
            declares: as.declares,
            scope,
            type: as.type,
            kind: as.kind ?? 'assign',
          },
        ],
  );
}

function parameters(node: Node, func: Node): Definition[] {
  const owner = enclosing(node, 'func_literal', ...FUNCTIONS);
  // The parameters of a type are no variables: they have no body around them.
  const type = enclosing(node, 'function_type', 'method_elem');
  if (type !== undefined && type.startIndex >= (owner?.startIndex ?? 0)) return [];
  return namesOf(node).map((name) => ({
    node,
    name,
    value: undefined,
    index: 0,
    count: 1,
    declares: true,
    scope: owner ?? func,
    type: node.childForFieldName('type') ?? undefined,
    kind: 'parameter',
  }));
}

/** `n++`, `n--`. */
function changed(node: Node): Definition[] {
  const name = parts(node)[0];
  return name?.type === 'identifier' ? paired(node, [name], [], { declares: false, kind: 'other' }) : [];
}

/** Where what is declared here is known. */
function scopeOf(node: Node): Node {
  for (let n: Node | null = node; n !== null; n = n.parent) {
    const up: Node | null = n.parent;
    if (up === null) return n;
    if (
      up.type === 'statement_list' ||
      up.type === 'if_statement' ||
      up.type === 'for_statement' ||
      up.type === 'for_clause' ||
      /_switch_statement$|select_statement|_case$/.test(up.type)
    )
      return up.type === 'for_clause' ? (up.parent ?? up) : up;
  }
  return node;
}

/** The definition that declares the variable which this name means at this place; undefined for one of the package. */
export function declarationOf(defs: readonly Definition[], at: Node): Definition | undefined {
  let best: Definition | undefined;
  for (const d of defs) {
    // A variable is not yet known in the statement that declares it.
    if (
      !d.declares ||
      d.scope === undefined ||
      !spans(d.scope, at) ||
      d.node.startIndex > at.startIndex ||
      (d.kind !== 'parameter' && spans(d.node, at) && d.name.startIndex !== at.startIndex)
    )
      continue;
    // Declared again in the same scope with `:=` it stays the same variable, whose first declaration counts.
    if (best?.scope !== undefined && best.scope.id === d.scope.id) continue;
    if (
      best?.kind === 'parameter' &&
      d.scope.parent?.id === best.scope?.childForFieldName('body')?.id &&
      d.node.type === 'short_var_declaration'
    )
      continue;
    best = d;
  }
  return best;
}

/** The definitions whose value the variable may have at this place; `sure` when one of them must have happened. */
export function reaching(
  file: GoFile,
  name: string,
  at: Node,
  decide?: (statement: Node) => boolean | undefined,
): { readonly definitions: readonly Definition[]; readonly sure: boolean } | undefined {
  const defs = definitions(file, functionAround(file, at)).get(name);
  if (defs === undefined) return undefined;
  const declaration = declarationOf(defs, at);
  if (declaration === undefined) return undefined;
  const out: Definition[] = [];
  for (let i = defs.length - 1; i >= 0; i--) {
    const d = defs[i];
    if (d === undefined || d.node.startIndex >= at.startIndex || (spans(d.node, at) && d.kind !== 'parameter'))
      continue;
    if (declarationOf(defs, d.name) !== declaration && d !== declaration) continue;
    const reach = reaches(d.node, at, decide);
    if (reach === 'never') continue;
    out.push(d);
    if (reach === 'always' || d.kind === 'parameter') return { definitions: out, sure: true };
  }
  return { definitions: out, sure: false };
}

/** `&x` → x, `(x)` → x. */
export function addressed(node: Node): Node {
  const n = bare(node);
  if (n.type !== 'unary_expression' || n.childForFieldName('operator')?.text !== '&') return n;
  const operand = n.childForFieldName('operand');
  return operand === null ? n : bare(operand);
}
