/** `Requeue: true`, which v0.21.0 deprecated, or which has no effect. */
import { RUNTIME } from '../../libraries';
import { funcAt } from '../../controllers/locals';
import { RECONCILE } from '../../controllers/names';
import { REQUEUE_DEPRECATED, runtimeAtLeast, runtimeName } from '../../controllers/versions';
import type { GoFile, Literal } from '../../go/file';
import { parts } from '../../go/grammar';
import type { GoRule } from '../../rule';
import type { Edit, Fix } from '../../types';
import { nameOf } from './edits';
import { resultFields } from './requeueSoon';

export const REQUEUE_FIELD: GoRule = {
  id: 'requeue-field',
  title: 'Requeue: true',
  explains:
    "`Result.Requeue` brings an object back by the queue's back-off, as if it had failed: 5 ms, 10 ms, … up to " +
    '1000 s. It is deprecated from controller-runtime v0.21.0 on: return an error when something failed, or say ' +
    'with `RequeueAfter` when to look again. Beside a `RequeueAfter` it has no effect in any version. Source: ' +
    'pkg/reconcile/reconcile.go and pkg/internal/controller/controller.go.',
  *check({ file, module }) {
    const deprecated = runtimeAtLeast(module, REQUEUE_DEPRECATED);
    for (const value of resultFields(file, 'Requeue')) {
      if (value.text !== 'true') continue;
      const literal = file.literals.find(
        (l) =>
          l.name === 'Result' &&
          (l.pkg === RUNTIME || l.pkg === RECONCILE) &&
          l.fields.get('Requeue')?.value.id === value.id,
      );
      const after = literal?.fields.get('RequeueAfter');
      if (literal !== undefined && after !== undefined && after.value.text !== '0') {
        const edit = without(file, literal);
        yield {
          rule: REQUEUE_FIELD.id,
          severity: 'hint',
          ...file.span(literal.fields.get('Requeue')?.element ?? value),
          message: 'Requeue has no effect beside RequeueAfter.',
          fixes: edit === undefined ? [] : [{ id: 'remove', title: 'Remove Requeue', edits: [edit] }],
        };
      } else if (deprecated === true) {
        const at = literal?.fields.get('Requeue')?.element ?? value;
        yield {
          rule: REQUEUE_FIELD.id,
          severity: 'hint',
          ...file.span(at),
          message:
            `Requeue is deprecated from v0.21.0 on (${runtimeName(module)} is used): it comes back by the ` +
            `queue's back-off, 5 ms to 1000 s. Return an error, or say with RequeueAfter when to look again.`,
          fixes: literal === undefined ? [] : after10(file, literal),
        };
      }
    }
  },
};

/** Takes the field out of a literal of one line. */
function without(file: GoFile, literal: Literal): Edit | undefined {
  const elements = parts(literal.body);
  const element = literal.fields.get('Requeue')?.element;
  const i = elements.findIndex((e) => e.id === element?.id);
  const [here, next, before] = [elements[i], elements[i + 1], elements[i - 1]];
  if (here === undefined || literal.body.startPosition.row !== literal.body.endPosition.row) return undefined;
  const edit =
    next !== undefined
      ? { start: here.startIndex, end: next.startIndex }
      : before !== undefined
        ? { start: before.endIndex, end: here.endIndex }
        : undefined;
  return edit === undefined || file.text.slice(edit.start, edit.end).includes('/*') ? undefined : { ...edit, text: '' };
}

/** Another behaviour, so a person picks it: a fixed wait in place of the back-off. */
function after10(file: GoFile, literal: Literal): Fix[] {
  const element = literal.fields.get('Requeue')?.element;
  const time = nameOf(file, funcAt(file, literal.node), 'time');
  if (element === undefined || time === undefined || literal.body.startPosition.row !== literal.body.endPosition.row)
    return [];
  return [
    {
      id: 'after-10s',
      title: 'Look again after 10 s instead (RequeueAfter)',
      edits: [
        ...time.edits,
        { ...file.span(element), text: `RequeueAfter: 10 * ${time.name}.Second`, stops: [{ start: 14, end: 16 }] },
      ],
    },
  ];
}
