/**
 * The time that requests wait in the client's rate limiter is measured by client-go but exported by nobody, unless
 * asked for.
 */
import { RUNTIME } from '../../libraries';
import type { Manager } from '../../controllers/types';
import type { Config } from '../../clients/types';
import type { GoFile } from '../../go/file';
import type { Node } from '../../go/grammar';
import { importingBlank } from '../../go/imports';
import { statementOf } from '../../go/statements';
import { atLeast } from '../../modules/semver';
import { LATENCY_METRIC_CONTEXT } from '../../modules/table';
import type { Module } from '../../modules/types';
import type { GoContext, GoRule } from '../../rule';
import type { Edit, Effective, Finding, Fix } from '../../types';
import { adapter, DECLARES, NEEDS, type Registry } from './limiterAdapter';
import { newFile } from './newFile';
import { above, calleeOf, firstManager, importingFree } from './places';
import { hasLimiterMetric, isController } from './ownInstrumentation';

const ID = 'limiter-metric';
const METRIC = 'rest_client_rate_limiter_duration_seconds';
const METRICS = `${RUNTIME}/pkg/metrics`;
const COMPONENT = 'k8s.io/component-base';
const RESTCLIENT = `${COMPONENT}/metrics/prometheus/restclient`;
/** Its go.mod asks for client-go v0.22.2. */
const FIRST_RUNTIME = 'v0.10.3';
const PROMETHEUS = 'github.com/prometheus/client_golang';

export const limiterMetric: GoRule = {
  id: ID,
  title: "The rate limiter's wait is not exported",
  explains: `client-go measures how long each request waits in the client's own rate limiter (QPS and Burst), but exports it only when a program brings a metric for it (\`RateLimiterLatency\` in \`k8s.io/client-go/tools/metrics\`).

- **controller-runtime from v0.25.0 on** has it on request: \`metrics.RegisterRESTClientMetrics(metrics.MetricRateLimiterLatency, metrics.MetricRequestLatency)\` (pkg/metrics/client_go_adapter.go).
- **controller-runtime below v0.25.0** has none: a small adapter in a file of its own registers \`${METRIC}\` in controller-runtime's registry. It has to assign \`RateLimiterLatency\` itself, because controller-runtime has used up the one call of \`Register\`.
- **Programs on client-go alone** get it from \`_ "${RESTCLIENT}"\`, which registers in component-base's legacyregistry, or from the same adapter in Prometheus' default registry.

The metric carries the labels \`verb\` and \`host\`, and the buckets of Kubernetes' own components, so that the same queries and panels fit.`,
  *check(context) {
    const { file, pkg, module, controllers, clients } = context;
    if (hasLimiterMetric(pkg)) return;
    const manager = firstManager(controllers.managers);
    if (manager !== undefined) {
      if (manager.file === file) yield* ofManager(manager, context);
      return;
    }
    if (!isController(pkg, controllers.loops.length)) return;
    const config = clients.configs
      .filter((c) => !c.file.isTest && ['getConfig', 'inCluster', 'clientcmd', 'literal'].includes(c.kind))
      .sort((a, b) =>
        a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : a.origin.startIndex - b.origin.startIndex,
      )[0];
    if (config !== undefined && config.file === file) yield* ofClient(config, context, module);
  },
  afterImports: (found, { limiterMetric }) => (limiterMetric === undefined ? found : []),
};

function* ofManager(manager: Manager, context: GoContext): Generator<Finding> {
  const { file, pkg, module, clients } = context;
  const registers = module.facts.registersRestMetrics;
  // Of a version that is not known nothing can be said.
  if (registers === undefined) return;
  const effective = clients.configs.flatMap((c) => c.uses).find((u) => u.call.id === manager.call.id)?.effective;
  const [says, severity] = limitOf(effective);
  const cite = registers.cite === undefined || !registers.value ? {} : { cite: registers.cite };
  const message = registers.value
    ? `${says} ${registers.source} exports ${METRIC} on request only, by metrics.RegisterRESTClientMetrics.`
    : `${says} ${registers.source} does not export ${METRIC}.`;
  const fixes = registers.value
    ? registerFix(file, context, manager.call)
    : adapterFixes(file, context, 'controller-runtime');
  yield {
    rule: ID,
    severity,
    message,
    ...calleeOf(manager.call),
    ...cite,
    fixes: pkg.files.some((f) => f.root.hasError && f !== file) ? [] : fixes,
  };
}

