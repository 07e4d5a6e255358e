/** How long the editor waits for our activation, and for that of an extension that does nothing. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import Module from 'node:module';
import type { Activation, ActivationJob, ActivationResult } from './jobs';

type Load = (this: unknown, request: string, ...rest: unknown[]) => unknown;
type Main = Record<string, unknown> & { readonly activate: (context: unknown) => unknown };

export async function measureActivation({ oursFirst }: ActivationJob): Promise<ActivationResult> {
  const ours = extension('controller-tuner.controller-tuner');
  const empty = extension('bench.empty');
  if (ours.isActive) throw new Error('The extension is active already: something in the window needs it.');
  const order = oursFirst ? [ours, empty] : [empty, ours];
  const found = new Map<vscode.Extension<unknown>, Activation>();
  for (const one of order) found.set(one, await activate(one));
  const dist = path.join(ours.extensionPath, 'dist');
  const others = Object.keys(require.cache)
    .filter((f) => f.startsWith(dist + path.sep) && f !== path.join(dist, 'extension.js'))
    .map((f) => path.relative(dist, f));
  const started = performance.now();
  Module.createRequire(path.join(dist, 'extension.js'))('./kube.js');
  return { ours: of(found, ours), empty: of(found, empty), others, kube: performance.now() - started };
}

function extension(id: string): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(id);
  if (!found) throw new Error(`${id} is not installed in this extension host.`);
  return found;
}

function of<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error('Not measured.');
  return value;
}

/** The loader and the module's own activate() are wrapped for as long as it takes, alike for both. */
async function activate(one: vscode.Extension<unknown>): Promise<Activation> {
  const loader = Module as unknown as { _load: Load };
  const original = loader._load;
  const main = String((one.packageJSON as { main: string }).main);
  const file = path.join(one.extensionPath, main);
  let load = NaN;
  let activateMs = NaN;
  loader._load = function (this: unknown, request: string, ...rest: unknown[]): unknown {
    if (request !== file && request !== file.replace(/\.js$/, '')) return original.call(this, request, ...rest);
    const started = performance.now();
    const loaded = original.call(this, request, ...rest) as Main;
    load = performance.now() - started;
    return {
      ...loaded,
      activate: (context: unknown): unknown => {
        const began = performance.now();
        const result = loaded.activate(context);
        activateMs = performance.now() - began;
        return result;
      },
    };
  };
  try {
    const started = performance.now();
    await one.activate();
    const whole = performance.now() - started;
    if (Number.isNaN(load + activateMs)) throw new Error(`The loading of ${file} was not seen.`);
    return { load, activate: activateMs, whole };
  } finally {
    loader._load = original;
  }
}
