/** Flags: which library a package uses, and the edits that add one in the same style. */
import type { Edit } from '../types';
import { lineEnd, indentAt } from '../text';
import { declarationOf, definitions, functionAround, reaches, type Definition } from './flow';
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
  /**
   * How each flag's value is written where it is used, in the order asked: `kubeAPIQPS`, `*kubeAPIQPS`, `o.KubeAPIQPS`,
   * `c.Float64("kube-api-qps")`.
   */
  readonly expressions: readonly string[];
  /** Go type of each expression: int, float64, bool, string, time.Duration. */
  readonly types: readonly string[];
  readonly edits: readonly Edit[];
  /** The library, as a person calls it: "flag", "pflag", "cobra", "urfave/cli", "kingpin". */
  readonly library: FlagLibrary;
}

const METHODS = { int: 'Int', float: 'Float64', bool: 'Bool', string: 'String', duration: 'Duration' } as const;
const TYPES = { int: 'int', float: 'float64', bool: 'bool', string: 'string', duration: 'time.Duration' } as const;

/** What is asked for: flags whose values are needed at `at` in `file`. */
interface Request {
  readonly pkg: GoPackage;
  readonly file: GoFile;
  /** The function around `at`. */
  readonly func: Func | undefined;
  readonly at: Node;
  readonly flags: readonly NewFlag[];
}

/**
 * Adds flags in the style that the package already uses, for a value that is needed at `at` in `file`. Undefined when
 * the package has no flags, one of these names is taken, or no flag's value can be seen from there.
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
  const request = { pkg, file, func, at, flags };
  for (const d of sorted) {
    const added = d.library === 'urfave/cli' ? inList(d, request) : beside(d, request);
    if (added !== undefined) return added;
  }
  return undefined;
}

/** Adds flags behind the definition `d`, in the form that it has. */
function beside(d: FlagDefinition, request: Request): AddedFlags | undefined {
  if (d.on === undefined) return undefined;
  const owner = functionAround(d.file, d.node);
  const spec = enclosing(d.node, 'var_spec');
  if (d.target === undefined && spec !== undefined && owner.type === 'source_file')
    return packagePointers(d, spec, request);
  const statement = statementOf(d.node);
  if (statement === undefined) return undefined;
  if (d.target === undefined) return localPointers(d, statement, request);
  // The forms below write the type, and time.Duration may need an import.
  if (statement.type !== 'expression_statement' || request.flags.some((f) => f.kind === 'duration')) return undefined;
  if (d.target.type !== 'identifier') return structFields(d, d.target, statement, request);
  const declaration = declarationOf(definitions(d.file, owner).get(d.target.text) ?? [], d.target);
  return declaration === undefined
    ? boundPackageVariables(d, d.target.text, statement, request)
    : boundLocals(d, declaration, statement, request);
}

/** `var workers = flag.Int(…)` at the top of a file. */
function packagePointers(d: FlagDefinition, spec: Node, request: Request): AddedFlags | undefined {
  if (spec.childForFieldName('type') !== null || spec.childrenForFieldName('name').length !== 1) return undefined;
  const declaration = enclosing(spec, 'var_declaration');
  if (declaration === undefined) return undefined;
  const names = freeNames(d, request);
  const end = lineEnd(d.file.text);
  // A declaration of its own keeps the alignment of the group as it is.
  const text = request.flags.map((f, i) => `${end}${end}var ${names[i] ?? ''} = ${pointerCall(d, f)}`).join('');
  return added(
    d,
    request,
    names.map((n) => `*${n}`),
    [inFile(d.file, request, { start: declaration.endIndex, end: declaration.endIndex, text })],
  );
}

/** `workers := flag.Int(…)`, for code behind it in the same function. */
function localPointers(d: FlagDefinition, statement: Node, request: Request): AddedFlags | undefined {
  if (statement.type !== 'short_var_declaration' || !isSeen(d, statement, request) || !parsedBefore(d, request.at))
    return undefined;
  const names = freeNames(d, request);
  const lines = request.flags.map((f, i) => `${names[i] ?? ''} := ${pointerCall(d, f)}`);
  return added(
    d,
    request,
    names.map((n) => `*${n}`),
    [linesAfter(d.file, statement, lines)],
  );
}

