/** Finds controllers: builder chains in any split, and `controller.New`. */
import { RUNTIME } from '../libraries';
import { all, type Node } from '../go/grammar';
import type { Call, GoFile } from '../go/file';
import type { GoPackage } from '../go/package';
import { valueOf } from '../go/values';
import { funcAt, listed, pointed, writesOf } from './locals';
import { BUILDER, CONTROLLER } from './names';
import { readOptions } from './options';
import { typeOf } from './reconcilers';
import type { Controller, Found, Kind, Link, Manager } from './types';
import { workersOf } from './workers';

export function controllersIn(pkg: GoPackage, managers: readonly Manager[], unset: number | undefined): Controller[] {
  const manager = managers.length === 1 ? managers[0] : undefined;
  return pkg.files.flatMap((file) =>
    (file.importsAny(RUNTIME) ? [...file.calls, ...typedCalls(file)] : []).flatMap((call) => {
      const found = begins(call) ? built(call, file, pkg) : makes(call) ? made(call, file, pkg) : undefined;
      return found === undefined
        ? []
        : [{ ...found, manager, ...workersOf(found, manager, managers.length, pkg, unset) }];
    }),
  );
}

/**
 * `builder.TypedControllerManagedBy[T](mgr)`, which reads like a conversion to a generic type, and which the grammar
 * takes for one.
 */
function typedCalls(file: GoFile): Call[] {
  return (file.nameFor(BUILDER) === undefined ? [] : all(file.root, 'type_conversion_expression')).flatMap((node) => {
    const generic = node.childForFieldName('type');
    const type = generic?.type === 'generic_type' ? generic.childForFieldName('type') : null;
    const named = type === null || type === undefined ? undefined : file.typeName(type);
    const operand = node.childForFieldName('operand');
    return named === undefined ? [] : [{ node, ...named, on: undefined, args: operand === null ? [] : [operand] }];
  });
}

const begins = (c: Call): boolean =>
  (c.pkg === RUNTIME && c.name === 'NewControllerManagedBy') ||
  (c.pkg === BUILDER && (c.name === 'ControllerManagedBy' || c.name === 'TypedControllerManagedBy'));
const makes = (c: Call): boolean =>
  c.pkg === CONTROLLER && /^New(Typed)?(Unmanaged)?$/.test(c.name) && c.args.length >= 2;

function built(call: Call, file: GoFile, pkg: GoPackage): Found {
  const func = funcAt(file, call.node);
  const chain = climb(call.node, file);
  const links = [...chain.links];
  let open = false;
  const ended = (): boolean => links.some((l) => l.name === 'Complete' || l.name === 'Build');
  if (!ended()) {
    const variable = variableOf(chain.top);
    if (variable === undefined || func === undefined) open = true;
    else {
      for (const node of func.body === undefined ? [] : all(func.body, 'identifier')) {
        if (node.text !== variable || node.startIndex < chain.top.endIndex || isTarget(node)) continue;
        const next = climb(node, file).links;
        if (next.length === 0) open = true;
        else links.push(...next);
      }
      // Another builder under the same name: which call is whose can't be told.
      if (writesOf(func, variable).some((w) => w.value !== undefined && !rootedIn(w.value, variable, chain.top)))
        open = true;
    }
  }
  const end = links.find((l) => l.name === 'Complete' || l.name === 'Build');
  const withOptions = links.findLast((l) => l.name === 'WithOptions')?.args[0];
  const read = withOptions === undefined ? undefined : readOptions(withOptions, file, pkg);
  const kind = kindOf(links.find((l) => l.name === 'For')?.args[0], file);
  const named = links.findLast((l) => l.name === 'Named')?.args[0];
  const reconciler = end?.args[0] === undefined ? undefined : typeOf(end.args[0], file, pkg);
  const typed =
    call.name === 'TypedControllerManagedBy' ? all(call.node, 'type_arguments')[0]?.text.slice(1, -1) : undefined;
  return {
    file,
    func,
    call: call.node,
    links,
    open,
    typed,
    kind,
    reconciler,
    options: read?.literal,
    read,
    chainEnd: end?.field.startIndex,
    name: named === undefined ? kind?.name.toLowerCase() : valueOf(named, file, pkg, func).text,
  };
}

