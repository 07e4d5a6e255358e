/** Types that reconcile, and the functions that a Reconcile reaches. */
import { RUNTIME } from '../libraries';
import { all, parts, type Node } from '../go/grammar';
import type { Func, GoFile } from '../go/file';
import type { GoPackage } from '../go/package';
import { funcAt, parametersOf, pointed, receiverName, writesOf } from './locals';
import { RECONCILE } from './names';

export interface Placed {
  readonly file: GoFile;
  readonly func: Func;
}

/** More functions than this are not followed from one Reconcile. */
const REACH = 400;

/**
 * Names of types whose method Reconcile takes a context and a request (or an object, as AsReconciler wants it) and
 * gives a Result.
 */
function reconcilersOf(pkg: GoPackage): string[] {
  const out = new Set<string>();
  for (const { file, func } of pkg.funcs) {
    if (func.name !== 'Reconcile' || func.receiver === undefined || file.isTest) continue;
    const result = func.node.childForFieldName('result');
    const type =
      result === null
        ? undefined
        : all(result, 'qualified_type')
            .map((n) => file.typeName(n))
            .find((t) => t?.name === 'Result');
    if (type !== undefined && (type.pkg === RUNTIME || type.pkg === RECONCILE)) out.add(func.receiver);
  }
  return [...out];
}

/**
 * The functions of the package that run when this one does: it, the methods that it calls on its own receiver,
 * functions by name, and those that they call. Each once.
 */
export function reachedFrom(start: Placed, pkg: GoPackage): Placed[] {
  const seen = new Map<number | string, Placed>([[key(start), start]]);
  const queue = [start];
  for (let i = 0; i < queue.length && queue.length < REACH; i++) {
    const at = queue[i];
    if (at?.func.body === undefined) continue;
    const self = receiverName(at.func);
    for (const node of all(at.func.body, 'selector_expression', 'call_expression')) {
      let found: Placed | undefined;
      if (node.type === 'selector_expression') {
        const on = node.childForFieldName('operand');
        if (self === undefined || on?.type !== 'identifier' || on.text !== self) continue;
        // A method as a value counts too: `wait.Until(c.runWorker, …)`.
        found = pkg.func(`${at.func.receiver ?? ''}.${node.childForFieldName('field')?.text ?? ''}`);
      } else {
        const fun = node.childForFieldName('function');
        if (fun?.type === 'identifier') found = pkg.func(fun.text);
      }
      if (found === undefined || found.file.isTest || seen.has(key(found))) continue;
      seen.set(key(found), found);
      queue.push(found);
    }
  }
  return queue;
}

const key = (p: Placed): string => `${p.file.path}#${p.func.node.startIndex}`;

/** The name of the type that an expression is of, when it is one of this package. */
export function typeOf(expression: Node, file: GoFile, pkg: GoPackage): string | undefined {
  let node = pointed(expression);
  for (let step = 0; step < 8; step++) {
    const func = funcAt(file, node);
    if (node.type === 'composite_literal') {
      const l = file.literal(node);
      return l?.pkg === '' ? l.name : undefined;
    }
    if (node.type === 'call_expression') {
      const call = file.call(node);
      const last = call.args.at(-1);
      // reconcile.AsReconciler(client, r) wraps one that takes objects.
      if (call.pkg === RECONCILE && call.name === 'AsReconciler' && last !== undefined) {
        node = pointed(last);
        continue;
      }
      const made =
        call.pkg === ''
          ? call.name === 'new'
            ? parts(node.childForFieldName('arguments') ?? node)[0]?.text
            : resultOf(pkg.func(call.name)?.func)
          : undefined;
      return made !== undefined && pkg.type(made) !== undefined ? made : undefined;
    }
    if (node.type !== 'identifier' || func === undefined) return undefined;
    if (receiverName(func) === node.text) return func.receiver;
    const parameter = parametersOf(func).find((p) => p.name === node.text);
    if (parameter !== undefined) return named(parameter.type);
    const [write, second] = writesOf(func, node.text);
    if (write?.value === undefined || second !== undefined) {
      const made = write === undefined ? undefined : madeBy(write.statement, file, pkg);
      return made;
    }
    node = pointed(write.value);
  }
  return undefined;
}

/** `r, err := newReconciler()`: the type of its first result. */
function madeBy(statement: Node, file: GoFile, pkg: GoPackage): string | undefined {
  const right = statement.childForFieldName('right');
  const value = right === null ? undefined : parts(right)[0];
  if (value?.type !== 'call_expression') return undefined;
  const call = file.call(value);
  const made = call.pkg === '' ? resultOf(pkg.func(call.name)?.func) : undefined;
  return made !== undefined && pkg.type(made) !== undefined ? made : undefined;
}

function resultOf(func: Func | undefined): string | undefined {
  const result = func?.node.childForFieldName('result') ?? undefined;
  if (result === undefined) return undefined;
  return named(result.type === 'parameter_list' ? (parts(result)[0]?.childForFieldName('type') ?? undefined) : result);
}

function named(type: Node | undefined): string | undefined {
  const t = type?.type === 'pointer_type' ? parts(type)[0] : type;
  return t?.type === 'type_identifier' ? t.text : undefined;
}

/** A function that runs in a Reconcile. */
export interface InReconcile extends Placed {
  /** The reconciler's type. */
  readonly type: string;
}
const CODE = new WeakMap<GoPackage, readonly InReconcile[]>();

/** All that the reconcilers of a package reach, each function once. */
export function reconcileCode(pkg: GoPackage): readonly InReconcile[] {
  const known = CODE.get(pkg);
  if (known !== undefined) return known;
  const seen = new Set<string>();
  const out: InReconcile[] = [];
  for (const type of reconcilersOf(pkg)) {
    const start = pkg.func(`${type}.Reconcile`);
    for (const p of start === undefined ? [] : reachedFrom(start, pkg))
      if (!seen.has(key(p))) {
        seen.add(key(p));
        out.push({ ...p, type });
      }
  }
  CODE.set(pkg, out);
  return out;
}
