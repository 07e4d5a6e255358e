import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { expect, it } from 'vitest';

it('the extension copies the API of the editor once, whatever the number of files that import it', async () => {
  const script = pathToFileURL(path.resolve('scripts/build.mjs')).href;
  const { bundles } = await import(script) as { readonly bundles: readonly BuildOptions[] };
  const extension = bundles.find((b) => typeof b.entryPoints === 'object' && 'extension' in b.entryPoints);
  const { outputFiles } = await build({ ...extension, write: false, sourcemap: false });
  const code = outputFiles.map((f) => f.text).join('');
  expect(code.match(/require\("vscode"\)/g)).toHaveLength(1);
  expect(code).toContain('./kube.js');
});