function made(call: Call, file: GoFile, pkg: GoPackage): Found {
  const func = funcAt(file, call.node);
  const options = call.args.at(-1);
  const read = options === undefined ? undefined : readOptions(options, file, pkg);
  const name = call.args[0];
  const reconciler = read?.fields.get('Reconciler');
  return {
    file,
    func,
    call: call.node,
    links: [],
    open: false,
    typed: undefined,
    kind: undefined,
    options: read?.literal,
    read,
    chainEnd: undefined,
    name: name === undefined ? undefined : valueOf(name, file, pkg, func).text,
    reconciler: reconciler === undefined ? undefined : typeOf(reconciler.value, reconciler.file, pkg),
  };
}

/** The methods called on an expression, one on the result of the other, and the last of these calls. */
function climb(from: Node, file: GoFile): { links: Link[]; top: Node } {
  const links: Link[] = [];
  let node = from;
  for (;;) {
    const selector = node.parent;
    const call = selector?.parent;
    if (
      selector?.type !== 'selector_expression' ||
      selector.childForFieldName('operand')?.id !== node.id ||
      call?.type !== 'call_expression' ||
      call.childForFieldName('function')?.id !== selector.id
    )
      return { links, top: node };
    const field = selector.childForFieldName('field');
    if (field === null) return { links, top: node };
    links.push({ ...file.call(call), field });
    node = call;
  }
}

/** The variable that an expression's value goes to. */
function variableOf(value: Node): string | undefined {
  let statement = value.parent;
  if (statement?.type === 'expression_list') {
    if (statement.namedChildCount !== 1) return undefined;
    statement = statement.parent;
  }
  if (statement === null || statement === undefined) return undefined;
  const left =
    statement.type === 'var_spec'
      ? statement.childForFieldName('name')
      : listed(statement.childForFieldName('left'))[0];
  return (statement.type === 'short_var_declaration' ||
    statement.type === 'assignment_statement' ||
    statement.type === 'var_spec') &&
    left?.type === 'identifier'
    ? left.text
    : undefined;
}

/** True when the name is written here, not read. */
function isTarget(node: Node): boolean {
  const statement = node.parent?.type === 'expression_list' ? node.parent.parent : node.parent;
  return (
    statement !== null &&
    (statement.type === 'assignment_statement' || statement.type === 'short_var_declaration') &&
    listed(statement.childForFieldName('left')).some((n) => n.id === node.id)
  );
}

/** True for `b.Owns(…)` with `b` as name, and for the chain that begins it. */
function rootedIn(value: Node, name: string, chain: Node): boolean {
  if (value.id === chain.id) return true;
  let n: Node | null = value;
  while (n !== null && n.type !== 'identifier')
    n =
      n.type === 'call_expression'
        ? n.childForFieldName('function')
        : n.type === 'selector_expression'
          ? n.childForFieldName('operand')
          : null;
  return n?.text === name;
}

/** The type of `&T{}`, `new(T)`; undefined for one that only runs to tell. */
export function kindOf(object: Node | undefined, file: GoFile): Kind | undefined {
  if (object === undefined) return undefined;
  const node = pointed(object);
  let type: { pkg: string; name: string } | undefined;
  if (node.type === 'composite_literal') type = file.literal(node);
  else if (node.type === 'call_expression' && file.call(node).name === 'new') {
    const argument = file.call(node).args[0];
    const selector =
      argument?.type === 'selector_expression'
        ? {
            pkg: file.packageOf(argument.childForFieldName('operand') ?? argument) ?? '',
            name: argument.childForFieldName('field')?.text ?? '',
          }
        : undefined;
    type =
      argument === undefined
        ? undefined
        : (selector ?? (argument.type === 'identifier' ? { pkg: '', name: argument.text } : file.typeName(argument)));
  }
  return type === undefined || /^(Unstructured|PartialObjectMetadata)(List)?$/.test(type.name)
    ? undefined
    : { pkg: type.pkg, name: type.name };
}
