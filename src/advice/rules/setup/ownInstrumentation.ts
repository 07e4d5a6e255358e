/** What a program serves already, as far as its sources tell. */
import type { GoFile } from '../../go/file';
import { all } from '../../go/grammar';
import type { GoPackage } from '../../go/package';

/**
 * Packages whose import alone registers the limiter's metric with client-go: component-base's, and the one that bundles
 * it.
 */
const REGISTERING = new Set([
  'k8s.io/component-base/metrics/prometheus/restclient',
  'k8s.io/component-base/metrics/prometheus/clientgo',
]);
const METRIC = 'rest_client_rate_limiter_duration_seconds';
const METRIC_NAMES =
  /\b(RateLimiterLatency|MetricRateLimiterLatency|RegisterRESTClientMetrics(WithOptions)?)\b|rest_client_rate_limiter_duration_seconds/;
const PPROF = new Set(['net/http/pprof', 'runtime/pprof', 'k8s.io/apiserver/pkg/server/routes']);

const sources = (pkg: GoPackage): readonly GoFile[] => pkg.files.filter((f) => !f.isTest);

/**
 * True when a file of the package sets client-go's RateLimiterLatency, registers upstream's, or imports a package that
 * does.
 */
export function hasLimiterMetric(pkg: GoPackage): boolean {
  return sources(pkg).some(
    (file) =>
      file.imports.some((i) => REGISTERING.has(i.path)) || (METRIC_NAMES.test(file.text) && namesLimiterMetric(file)),
  );
}

/** In the code itself; a comment that speaks of it does not count. */
function namesLimiterMetric(file: GoFile): boolean {
  for (const node of all(file.root, 'identifier', 'field_identifier', 'interpreted_string_literal')) {
    const { text } = node;
    if (text === 'RateLimiterLatency' || text === 'MetricRateLimiterLatency' || text === `"${METRIC}"`) return true;
    // A list handed on whole may hold it: RegisterRESTClientMetrics(chosen...).
    if (/^RegisterRESTClientMetrics/.test(text) && /\.\.\.\s*\)$/.test(node.parent?.parent?.text ?? '')) return true;
  }
  return false;
}

/** The import by which a package serves or writes profiles itself, or undefined. */
export function pprofImport(
  pkg: GoPackage,
): { readonly file: GoFile; readonly path: string; readonly node: GoFile['imports'][number]['node'] } | undefined {
  for (const file of sources(pkg))
    for (const i of file.imports) if (PPROF.has(i.path)) return { file, path: i.path, node: i.node };
  return undefined;
}

/** True when the package calls this function of the standard library's package `runtime`. */
export function callsRuntime(pkg: GoPackage, name: string): boolean {
  return sources(pkg).some(
    (file) => file.text.includes(name) && file.calls.some((c) => c.pkg === 'runtime' && c.name === name),
  );
}

/** Packages of client-go that only a program that keeps watching needs. */
const WATCHING = [
  'k8s.io/client-go/informers',
  'k8s.io/client-go/tools/cache',
  'k8s.io/client-go/util/workqueue',
  'k8s.io/client-go/tools/leaderelection',
];

/** True for a main package that watches or works through a queue: a controller, not a tool that asks and ends. */
export function isController(pkg: GoPackage, loops: number): boolean {
  return (
    sources(pkg).some((f) => f.packageName === 'main') &&
    (loops > 0 || sources(pkg).some((f) => WATCHING.some((w) => f.importsAny(w))))
  );
}
