/** Which configuration an expression stands for, followed through variables, parameters, results, fields and copies. */
import { RUNTIME } from '../libraries';
import { addressed, declarationOf, definitions, functionAround, reaching, type Definition } from '../go/flow';
import { all, bare, enclosing, parts, type Node } from '../go/grammar';
import type { Call, Func, GoFile } from '../go/file';
import type { GoPackage } from '../go/package';
import { LookupsByPackage, selectedName } from '../go/lookups';
import { fieldOf, typeOf } from '../go/typeof';
import { builtBy, passesOn, originOf, REST } from './calls';
import type { ImportedConfig, OriginKind } from './types';

/** A place where a configuration comes to be. */
export interface Origin {
  readonly file: GoFile;
  readonly func: Node;
  /** The call, literal, dereference or parameter. */
  readonly node: Node;
  readonly kind: OriginKind;
  readonly fails: boolean;
  /** What it is a copy of, at the place where it is copied. */
  readonly copies: readonly Ref[] | undefined;
  /** What the function of another package that is called gives. */
  readonly imported?: ImportedConfig;
}

/** A place of a function that stands for what happens in a function it calls, or in one that calls it. */
export interface Anchor {
  readonly file: GoFile;
  readonly func: Node;
  readonly node: Node;
}

/** A configuration as seen from an expression. `anchors`: where in other functions the way to it leads through. */
export interface Ref {
  readonly origin: Origin;
  readonly anchors: readonly Anchor[];
  /** Reached through a variable of the package or a field: the order of things is not known. */
  readonly shared: boolean;
}

/** Functions that call functions that …: deep enough for sources by hand, and an end for those that call themselves. */
const DEPTH = 10;
/** Words of functions that give configurations; others are not asked about. */
const CONFIGURES = /conf|cfg|rest|kube|k8s|client|cluster/i;
/** Places that a parameter may come from; more than these are not followed. */
const CALLERS = 12;

export const CONFIG_LOOKUPS = new LookupsByPackage<ImportedConfig>();

export class ConfigTracer {
  readonly #origins = new Map<string, Origin>();
  readonly #open = new Set<string>();
  constructor(
    readonly pkg: GoPackage,
    readonly files: readonly GoFile[],
  ) {}

  get origins(): Iterable<Origin> {
    return this.#origins.values();
  }

  /** The configurations that an expression may stand for. Empty: it is none, or can't be followed. */
  refs(expression: Node, file: GoFile, index = 0, depth = DEPTH): readonly Ref[] {
    const node = addressed(bare(expression));
    const key = `${file.path}:${node.startIndex}:${node.endIndex}:${index}`;
    if (depth <= 0 || this.#open.has(key)) return [];
    this.#open.add(key);
    try {
      return this.#refs(node, file, index, depth - 1);
    } finally {
      this.#open.delete(key);
    }
  }

  #refs(node: Node, file: GoFile, index: number, depth: number): readonly Ref[] {
    switch (node.type) {
      case 'call_expression':
        return this.#call(file.call(node), file, index, depth);
      case 'composite_literal': {
        const literal = file.literal(node);
        return literal?.pkg === REST && literal.name === 'Config' ? [this.#ref(file, node, 'literal', false)] : [];
      }
      case 'identifier':
        return this.#variable(node, file, depth);
      case 'selector_expression':
        return this.#field(node, file, depth);
      case 'unary_expression': {
        const operand = node.childForFieldName('operand');
        if (operand === null || node.childForFieldName('operator')?.text !== '*') return [];
        const of = this.refs(operand, file, 0, depth);
        return of.length === 0 ? [] : [this.#ref(file, node, of[0]?.origin.kind ?? 'unknown', false, of)];
      }
      default:
        return [];
    }
  }

  /** The configurations that a function gives, each with its return statement as the last anchor. */
  returnedBy(own: { readonly file: GoFile; readonly func: Func }): readonly Ref[] {
    return this.#returned(own, 0, DEPTH);
  }

  #ref(
    file: GoFile,
    node: Node,
    kind: OriginKind,
    fails: boolean,
    copies?: readonly Ref[],
    imported?: ImportedConfig,
  ): Ref {
    const key = `${file.path}:${node.startIndex}:${node.endIndex}`;
    let origin = this.#origins.get(key);
    if (origin === undefined)
      this.#origins.set(
        key,
        (origin = {
          file,
          func: functionAround(file, node),
          node,
          kind,
          fails,
          copies,
          ...(imported !== undefined && { imported }),
        }),
      );
    return { origin, anchors: [], shared: false };
  }

