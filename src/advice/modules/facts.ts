/** The facts that rules need of the modules in force: from their own source where it is there, else by version. */
import { CLIENT_GO, RUNTIME } from '../libraries';
import { isAbort } from '../../base/problem';
import type { Files } from '../types';
import { find, structFields } from './goText';
import { hasAt, valueAt } from './known';
import { parseVersion } from './semver';
import {
  CLIENT_GO_DEFAULTS,
  GET_CONFIG,
  MAX_CONCURRENT_RECONCILES,
  REGISTERS_REST_METRICS,
  USE_PRIORITY_QUEUE,
  type From,
} from './table';
import type { Fact, Facts, ModuleVersion } from './types';

/** Packages of controller-runtime whose structs `has` knows, by the names that Go sources give them. */
const STRUCTS: Readonly<Record<string, string>> = {
  manager: 'pkg/manager/manager.go',
  controller: 'pkg/controller/controller.go',
  config: 'pkg/config/controller.go',
  cache: 'pkg/cache/cache.go',
  client: 'pkg/client/client.go',
  cluster: 'pkg/cluster/cluster.go',
  server: 'pkg/metrics/server/server.go',
  webhook: 'pkg/webhook/server.go',
};
const GET = 'pkg/client/config/config.go';
const ADAPTER = 'pkg/metrics/client_go_adapter.go';
const RUNTIME_FILES = [...Object.values(STRUCTS), GET, ADAPTER];
const REST = 'rest/config.go';

/** Text of the files that were there, by their path in the module. */
export type PackageTexts = ReadonlyMap<string, string>;

/** What is read of a module to know its facts. A file that is not there or can't be read is left out. */
export async function textsOf(
  module: ModuleVersion | undefined,
  files: Pick<Files, 'read'>,
  signal?: AbortSignal,
): Promise<PackageTexts> {
  const { path, dir } = module ?? {};
  const wanted = path === RUNTIME ? RUNTIME_FILES : path === CLIENT_GO ? [REST] : [];
  if (dir === undefined) return new Map();
  const read = await Promise.all(
    wanted.map(async (name): Promise<readonly (readonly [string, string])[]> => {
      try {
        const text = await files.read(`${dir}/${name}`, signal);
        return text === undefined ? [] : [[name, text]];
      } catch (e) {
        if (isAbort(e)) throw e;
        return [];
      }
    }),
  );
  return new Map(read.flat());
}

/**
 * Facts of these versions, with what was read of their sources. Neither is needed: the rest is what versions alone
 * tell.
 */
