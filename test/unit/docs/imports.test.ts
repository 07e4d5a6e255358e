/** No file reaches itself through what it imports, types included: a reader can begin at the bottom of any room. */
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');

function filesOf(dir: string): readonly string[] {
  return fs
    .readdirSync(path.join(root, dir), { recursive: true })
    .map((f) => path.join(root, dir, String(f)))
    .filter((f) => f.endsWith('.ts'));
}

const files = new Set([...filesOf('src'), ...filesOf('webview')]);

function importsOf(file: string): readonly string[] {
  return ts
    .preProcessFile(fs.readFileSync(file, 'utf8'))
    .importedFiles.map(({ fileName }) => path.resolve(path.dirname(file), fileName))
    .flatMap((to) => [`${to}.ts`, path.join(to, 'index.ts')].filter((f) => files.has(f)).slice(0, 1));
}

it('no imports go round in a circle', () => {
  const imports = new Map([...files].map((f) => [f, importsOf(f)]));
  expect([...imports.values()].flat().length).toBeGreaterThan(files.size);
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, above: readonly string[]): void => {
    const at = above.indexOf(file);
    if (at >= 0) circles.push([...above.slice(at), file].map((f) => path.relative(root, f)).join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const to of imports.get(file) ?? []) visit(to, [...above, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});