  #call(call: Call, file: GoFile, index: number, depth: number): readonly Ref[] {
    const origin = originOf(call);
    if (origin !== undefined && this.#isOrigin(call, file))
      return index === 0 ? [this.#ref(file, call.node, origin.kind, origin.fails)] : [];
    const first = call.args[0];
    const passed = passesOn(call);
    if (passed !== undefined && first !== undefined) {
      const of = this.refs(first, file, 0, depth);
      if (passed === 'same') return of;
      return of.length === 0 ? [] : [this.#ref(file, call.node, of[0]?.origin.kind ?? 'unknown', false, of)];
    }
    if (call.pkg === '' && call.name === 'new')
      return first?.text === `${file.nameFor(REST) ?? ''}.Config` ? [this.#ref(file, call.node, 'literal', false)] : [];
    // Methods: a manager's configuration, envtest's.
    if (call.on !== undefined) {
      if (call.name === 'GetConfig' && call.args.length === 0) return this.#manager(call, file, depth);
      if (call.name === 'Start' && call.args.length === 0 && this.#isEnvtest(call.on, file))
        return [this.#ref(file, call.node, 'envtest', true)];
      const type = typeOf(call.on, file, this.pkg);
      const method = type === undefined ? undefined : this.pkg.func(`${type}.${call.name}`);
      return method === undefined ? this.#imported(call, file, index) : this.#returned(method, index, depth);
    }
    if (call.pkg !== undefined && call.pkg !== '') return this.#imported(call, file, index);
    const own = call.pkg === '' ? this.pkg.func(call.name) : undefined;
    return own === undefined ||
      declarationOf(definitions(file, functionAround(file, call.node)).get(call.name) ?? [], call.node) !== undefined
      ? []
      : this.#returned(own, index, depth);
  }

  /** A function of another package whose name or package says that it is about clients. */
  #imported(call: Call, file: GoFile, index: number): readonly Ref[] {
    const name =
      index === 0 && CONFIGURES.test(`${call.pkg?.split('/').at(-1) ?? ''} ${call.name}`)
        ? selectedName(call.node)
        : undefined;
    const config = name === undefined ? undefined : CONFIG_LOOKUPS.of(this.pkg).find(file, name);
    return config === undefined ? [] : [this.#ref(file, call.node, config.kind, config.fails, undefined, config)];
  }

  /**
   * `.ClientConfig()` and `.ToRESTConfig()` may be anybody's methods: only those of files that know client-go's loaders
   * count.
   */
  #isOrigin(call: Call, file: GoFile): boolean {
    if (call.pkg !== undefined) return true;
    if (call.on !== undefined && typeOf(call.on, file, this.pkg) !== undefined) return false;
    return call.name === 'ClientConfig'
      ? file.importsAny('k8s.io/client-go/tools/clientcmd')
      : file.imports.some((i) => /^k8s\.io\/(cli-runtime|kubectl)\//.test(i.path));
  }

  #returned(own: { readonly file: GoFile; readonly func: Func }, index: number, depth: number): readonly Ref[] {
    const { file, func } = own;
    if (func.body === undefined) return [];
    return all(func.body, 'return_statement')
      .filter((r) => enclosing(r, 'func_literal') === undefined)
      .flatMap((statement) => {
        const list = parts(statement)[0];
        const values = list?.type === 'expression_list' ? parts(list) : list === undefined ? [] : [list];
        const only = values.length === 1 && values[0]?.type === 'call_expression' ? values[0] : undefined;
        const value = values[index] ?? only;
        if (value === undefined) return [];
        return this.refs(value, file, values[index] === undefined ? index : 0, depth).map((r) => ({
          ...r,
          anchors: [...r.anchors, { file, func: func.node, node: statement }],
        }));
      });
  }

  #variable(node: Node, file: GoFile, depth: number): readonly Ref[] {
    const reach = reaching(file, node.text, node);
    if (reach !== undefined) return unique(reach.definitions.flatMap((d) => this.#defined(d, file, depth)));
    // A variable of the package: wherever it is given a value.
    const declared = this.pkg.value(node.text);
    if (declared === undefined || declared.constant) return [];
    const refs = [
      ...(declared.value === undefined ? [] : this.refs(declared.value, declared.file, 0, depth)),
      ...this.files.flatMap((f) =>
        (f.text.includes(node.text) ? f.funcs : []).flatMap((fn) => {
          const defs = definitions(f, fn.node).get(node.text) ?? [];
          return defs
            .filter((d) => !d.declares && declarationOf(defs, d.name) === undefined)
            .flatMap((d) => this.#defined(d, f, depth));
        }),
      ),
    ];
    return unique(refs).map((r) => ({ ...r, shared: true }));
  }

  #defined(d: Definition, file: GoFile, depth: number): readonly Ref[] {
    if (d.kind === 'parameter') return this.#parameter(d, file, depth);
    if (d.kind !== 'assign') return [];
    if (d.value !== undefined) return this.refs(d.value, file, d.index, depth);
    return d.type?.text === `${file.nameFor(REST) ?? ''}.Config` ? [this.#ref(file, d.node, 'literal', false)] : [];
  }

  #parameter(d: Definition, file: GoFile, depth: number): readonly Ref[] {
    const rest = file.nameFor(REST);
    if (rest === undefined || d.type === undefined || ![`*${rest}.Config`, `${rest}.Config`].includes(d.type.text))
      return [];
    const owner = file.funcs.find((f) => f.node.id === d.scope?.id);
    const unknown = (): readonly Ref[] => [this.#ref(file, d.node, 'parameter', false)];
    if (owner === undefined) return unknown();
    const names = parts(owner.node.childForFieldName('parameters') ?? owner.node)
      .filter((p) => p.type === 'parameter_declaration')
      .flatMap((p) => p.childrenForFieldName('name').map((n) => n?.text));
    const index = names.indexOf(d.name.text);
    const callers = this.callers(owner);
    const refs =
      callers.length > CALLERS || index < 0
        ? []
        : callers.flatMap(({ file: f, call }) => {
            const argument = call.args[index];
            return argument === undefined
              ? []
              : this.refs(argument, f, 0, depth).map((r) => ({
                  ...r,
                  anchors: [...r.anchors, { file: f, func: functionAround(f, call.node), node: call.node }],
                }));
          });
    return refs.length === 0
      ? unknown()
      : d.type.text.startsWith('*')
        ? refs
        : [this.#ref(file, d.node, refs[0]?.origin.kind ?? 'unknown', false, refs)];
  }

  /** Calls of a function or method in the package. */
  callers(owner: Func): { file: GoFile; call: Call }[] {
    return this.files.flatMap((file) =>
      (file.text.includes(owner.name) ? file.calls : [])
        .filter(
          (c) =>
            c.name === owner.name &&
            (owner.receiver === undefined
              ? c.pkg === ''
              : c.on !== undefined && typeOf(c.on, file, this.pkg) === owner.receiver),
        )
        .map((call) => ({ file, call })),
    );
  }

  /** `s.config`: what is put into that field anywhere in the package. */
  #field(node: Node, file: GoFile, depth: number): readonly Ref[] {
    const [operand, field] = [node.childForFieldName('operand'), node.childForFieldName('field')?.text ?? ''];
    const type =
      operand === null || file.packageOf(operand) !== undefined ? undefined : typeOf(operand, file, this.pkg);
    const declared = type === undefined ? undefined : fieldOf(this.pkg, type, field)?.childForFieldName('type');
    if (declared === undefined || declared === null || !/^\*?\w+\.Config$/.test(declared.text)) return [];
    const refs = this.files.flatMap((f) =>
      f.text.includes(field)
        ? [
            ...f.literals
              .filter((l) => l.pkg === '' && l.name === type)
              .flatMap((l) => {
                const v = l.fields.get(field)?.value;
                return v === undefined ? [] : this.refs(v, f, 0, depth);
              }),
            ...all(f.root, 'assignment_statement').flatMap((s) => {
              const [left, right] = [s.childForFieldName('left'), s.childForFieldName('right')];
              if (left === null || right === null) return [];
              const [names, values] = [parts(left), parts(right)];
              const at = names.findIndex(
                (n) =>
                  n.type === 'selector_expression' &&
                  n.childForFieldName('field')?.text === field &&
                  typeOf(n.childForFieldName('operand') ?? n, f, this.pkg) === type,
              );
              const value = at < 0 ? undefined : values.length === names.length ? values[at] : values[0];
              return value === undefined ? [] : this.refs(value, f, values.length === names.length ? 0 : at, depth);
            }),
          ]
        : [],
    );
    return unique(refs).map((r) => ({ ...r, shared: true }));
  }

  /** `mgr.GetConfig()`: a manager's own copy of what it was made with. */
  #manager(call: Call, file: GoFile, depth: number): readonly Ref[] {
    const on = call.on === undefined ? undefined : bare(call.on);
    if (on === undefined || !file.imports.some((i) => i.path === RUNTIME || i.path.startsWith(`${RUNTIME}/`)))
      return [];
    const of = this.#madeWith(on, file, depth);
    return [this.#ref(file, call.node, 'manager', false, of.length === 0 ? undefined : of)];
  }

  #madeWith(on: Node, file: GoFile, depth: number): readonly Ref[] {
    if (depth <= 0 || on.type !== 'identifier') return [];
    const reach = reaching(file, on.text, on);
    return unique(
      (reach?.definitions ?? []).flatMap((d): readonly Ref[] => {
        if (d.kind === 'parameter') {
          const owner = file.funcs.find((f) => f.node.id === d.scope?.id);
          const index =
            owner === undefined
              ? -1
              : parts(owner.node.childForFieldName('parameters') ?? owner.node)
                  .filter((p) => p.type === 'parameter_declaration')
                  .flatMap((p) => p.childrenForFieldName('name').map((n) => n?.text))
                  .indexOf(d.name.text);
          const callers = owner === undefined || index < 0 ? [] : this.callers(owner);
          return callers.length > CALLERS
            ? []
            : callers.flatMap(({ file: f, call }) => {
                const a = call.args[index];
                return a === undefined
                  ? []
                  : this.#madeWith(bare(a), f, depth - 1).map((r) => ({
                      ...r,
                      anchors: [...r.anchors, { file: f, func: functionAround(f, call.node), node: call.node }],
                    }));
              });
        }
        const made = d.value === undefined ? undefined : addressed(bare(d.value));
        const call = made?.type === 'call_expression' ? file.call(made) : undefined;
        const argument = call !== undefined && builtBy(call)?.manager === true ? call.args[0] : undefined;
        // The manager copied its configuration there and then, whatever happens to it later.
        return argument === undefined || made === undefined
          ? []
          : this.refs(argument, file, 0, depth).map((r) => ({
              ...r,
              anchors: [{ file, func: functionAround(file, made), node: made }, ...r.anchors],
            }));
      }),
    );
  }

  #isEnvtest(on: Node, file: GoFile): boolean {
    return file.importsAny(`${RUNTIME}/pkg/envtest`) && on.type === 'identifier';
  }
}

function unique(refs: readonly Ref[]): readonly Ref[] {
  const seen = new Set<string>();
  return refs.filter((r) => {
    const key = [r.origin.file.path, r.origin.node.startIndex, ...r.anchors.map((a) => a.node.id)].join(':');
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
