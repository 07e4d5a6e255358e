import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { expect, it } from 'vitest';

it('the extension copies the API of the editor once, whatever the number of files that import it', async () => {
  const script = pathToFileURL(path.resolve('scripts/build.mjs')).href;
  const { bundles } = (await import(script)) as { readonly bundles: readonly BuildOptions[] };
  const code = async (entry: string): Promise<string> => {
    const bundle = bundles.find((b) => typeof b.entryPoints === 'object' && entry in b.entryPoints);
    const { outputFiles } = await build({ ...bundle, write: false, sourcemap: false });
    return outputFiles.map((f) => f.text).join('');
  };
  const host = await code('host');
  expect(host.match(/require\("vscode"\)/g)).toHaveLength(1);
  expect(host).toContain('./kube.js');
  const extension = await code('extension');
  expect(extension.match(/require\("vscode"\)/g)).toHaveLength(1);
  expect(extension).toContain('./host.js');
  expect(extension.length, 'what activation loads').toBeLessThan(20_000);
});