/** `flag.IntVar(&workers, …)` of a variable of the package. */
function boundPackageVariables(
  d: FlagDefinition,
  variable: string,
  statement: Node,
  request: Request,
): AddedFlags | undefined {
  const global = request.pkg.value(variable);
  const declaration = global === undefined ? undefined : enclosing(global.node, 'var_declaration');
  if (global === undefined || declaration === undefined) return undefined;
  const names = freeNames(d, request);
  const end = lineEnd(global.file.text);
  const declare = {
    start: declaration.endIndex,
    end: declaration.endIndex,
    text: request.flags.map((f, i) => `${end}${end}var ${names[i] ?? ''} ${TYPES[f.kind]}`).join(''),
  };
  return added(d, request, names, [
    inFile(global.file, request, declare),
    inFile(d.file, request, linesAfter(d.file, statement, varCalls(d, request, names))),
  ]);
}

/** `flag.IntVar(&workers, …)` of a local: seen by the code behind it, also by functions made there (cobra's RunE). */
function boundLocals(
  d: FlagDefinition,
  declaration: Definition,
  statement: Node,
  request: Request,
): AddedFlags | undefined {
  const { at, flags } = request;
  const declared = statementOf(declaration.node);
  if (
    !isSameFunction(d, request) ||
    declaration.kind === 'parameter' ||
    declared === undefined ||
    declaration.scope === undefined ||
    !inside(declaration.scope, at) ||
    declared.endIndex > at.startIndex
  )
    return undefined;
  if (enclosing(at, 'func_literal') === undefined && !(isSeen(d, statement, request) && parsedBefore(d, at)))
    return undefined;
  const names = freeNames(d, request);
  return added(d, request, names, [
    linesBefore(
      d.file,
      declared,
      flags.map((f, i) => `var ${names[i] ?? ''} ${TYPES[f.kind]}`),
    ),
    linesAfter(d.file, statement, varCalls(d, request, names)),
  ]);
}

/** `flag.IntVar(&o.workers, …)`: a field of a struct, which `at` has to see as well. */
function structFields(d: FlagDefinition, target: Node, statement: Node, request: Request): AddedFlags | undefined {
  const { pkg, flags } = request;
  const operand = target.childForFieldName('operand');
  const type = operand === null ? undefined : typeOf(operand, d.file, pkg);
  if (operand === null || type === undefined) return undefined;
  const neighbour = target.childForFieldName('field')?.text ?? '';
  const node = fieldOf(pkg, type, neighbour);
  const struct = pkg.type(type);
  const holder = holderOf(type, request);
  if (node === undefined || struct === undefined || holder === undefined) return undefined;
  const exported = /^[A-Z]/.test(neighbour);
  const fields = flags.map(({ variable: v }) => (exported ? v.charAt(0).toUpperCase() + v.slice(1) : v));
  if (fields.some((n) => fieldOf(pkg, type, n) !== undefined || pkg.func(`${type}.${n}`) !== undefined))
    return undefined;
  const declare = fieldsAtEnd(
    struct.file,
    node,
    fields,
    flags.map((f) => TYPES[f.kind]),
  );
  if (declare === undefined) return undefined;
  const targets = fields.map((n) => `${operand.text}.${n}`);
  return added(
    d,
    request,
    fields.map((n) => `${holder}.${n}`),
    [
      inFile(struct.file, request, declare),
      inFile(d.file, request, linesAfter(d.file, statement, varCalls(d, request, targets))),
    ],
  );
}

