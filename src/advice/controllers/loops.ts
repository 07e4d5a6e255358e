/**
 * Finds the worker loops of plain client-go programs: `for i := 0; i < workers; i++ { go wait.Until(c.runWorker, …) }`.
 */
import { all, bare, parts, type Node } from '../go/grammar';
import type { Func, GoFile } from '../go/file';
import type { GoPackage } from '../go/package';
import { valueOf, type Value } from '../go/values';
import { funcAt, parametersOf } from './locals';
import { WAIT, WORKQUEUE } from './names';
import type { WorkerLoop } from './types';

const UNTIL =
  /^(Until|UntilWithContext|JitterUntil|JitterUntilWithContext|NonSlidingUntil|NonSlidingUntilWithContext|BackoffUntil)$/;

export function loopsOf(pkg: GoPackage): WorkerLoop[] {
  // A loop that starts goroutines is a queue's workers only where there is a queue.
  if (!pkg.files.some((f) => f.imports.some((i) => i.path === WORKQUEUE))) return [];
  return pkg.files.flatMap((file) =>
    all(file.root, 'for_statement').flatMap((loop) => {
      const bound = boundOf(loop);
      const runs = bound === undefined ? undefined : runsOf(loop, file);
      if (bound === undefined || runs === undefined) return [];
      const func = funcAt(file, loop);
      const { value, outer } = numberOf(bound, file, func, pkg);
      return [
        {
          file,
          func,
          loop,
          bound,
          workers: value.number,
          workersFrom: value.from,
          workersAt: value.at ?? outer,
          runs: runs === '' ? undefined : runs,
        },
      ];
    }),
  );
}

/** `i < n` of a counting loop, `n` of `for range n` and `for i := range n`; undefined for other loops. */
function boundOf(loop: Node): Node | undefined {
  const clause = parts(loop).find((n) => n.type === 'for_clause' || n.type === 'range_clause');
  if (clause?.type === 'for_clause') {
    const condition = clause.childForFieldName('condition');
    return condition?.type === 'binary_expression' && condition.childForFieldName('operator')?.text === '<'
      ? (condition.childForFieldName('right') ?? undefined)
      : undefined;
  }
  const right = clause?.childForFieldName('right');
  const node = right === undefined || right === null ? undefined : bare(right);
  const left = clause?.childForFieldName('left');
  // A number, or a name that says so: over a slice or a channel the loop counts something else.
  if (node === undefined || (left !== null && left !== undefined && parts(left).length > 1)) return undefined;
  return node.type === 'int_literal' || /worker|concurren|threadiness|parallel/i.test(node.text) ? node : undefined;
}

/**
 * The name of the function that the loop's goroutine runs as a worker; '' when it has none; undefined when this is no
 * worker.
 */
function runsOf(loop: Node, file: GoFile): string | undefined {
  const body = loop.childForFieldName('body');
  for (const go of body === null ? [] : all(body, 'go_statement')) {
    for (const node of all(go, 'call_expression')) {
      const call = file.call(node);
      if (call.pkg === WAIT && UNTIL.test(call.name))
        return nameOf(
          call.args.find(
            (a) =>
              a.type === 'selector_expression' ||
              a.type === 'func_literal' ||
              (a.type === 'identifier' && !/^ctx|stop/i.test(a.text)),
          ),
        );
      if (
        /worker|processNext|processWorkItems/i.test(call.name) &&
        call.pkg !== WAIT &&
        (call.pkg === '' || call.pkg === undefined)
      )
        return call.name;
    }
  }
  return undefined;
}

function nameOf(argument: Node | undefined): string {
  if (argument?.type === 'selector_expression') return argument.childForFieldName('field')?.text ?? '';
  if (argument?.type === 'func_literal')
    return (
      all(argument, 'call_expression')
        .map((n) => n.childForFieldName('function'))
        .map((f) => (f?.type === 'selector_expression' ? f.childForFieldName('field')?.text : f?.text))
        .find((n) => n !== undefined && /worker|process/i.test(n)) ?? ''
    );
  return argument?.text ?? '';
}

/** The bound's number: what is stated, or, for a parameter, what the one caller in the package gives. */
function numberOf(
  bound: Node,
  file: GoFile,
  func: Func | undefined,
  pkg: GoPackage,
): { value: Value; outer: WorkerLoop['workersAt'] } {
  const value = valueOf(bound, file, pkg, func);
  const name = converted(bound).text;
  const index = func === undefined ? -1 : parametersOf(func).findIndex((p) => p.name === name);
  if (value.number !== undefined || value.from !== 'unknown' || func === undefined || index < 0)
    return { value, outer: undefined };
  const callers = pkg.files
    .filter((f) => !f.isTest)
    .flatMap((f) =>
      f.calls
        .filter(
          (c) =>
            c.name === func.name &&
            (func.receiver === undefined ? c.pkg === '' : c.pkg === undefined) &&
            c.args.length === parametersOf(func).length,
        )
        .map((c) => ({ f, c })),
    );
  const only = callers.length === 1 ? callers[0] : undefined;
  const argument = only?.c.args[index];
  if (only === undefined || argument === undefined) return { value, outer: undefined };
  return {
    value: valueOf(argument, only.f, pkg, funcAt(only.f, argument)),
    outer: { ...only.f.span(argument), file: only.f },
  };
}

/** `int(x)` is x. */
function converted(node: Node): Node {
  const n = bare(node);
  const fun = n.type === 'call_expression' ? n.childForFieldName('function') : null;
  const args = n.childForFieldName('arguments');
  return fun !== null && args !== null && /^u?int(32|64)?$/.test(fun.text)
    ? (parts(args)[0] ?? n)
    : n.type === 'type_conversion_expression'
      ? (n.childForFieldName('operand') ?? n)
      : n;
}
