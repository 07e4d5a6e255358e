/** What an expression comes to, as far as the package tells. */
import type { Span } from '../types';
import { LookupsByPackage, selectedName, type ImportedPlace } from './lookups';
import { flagDefinitions, type FlagDefinition } from './flagdefs';
import { addressed, declarationOf, definitions, functionAround, reaching, type Definition } from './flow';
import { all, bare, enclosing, parts, type Node } from './grammar';
import type { Func, GoFile } from './file';
import type { GoPackage } from './package';
import { typeOf } from './typeof';

export interface Value {
  /** Undefined when it is not a number that the package states. */
  readonly number: number | undefined;
  readonly text: string | undefined;
  /** 'flag' and 'environment': the value is the default, which a person may change where it runs. */
  readonly from: 'set' | 'flag' | 'environment' | 'unknown';
  /** Where the value itself stands, which may be another file of the package. */
  readonly at: (Span & { readonly file: GoFile }) | undefined;
  /** The flag's name, when it comes from one. */
  readonly flag?: string;
  /** True for a whole number of a type that divides without a rest. */
  readonly whole?: boolean;
  /** Another package states it. */
  readonly imported?: true;
  /** Where the other package states it, when the value stands there by itself and may be changed. */
  readonly importedFrom?: ImportedPlace;
}

/** Values that other packages state, resolved between two readings of a package. */
export const VALUE_LOOKUPS = new LookupsByPackage<Value>();

const UNKNOWN: Value = { number: undefined, text: undefined, from: 'unknown', at: undefined };

/** What a caller knows of an expression that this file's rules do not follow, e.g. of `cfg.QPS`. */
export type Known = (node: Node) => Value | undefined;

/** Constants of constants of …: nobody goes deeper by hand. */
const DEPTH = 24;

/**
 * Follows constants, arithmetic, conversions, local variables, flags, environment defaults and fields of the package's
 * structs. `func` is where the expression stands. A value that is set in more than one place is unknown.
 */
export function valueOf(expression: Node, file: GoFile, pkg: GoPackage, func: Func | undefined, known?: Known): Value {
  return new Reader(pkg, known).read(expression, file, func?.node, DEPTH);
}

/** What a function of the package returns, when it does nothing else. */
export function valueReturnedBy(own: { readonly file: GoFile; readonly func: Func }, pkg: GoPackage): Value {
  return new Reader(pkg, undefined).returned(own, DEPTH);
}

/** What a field of a struct of the package is set to. */
export function valueOfField(type: string, field: string, pkg: GoPackage): Value {
  return new Reader(pkg, undefined).field(type, field, undefined, DEPTH);
}

class Reader {
  /** Definitions under way, so that `o.QPS` as its own flag's default ends. */
  readonly #open = new Set<string>();
  constructor(
    readonly pkg: GoPackage,
    readonly known: Known | undefined,
  ) {}

  read(expression: Node, file: GoFile, func: Node | undefined, depth: number): Value {
    const node = bare(expression);
    if (depth <= 0) return UNKNOWN;
    const key = `${file.path}:${node.startIndex}:${node.endIndex}`;
    if (this.#open.has(key)) return UNKNOWN;
    this.#open.add(key);
    const value = this.#read(node, file, func, depth - 1);
    this.#open.delete(key);
    return value.number === undefined && value.text === undefined && value.from === 'unknown'
      ? (this.#imported(node, file) ?? value)
      : value;
  }

  #read(node: Node, file: GoFile, func: Node | undefined, depth: number): Value {
    const at = { ...file.span(node), file };
    const known = this.known?.(node);
    if (known !== undefined) return known;
    switch (node.type) {
      case 'int_literal':
        return { number: integer(node.text), text: undefined, from: 'set', at, whole: true };
      case 'float_literal':
        return { number: Number(node.text.replaceAll('_', '')), text: undefined, from: 'set', at };
      case 'interpreted_string_literal':
      case 'raw_string_literal':
        return { number: undefined, text: node.text.slice(1, -1), from: 'set', at };
      case 'true':
      case 'false':
        return { number: undefined, text: node.type, from: 'set', at };
      case 'unary_expression': {
        const operand = node.childForFieldName('operand');
        const operator = node.childForFieldName('operator')?.text;
        if (operand === null) return UNKNOWN;
        if (operator === '*') return this.#pointer(operand, file, func, depth);
        const inner = this.read(operand, file, func, depth);
        if (inner.number === undefined || (operator !== '-' && operator !== '+')) return UNKNOWN;
        return {
          ...inner,
          number: operator === '-' ? -inner.number : inner.number,
          at: inner.from === 'set' ? at : inner.at,
        };
      }
      case 'binary_expression':
        return this.#binary(node, file, func, depth);
      case 'call_expression':
        return this.#call(node, file, func, depth);
      case 'type_conversion_expression': {
        const operand = node.childForFieldName('operand');
        return operand === null ? UNKNOWN : this.read(operand, file, func, depth);
      }
      case 'identifier':
        return this.#name(node, file, func, depth);
      case 'selector_expression':
        return this.#field(node, file, func, depth);
      default:
        return UNKNOWN;
    }
  }

  /** `options.QPS`, `o.QPS` and `options.QPS()` of other packages, as far as they are resolved. */
  #imported(node: Node, file: GoFile): Value | undefined {
    const name = selectedName(node);
    const operand = name?.parent?.childForFieldName('operand');
    if (
      name === undefined ||
      operand === null ||
      operand === undefined ||
      typeOf(operand, file, this.pkg) !== undefined
    )
      return undefined;
    return VALUE_LOOKUPS.of(this.pkg).find(file, name);
  }

