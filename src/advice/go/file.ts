/** One Go file: what it imports, calls, composes and declares. */
import type { Span } from '../types';
import { all, parts, type Node, type Tree } from './grammar';

/** An import: the name in this file, the path, where the spec stands. `name` is '.' or '_' where the file says so. */
export interface Import {
  readonly name: string;
  readonly path: string;
  readonly node: Node;
}

/**
 * What a call calls, in terms of imports: `ctrl.NewManager` → { pkg: 'sigs.k8s.io/controller-runtime', name:
 * 'NewManager' }.
 */
export interface Call {
  readonly node: Node;
  /**
   * Import path when the operand is an imported package, '' when it is a name of this package, undefined for a method
   * or another expression.
   */
  readonly pkg: string | undefined;
  /** The function's or method's own name; '' for a call of an expression. */
  readonly name: string;
  /** What a method is called on. */
  readonly on: Node | undefined;
  readonly args: readonly Node[];
}

/** A composite literal of a named type: `ctrl.Options{…}`, `&rest.Config{…}` (the node is then that without `&`). */
export interface Literal {
  readonly node: Node;
  readonly pkg: string;
  readonly name: string;
  readonly body: Node;
  /** Keyed elements: field → value. Empty for one without keys. */
  readonly fields: ReadonlyMap<string, { readonly key: Node; readonly value: Node; readonly element: Node }>;
}

/** A function or method. `receiver` is the type's name without `*`. */
export interface Func {
  readonly name: string;
  readonly receiver: string | undefined;
  readonly node: Node;
  readonly body: Node | undefined;
}

/** The start of a generated file as `go generate` states it: https://go.dev/s/generatedcode */
const GENERATED = /^\/\/ Code generated .* DO NOT EDIT\.\r?$/m;

export class GoFile {
  readonly #calls: { value?: readonly Call[] } = {};
  readonly #literals: { value?: readonly Literal[] } = {};
  readonly #funcs: { value?: readonly Func[] } = {};
  /** Name in this file → import. Dot and blank imports are only in `imports`. */
  readonly named: ReadonlyMap<string, Import>;
  readonly imports: readonly Import[];
  readonly packageName: string;
  readonly isTest: boolean;
  readonly generated: boolean;

  constructor(
    readonly path: string,
    readonly text: string,
    readonly tree: Tree,
  ) {
    const top = parts(tree.rootNode);
    const clause = top.find((n) => n.type === 'package_clause');
    this.packageName = clause === undefined ? '' : (parts(clause)[0]?.text ?? '');
    this.imports = top
      .filter((n) => n.type === 'import_declaration')
      .flatMap((n) => all(n, 'import_spec'))
      .map(readImport);
    this.named = new Map(this.imports.filter((i) => i.name !== '.' && i.name !== '_').map((i) => [i.name, i]));
    this.isTest = path.endsWith('_test.go');
    this.generated = GENERATED.test(text.slice(0, clause?.startIndex ?? 2000));
  }

  get root(): Node {
    return this.tree.rootNode;
  }
  /** Name under which this file knows a package, or undefined when it does not import it. */
  nameFor(path: string): string | undefined {
    return this.imports.find((i) => i.path === path && i.name !== '_' && i.name !== '.')?.name;
  }
  importsAny(prefix: string): boolean {
    return this.imports.some((i) => i.path === prefix || i.path.startsWith(`${prefix}/`));
  }