/** More fields for the struct that `field` is of, behind a blank line of their own: the others' alignment stays. */
function fieldsAtEnd(file: GoFile, field: Node, names: readonly string[], types: readonly string[]): Edit | undefined {
  const list = field.parent;
  const last = list === null ? undefined : parts(list).at(-1);
  if (list === null || last === undefined || !list.text.includes('\n')) return undefined;
  const newline = file.text.indexOf('\n', last.endIndex);
  if (newline < 0) return undefined;
  const indent = indentAt(file.text, field.startIndex);
  const end = lineEnd(file.text);
  const width = Math.max(...names.map((n) => n.length));
  const lines = names.map((n, i) => `${indent}${n.padEnd(width)} ${types[i] ?? ''}${end}`);
  return { start: newline + 1, end: newline + 1, text: `${end}${lines.join('')}` };
}

function added(
  d: FlagDefinition,
  { flags }: Request,
  expressions: readonly string[],
  edits: readonly Edit[],
): AddedFlags {
  return { expressions, types: flags.map((f) => TYPES[f.kind]), edits, library: d.library };
}

/** An edit of `file` as seen from the request's own file. */
function inFile(file: GoFile, request: Request, edit: Edit): Edit {
  return file === request.file ? edit : { ...edit, file: file.path };
}

/** A free variable name for each flag, beside the definition `d`. */
function freeNames(d: FlagDefinition, { pkg, flags }: Request): string[] {
  const names: string[] = [];
  for (const { variable } of flags) {
    const wanted = [variable, `${variable}Flag`].filter((n) => !names.includes(n));
    names.push(freeName(d.file, pkg, functionAround(d.file, d.node), ...wanted));
  }
  return names;
}

/** `flag.Int("name", 50, "help")`. */
function pointerCall(d: FlagDefinition, f: NewFlag): string {
  const on = d.on?.text ?? '';
  return d.library === 'kingpin'
    ? `${kingpinFlag(on, f)}.${METHODS[f.kind]}()`
    : `${on}.${METHODS[f.kind]}(${nameValueHelp(f)})`;
}

/** `flag.IntVar(&target, "name", 50, "help")` of each flag. */
function varCalls(d: FlagDefinition, { flags }: Request, targets: readonly string[]): string[] {
  const on = d.on?.text ?? '';
  return flags.map((f, i) => {
    const target = targets[i] ?? '';
    return d.library === 'kingpin'
      ? `${kingpinFlag(on, f)}.${METHODS[f.kind]}Var(&${target})`
      : `${on}.${METHODS[f.kind]}Var(&${target}, ${nameValueHelp(f)})`;
  });
}

/** `"name", 50, "help"`. */
const nameValueHelp = (f: NewFlag): string => `${JSON.stringify(f.name)}, ${f.value}, ${JSON.stringify(f.help)}`;

/** `app.Flag("name", "help").Default("50")`: kingpin's defaults are strings. */
function kingpinFlag(on: string, f: NewFlag): string {
  const value = f.value.startsWith('"') ? f.value : JSON.stringify(f.value);
  return `${on}.Flag(${JSON.stringify(f.name)}, ${JSON.stringify(f.help)}).Default(${value})`;
}

function isSameFunction(d: FlagDefinition, { file, at }: Request): boolean {
  return d.file === file && functionAround(d.file, d.node).id === functionAround(file, at).id;
}

/** True when the definition stands in the function of `at` and has been passed by then. */
function isSeen(d: FlagDefinition, statement: Node, request: Request): boolean {
  return isSameFunction(d, request) && sees(statement, request.at);
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
function holderOf(type: string, { pkg, file, func, at }: Request): string | undefined {
  if (func === undefined) return undefined;
  for (const [name, defs] of definitions(file, func.node)) {
    const d = declarationOf(defs, at);
    if (d !== undefined && d.node.endIndex <= at.startIndex && typeOf(d.name, file, pkg) === type) return name;
  }
  return undefined;
}

/** urfave/cli: one more literal in the list, read by the context. */
function inList(d: FlagDefinition, { file, at, flags }: Request): AddedFlags | undefined {
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
        `${end}${indent}&${prefix}.${method(f)}Flag{Name: ${JSON.stringify(f.name)}, Value: ${f.value}, ` +
        `Usage: ${JSON.stringify(f.help)}},`,
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
