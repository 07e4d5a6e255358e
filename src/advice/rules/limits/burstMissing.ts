/** Only QPS is set, and Burst stays what it is by default. */
import { versioned } from '../../clients/effective';
import type { GoRule } from '../../rule';
import { burstTo, doubleBurst, setSpan } from './fixes';
import { number } from './words';

export const burstMissing: GoRule = {
  id: 'burst-missing',
  title: 'QPS without Burst',
  explains: `Only QPS is set. A REST client then takes client-go's default Burst of **10**, which makes a high QPS jerky: of 50 requests that come at once 40 wait. \`kubernetes.NewForConfig\` and other generated clientsets even refuse such a configuration: *burst is required to be greater than 0 when RateLimiter is not set and QPS is set to greater than 0*.

Below controller-runtime v0.21.0 \`GetConfig…\` has set Burst to 30 already, and this does not apply.`,
  *check(context) {
    for (const config of context.clients.configs) {
      if (config.copy && config.uses.length === 0) continue;
      const qps = config.qps?.number;
      if (
        qps === undefined ||
        qps <= 0 ||
        config.escapes !== undefined ||
        config.rateLimiter !== undefined ||
        config.sets.some((s) => s.field === 'Burst')
      )
        continue;
      // GetConfig's own Burst, or that of what this was copied from.
      const fact = context.module.facts.clientGo;
      if (
        config.burst !== undefined ||
        fact === undefined ||
        config.effective.burst !== fact.value.burst ||
        config.effective.qps !== qps
      )
        continue;
      if (config.kind === 'getConfig' && context.module.facts.getConfig?.value.burst !== undefined) continue;
      const span = setSpan(context, config, 'QPS');
      if (span === undefined) continue;
      const refused = config.uses.find((u) => u.limiters === 'clientset');
      yield {
        rule: 'burst-missing',
        severity: 'warning',
        ...span,
        effective: config.effective,
        message:
          refused !== undefined
            ? `QPS is set to ${number(qps)} without Burst: ${refused.makes} returns an error, as it requires a ` +
              'Burst greater than 0 where QPS is.'
            : `Only QPS is set: Burst stays at ${fact.value.burst} (client-go's default, ` +
              `${versioned(context.module, 'k8s.io/client-go')}), so only ${fact.value.burst} requests may go ` +
              `out at once before ${number(qps)} a second hold.`,
        ...(fact.cite !== undefined && { cite: fact.cite }),
        fixes: [burstTo(context, config, Math.ceil(2 * qps)), doubleBurst(context, config)].filter(
          (f) => f !== undefined,
        ),
      };
    }
  },
};
