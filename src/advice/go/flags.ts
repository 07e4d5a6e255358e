/** Flags: which library a package uses, and the edits that add one in the same style. */
import type { Edit } from '../types';
import { lineEnd, indentAt } from '../text';
import { declarationOf, definitions, functionAround, reaches } from './flow';
import { enclosing, parts, type Node } from './grammar';
import type { Func, GoFile } from './file';
import { flagDefinitions, parseCall, type FlagDefinition, type FlagLibrary } from './flagdefs';
import { freeName } from './names';
import type { GoPackage } from './package';
import { linesAfter, linesBefore, statementOf } from './statements';
import { fieldOf, typeOf } from './typeof';

export interface NewFlag {
  /** As it is typed: "kube-api-qps". */
  readonly name: string;
  readonly kind: 'int' | 'float' | 'bool' | 'string' | 'duration';
  /** As Go source: `50`, `":6060"`, `time.Minute`. */
  readonly value: string;
  /** Help text without quotes; says the default itself. */
  readonly help: string;
  /** What the variable or field would be called: "kubeAPIQPS". */
  readonly variable: string;
}

export interface AddedFlags {
  /** How each flag's value is written where it is used, in the order asked: `kubeAPIQPS`, `*kubeAPIQPS`, `o.KubeAPIQPS`, `c.Float64("kube-api-qps")`. */
  readonly expressions: readonly string[];
  /** Go type of each expression: int, float64, bool, string, time.Duration. */
  readonly types: readonly string[];
  readonly edits: readonly Edit[];
  /** The library, as a person calls it: "flag", "pflag", "cobra", "urfave/cli", "kingpin". */
  readonly library: FlagLibrary;
}

const METHODS = { int: 'Int', float: 'Float64', bool: 'Bool', string: 'String', duration: 'Duration' } as const;
const TYPES = { int: 'int', float: 'float64', bool: 'bool', string: 'string', duration: 'time.Duration' } as const;

/**
 * Adds flags in the style that the package already uses, for a value that is needed at `at` in `file`. Undefined when it has no
 * flags, one of these names is taken, or no flag's value can be seen from there.
 */
export function addFlags(
  pkg: GoPackage,
  file: GoFile,
  func: Func | undefined,
  at: Node,
  flags: readonly NewFlag[],
): AddedFlags | undefined {
  const all = flagDefinitions(pkg).filter((d) => !d.file.generated);
  if (all.some((d) => flags.some((f) => f.name === d.name))) return undefined;
  // Near ones first: of this function, of this file, then of the package.
  const near = (d: FlagDefinition): number =>
    d.file !== file ? 2 : functionAround(d.file, d.node).id === functionAround(file, at).id ? 0 : 1;
  const sorted = all
    .map((d, i) => ({ d, i }))
    .sort((a, b) => near(a.d) - near(b.d) || b.i - a.i)
    .map((x) => x.d);
  for (const d of sorted) {
    const added = d.library === 'urfave/cli' ? inList(d, file, at, flags) : beside(d, pkg, file, func, at, flags);
    if (added !== undefined) return added;
  }
  return undefined;
}

/** Go source of a definition without its target: `"name", 50, "help"`. */
const rest = (f: NewFlag): string => `${JSON.stringify(f.name)}, ${f.value}, ${JSON.stringify(f.help)}`;

