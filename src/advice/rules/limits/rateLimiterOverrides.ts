/** A RateLimiter that overrides QPS and Burst. */
import type { GoRule } from '../../rule';
import { place } from '../../clients/effective';
import { hasLimiter } from './edits';
import { fix, setSpan } from './fixes';
import { removeStatements } from './remove';
import { number } from './words';

export const rateLimiterOverrides: GoRule = {
  id: 'rate-limiter-overrides',
  title: 'RateLimiter overrides QPS and Burst',
  explains:
    `\`rest.Config.RateLimiter\`, when it is not nil, takes the place of the limiter that QPS and Burst ` +
    `describe: *If present overwrites QPS/Burst* (client-go, \`rest/config.go\`). Setting both says two things ` +
    'of which one holds. The same RateLimiter is then shared by all clients of that configuration.',
  *check(context) {
    for (const config of context.clients.configs) {
      const limiter = config.rateLimiter;
      if (limiter === undefined || !hasLimiter(config)) continue;
      const others = config.sets.filter((s) => s.field !== 'RateLimiter');
      // A limiter that is made from these very fields agrees with them.
      if (others.length === 0 || /\.(QPS|Burst)\b/.test(limiter.value.text)) continue;
      const span = setSpan(context, config, 'RateLimiter');
      if (span === undefined) continue;
      const own = (field: 'QPS' | 'Burst'): string[] => {
        const n = others.filter((s) => s.field === field).at(-1);
        return n === undefined ? [] : [`${field}${n.number === undefined ? '' : ` ${number(n.number)}`}`];
      };
      const limiters = config.sets.filter((s) => s.field === 'RateLimiter');
      const here = [...limiters, ...others].every((s) => s.file === context.file);
      yield {
        rule: 'rate-limiter-overrides',
        severity: 'warning',
        ...span,
        effective: config.effective,
        message:
          `This RateLimiter overrides ${[...own('QPS'), ...own('Burst')].join(' and ')} ` +
          `(${[...new Set(others.map((s) => place(s, context.file)))].join(' and ')}), which have no effect.`,
        fixes: here
          ? [
              fix(
                'limiter-remove',
                'Remove the RateLimiter, so that QPS and Burst hold',
                removeStatements(
                  context.file,
                  limiters.map((s) => s.statement),
                ),
              ),
              fix(
                'limits-remove',
                'Remove QPS and Burst, which have no effect',
                removeStatements(
                  context.file,
                  others.map((s) => s.statement),
                ),
              ),
            ].filter((f) => f !== undefined)
          : [],
      };
    }
  },
};
