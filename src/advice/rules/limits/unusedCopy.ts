/** QPS or Burst set on a copy that no client is built from. */
import { variableOf } from '../../clients/index';
import type { Config } from '../../clients/types';
import { functionAround } from '../../go/flow';
import { all } from '../../go/grammar';
import type { GoContext, GoRule } from '../../rule';
import type { Fix } from '../../types';
import { setSpan } from './fixes';

export const unusedCopy: GoRule = {
  id: 'limit-on-unused-copy',
  title: 'Limit set on a copy that is not used',
  explains:
    `\`rest.CopyConfig(cfg)\`, \`c := *cfg\` and a parameter of type \`rest.Config\` are copies: what is set on ` +
    'one of them holds for the clients that are built from that copy, and for no other.',
  *check(context) {
    for (const config of context.clients.configs) {
      if (
        config.file !== context.file ||
        !config.copy ||
        config.uses.length > 0 ||
        config.escapes !== undefined ||
        config.sets.length === 0
      )
        continue;
      const variable = variableOf(config.origin);
      if (variable === undefined || escapes(context, config, variable)) continue;
      const span = setSpan(context, config, config.sets[0]?.field ?? 'QPS');
      if (span === undefined) continue;
      const fixed = use(context, config, variable);
      yield {
        rule: 'limit-on-unused-copy',
        severity: 'warning',
        ...span,
        message:
          `${[...new Set(config.sets.map((s) => s.field))].join(' and ')} ` +
          `${new Set(config.sets.map((s) => s.field)).size > 1 ? 'are' : 'is'} set on ${variable}, a copy that ` +
          'no client is built from, and has no effect.',
        fixes: fixed === undefined ? [] : [fixed],
      };
    }
  },
};

/** True when the copy is read in any other way than to set its fields. */
function escapes(context: GoContext, config: Config, variable: string): boolean {
  return all(functionAround(context.file, config.origin), 'identifier').some(
    (id) =>
      id.text === variable &&
      id.startIndex !== nameStart(config) &&
      id.startIndex > config.origin.startIndex &&
      !(id.parent?.type === 'selector_expression' && id.parent.childForFieldName('operand')?.id === id.id),
  );
}

function nameStart(config: Config): number {
  return config.origin.startIndex;
}

/** The copy in place of what it was copied from, where one client alone is built from that behind the copy. */
function use(context: GoContext, config: Config, variable: string): Fix | undefined {
  const { file } = context;
  const copied = file.call(config.origin).args[0] ?? config.origin.childForFieldName('operand') ?? undefined;
  const last = config.sets.at(-1);
  if (copied?.type !== 'identifier' || last === undefined || config.origin.type === 'parameter_declaration')
    return undefined;
  const func = functionAround(file, config.origin);
  const candidates = context.clients.configs
    .flatMap((c) => c.uses)
    .filter(
      (u) =>
        u.file === file && functionAround(file, u.call).id === func.id && u.call.startIndex > last.statement.endIndex,
    )
    .flatMap((u) => file.call(u.call).args.filter((a) => a.type === 'identifier' && a.text === copied.text));
  const places = [...new Map(candidates.map((a) => [a.id, a])).values()];
  const [place] = places;
  if (
    places.length !== 1 ||
    place === undefined ||
    last.statement.parent?.id !== config.origin.parent?.parent?.parent?.id
  )
    return undefined;
  const text = config.origin.type === 'unary_expression' ? `&${variable}` : variable;
  return {
    id: 'copy-use',
    title: `Build the client from ${variable}`,
    edits: [{ start: place.startIndex, end: place.endIndex, text }],
  };
}
