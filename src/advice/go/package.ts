/** The files of one folder that are one package, and what is declared in it. */
import { parts, type Node } from './grammar';
import type { Func, GoFile } from './file';

/** A constant or variable of the package, or a field of a struct. */
export interface Declared {
  readonly file: GoFile;
  readonly node: Node;
  /** The name's own node. */
  readonly name: Node;
  readonly type: Node | undefined;
  readonly value: Node | undefined;
  readonly constant: boolean;
}

export class GoPackage {
  readonly #values = new Map<string, Declared>();
  readonly #types = new Map<string, { readonly file: GoFile; readonly node: Node }>();
  readonly #funcs = new Map<string, { readonly file: GoFile; readonly func: Func }>();

  /** `files`: of one folder and one package name, test files too where asked for. */
  constructor(
    readonly dir: string,
    readonly files: readonly GoFile[],
  ) {
    for (const file of files) {
      for (const func of file.funcs)
        this.#funcs.set(func.receiver === undefined ? func.name : `${func.receiver}.${func.name}`, { file, func });
      for (const node of parts(file.root)) {
        if (node.type === 'type_declaration')
          for (const spec of parts(node)) {
            const name = spec.childForFieldName('name');
            if (name) this.#types.set(name.text, { file, node: spec });
          }
        if (node.type === 'const_declaration' || node.type === 'var_declaration')
          for (const spec of specsOf(node))
            for (const d of declared(file, spec, node.type === 'const_declaration')) this.#values.set(d.name.text, d);
      }
    }
  }

  /** A constant or variable at the top of a file. */
  value(name: string): Declared | undefined {
    return this.#values.get(name);
  }
  get values(): Iterable<Declared> {
    return this.#values.values();
  }
  /** A type's spec. */
  type(name: string): { readonly file: GoFile; readonly node: Node } | undefined {
    return this.#types.get(name);
  }
  /** A function by its name, a method by `Type.Name`. */
  func(name: string): { readonly file: GoFile; readonly func: Func } | undefined {
    return this.#funcs.get(name);
  }
  get funcs(): Iterable<{ readonly file: GoFile; readonly func: Func }> {
    return this.#funcs.values();
  }
}

function specsOf(declaration: Node): Node[] {
  return parts(declaration)
    .flatMap((n) => (n.type === 'var_spec_list' ? parts(n) : [n]))
    .filter((n) => n.type === 'const_spec' || n.type === 'var_spec');
}

/** `a, b = 1, 2` is two. */
function declared(file: GoFile, spec: Node, constant: boolean): Declared[] {
  const values = spec.childForFieldName('value');
  const list = values === null ? [] : parts(values);
  return spec
    .childrenForFieldName('name')
    .filter((n): n is Node => n !== null && n.type === 'identifier')
    .map((name, i) => ({
      file,
      node: spec,
      name,
      type: spec.childForFieldName('type') ?? undefined,
      value: list[i],
      constant,
    }));
}