export function factsOf(
  runtime: ModuleVersion | undefined,
  client: ModuleVersion | undefined,
  runtimeTexts: PackageTexts = new Map(),
  clientTexts: PackageTexts = new Map(),
): Facts {
  const structs = new Map<string, ReadonlySet<string> | undefined>();
  const version = tableVersion(runtime);
  const from = <T>(
    file: string,
    read: (text: string) => { readonly value: T; readonly line: number } | undefined,
    table: readonly From<T>[],
  ): Fact<T> | undefined => {
    if (runtime === undefined) return undefined;
    const text = runtimeTexts.get(file);
    if (text !== undefined) {
      const got = read(text);
      // A fork may do it in a way that is not understood here: then nothing is known, whatever its version.
      return got === undefined
        ? undefined
        : { value: got.value, source: named('controller-runtime', runtime), ...cite(runtime, file, got.line) };
    }
    const known = version === undefined ? undefined : valueAt(table, version);
    return known === undefined ? undefined : { value: known.value, source: named('controller-runtime', runtime) };
  };
  return {
    clientGo: clientFact(client, runtime, clientTexts),
    getConfig: from(GET, readGetConfig, GET_CONFIG),
    maxConcurrentReconciles: from(
      'pkg/controller/controller.go',
      (text) => {
        const at = find(text, /^[ \t]*options\.MaxConcurrentReconciles = (\d+)\r?$/m);
        return at === undefined ? undefined : { value: Number(at.match[1]), line: at.line };
      },
      MAX_CONCURRENT_RECONCILES,
    ),
    usePriorityQueue: from(
      'pkg/controller/controller.go',
      (text) => {
        const at = find(text, /Deref\([\w.()]*UsePriorityQueue, (true|false)\)/);
        if (at !== undefined) return { value: at.match[1] === 'true' ? 'on' : 'off', line: at.line };
        // Without the option in this file or in the manager-wide ones nothing chooses the queue.
        const option = /\bUsePriorityQueue\b/;
        return option.test(text) || option.test(runtimeTexts.get('pkg/config/controller.go') ?? '')
          ? undefined
          : { value: 'none', line: find(text, /^type (?:Typed)?Options\b/m)?.line ?? 1 };
      },
      USE_PRIORITY_QUEUE,
    ),
    has: (struct, field) => {
      const name = struct.replace(/^ctrl\./, 'manager.').replace(/^metricsserver\./, 'server.');
      const [pkg = '', type] = name.split('.');
      const text = runtimeTexts.get(STRUCTS[pkg] ?? '');
      if (text === undefined) return version === undefined ? undefined : hasAt(name, field, version);
      if (type === undefined) return find(text, new RegExp(`^func ${field}[([]`, 'm')) !== undefined;
      if (!structs.has(name)) structs.set(name, structFields(text, type));
      return structs.get(name)?.has(field) ?? (version === undefined ? undefined : hasAt(name, field, version));
    },
    registersRestMetrics: from(
      ADAPTER,
      (text) => {
        const at = find(text, /^func RegisterRESTClientMetrics\(/m);
        return at === undefined ? { value: false, line: 1 } : { value: true, line: at.line };
      },
      REGISTERS_REST_METRICS,
    ),
  };
}

/** "controller-runtime v0.25.2", or what it is replaced by. */
function named(name: string, module: ModuleVersion): string {
  return module.version !== undefined
    ? `${name} ${module.version}`
    : module.replaced !== undefined
      ? `${name} replaced by ${module.replaced}`
      : name;
}

/** The version by which the table may be asked: not that of another module that stands in. */
function tableVersion(module: ModuleVersion | undefined): string | undefined {
  if (module?.version === undefined || parseVersion(module.version) === undefined) return undefined;
  return module.replaced === undefined || module.replaced.split(' ')[0] === module.path ? module.version : undefined;
}

function cite(module: ModuleVersion, file: string, line: number): Pick<Fact<unknown>, 'cite'> {
  const { dir = '', path, version, replaced } = module;
  const name =
    version === undefined
      ? (replaced ?? path)
      : replaced === undefined
        ? `${path}@${version}`
        : replaced.replace(' ', '@');
  return { cite: { file: `${dir}/${file}`, line, text: `${name}/${file}:${line}` } };
}

/** What GetConfigWithContext sets: an assignment of a number to `cfg.QPS` under `if cfg.QPS == 0`. */
function readGetConfig(
  text: string,
): { readonly value: { readonly qps: number; readonly burst: number | undefined }; readonly line: number } | undefined {
  const qps = find(text, /^[ \t]*cfg\.QPS = (-?\d+(?:\.\d+)?)\r?$/m);
  if (qps === undefined) return undefined;
  const burst = find(text, /^[ \t]*cfg\.Burst = (\d+)(?:\.0+)?\r?$/m);
  return {
    value: { qps: Number(qps.match[1]), burst: burst === undefined ? undefined : Number(burst.match[1]) },
    line: qps.line,
  };
}

function clientFact(
  client: ModuleVersion | undefined,
  runtime: ModuleVersion | undefined,
  sources: PackageTexts,
): Facts['clientGo'] {
  // go.mod files before Go 1.17 need not name it: whoever has controller-runtime has client-go.
  if (client === undefined) return runtime === undefined ? undefined : { value: CLIENT_GO_DEFAULTS, source: CLIENT_GO };
  const source = named(CLIENT_GO, client);
  const text = sources.get(REST);
  if (text !== undefined) {
    const qps = find(text, /^[ \t]*DefaultQPS\s+float32\s*=\s*(\d+(?:\.\d+)?)/m);
    const burst = find(text, /^[ \t]*DefaultBurst\s+int\s*=\s*(\d+)/m);
    return qps === undefined || burst === undefined
      ? undefined
      : {
          value: { qps: Number(qps.match[1]), burst: Number(burst.match[1]) },
          source,
          ...cite(client, REST, qps.line),
        };
  }
  // The same in every version that was read; a fork without its source may differ.
  return tableVersion(client) === undefined ? undefined : { value: CLIENT_GO_DEFAULTS, source };
}
