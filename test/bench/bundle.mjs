// Bundles TypeScript of the bench on the fly. Packages stay outside: the bundle lies in dist/bench, below node_modules'
// folder.
import * as esbuild from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Scripts of ours know where they lie by their own address, so they are run where they are; likewise a module's
 * dirname.
 */
const inPlace = {
  name: 'in-place',
  setup(build) {
    build.onResolve({ filter: /^\..*\.mjs$/ }, ({ path: to, resolveDir }) => ({
      path: pathToFileURL(path.resolve(resolveDir, to)).href,
      external: true,
    }));
    build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
      if (file.includes('node_modules')) return undefined;
      const text = fs.readFileSync(file, 'utf8');
      return { loader: 'ts', contents: text.replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file))) };
    });
  },
};

/**
 * Bundles `entry` (from the root) as an ES module for this Node, or with `host: true` as the CommonJS that an extension
 * host loads. Gives the address of the file, dist/bench/`out`.
 */
export async function bundle(entry, out, { host = false } = {}) {
  const outfile = path.join(root, 'dist/bench', out);
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22',
    logLevel: 'warning',
    sourcemap: 'inline',
    ...(host ? { format: 'cjs', external: ['vscode'] } : { format: 'esm', packages: 'external', plugins: [inPlace] }),
  });
  return pathToFileURL(outfile).href;
}
