/** Burst is set and QPS is not. */
import { RUNTIME } from '../../libraries';
import { versioned } from '../../clients/effective';
import type { GoRule } from '../../rule';
import { fix, noLimit, qpsTo, setSpan } from './fixes';
import { removeStatements } from './remove';
import { number } from './words';

export const burstWithoutQps: GoRule = {
  id: 'burst-without-qps',
  title: 'Burst without QPS',
  explains:
    `Only Burst is set. QPS then stays at its default (client-go's **5**, or controller-runtime's 20 below ` +
    'v0.21.0): after the first rush requests go out at that rate. From controller-runtime v0.21.0 on ' +
    `\`GetConfig…\` sets QPS −1, and Burst has no effect at all.`,
  *check(context) {
    for (const config of context.clients.configs) {
      if (config.copy && config.uses.length === 0) continue;
      const burst = config.burst?.number;
      const { qps } = config.effective;
      if (
        burst === undefined ||
        burst <= 0 ||
        qps === undefined ||
        config.escapes !== undefined ||
        config.rateLimiter !== undefined ||
        config.sets.some((s) => s.field === 'QPS') ||
        config.qps !== undefined
      )
        continue;
      const span = setSpan(context, config, 'Burst');
      if (span === undefined) continue;
      const sets = config.sets.filter((s) => s.field === 'Burst');
      const statements = sets.every((s) => s.file === context.file) ? sets.map((s) => s.statement) : [];
      yield qps < 0
        ? {
            rule: 'burst-without-qps',
            severity: 'warning' as const,
            ...span,
            effective: config.effective,
            message:
              `Burst has no effect: ${versioned(context.module, RUNTIME)} sets QPS −1, so there is no limit that ` +
              'a burst could exceed.',
            fixes: [fix('burst-remove', 'Remove Burst', removeStatements(context.file, statements))].filter(
              (f) => f !== undefined,
            ),
          }
        : {
            rule: 'burst-without-qps',
            severity: 'warning' as const,
            ...span,
            effective: config.effective,
            message:
              `Only Burst is set: QPS stays at ${number(qps)} ` +
              `(${config.kind === 'getConfig' ? `${versioned(context.module, RUNTIME)} sets it` : `client-go's default, ${versioned(context.module, 'k8s.io/client-go')}`}), ` +
              `so after ${number(burst)} requests at once no more than ${number(qps)} a second go out.`,
            fixes: [qpsTo(context, config, Math.max(1, Math.round(burst / 2))), noLimit(context, config)].filter(
              (f) => f !== undefined,
            ),
          };
    }
  },
};
