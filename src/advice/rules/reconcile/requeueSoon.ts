/** A wait of less than a second before the next reconcile. */
import { RUNTIME } from '../../libraries';
import { RECONCILE } from '../../controllers/names';
import { funcAt } from '../../controllers/locals';
import type { GoFile } from '../../go/file';
import { bare, enclosing, type Node } from '../../go/grammar';
import type { GoRule } from '../../rule';
import type { Edit } from '../../types';
import { durationOf } from './durations';
import { nameOf } from './edits';

export const REQUEUE_SOON: GoRule = {
  id: 'requeue-soon',
  title: 'RequeueAfter of less than a second',
  explains:
    'A number without a unit is a `time.Duration` of nanoseconds: `RequeueAfter: 5` comes back at once, and a ' +
    'worker spins on the object. Waits of less than a second poll: each round costs a reconcile and its ' +
    'requests. Watch what is waited for, or wait a second and more.',
  *check({ file, pkg }) {
    for (const value of resultFields(file, 'RequeueAfter')) {
      const wait = durationOf(value, file, pkg);
      if (wait === undefined || wait.seconds <= 0 || wait.seconds >= 1) continue;
      if (!wait.unit) {
        // A constant may be used as a number elsewhere.
        const time =
          wait.node.type === 'int_literal' && wait.node.id === bare(value).id
            ? nameOf(file, funcAt(file, value), 'time')
            : undefined;
        const edits: Edit[] =
          time === undefined
            ? []
            : [...time.edits, { ...file.span(wait.node), text: `${wait.node.text} * ${time.name}.Second` }];
        yield {
          rule: REQUEUE_SOON.id,
          severity: 'warning',
          ...file.span(value),
          message: `This comes back after ${worded(wait.seconds)}: a time.Duration without a unit is in nanoseconds.`,
          fixes: edits.length === 0 ? [] : [{ id: 'seconds', title: `Wait ${wait.node.text} s`, edits }],
        };
      } else
        yield {
          rule: REQUEUE_SOON.id,
          severity: 'hint',
          ...file.span(value),
          message:
            `This object is reconciled again after ${worded(wait.seconds)}: at most ` +
            `${Math.round(1 / wait.seconds)} times a second, each time with all requests of a reconcile.`,
          fixes: [],
        };
    }
  },
};

/** Values of a field of `ctrl.Result`, in literals and assignments. */
export function* resultFields(file: GoFile, name: string): Iterable<Node> {
  for (const literal of file.literals) {
    const value =
      literal.name === 'Result' && (literal.pkg === RUNTIME || literal.pkg === RECONCILE)
        ? literal.fields.get(name)?.value
        : undefined;
    if (value !== undefined) yield value;
  }
  // Going through all assignments takes milliseconds in a long file, at each keystroke; most have none of this field.
  if (!new RegExp(`\\b${name}\\s*[-+*/]?=[^=]`).test(file.text)) return;
  for (const node of file.root.descendantsOfType('assignment_statement')) {
    const [left, right] = [node?.childForFieldName('left'), node?.childForFieldName('right')];
    const target = left?.namedChild(0);
    const value = right?.namedChild(0);
    if (
      target?.type !== 'selector_expression' ||
      target.childForFieldName('field')?.text !== name ||
      left?.namedChildCount !== 1 ||
      !value
    )
      continue;
    // Only where the function gives a Result; other structs have fields of this name too.
    const func = enclosing(target, 'function_declaration', 'method_declaration');
    const result = func?.childForFieldName('result');
    if (
      /^(res|result|results|r)$/i.test(target.childForFieldName('operand')?.text ?? '') &&
      result &&
      result.descendantsOfType('qualified_type').some((t) => {
        const n = t === null ? undefined : file.typeName(t);
        return n?.name === 'Result' && (n.pkg === RUNTIME || n.pkg === RECONCILE);
      })
    )
      yield value;
  }
}

const worded = (s: number): string =>
  s < 1e-6 ? `${Math.round(s * 1e9)} ns` : s < 1e-3 ? `${Math.round(s * 1e6)} µs` : `${Math.round(s * 1e3)} ms`;
