/** What the limit of a client is here, and what may be done about it. */
import { RUNTIME } from '../../libraries';
import { versioned } from '../../clients/effective';
import type { Config } from '../../clients/types';
import type { GoContext, GoRule } from '../../rule';
import type { Finding, Fix } from '../../types';
import { asFlags, doubleBurst, measuredFix, noLimit, ownValues, preset, removed } from './fixes';
import { measuredSentence } from './need';
import { limitedTo, sharing } from './words';

export const clientLimit: GoRule = {
  id: 'client-limit',
  title: 'Client-side limit',
  explains: `A Kubernetes client holds its own requests back: **QPS** is how many a second it lets out on average, **Burst** how many may go out at once before that.

| configuration | QPS | Burst |
| --- | --- | --- |
| client-go (\`rest.InClusterConfig\`, \`clientcmd\`, \`&rest.Config{}\`), QPS 0 | 5 | 10 |
| controller-runtime's \`GetConfig…\` below v0.21.0 | 20 | 30 |
| controller-runtime's \`GetConfig…\` from v0.21.0 on | −1: no limit | no meaning |

Below 0 there is no limit: which requests wait is then decided by the API server's own Priority and Fairness. From controller-runtime v0.21.0 on a positive QPS therefore *introduces* a limit. A limit that is too low shows as workers that wait in the client's rate limiter while the queue grows (\`rest_client_rate_limiter_duration_seconds\`).

A clientset shares one limiter among its API groups when QPS is above 0; while it is 0 each group has its own. controller-runtime's client has one for each kind. Known from \`rest/config.go\` and \`kubernetes/clientset.go\` of client-go, \`pkg/client/config/config.go\` of controller-runtime.`,
  *check(context) {
    for (const config of context.clients.configs) {
      if (config.file !== context.file || !speaks(config, context)) continue;
      const finding =
        config.effective.qps === undefined
          ? undefined
          : config.effective.qps < 0
            ? unlimited(context, config)
            : limited(context, config);
      if (finding !== undefined) yield finding;
    }
  },
};

/** One finding for one client's limit: copies with the limits of what they were copied from say nothing. */
function speaks(config: Config, { clients }: GoContext): boolean {
  if (
    config.kind === 'envtest' ||
    config.kind === 'manager' ||
    config.kind === 'parameter' ||
    config.kind === 'unknown'
  )
    return false;
  if (
    config.copy &&
    !(
      config.uses.length > 0 &&
      (config.sets.length > 0 ||
        clients.configs.every((c) => c.uses.length === 0 || !config.copied.some((o) => o.id === c.origin.id)))
    )
  )
    return false;
  if (
    config.uses.length === 0 &&
    clients.configs.some((c) => c.copied.some((o) => o.id === config.origin.id) && c.uses.length > 0)
  )
    return false;
  if (config.others.some((o) => o.startIndex < config.origin.startIndex)) return false;
  // A literal that nothing is built from may be anything; one that only copies are made of is told there.
  return config.uses.length > 0 || config.kind !== 'literal';
}

const positive = (config: Config): boolean => config.qps?.number !== undefined && config.qps.number > 0;

function limited(context: GoContext, config: Config): Finding {
  const { module, file } = context;
  const origin = config.kind === 'getConfig' ? module.facts.getConfig : undefined;
  // From v0.21.0 on there is no limit but the one that these sources set.
  const byHand = origin !== undefined && origin.value.qps < 0 && positive(config);
  const refused = config.effective.refused === true;
  const who =
    config.uses.length > 1
      ? `Each of these ${config.uses.length} clients is`
      : config.uses.length === 1
        ? 'This client is'
        : 'A client of this configuration, unless other code changes it, is';
  const more = [
    byHand ? `Without these settings there would be no limit: ${versioned(module, RUNTIME)} sets QPS −1.` : undefined,
    sharing(config),
    measuredSentence(context.measured),
  ].filter((s) => s !== undefined);
  const fixes = [
    measuredFix(context, config),
    ...(byHand ? [removed(context, config)] : []),
    preset(context, config),
    ownValues(context, config),
    doubleBurst(context, config),
    asFlags(context, config),
    noLimit(context, config),
  ]
    .filter((f): f is Fix => f !== undefined)
    .map((f, i) => (i === 0 ? { ...f, preferred: true } : f));
  const cite = positive(config) || config.setByImport ? undefined : (origin ?? module.facts.clientGo)?.cite;
  return {
    rule: 'client-limit',
    severity: 'information',
    message: refused
      ? `No client is made here: ${config.effective.because}.`
      : [`${who} ${limitedTo(config.effective)}.`, ...more].join(' '),
    ...file.span(config.origin),
    effective: config.effective,
    ...(cite !== undefined && { cite }),
    fixes,
  };
}

function unlimited(context: GoContext, config: Config): Finding {
  const { module, file } = context;
  const cite = config.qps === undefined ? module.facts.getConfig?.cite : undefined;
  return {
    rule: 'client-limit',
    severity: 'hint',
    message:
      `No client-side limit: ${config.effective.because}. A positive QPS would introduce one; without it the API ` +
      `server's Priority and Fairness decides which requests wait.`,
    ...file.span(config.origin),
    effective: config.effective,
    ...(cite !== undefined && { cite }),
    fixes: [],
  };
}
