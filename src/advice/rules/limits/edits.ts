/** Edits that set QPS and Burst of a configuration where it already does so, or else where it is made. */
import { passesOn } from '../../clients/calls';
import { variableOf } from '../../clients/index';
import type { Config, LimitField } from '../../clients/types';
import { enclosing, parts, type Node } from '../../go/grammar';
import type { GoFile } from '../../go/file';
import {
  checksError,
  extract,
  linesAfter,
  linesBefore,
  nextStatement,
  statementOf,
  type Line,
} from '../../go/statements';
import { freeName } from '../../go/names';
import type { GoContext } from '../../rule';
import { indentAt, lineEnd } from '../../text';
import type { Edit, Span } from '../../types';
import { addFields } from './literals';

/** What to write: Go source, with places to type over. `$` stands for the configuration's variable. */
export interface Want {
  readonly text: string;
  readonly stops?: readonly Span[];
}
export interface Wants {
  readonly qps?: Want;
  readonly burst?: Want;
}

/** A RateLimiter of its own, beside which QPS and Burst mean nothing. */
export const hasLimiter = (config: Config): boolean =>
  config.rateLimiter !== undefined && config.rateLimiter.value.type !== 'nil';

type Existing = Config['sets'][number];

/** True for the assignment that a client is built with; one that comes too late or stands in another branch is not. */
export function holds(config: Config, set: Existing): boolean {
  return (
    { QPS: config.qps, Burst: config.burst, RateLimiter: config.rateLimiter }[set.field]?.statement.id ===
    set.statement.id
  );
}

/** What a person may call it: the first that is free. */
const NAMES = ['cfg', 'restConfig', 'kubeConfig'];

const isNumber = (text: string): boolean => /^-?\d[\d_]*(\.\d+)?$/.test(text);

/** The edits, or undefined when the way there can't be seen well enough. */
export function setLimits(context: GoContext, config: Config, wants: Wants): Edit[] | undefined {
  // What another package sets is changed there, not set a second time here.
  if (config.escapes !== undefined || config.setByImport || hasLimiter(config)) return undefined;
  const wanted = [
    ...(wants.qps === undefined ? [] : [{ field: 'QPS' as const, want: wants.qps }]),
    ...(wants.burst === undefined ? [] : [{ field: 'Burst' as const, want: wants.burst }]),
  ];
  const edits: Edit[] = [];
  const missing: typeof wanted = [];
  for (const { field, want } of wanted) {
    const sets = config.sets.filter((s) => s.field === field);
    const [set] = sets;
    // One that holds for some clients only is no place for a fix.
    if (sets.length > 1 || (set !== undefined && (!set.sure || !holds(config, set) || late(config, set))))
      return undefined;
    if (set === undefined) {
      missing.push({ field, want });
      continue;
    }
    const edit = replace(set, want, context.file);
    if (edit === undefined) return undefined;
    if (edit !== 'same') edits.push(edit);
  }
  if (missing.length > 0) {
    const added = add(context, config, missing);
    if (added === undefined) return undefined;
    edits.push(...added);
  }
  // The same default may stand for both: two edits of one place are none.
  const places = new Set(edits.map((e) => `${e.file ?? ''}:${e.start}:${e.end}`));
  if (edits.length === 0 || places.size < edits.filter((e) => e.start !== e.end).length) return undefined;
  return edits.some(
    (e) => e.file !== undefined && context.pkg.files.some((f) => f.path === e.file && (f.generated || f.isTest)),
  )
    ? undefined
    : edits;
}

function late(config: Config, set: Existing): boolean {
  return config.uses.length > 0 && config.uses.every((u) => u.tooLate.some((t) => t.statement.id === set.statement.id));
}

/** The new value in place of the old: of a constant or a flag's default there where it stands. */
function replace(set: Existing, want: Want, file: GoFile): Edit | 'same' | undefined {
  if (set.number === undefined) return undefined;
  const inFile = (f: GoFile): { file?: string } => (f === file ? {} : { file: f.path });
  const stops = want.stops === undefined ? {} : { stops: want.stops };
  if (isNumber(want.text)) {
    if (set.number === Number(want.text)) return 'same';
    const at = set.at;
    if (at !== undefined && set.from !== 'unknown') {
      const text = at.file.text.slice(at.start, at.end);
      // A number that stands by itself; anything put together is replaced where it is assigned.
      if (/^-?[\d._]+$/.test(text))
        return { ...inFile(at.file), start: at.start, end: at.end, text: want.text, ...stops };
      if (set.from === 'flag') return undefined;
    }
    const from = set.importedFrom;
    if (from !== undefined && /^-?[\d._]+$/.test(from.text))
      return { file: from.path, start: from.start, end: from.end, text: want.text };
  }
  // In place of the name of another package its import might be left without a use.
  if (set.imported === true) return undefined;
  const base = operandOf(set);
  return {
    ...inFile(set.file),
    start: set.value.startIndex,
    end: set.value.endIndex,
    text: want.text.replaceAll('$', base ?? '$'),
    ...stops,
  };
}

/** `cfg` of `cfg.QPS = …`. */
export function operandOf(set: Pick<Existing, 'statement'>): string | undefined {
  const left = set.statement.type === 'assignment_statement' ? set.statement.childForFieldName('left') : null;
  const first = left === null ? undefined : parts(left)[0];
  return first?.type === 'selector_expression' ? first.childForFieldName('operand')?.text : undefined;
}