function beside(
  d: FlagDefinition,
  pkg: GoPackage,
  file: GoFile,
  func: Func | undefined,
  at: Node,
  flags: readonly NewFlag[],
): AddedFlags | undefined {
  if (d.on === undefined) return undefined;
  const done = (expressions: string[], edits: Edit[]): AddedFlags => ({
    expressions,
    types: flags.map((f) => TYPES[f.kind]),
    edits,
    library: d.library,
  });
  const inFile = (e: Edit): Edit => (d.file === file ? e : { ...e, file: d.file.path });
  const names: string[] = [];
  const take = (wanted: string): string => {
    const name = freeName(
      d.file,
      pkg,
      functionAround(d.file, d.node),
      ...[wanted, `${wanted}Flag`].filter((n) => !names.includes(n)),
    );
    names.push(name);
    return name;
  };
  const pointer = (f: NewFlag): string =>
    d.library === 'kingpin'
      ? `${d.on?.text ?? ''}.Flag(${JSON.stringify(f.name)}, ${JSON.stringify(f.help)}).Default(${/^"/.test(f.value) ? f.value : JSON.stringify(f.value)}).${METHODS[f.kind]}()`
      : `${d.on?.text ?? ''}.${METHODS[f.kind]}(${rest(f)})`;

  // var workers = flag.Int(…) at the top of a file.
  const spec = enclosing(d.node, 'var_spec');
  if (d.target === undefined && spec !== undefined && functionAround(d.file, d.node).type === 'source_file') {
    if (spec.childForFieldName('type') !== null || spec.childrenForFieldName('name').length !== 1) return undefined;
    const taken = flags.map((f) => take(f.variable));
    const end = lineEnd(d.file.text);
    const grouped = spec.parent?.type === 'var_spec_list';
    const last = grouped ? spec.parent?.endIndex : undefined;
    const declaration = enclosing(spec, 'var_declaration');
    if (declaration === undefined || (last === undefined && grouped)) return undefined;
    // A declaration of its own keeps the alignment of the group as it is.
    const text = flags.map((f, i) => `${end}${end}var ${taken[i] ?? ''} = ${pointer(f)}`).join('');
    return done(
      taken.map((n) => `*${n}`),
      [inFile({ start: declaration.endIndex, end: declaration.endIndex, text })],
    );
  }
  const statement = statementOf(d.node);
  const owner = functionAround(d.file, d.node);
  if (statement === undefined) return undefined;
  const sameFunction = d.file === file && owner.id === functionAround(file, at).id;
  // A flag that is defined where `at` has not been passed by then.
  const visible = sameFunction && sees(statement, at);

  // workers := flag.Int(…), for code behind it in the same function.
  if (d.target === undefined) {
    if (!visible || statement.type !== 'short_var_declaration' || !parsedBefore(d, at)) return undefined;
    const taken = flags.map((f) => take(f.variable));
    return done(
      taken.map((n) => `*${n}`),
      [
        linesAfter(
          d.file,
          statement,
          flags.map((f, i) => `${taken[i] ?? ''} := ${pointer(f)}`),
        ),
      ],
    );
  }
  const call = (f: NewFlag, target: string): string =>
    d.library === 'kingpin'
      ? pointer(f).replace(/\.(\w+)\(\)$/, `.$1Var(&${target})`)
      : `${d.on?.text ?? ''}.${METHODS[f.kind]}Var(&${target}, ${rest(f)})`;
  if (statement.type !== 'expression_statement') return undefined;

  if (d.target.type === 'identifier') {
    const declaration = declarationOf(definitions(d.file, owner).get(d.target.text) ?? [], d.target);
    if (declaration === undefined) {
      // A variable of the package.
      const global = pkg.value(d.target.text);
      const top = global === undefined ? undefined : enclosing(global.node, 'var_declaration');
      if (global === undefined || top === undefined) return undefined;
      const taken = flags.map((f) => take(f.variable));
      const end = lineEnd(global.file.text);
      const declare: Edit = {
        start: top.endIndex,
        end: top.endIndex,
        text: `${end}${end}${flags.map((f, i) => `var ${taken[i] ?? ''} ${TYPES[f.kind]}`).join(`${end}${end}`)}`,
        ...(global.file !== file && { file: global.file.path }),
      };
      if (flags.some((f) => f.kind === 'duration')) return undefined;
      return done(taken, [
        declare,
        inFile(
          linesAfter(
            d.file,
            statement,
            flags.map((f, i) => call(f, taken[i] ?? '')),
          ),
        ),
      ]);
    }
    // A local variable: seen by the code behind it, also by the functions that are made there (cobra's RunE).
    const declared = statementOf(declaration.node);
    if (
      d.file !== file ||
      !sameFunction ||
      declaration.kind === 'parameter' ||
      declared === undefined ||
      declaration.scope === undefined ||
      !inside(declaration.scope, at) ||
      declared.endIndex > at.startIndex
    )
      return undefined;
    if (enclosing(at, 'func_literal') === undefined && !(visible && parsedBefore(d, at))) return undefined;
    if (flags.some((f) => f.kind === 'duration')) return undefined;
    const taken = flags.map((f) => take(f.variable));
    return done(taken, [
      linesBefore(
        d.file,
        declared,
        flags.map((f, i) => `var ${taken[i] ?? ''} ${TYPES[f.kind]}`),
      ),
      linesAfter(
        d.file,
        statement,
        flags.map((f, i) => call(f, taken[i] ?? '')),
      ),
    ]);
  }

  // &o.workers: a field of a struct, which `at` has to see as well.
  const operand = d.target.childForFieldName('operand');
  const field = d.target.childForFieldName('field')?.text ?? '';
  const type = operand === null ? undefined : typeOf(operand, d.file, pkg);
  const node = type === undefined ? undefined : fieldOf(pkg, type, field);
  const home = type === undefined ? undefined : pkg.type(type);
  const seen = type === undefined ? undefined : holderOf(type, pkg, file, func, at);
  if (
    operand === null ||
    node === undefined ||
    home === undefined ||
    seen === undefined ||
    flags.some((f) => f.kind === 'duration')
  )
    return undefined;
  const exported = /^[A-Z]/.test(field);
  const titled = (n: string): string => (exported ? n.charAt(0).toUpperCase() + n.slice(1) : n);
  const fields = flags.map((f) => titled(f.variable));
  if (
    type === undefined ||
    fields.some((n) => fieldOf(pkg, type, n) !== undefined || pkg.func(`${type}.${n}`) !== undefined)
  )
    return undefined;
  // Behind a blank line of their own, so that the others' alignment stays.
  const indent = indentAt(home.file.text, node.startIndex);
  const list = node.parent;
  const last = list === null ? undefined : parts(list).at(-1);
  if (list === null || last === undefined || !list.text.includes('\n')) return undefined;
  const newline = home.file.text.indexOf('\n', last.endIndex);
  if (newline < 0) return undefined;
  const end = lineEnd(home.file.text);
  const wide = Math.max(...fields.map((f) => f.length));
  const struct: Edit = {
    start: newline + 1,
    end: newline + 1,
    text: `${end}${flags.map((f, i) => `${indent}${(fields[i] ?? '').padEnd(wide)} ${TYPES[f.kind]}${end}`).join('')}`,
    ...(home.file !== file && { file: home.file.path }),
  };
  return done(
    fields.map((n) => `${seen}.${n}`),
    [
      struct,
      inFile(
        linesAfter(
          d.file,
          statement,
          flags.map((f, i) => call(f, `${operand.text}.${fields[i] ?? ''}`)),
        ),
      ),
    ],
  );
}

