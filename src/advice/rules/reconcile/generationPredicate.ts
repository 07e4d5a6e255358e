/** A reconciler that writes status is woken by its own writes. */
import { BUILDER, PREDICATE } from '../../controllers/names';
import { reconcileCode, type InReconcile } from '../../controllers/reconcilers';
import { all } from '../../go/grammar';
import type { GoRule } from '../../rule';
import type { Edit } from '../../types';
import { nameOf } from './edits';

/** Of these a change may matter that leaves the generation as it is. */
const READS_METADATA = /\.(GetAnnotations|GetLabels)\(\)|\.Annotations\b|\.Labels\b/;

export const GENERATION_PREDICATE: GoRule = {
  id: 'generation-predicate',
  title: 'Woken by its own status',
  explains:
    'Each write of `status` that changes something is an update event, which queues the object again: a second ' +
    'reconcile for every first. `builder.WithPredicates(predicate.GenerationChangedPredicate{})` on `For` lets ' +
    'only changes of `spec` through (and deletion, which counts up the generation too). It also hides changes of ' +
    'labels, annotations, finalizers and owner references, and status that another program writes; ' +
    '`predicate.Or` with `LabelChangedPredicate` or `AnnotationChangedPredicate` lets those through. The fix is ' +
    'offered only for types of custom resources, whose generation follows their spec, and where Reconcile reads ' +
    'no labels or annotations. Source: pkg/predicate/predicate.go.',
  *check({ file, pkg, controllers }) {
    for (const c of controllers.controllers) {
      const link = c.links.find((l) => l.name === 'For');
      if (
        c.file !== file ||
        c.open ||
        c.reconciler === undefined ||
        link?.args.length !== 1 ||
        c.links.some((l) => l.name === 'WithEventFilter')
      )
        continue;
      const code = reconcileCode(pkg).filter((p) => p.type === c.reconciler);
      if (c.kind === undefined || c.kind.pkg.startsWith('k8s.io/api/') || !code.some(writesStatus)) continue;
      const argument = link.args[0];
      const names =
        argument === undefined || code.some((p) => READS_METADATA.test(p.func.body?.text ?? ''))
          ? undefined
          : { builder: nameOf(file, c.func, BUILDER), predicate: nameOf(file, c.func, PREDICATE) };
      const edits: Edit[] =
        names?.builder === undefined || names.predicate === undefined || argument === undefined
          ? []
          : [
              ...names.builder.edits,
              ...names.predicate.edits,
              {
                start: argument.endIndex,
                end: argument.endIndex,
                text: `, ${names.builder.name}.WithPredicates(${names.predicate.name}.GenerationChangedPredicate{})`,
              },
            ];
      yield {
        rule: GENERATION_PREDICATE.id,
        severity: 'hint',
        ...file.span(link.field),
        fixes:
          edits.length === 0
            ? []
            : [
                {
                  id: 'generation-changed',
                  title: 'Reconcile only when the spec changes (GenerationChangedPredicate)',
                  edits,
                },
              ],
        message: `${c.reconciler} writes status, and each of its writes queues the object again: For has no predicate.`,
      };
    }
  },
};

function writesStatus({ file, func }: InReconcile): boolean {
  return (func.body === undefined ? [] : all(func.body, 'call_expression')).some((n) => {
    const call = file.call(n);
    return (
      (call.name === 'Update' || call.name === 'Patch') &&
      call.on?.type === 'call_expression' &&
      file.call(call.on).name === 'Status'
    );
  });
}