  get calls(): readonly Call[] {
    return (this.#calls.value ??= all(this.root, 'call_expression').map((n) => this.call(n)));
  }
  get literals(): readonly Literal[] {
    return (this.#literals.value ??= all(this.root, 'composite_literal').flatMap((n) => this.literal(n) ?? []));
  }
  get funcs(): readonly Func[] {
    return (this.#funcs.value ??= parts(this.root)
      .filter((n) => n.type === 'function_declaration' || n.type === 'method_declaration')
      .map((node) => ({
        name: node.childForFieldName('name')?.text ?? '',
        receiver: node.childForFieldName('receiver')?.descendantsOfType('type_identifier')[0]?.text,
        node,
        body: node.childForFieldName('body') ?? undefined,
      })));
  }

  /** A call_expression, read. */
  call(node: Node): Call {
    let fun = node.childForFieldName('function');
    const args = node.childForFieldName('arguments');
    // f[T](x): a call of an instance of a generic function.
    if (fun?.type === 'type_instantiation_expression') fun = fun.childForFieldName('type');
    if (fun?.type === 'index_expression') fun = fun.childForFieldName('operand');
    const list = args === null ? [] : parts(args);
    if (fun?.type === 'identifier') return { node, pkg: '', name: fun.text, on: undefined, args: list };
    if (fun?.type !== 'selector_expression' && fun?.type !== 'qualified_type')
      return { node, pkg: undefined, name: '', on: undefined, args: list };
    const on = fun.childForFieldName('operand') ?? fun.childForFieldName('package') ?? undefined;
    const name = (fun.childForFieldName('field') ?? fun.childForFieldName('name'))?.text ?? '';
    const pkg = on === undefined ? undefined : this.packageOf(on);
    return { node, pkg, name, on: pkg === undefined ? on : undefined, args: list };
  }

  /** A composite literal of a named type, read; undefined for a slice, map or array. */
  literal(node: Node): Literal | undefined {
    let type = node.childForFieldName('type');
    if (type?.type === 'generic_type') type = type.childForFieldName('type');
    const body = node.childForFieldName('body');
    if (type === null || body === null) return undefined;
    const named = this.typeName(type);
    if (named === undefined) return undefined;
    const fields = new Map<string, { key: Node; value: Node; element: Node }>();
    for (const element of parts(body)) {
      if (element.type !== 'keyed_element') continue;
      const [key, value] = parts(element);
      const inner = value?.type === 'literal_element' ? parts(value)[0] : value;
      if (key !== undefined && inner !== undefined) fields.set(key.text, { key, value: inner, element });
    }
    return { node, ...named, body, fields };
  }

  /** A type's name in terms of imports; '' as package for one of this package. */
  typeName(type: Node): { pkg: string; name: string } | undefined {
    if (type.type === 'type_identifier') return { pkg: '', name: type.text };
    if (type.type !== 'qualified_type') return undefined;
    const path = this.named.get(type.childForFieldName('package')?.text ?? '')?.path;
    return path === undefined ? undefined : { pkg: path, name: type.childForFieldName('name')?.text ?? '' };
  }

  /**
   * Import path when this node is the name of an imported package. A local variable that hides the import is not looked
   * for.
   */
  packageOf(node: Node): string | undefined {
    return node.type === 'identifier' || node.type === 'package_identifier'
      ? this.named.get(node.text)?.path
      : undefined;
  }

  span(node: Node): Span {
    return { start: node.startIndex, end: node.endIndex };
  }
}

function readImport(node: Node): Import {
  const path = (node.childForFieldName('path')?.text ?? '').replace(/^["`]|["`]$/g, '');
  return { name: node.childForFieldName('name')?.text ?? defaultName(path), path, node };
}

/** The name of a package by its path, as goimports guesses it: the last part, without a version, `go-` or `.v2`. */
export function defaultName(path: string): string {
  const parts = path.split('/');
  let last = parts.pop() ?? '';
  if (/^v\d+$/.test(last) && parts.length > 0) last = parts.pop() ?? last;
  last = last.replace(/\.v\d+$/, '');
  // controller-runtime's root package is called controllerruntime; client-go has none.
  if (path === 'sigs.k8s.io/controller-runtime') return 'controllerruntime';
  const dash = last.lastIndexOf('-');
  return dash < 0 ? last : last.startsWith('go-') ? last.slice(3) : last.replaceAll('-', '');
}
