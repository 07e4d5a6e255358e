/** Status is written on every reconcile, changed or not. */
import { reconcileCode } from '../../controllers/reconcilers';
import { all, type Node } from '../../go/grammar';
import type { GoRule } from '../../rule';

/** What a comparison looks like, in any of the usual ways. Whoever writes one knows about it. */
const COMPARES =
  /DeepEqual|DeepDerivative|Semantic\.|cmp\.(Equal|Diff)|\.Equal\(|[cC]hanged|[dD]irty|[nN]eedsUpdate|MergeFrom|patchHelper|NewHelper|oldStatus|original/;

export const STATUS_WRITES: GoRule = {
  id: 'status-writes',
  title: 'Status written without a comparison',
  explains:
    'An update that changes nothing still is a request: the client-side limit counts it, the worker waits for ' +
    'it, and the API server and its admission handle it. Keep a copy of the status from the start of Reconcile ' +
    'and write only what `equality.Semantic.DeepEqual` tells apart. A status that holds the time of the last ' +
    'look changes always, and brings the object back at once. Told only for an update in Reconcile itself that ' +
    'no condition guards, in a function that compares nothing.',
  *check({ file, pkg }) {
    for (const { file: of, func } of reconcileCode(pkg)) {
      if (of !== file || func.body === undefined || func.name !== 'Reconcile' || COMPARES.test(func.body.text))
        continue;
      for (const node of all(func.body, 'call_expression')) {
        const call = file.call(node);
        if (
          call.name !== 'Update' ||
          call.on?.type !== 'call_expression' ||
          file.call(call.on).name !== 'Status' ||
          !unconditional(node, func.body)
        )
          continue;
        const name = node.childForFieldName('function') ?? node;
        yield {
          rule: STATUS_WRITES.id,
          severity: 'hint',
          ...file.span(name),
          message: 'The status is sent on every reconcile, also when nothing in it changed.',
          fixes: [],
        };
      }
    }
  },
};

/** True when the call is in no branch, loop or function literal: at most the header of an `if`. */
function unconditional(node: Node, body: Node): boolean {
  let below: Node = node;
  for (let n = node.parent; n !== null && n.id !== body.id; below = n, n = n.parent) {
    if (
      n.type === 'if_statement' &&
      below.id !== n.childForFieldName('initializer')?.id &&
      below.id !== n.childForFieldName('condition')?.id
    )
      return false;
    if (
      ['for_statement', 'func_literal', 'expression_case', 'default_case', 'type_case', 'communication_case'].includes(
        n.type,
      )
    )
      return false;
  }
  return true;
}