function limitOf(effective: Effective | undefined): [string, Finding['severity']] {
  const { qps, burst } = effective ?? {};
  if (qps === undefined)
    return ["Nothing tells how long this client's requests wait in its rate limiter.", 'information'];
  if (qps < 0)
    return [
      'This client has no limit now; should it get one, nothing would tell how long requests wait for it.',
      'hint',
    ];
  return [
    `Nothing tells how long requests wait for this client's limit of ${qps} ` +
      `requests/s${burst === undefined ? '' : `, burst ${burst}`}.`,
    'information',
  ];
}

/** From v0.25.0 on. */
function registerFix(file: GoFile, { pkg, controllers }: GoContext, call: Node): Fix[] {
  const statement = statementOf(call);
  const func = controllers.managers.find((m) => m.call.id === call.id)?.func;
  if (statement === undefined || func === undefined) return [];
  const { name, edits } = importingFree(file, pkg, func.node, METRICS, 'metrics', 'ctrlmetrics');
  const put = above(file, statement, [
    `${name}.RegisterRESTClientMetrics(${name}.MetricRateLimiterLatency, ${name}.MetricRequestLatency)`,
  ]);
  return put === undefined
    ? []
    : [
        {
          id: 'register',
          title: "Export the limiter's wait and the requests' time by metrics.RegisterRESTClientMetrics",
          edits: [...edits, put],
          preferred: true,
        },
      ];
}

function adapterFixes(file: GoFile, { pkg, module }: GoContext, registry: Registry): Fix[] {
  // Below this the adapter would have to look otherwise; of an unknown version nothing is known.
  const client = module.version('k8s.io/client-go');
  const fits =
    client === undefined
      ? registry === 'controller-runtime' && atLeast(module.version(RUNTIME)?.version, FIRST_RUNTIME)
      : atLeast(client.version, LATENCY_METRIC_CONTEXT);
  if (fits !== true) return [];
  if (NEEDS[registry].some((path) => module.vendored?.has(path) === false)) return [];
  if (
    DECLARES.some(
      (name) => pkg.value(name) !== undefined || pkg.type(name) !== undefined || pkg.func(name) !== undefined,
    )
  )
    return [];
  // An import of this name in another file would clash with what the new file declares.
  if (pkg.files.some((f) => ['clientLatency', 'limiterLatency', 'requestLatency'].some((n) => f.named.has(n))))
    return [];
  const where = registry === 'controller-runtime' ? "the manager's metrics" : "Prometheus' default registry";
  return [
    {
      id: 'adapter',
      title: `Export the limiter's wait in ${where}: add limiter_metric.go`,
      edits: [newFile(pkg, file, 'limiter_metric', adapter(registry, false))],
      preferred: true,
    },
    {
      id: 'adapter-requests',
      title: `Export the limiter's wait and the requests' time in ${where}: add limiter_metric.go`,
      edits: [newFile(pkg, file, 'limiter_metric', adapter(registry, true))],
    },
  ];
}

function* ofClient(config: Config, context: GoContext, module: Module): Generator<Finding> {
  const { file, pkg } = context;
  const own = (path: string): boolean => {
    const v = module.version(path);
    return v !== undefined && v.indirect !== true;
  };
  const [component, prometheus] = [own(COMPONENT), own(PROMETHEUS)];
  // Without either the program exports nothing at all, and which way it should go is not for a fix to say.
  if (!component && !prometheus) return;
  const imports = (prefix: string): boolean => pkg.files.some((f) => !f.isTest && f.importsAny(prefix));
  const [says, severity] = limitOf(config.uses[0]?.effective ?? config.effective);
  const finding = {
    rule: ID,
    severity,
    ...(config.origin.type === 'call_expression' ? calleeOf(config.origin) : file.span(config.origin)),
  };
  const served = component && imports(`${COMPONENT}/metrics`);
  if (served || !prometheus) {
    const edits: readonly Edit[] =
      served && module.vendored?.has(RESTCLIENT) !== false ? importingBlank(file, RESTCLIENT) : [];
    yield {
      ...finding,
      message: `${says} Importing ${RESTCLIENT} exports ${METRIC} where component-base's legacyregistry is served.`,
      fixes:
        edits.length === 0
          ? []
          : [
              {
                id: 'restclient',
                title: "Export the limiter's wait: import component-base's restclient metrics",
                edits,
                preferred: true,
              },
            ],
    };
    return;
  }
  // A registry of the program's own is served instead of the default one; it has to be handed to the adapter by hand.
  const registry = pkg.files.some((f) =>
    f.calls.some((c) => c.pkg === `${PROMETHEUS}/prometheus` && /^New(Pedantic)?Registry$/.test(c.name)),
  );
  const served2 = imports(PROMETHEUS) && !registry;
  yield {
    ...finding,
    message: `${says} client-go exports ${METRIC} only through a metric that the program brings.`,
    fixes: served2 ? adapterFixes(file, context, 'default') : [],
  };
}