function add(
  context: GoContext,
  config: Config,
  missing: readonly { field: LimitField; want: Want }[],
): Edit[] | undefined {
  const lines = (name: string): Line[] =>
    missing.map(({ field, want }) => {
      const head = `${name}.${field} = `;
      const own = want.text.replaceAll('$', name);
      return {
        text: head + own,
        stops: (want.stops ?? []).map((s) => ({ start: head.length + s.start, end: head.length + s.end })),
      };
    });
  // Beside the other one, when that is an assignment of its own.
  const beside = config.sets.find(
    (s) =>
      s.sure &&
      (s.field === 'QPS' || s.field === 'Burst') &&
      s.statement.type === 'assignment_statement' &&
      !late(config, s),
  );
  const operand = beside === undefined ? undefined : operandOf(beside);
  if (beside !== undefined && operand !== undefined) {
    if (beside.file !== context.file) return undefined;
    return [
      beside.field === 'QPS'
        ? linesAfter(context.file, beside.statement, lines(operand))
        : linesBefore(context.file, beside.statement, lines(operand)),
    ];
  }
  if (config.file !== context.file) return undefined;
  const literal = config.origin.type === 'composite_literal' && config.file.literal(config.origin);
  if (literal)
    return missing.some((m) => m.want.text.includes('$'))
      ? undefined
      : addFields(
          config.file,
          literal,
          missing.map((m) => ({ name: m.field, text: m.want.text, stops: m.want.stops ?? [] })),
        );
  if (
    config.kind === 'parameter' ||
    config.kind === 'manager' ||
    config.kind === 'envtest' ||
    config.kind === 'unknown'
  )
    return undefined;
  return config.others.length > 0 ? addToMerged(context, config, lines) : addAtOrigin(context, config, lines);
}

/** The expression that is the configuration: with the calls around it that hand it on. */
export function whole(file: GoFile, origin: Node): Node {
  for (let n = origin; ;) {
    const call = n.parent?.type === 'argument_list' ? n.parent.parent : null;
    if (
      call?.type !== 'call_expression' ||
      passesOn(file.call(call)) === undefined ||
      file.call(call).args[0]?.id !== n.id
    )
      return n;
    n = call;
  }
}

function addAtOrigin(context: GoContext, config: Config, lines: (name: string) => Line[]): Edit[] | undefined {
  const { file, pkg } = context;
  const expression = whole(file, config.origin);
  const variable = variableOf(expression);
  const statement = statementOf(expression);
  if (statement === undefined) return undefined;
  if (variable !== undefined) {
    if (!/^(short_var_declaration|assignment_statement|var_declaration)$/.test(statement.type)) return undefined;
    const next = nextStatement(statement);
    const error = errorOf(statement);
    if (config.fails && expression.id === config.origin.id)
      return error !== undefined && next !== undefined && checksError(next, error)
        ? [linesAfter(file, next, lines(variable))]
        : undefined;
    return [linesAfter(file, statement, lines(variable))];
  }
  if (!config.fails) return extract(file, pkg, config.func, expression, NAMES, lines)?.edits;
  // return rest.InClusterConfig()
  if (
    statement.type !== 'return_statement' ||
    expression.id !== config.origin.id ||
    parts(parts(statement)[0] ?? statement)[0]?.id !== expression.id
  )
    return undefined;
  const owner = enclosing(statement, 'func_literal', 'function_declaration', 'method_declaration');
  const results = parts(owner?.childForFieldName('result') ?? statement).filter(
    (p) => p.type === 'parameter_declaration',
  );
  if (results.length !== 2 || results[1]?.text !== 'error' || results[0]?.text.startsWith('*') !== true)
    return undefined;
  const name = freeName(file, pkg, config.func, ...NAMES);
  const error = freeName(file, pkg, config.func, 'err');
  const indent = indentAt(file.text, statement.startIndex);
  const end = lineEnd(file.text);
  const head =
    `${name}, ${error} := ${config.origin.text}${end}${indent}if ${error} != nil {${end}${indent}\treturn nil, ` +
    `${error}${end}${indent}}`;
  const edit = linesBefore(file, statement, [head, ...lines(name)]);
  const list = parts(statement)[0] ?? statement;
  return [edit, { start: list.startIndex, end: list.endIndex, text: `${name}, nil` }];
}

/** The variable that a statement puts its error into. */
function errorOf(statement: Node): string | undefined {
  const left = statement.childForFieldName('left') ?? undefined;
  const last = left === undefined ? undefined : parts(left).at(-1);
  return left !== undefined && parts(left).length > 1 && last?.type === 'identifier' ? last.text : undefined;
}

/** Several origins end up in one variable: the lines go ahead of the first client that is built from it. */
function addToMerged(context: GoContext, config: Config, lines: (name: string) => Line[]): Edit[] | undefined {
  const use = config.uses[0];
  if (use?.file !== context.file) return undefined;
  const origins = [config.origin, ...config.others];
  let statement = statementOf(use.call);
  // Up to the list of statements that all of them are in.
  while (
    statement?.parent !== undefined &&
    statement.parent !== null &&
    !origins.every(
      (o) => (statement?.parent?.startIndex ?? 0) <= o.startIndex && o.endIndex <= (statement?.startIndex ?? 0),
    )
  )
    statement = statementOf(statement.parent);
  const argument = context.file
    .call(use.call)
    .args.find((a) => a.type === 'identifier' && origins.every((o) => variableOf(whole(context.file, o)) === a.text));
  if (statement === undefined || argument === undefined) return undefined;
  return [linesBefore(context.file, statement, lines(argument.text))];
}
