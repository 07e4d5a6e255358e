/** QPS or Burst set on a configuration that its clients have copied already. */
import { declarationOf, definitions, functionAround } from '../../go/flow';
import { all, type Node } from '../../go/grammar';
import { linesBefore, statementOf } from '../../go/statements';
import type { GoContext, GoRule } from '../../rule';
import type { Fix } from '../../types';
import type { Config } from '../../clients/types';
import { removal } from '../../go/statements';
import { tidy } from './remove';
import { position } from '../../text';

export const setTooLate: GoRule = {
  id: 'limit-set-too-late',
  title: 'Limit set after the client was built',
  explains:
    `\`kubernetes.NewForConfig\`, \`ctrl.NewManager\`, \`client.New\` and the others copy the configuration and ` +
    'make their limiters from the copy. What is set on it afterwards has no effect on them. Known from ' +
    `\`configShallowCopy := *c\` in client-go's clientsets and \`rest.CopyConfig(config)\` in ` +
    `controller-runtime's \`client.New\`, from v0.15.0 on also in \`cluster.New\`, which managers are made with.`,
  *check(context) {
    for (const config of context.clients.configs) {
      const first = config.uses[0];
      if (first === undefined || (config.copy && config.kind === 'manager')) continue;
      const late = config.sets.filter(
        (s) =>
          s.file === context.file && config.uses.every((u) => u.tooLate.some((t) => t.statement.id === s.statement.id)),
      );
      const [set] = late;
      const last = late.at(-1);
      if (set === undefined || last === undefined) continue;
      const statements = [...new Map(late.map((s) => [s.statement.id, s.statement])).values()];
      const moved = move(context, config, statements);
      yield {
        rule: 'limit-set-too-late',
        severity: 'warning',
        start: set.statement.startIndex,
        end: last.statement.endIndex,
        effective: config.effective,
        message:
          `${[...new Set(late.map((s) => s.field))].join(' and ')} set here ${late.length > 1 ? 'have' : 'has'} ` +
          `no effect: ${first.makes} in line ${position(first.file.text, first.call.startIndex).line} has ` +
          'already copied the configuration.',
        fixes: moved === undefined ? [] : [moved],
      };
    }
  },
};

/** Ahead of the first client, when all that the lines read is known there. */
function move(context: GoContext, config: Config, statements: readonly Node[]): Fix | undefined {
  const { file } = context;
  const first = config.uses[0];
  const target = first === undefined || first.file !== file ? undefined : statementOf(first.call);
  if (
    target === undefined ||
    statements.some((s) => s.parent?.type !== 'statement_list' || s.parent.id !== target.parent?.id)
  )
    return undefined;
  for (const statement of statements) {
    for (const id of all(statement, 'identifier')) {
      const defs = definitions(file, functionAround(file, id)).get(id.text);
      if (defs === undefined) continue;
      // Given a value between the client and here: it would be read too early.
      if (
        defs.some(
          (d) =>
            d.node.startIndex >= target.startIndex &&
            d.node.startIndex < statement.startIndex &&
            !(d.node.startIndex === statement.startIndex),
        ) ||
        (declarationOf(defs, target) === undefined && declarationOf(defs, id) !== undefined)
      )
        return undefined;
    }
  }
  const edits = [
    linesBefore(
      file,
      target,
      statements.map((s) => s.text),
    ),
    ...tidy(
      file,
      statements.map((s) => removal(file, s)),
    ),
  ];
  return { id: 'limit-move', title: 'Move it ahead of the client', edits };
}