const inside = (outer: Node, inner: Node): boolean =>
  outer.startIndex <= inner.startIndex && inner.endIndex <= outer.endIndex;

/** True when a statement has been passed at `at`, and what it declares is known there. */
function sees(statement: Node, at: Node): boolean {
  return (
    statement.endIndex <= at.startIndex &&
    statement.parent !== null &&
    inside(statement.parent, at) &&
    reaches(statement, at) === 'always'
  );
}

/** False when the command line is read only behind `at`, which would then see the default alone. */
function parsedBefore(d: FlagDefinition, at: Node): boolean {
  const parse = d.library === 'cobra' ? undefined : parseCall(functionAround(d.file, at), d.file);
  return parse === undefined || parse.endIndex <= at.startIndex;
}

/** How `at` knows a value of this type: a parameter, the receiver or a variable ahead of it. */
function holderOf(type: string, pkg: GoPackage, file: GoFile, func: Func | undefined, at: Node): string | undefined {
  if (func === undefined) return undefined;
  for (const [name, defs] of definitions(file, func.node)) {
    const d = declarationOf(defs, at);
    if (d !== undefined && d.node.endIndex <= at.startIndex && typeOf(d.name, file, pkg) === type) return name;
  }
  return undefined;
}

/** urfave/cli: one more literal in the list, read by the context. */
function inList(d: FlagDefinition, file: GoFile, at: Node, flags: readonly NewFlag[]): AddedFlags | undefined {
  const owner = enclosing(at, 'func_literal', 'function_declaration', 'method_declaration');
  const parameters = owner?.childForFieldName('parameters');
  const context =
    parameters === null || parameters === undefined
      ? undefined
      : parts(parameters).find(
          (p) =>
            /^\*\w+\.(Context|Command)$/.test(p.childForFieldName('type')?.text ?? '') &&
            file.imports.some((i) => i.path.startsWith('github.com/urfave/cli')),
        );
  const name = context?.childForFieldName('name')?.text;
  const element = enclosing(d.node, 'literal_element', 'unary_expression');
  const item =
    element?.type === 'unary_expression' && element.parent?.type === 'literal_element' ? element.parent : element;
  const literal = d.file.literal(d.node);
  if (
    name === undefined ||
    name === '_' ||
    item === undefined ||
    item.parent === null ||
    literal === undefined ||
    !item.parent.text.includes('\n')
  )
    return undefined;
  const v3 = literal.pkg.endsWith('/v3');
  const method = (f: NewFlag): string => (f.kind === 'float' && v3 ? 'Float' : METHODS[f.kind]);
  const prefix = d.node.childForFieldName('type')?.text.split('.')[0] ?? 'cli';
  const tail = /^,[ \t]*(?=\r?\n)/.exec(d.file.text.slice(item.endIndex));
  if (tail === null) return undefined;
  const end = lineEnd(d.file.text);
  const indent = indentAt(d.file.text, item.startIndex);
  const text = flags
    .map(
      (f) =>
        `${end}${indent}&${prefix}.${method(f)}Flag{Name: ${JSON.stringify(f.name)}, Value: ${f.value}, Usage: ${JSON.stringify(f.help)}},`,
    )
    .join('');
  const place = item.endIndex + tail[0].length;
  return {
    expressions: flags.map((f) => `${name}.${method(f)}(${JSON.stringify(f.name)})`),
    types: flags.map((f) => TYPES[f.kind]),
    edits: [{ start: place, end: place, text, ...(d.file !== file && { file: d.file.path }) }],
    library: d.library,
  };
}
