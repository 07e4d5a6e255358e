// Bundles host, thread, pages and command line separately into dist/. `--watch` rebuilds on change; `--production`
// minifies.
import * as esbuild from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const production = process.argv.includes('--production');
const common = {
  absWorkingDir: root,
  bundle: true,
  sourcemap: production ? false : 'linked',
  minify: production,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};
const node = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  mainFields: ['module', 'main'],
  // Its ES module uses import.meta, which a CommonJS bundle does not have.
  alias: { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') },
};
const page = {
  ...common,
  platform: 'browser',
  format: 'iife',
  target: 'es2023',
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
};

/**
 * Each `import * as vscode` would copy the editor's API, 400 names, into a separate object, which doubles the loading
 * time. With one shared module there is one copy.
 */
const vscodeOnce = {
  name: 'vscode-once',
  setup(build) {
    build.onResolve({ filter: /^vscode$/ }, ({ namespace }) =>
      namespace === 'vscode-once' ? { path: 'vscode', external: true } : { path: 'vscode', namespace: 'vscode-once' },
    );
    build.onLoad({ filter: /^vscode$/, namespace: 'vscode-once' }, () => ({
      contents: "export * from 'vscode';",
      loader: 'js',
    }));
  },
};

/** Exported for scripts/inspect.mjs, which builds only the bundles that it runs. */
export const bundles = [
  // One bundle each for activation, for the first use of anything, for the first source of a controller, and for
  // client-node, which is loaded when a cluster is first opened.
  {
    ...node,
    entryPoints: { extension: 'src/extension.ts' },
    outdir: 'dist',
    external: ['./host.js', './advice.js'],
    plugins: [vscodeOnce],
  },
  {
    ...node,
    entryPoints: { host: 'src/host/index.ts' },
    outdir: 'dist',
    external: ['./kube.js'],
    plugins: [vscodeOnce],
  },
  { ...node, entryPoints: { advice: 'src/host/advice/index.ts' }, outdir: 'dist', plugins: [vscodeOnce] },
  {
    ...node,
    entryPoints: { kube: 'src/kube/index.ts' },
    outdir: 'dist',
    external: ['vscode'],
    define: { 'import.meta.url': '__importMetaUrl' },
    banner: { js: 'const __importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  },
  { ...node, entryPoints: { 'profile-thread': 'src/profile/thread/main.ts' }, outdir: 'dist' },
  { ...node, entryPoints: { inspect: 'src/inspect/main.ts' }, outdir: 'dist', external: ['./kube.js'] },
  // The Go parser and its grammar, loaded by the two bundles that analyze sources.
  {
    ...common,
    entryPoints: {
      'web-tree-sitter': 'node_modules/web-tree-sitter/web-tree-sitter.wasm',
      'tree-sitter-go': 'node_modules/tree-sitter-go/tree-sitter-go.wasm',
    },
    loader: { '.wasm': 'copy' },
    outdir: 'dist',
    sourcemap: false,
  },
  {
    ...page,
    entryPoints: {
      flame: 'webview/flame/main.ts',
      goroutines: 'webview/goroutines/main.ts',
      metrics: 'webview/metrics/main.ts',
      churn: 'webview/churn/main.ts',
    },
    outdir: 'dist/webview',
  },
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--watch')) {
    for (const b of bundles) await (await esbuild.context({ ...b, logLevel: 'info' })).watch();
  } else {
    const built = await Promise.all(bundles.map((b) => esbuild.build(b)));
    // The bundles' contents, for the notices.
    if (production) fs.writeFileSync(path.join(root, 'dist/meta.json'), JSON.stringify(built.map((b) => b.metafile)));
  }
}
