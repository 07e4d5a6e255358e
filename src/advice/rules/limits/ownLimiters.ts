/** Several clients of one configuration, each with a limiter of its own. */
import type { Config } from '../../clients/types';
import { importing } from '../../go/imports';
import { linesAfter, linesBefore, statementOf } from '../../go/statements';
import type { GoContext, GoRule } from '../../rule';
import type { Fix } from '../../types';
import { operandOf } from './edits';
import { number } from './words';

export const ownLimiters: GoRule = {
  id: 'limiters-not-shared',
  title: 'Each client has a limiter of its own',
  explains:
    'A configuration carries numbers, not a limiter: each client that is built from it makes its own, so that ' +
    'two clients with QPS 50 may send 100 requests a second together. To hold them to one limit, put a limiter ' +
    `into the configuration: \`cfg.RateLimiter = flowcontrol.NewTokenBucketRateLimiter(cfg.QPS, cfg.Burst)\`. ` +
    'Said only where QPS is set by hand.',
  *check(context) {
    for (const config of context.clients.configs) {
      const { qps, burst } = config.effective;
      const set = config.qps;
      if (
        config.file !== context.file ||
        set?.number === undefined ||
        qps === undefined ||
        qps <= 0 ||
        burst === undefined ||
        config.rateLimiter !== undefined ||
        config.escapes !== undefined ||
        config.others.length > 0
      )
        continue;
      const uses = config.uses.filter((u) => u.effective.qps === qps);
      const last = uses[1];
      if (
        uses.length < 2 ||
        last === undefined ||
        last.file !== context.file ||
        config.sets.some((s) => s.number === undefined || !s.sure)
      )
        continue;
      const shared = share(context, config);
      yield {
        rule: 'limiters-not-shared',
        severity: 'warning',
        ...context.file.span(last.call),
        effective: config.effective,
        message:
          `${uses.length} clients are built from this configuration (${uses.map((u) => u.makes).join(', ')}), ` +
          `each with a limiter of its own: together they may send at least ${number(uses.length * qps)} ` +
          `requests/s, not ${number(qps)}.`,
        fixes: shared === undefined ? [] : [shared],
      };
    }
  },
};

function share(context: GoContext, config: Config): Fix | undefined {
  const { file } = context;
  const sets = config.sets.filter((s) => s.field !== 'RateLimiter');
  if (!['QPS', 'Burst'].every((f) => sets.some((s) => s.field === f)) || sets.some((s) => s.file !== file))
    return undefined;
  const flow = importing(file, 'k8s.io/client-go/util/flowcontrol');
  const line = (name: string): string =>
    `${name}.RateLimiter = ${flow.name}.NewTokenBucketRateLimiter(${name}.QPS, ${name}.Burst)`;
  const last = sets.filter((s) => s.statement.type === 'assignment_statement').at(-1);
  const name = last === undefined ? config.variable : operandOf(last);
  const statement = last?.statement ?? statementOf(config.origin);
  const first = config.uses[0];
  if (
    name === undefined ||
    statement === undefined ||
    first === undefined ||
    statement.parent?.type !== 'statement_list'
  )
    return undefined;
  if (config.copy && config.origin.type === 'unary_expression' && statement.type === 'short_var_declaration')
    return undefined;
  if (statement.endIndex > first.call.startIndex && first.file === file) {
    const target = statementOf(first.call);
    return target === undefined
      ? undefined
      : {
          id: 'limiter-share',
          title: 'Share one limiter among them',
          edits: [...flow.edits, linesBefore(file, target, [line(name)])],
        };
  }
  return {
    id: 'limiter-share',
    title: 'Share one limiter among them',
    edits: [...flow.edits, linesAfter(file, statement, [line(name)])],
  };
}
