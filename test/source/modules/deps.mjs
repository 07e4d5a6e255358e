// Writes deps/deps.go, go.mod and go.sum of each module again: `node test/source/modules/deps.mjs [NAME…]`. Needed only
// when a version or an import is added: the tests themselves use what is committed, and `go mod tidy` is the one step
// that asks the proxy for more than the files that it names.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
const CONTROLLER_RUNTIME = {
  0.14: 'v0.14.6',
  0.15: 'v0.15.3',
  '0.20': 'v0.20.4',
  0.21: 'v0.21.0',
  0.22: 'v0.22.5',
  0.23: 'v0.23.3',
  0.24: 'v0.24.1',
  0.25: 'v0.25.2',
};
const CLIENT_GO = 'v0.37.2';

const clientGo = [
  'discovery',
  'dynamic',
  'dynamic/dynamicinformer',
  'informers',
  'kubernetes',
  'kubernetes/scheme',
  'kubernetes/typed/core/v1',
  'metadata',
  'rest',
  'restmapper',
  'scale',
  'tools/cache',
  'tools/clientcmd',
  'tools/clientcmd/api',
  'tools/leaderelection',
  'tools/leaderelection/resourcelock',
  'tools/metrics',
  'tools/record',
  'util/flowcontrol',
  'util/homedir',
  'util/retry',
  'util/workqueue',
].map((p) => `k8s.io/client-go/${p}`);
const others = [
  'github.com/alecthomas/kingpin/v2',
  'github.com/go-logr/logr',
  'github.com/prometheus/client_golang/prometheus',
  'github.com/prometheus/client_golang/prometheus/promhttp',
  'github.com/spf13/cobra',
  'github.com/spf13/pflag',
  'github.com/urfave/cli/v2',
  'golang.org/x/time/rate',
  'k8s.io/api/apps/v1',
  'k8s.io/api/batch/v1',
  'k8s.io/api/core/v1',
  'k8s.io/apimachinery/pkg/runtime',
  'k8s.io/component-base/cli/flag',
  'k8s.io/component-base/config',
  'k8s.io/component-base/config/options',
  'k8s.io/component-base/metrics/legacyregistry',
  'k8s.io/component-base/metrics/prometheus/restclient',
  'k8s.io/component-base/metrics/prometheus/workqueue',
  'k8s.io/klog/v2',
];
const controllerRuntime = (minor) =>
  [
    '',
    'pkg/builder',
    'pkg/cache',
    'pkg/client',
    'pkg/client/apiutil',
    'pkg/client/config',
    'pkg/client/fake',
    'pkg/cluster',
    'pkg/controller',
    'pkg/controller/controllerutil',
    'pkg/envtest',
    'pkg/event',
    'pkg/handler',
    'pkg/healthz',
    'pkg/leaderelection',
    'pkg/log',
    'pkg/log/zap',
    'pkg/manager',
    'pkg/manager/signals',
    'pkg/metrics',
    'pkg/predicate',
    'pkg/reconcile',
    'pkg/scheme',
    'pkg/source',
    'pkg/webhook',
    'pkg/config',
    'pkg/ratelimiter',
    'pkg/metrics/server',
    'pkg/metrics/filters',
  ]
    .filter((p) => (p !== 'pkg/ratelimiter' || minor < 20) && (!p.startsWith('pkg/metrics/') || minor > 15))
    .map((p) => `sigs.k8s.io/controller-runtime${p === '' ? '' : `/${p}`}`);

const asked = process.argv.slice(2);
for (const name of [...Object.keys(CONTROLLER_RUNTIME), 'client-go']) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const dir = path.join(here, name);
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(path.join(dir, 'deps'), { recursive: true });
  const minor = Number(name.split('.')[1] ?? 'NaN');
  const imports = [...clientGo, ...others, ...(name === 'client-go' ? [] : controllerRuntime(minor))].sort();
  fs.writeFileSync(
    path.join(dir, 'deps/deps.go'),
    `// Package deps keeps in go.mod and go.sum what the programs of the tests, and what fixes add to them, import.\npackage deps\n\nimport (\n${imports.map((i) => `\t_ "${i}"`).join('\n')}\n)\n`,
  );
  const first =
    name === 'client-go'
      ? `k8s.io/client-go ${CLIENT_GO}`
      : `sigs.k8s.io/controller-runtime ${CONTROLLER_RUNTIME[name]}`;
  const k8s =
    name === 'client-go'
      ? CLIENT_GO
      : /k8s\.io\/client-go (v\S+)/.exec(proxied(`sigs.k8s.io/controller-runtime`, CONTROLLER_RUNTIME[name]))?.[1];
  const requires = [
    first,
    `k8s.io/client-go ${k8s}`,
    `k8s.io/component-base ${k8s}`,
    `k8s.io/api ${k8s}`,
    `k8s.io/apimachinery ${k8s}`,
    'github.com/alecthomas/kingpin/v2 v2.4.0',
    'github.com/urfave/cli/v2 v2.27.1',
    'github.com/spf13/cobra v1.8.0',
  ];
  fs.writeFileSync(
    path.join(dir, 'go.mod'),
    `module tuner.test/shapes\n\ngo 1.20\n\nrequire (\n${[...new Set(requires)].map((r) => `\t${r}`).join('\n')}\n)\n`,
  );
  const go = (...args) =>
    execFileSync('go', args, {
      cwd: dir,
      stdio: 'inherit',
      env: { ...process.env, GOTOOLCHAIN: 'local', GOWORK: 'off' },
    });
  console.error(name);
  go('mod', 'tidy');
}

/** A module's go.mod, which says which client-go its release was made with. */
function proxied(module, version) {
  const said = JSON.parse(
    execFileSync('go', ['mod', 'download', '-json', `${module}@${version}`], {
      cwd: here,
      encoding: 'utf8',
      env: { ...process.env, GOTOOLCHAIN: 'local', GOWORK: 'off' },
    }),
  );
  return fs.readFileSync(said.GoMod, 'utf8');
}
