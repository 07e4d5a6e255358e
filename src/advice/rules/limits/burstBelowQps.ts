/** Burst is smaller than QPS. */
import { RUNTIME } from '../../libraries';
import { versioned } from '../../clients/effective';
import type { GoRule } from '../../rule';
import { burstTo, doubleBurst, setSpan } from './fixes';
import { number } from './words';

export const burstBelowQps: GoRule = {
  id: 'burst-below-qps',
  title: 'Burst below QPS',
  explains: `Burst is the size of the limiter's bucket: what may go out at once after a quiet moment. A Burst below QPS holds requests back that QPS would allow, as soon as they come in a rush, which is how a controller works. Twice QPS is usual.

Below controller-runtime v0.21.0 \`GetConfig…\` sets Burst to 30, so that a QPS above 30 set by itself is such a case.`,
  *check(context) {
    for (const config of context.clients.configs) {
      if (config.copy && config.uses.length === 0) continue;
      const { qps, burst } = config.effective;
      if (qps === undefined || burst === undefined || qps <= 0 || burst >= qps || config.rateLimiter !== undefined)
        continue;
      const byHand = config.sets.some((s) => s.field === 'Burst');
      const origin =
        !byHand && config.kind === 'getConfig' && context.module.facts.getConfig?.value.burst !== undefined;
      if (!byHand && !origin) continue;
      const span = setSpan(context, config, byHand ? 'Burst' : 'QPS');
      if (span === undefined) continue;
      yield {
        rule: 'burst-below-qps',
        severity: 'warning',
        ...span,
        effective: config.effective,
        message:
          `Burst (${number(burst)}${origin ? `, which ${versioned(context.module, RUNTIME)} sets` : ''}) is ` +
          `below QPS (${number(qps)}): requests that come at once wait although QPS would let them through.`,
        fixes: [burstTo(context, config, Math.ceil(2 * qps)), doubleBurst(context, config)].filter(
          (f) => f !== undefined,
        ),
      };
    }
  },
};