  #binary(node: Node, file: GoFile, func: Node | undefined, depth: number): Value {
    const [l, r] = [node.childForFieldName('left'), node.childForFieldName('right')];
    if (l === null || r === null) return UNKNOWN;
    const [a, b] = [this.read(l, file, func, depth), this.read(r, file, func, depth)];
    if (a.number === undefined || b.number === undefined) return UNKNOWN;
    const whole = a.whole === true && b.whole === true;
    const n = arithmetic(node.childForFieldName('operator')?.text ?? '', a.number, b.number, whole);
    if (n === undefined || !Number.isFinite(n)) return UNKNOWN;
    // 2 × a flag's value is still the flag's to change; what is put together of literals is changed as a whole.
    const from = [a, b].find((v) => v.from !== 'set') ?? a;
    return {
      number: n,
      text: undefined,
      from: from.from,
      at: { ...file.span(node), file },
      whole,
      ...(from.flag !== undefined && { flag: from.flag }),
      ...([a, b].some((v) => v.imported === true) && { imported: true }),
    };
  }

  #call(node: Node, file: GoFile, func: Node | undefined, depth: number): Value {
    const call = file.call(node);
    const first = call.args[0];
    if (
      call.pkg === '' &&
      first !== undefined &&
      /^(int|int8|int16|int32|int64|uint|uint8|uint16|uint32|uint64|float32|float64)$/.test(call.name) &&
      this.pkg.func(call.name) === undefined
    ) {
      const inner = this.read(first, file, func, depth);
      if (inner.number === undefined) return inner;
      const whole = !call.name.startsWith('float');
      return { ...inner, number: whole ? Math.trunc(inner.number) : inner.number, whole };
    }
    if (
      (call.pkg === '' || call.pkg === 'math') &&
      /^(min|max|Min|Max)$/.test(call.name) &&
      call.args.length > 0 &&
      this.pkg.func(call.name) === undefined
    ) {
      const values = call.args.map((a) => this.read(a, file, func, depth));
      const numbers = values.flatMap((v) => v.number ?? []);
      if (numbers.length !== values.length) return UNKNOWN;
      return {
        number: (/^m?min$/i.test(call.name) ? Math.min : Math.max)(...numbers),
        text: undefined,
        from: values.find((v) => v.from !== 'set')?.from ?? 'set',
        at: { ...file.span(node), file },
        whole: values.every((v) => v.whole === true),
        ...(values.some((v) => v.imported === true) && { imported: true }),
      };
    }
    // getEnvInt("KUBE_API_QPS", 50): a helper whose last argument is what holds without the variable.
    const last = call.args.at(-1);
    if (
      /env/i.test(call.name) &&
      call.pkg !== 'os' &&
      call.args.length >= 2 &&
      first !== undefined &&
      last !== undefined &&
      /string_literal$|^identifier$/.test(first.type)
    ) {
      const fallback = this.read(last, file, func, depth);
      const text = fallback.text === undefined ? undefined : Number(fallback.text);
      return {
        ...fallback,
        number: fallback.number ?? (text !== undefined && Number.isFinite(text) ? text : undefined),
        from: fallback.from === 'unknown' ? 'unknown' : 'environment',
      };
    }
    // c.Int("qps"), cmd.Flags().GetInt("qps")
    if (
      call.pkg === undefined &&
      call.args.length === 1 &&
      first !== undefined &&
      /string_literal$/.test(first.type) &&
      /^(Get)?(Int|Int32|Int64|Uint|Float|Float32|Float64|Bool|String|Duration)$/.test(call.name)
    ) {
      const defs = flagDefinitions(this.pkg).filter((d) => d.name === first.text.slice(1, -1));
      return defs.length === 1 && defs[0] !== undefined ? this.#flag(defs[0], depth) : UNKNOWN;
    }
    const own = call.pkg === '' ? this.pkg.func(call.name) : undefined;
    return own === undefined ? UNKNOWN : this.returned(own, depth);
  }

  /** Of a function of this package that only returns a value. */
  returned({ file, func }: { readonly file: GoFile; readonly func: Func }, depth: number): Value {
    const returns =
      func.body === undefined
        ? []
        : all(func.body, 'return_statement').filter((r) => enclosing(r, 'func_literal') === undefined);
    const value = returns.length === 1 && returns[0] !== undefined ? only(returns[0]) : undefined;
    return value === undefined ? UNKNOWN : this.read(value, file, func.node, depth);
  }

  /** `*qps` of `qps := flag.Int("qps", 50, "…")`. */
  #pointer(operand: Node, file: GoFile, func: Node | undefined, depth: number): Value {
    const node = bare(operand);
    if (node.type !== 'identifier')
      return node.type === 'selector_expression' ? this.#field(node, file, func, depth) : UNKNOWN;
    const local = reaching(file, node.text, node);
    const declared = local === undefined ? this.pkg.value(node.text) : undefined;
    const value =
      local !== undefined
        ? local.definitions.length === 1
          ? local.definitions[0]?.value
          : undefined
        : declared?.value;
    if (value === undefined) return UNKNOWN;
    const def = flagDefinitions(this.pkg).find(
      (d) =>
        d.file === (declared?.file ?? file) &&
        d.node.startIndex === value.startIndex &&
        d.node.endIndex === value.endIndex,
    );
    if (def !== undefined) return this.#flag(def, depth);
    const inner = addressed(value);
    // ptr.To(50), pointer.Int(50)
    const call = inner.type === 'call_expression' ? file.call(inner) : undefined;
    const argument =
      call?.pkg !== undefined && /(utils\/(ptr|pointer)|samber\/lo)$/.test(call.pkg) && call.args.length === 1
        ? call.args[0]
        : undefined;
    return argument === undefined ? UNKNOWN : this.read(argument, declared?.file ?? file, func, depth);
  }

  #flag(def: FlagDefinition, depth: number): Value {
    if (def.value === undefined)
      return {
        number: def.library === 'urfave/cli' ? 0 : undefined,
        text: undefined,
        from: def.library === 'urfave/cli' ? 'flag' : 'unknown',
        at: undefined,
        ...(def.name !== undefined && { flag: def.name }),
      };
    const value = this.read(def.value, def.file, functionAround(def.file, def.node), depth);
    const parsed =
      value.number ??
      (def.library === 'kingpin' && value.text !== undefined && /^-?[\d.]+$/.test(value.text)
        ? Number(value.text)
        : undefined);
    // A kingpin default stands in quotes: the place is what is between them.
    const at =
      def.library === 'kingpin' && value.at !== undefined
        ? { ...value.at, start: value.at.start + 1, end: value.at.end - 1 }
        : value.at;
    return {
      number: parsed,
      text: value.text,
      from:
        value.number === undefined && parsed === undefined && value.text === undefined
          ? 'unknown'
          : value.from === 'environment'
            ? 'environment'
            : 'flag',
      at,
      whole: !/Float/.test(def.method),
      ...(def.name !== undefined && { flag: def.name }),
      ...(value.imported === true && { imported: true }),
      ...(value.importedFrom !== undefined && { importedFrom: value.importedFrom }),
    };
  }

  #name(node: Node, file: GoFile, func: Node | undefined, depth: number): Value {
    const defs = definitions(file, functionAround(file, node)).get(node.text) ?? [];
    const declaration = declarationOf(defs, node);
    if (declaration === undefined) return this.#global(node.text, depth);
    // `&x` handed to a flag: its default holds when the program starts.
    const flags = flagDefinitions(this.pkg).filter(
      (d) =>
        d.file === file &&
        d.target?.type === 'identifier' &&
        d.target.text === node.text &&
        declarationOf(defs, d.target) === declaration,
    );
    const own = defs
      .filter((d) => d.value !== undefined || d.kind !== 'assign')
      .filter((d) => d === declaration || declarationOf(defs, d.name) === declaration);
    if (flags.length === 1 && flags[0] !== undefined)
      return own.filter((d) => d.node.type === 'assignment_statement' || d.kind === 'other').length > 0
        ? UNKNOWN
        : this.#flag(flags[0], depth);
    if (flags.length > 1) return UNKNOWN;
    if (declaration.kind === 'parameter') return this.#argument(node.text, declaration, file, depth);
    const reach = reaching(file, node.text, node);
    const all = reach?.definitions ?? [];
    const first = all.at(-1);
    if (reach?.sure !== true || first === undefined) return UNKNOWN;
    // qps := 50; if v := os.Getenv("QPS"); v != "" { qps = … }: the first holds unless the environment says another.
    const others = all.slice(0, -1);
    if (others.some((d) => !fromEnvironment(d))) return UNKNOWN;
    const value = this.#definition(first, file, func, depth);
    return others.length === 0 ? value : { ...value, from: value.from === 'unknown' ? 'unknown' : 'environment' };
  }

  #definition(d: Definition, file: GoFile, func: Node | undefined, depth: number): Value {
    if (d.kind !== 'assign') return UNKNOWN;
    if (d.value === undefined)
      return d.type !== undefined && /^(u?int\d*|float\d\d)$/.test(d.type.text)
        ? { number: 0, text: undefined, from: 'set', at: undefined, whole: !d.type.text.startsWith('float') }
        : UNKNOWN;
    if (d.count > 1 && (d.index > 0 || !/\.Get\w+\(/.test(d.value.text))) return UNKNOWN;
    const value = this.read(d.value, file, func, depth);
    return d.type?.text.startsWith('float') === true ? { ...value, whole: false } : value;
  }

  /** A constant or variable of the package. */
  #global(name: string, depth: number): Value {
    const declared = this.pkg.value(name);
    if (declared === undefined) return UNKNOWN;
    const typed = (v: Value): Value => (/^float/.test(declared.type?.text ?? '') ? { ...v, whole: false } : v);
    if (declared.constant)
      return declared.value === undefined ? UNKNOWN : typed(this.read(declared.value, declared.file, undefined, depth));
    const flags = flagDefinitions(this.pkg).filter(
      (d) =>
        d.target?.type === 'identifier' &&
        d.target.text === name &&
        declarationOf(definitions(d.file, functionAround(d.file, d.node)).get(name) ?? [], d.target) === undefined,
    );
    // Written anywhere in the package: not for us to say which value it has.
    const written = this.pkg.files.some(
      (f) =>
        !f.isTest &&
        f.funcs.some((fn) =>
          (definitions(f, fn.node).get(name) ?? []).some(
            (d, _, defs) => !d.declares && declarationOf(defs, d.name) === undefined,
          ),
        ),
    );
    if (written || flags.length > 1) return UNKNOWN;
    if (flags[0] !== undefined) return this.#flag(flags[0], depth);
    return declared.value === undefined ? UNKNOWN : typed(this.read(declared.value, declared.file, undefined, depth));
  }

  /** A parameter is what all calls in the package hand in, when that is one value. */
  #argument(name: string, declaration: Definition, file: GoFile, depth: number): Value {
    const owner = file.funcs.find((f) => f.node.id === declaration.scope?.id);
    if (owner === undefined || owner.receiver !== undefined) return UNKNOWN;
    const params = parts(owner.node.childForFieldName('parameters') ?? owner.node)
      .filter((p) => p.type === 'parameter_declaration')
      .flatMap((p) => p.childrenForFieldName('name').map((n) => n?.text));
    const index = params.indexOf(name);
    const calls = this.pkg.files
      .filter((f) => !f.isTest)
      .flatMap((f) => f.calls.filter((c) => c.pkg === '' && c.name === owner.name).map((c) => ({ f, c })));
    const only = calls.length === 1 ? calls[0] : undefined;
    const argument = only?.c.args[index];
    if (
      index < 0 ||
      only === undefined ||
      argument === undefined ||
      (definitions(file, owner.node).get(name) ?? []).length > 1
    )
      return UNKNOWN;
    return this.read(argument, only.f, enclosing(argument, 'function_declaration', 'method_declaration'), depth);
  }

  /** `o.QPS`: by the flag that writes it, by the struct's literal, or by the one assignment that there is. */
  #field(node: Node, file: GoFile, func: Node | undefined, depth: number): Value {
    const field = node.childForFieldName('field')?.text ?? '';
    const operand = node.childForFieldName('operand');
    if (operand === null || file.packageOf(operand) !== undefined) return UNKNOWN;
    const type = typeOf(operand, file, this.pkg);
    return type === undefined ? UNKNOWN : this.field(type, field, func, depth);
  }

  field(type: string, field: string, func: Node | undefined, depth: number): Value {
    const same = (n: Node, f: GoFile): boolean =>
      n.type === 'selector_expression' &&
      n.childForFieldName('field')?.text === field &&
      typeOf(n.childForFieldName('operand') ?? n, f, this.pkg) === type;
    const files = this.pkg.files.filter((f) => !f.isTest);
    const flags = flagDefinitions(this.pkg).filter((d) => d.target !== undefined && same(d.target, d.file));
    const literals = files.flatMap((f) =>
      f.literals
        .filter((l) => l.pkg === '' && l.name === type)
        .flatMap((l) => {
          const v = l.fields.get(field)?.value;
          return v === undefined ? [] : [{ f, v }];
        }),
    );
    const writes = files.flatMap((f) =>
      (f.text.includes(`.${field}`) ? all(f.root, 'assignment_statement') : []).flatMap((s) => {
        const [left, right] = [s.childForFieldName('left'), s.childForFieldName('right')];
        if (left === null || right === null) return [];
        const index = parts(left).findIndex((l) => same(l, f));
        if (index < 0) return [];
        return [{ f, v: parts(left).length === parts(right).length ? parts(right)[index] : undefined, s }];
      }),
    );
    if (flags.length === 1 && flags[0] !== undefined && writes.length === 0) {
      const value = this.#flag(flags[0], depth);
      // The flag's default is the field itself: what the literal says.
      if (value.number !== undefined || literals.length !== 1 || literals[0] === undefined) return value;
      const { f, v } = literals[0];
      const inner = this.read(v, f, enclosing(v, 'function_declaration', 'method_declaration'), depth);
      return {
        ...inner,
        from: inner.from === 'set' ? 'flag' : inner.from,
        ...(flags[0].name !== undefined && { flag: flags[0].name }),
      };
    }
    const stated = [...literals, ...writes.filter((w) => !/env/i.test(enclosing(w.s, 'if_statement')?.text ?? ''))];
    const fromEnvironment = stated.length < literals.length + writes.length;
    const only = stated.length === 1 ? stated[0] : undefined;
    if (flags.length > 0 || only?.v === undefined) return UNKNOWN;
    // In a branch it may not have been set.
    if (
      's' in only &&
      enclosing((only.s as Node).parent ?? only.v, 'if_statement', 'for_statement', 'expression_case') !== undefined
    )
      return UNKNOWN;
    const value = this.read(
      only.v,
      only.f,
      enclosing(only.v, 'function_declaration', 'method_declaration') ?? func,
      depth,
    );
    return fromEnvironment && value.from !== 'unknown' ? { ...value, from: 'environment' } : value;
  }
}

function only(statement: Node): Node | undefined {
  const list = parts(statement)[0];
  const values = list?.type === 'expression_list' ? parts(list) : [];
  return values.length === 1 ? values[0] : undefined;
}

function fromEnvironment(d: Definition): boolean {
  for (let n: Node | null = d.node; n !== null; n = n.parent)
    if (n.type === 'if_statement' && /\b(os\.(Getenv|LookupEnv)|syscall\.Getenv)\(/.test(n.text)) return true;
  return false;
}

function arithmetic(operator: string, a: number, b: number, whole: boolean): number | undefined {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? undefined : whole ? Math.trunc(a / b) : a / b;
    case '%':
      return whole && b !== 0 ? a % b : undefined;
    case '<<':
      return whole && b >= 0 && b < 31 ? a * 2 ** b : undefined;
    default:
      return undefined;
  }
}

function integer(text: string): number {
  const digits = text.replaceAll('_', '');
  return /^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits);
}
