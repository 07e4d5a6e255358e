/** List in Reconcile without anything that narrows it. */
import { receiverName } from '../../controllers/locals';
import { reconcileCode } from '../../controllers/reconcilers';
import { all } from '../../go/grammar';
import type { GoRule } from '../../rule';

export const LIST_ALL: GoRule = {
  id: 'list-all',
  title: 'List of all objects in Reconcile',
  explains:
    '`List(ctx, &list)` without options copies every cached object of the kind, of all namespaces, on every ' +
    'reconcile: with n objects that is n × n copies for one pass over them. `client.InNamespace` narrows it; ' +
    '`client.MatchingFields` with an index from `mgr.GetFieldIndexer().IndexField(…)` finds those that refer to ' +
    'this object without going through the others.',
  *check({ file, pkg }) {
    for (const { file: of, func } of reconcileCode(pkg)) {
      const self = receiverName(func);
      if (of !== file || func.body === undefined || self === undefined) continue;
      for (const node of all(func.body, 'call_expression')) {
        const call = file.call(node);
        if (
          call.name !== 'List' ||
          call.args.length !== 2 ||
          call.on === undefined ||
          ![self, `${self}.Client`, `${self}.client`, `${self}.Reader`].includes(call.on.text)
        )
          continue;
        const name = node.childForFieldName('function') ?? node;
        yield {
          rule: LIST_ALL.id,
          severity: 'hint',
          ...file.span(name),
          message:
            'Every reconcile copies all objects of this kind, of all namespaces: this List has no namespace, no ' +
            'selector and no index.',
          fixes: [],
        };
      }
    }
  },
};
