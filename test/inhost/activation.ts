/** Activation registers and returns: nothing of a cluster is loaded before a person opens one. */
import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import type { Suite } from 'mocha';
import * as vscode from 'vscode';
import { notes } from './notes';
import type { Api } from '../../src/extension';
import { describe, EXTENSION } from './support';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
  };
}

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(EXTENSION);
  assert.ok(found, `${EXTENSION} is not installed`);
  return found;
}

/** Modules of ours that this extension host has loaded; extensions and tests share the loader's cache. */
function loaded(): string[] {
  const dist = path.join(extension().extensionPath, 'dist');
  return Object.keys(require.cache)
    .filter((f) => f.startsWith(dist + path.sep))
    .map((f) => path.relative(dist, f));
}

export function activation(parent: Suite): void {
  describe(parent, 'activation', {
    async 'waits for the person: at start-up the extension is not active'() {
      assert.equal(extension().isActive, false);
      assert.deepEqual(
        loaded().filter((f) => !f.startsWith('inhost')),
        [],
      );
    },

    async 'registers and returns, and loads neither client-node nor the profile reader'() {
      const start = performance.now();
      await extension().activate();
      notes['activationMs'] = Math.round((performance.now() - start) * 10) / 10;
      assert.equal(extension().isActive, true);
      assert.deepEqual(
        loaded().filter((f) => !f.startsWith('inhost')),
        ['extension.js'],
      );
    },

    async 'every command that the manifest names is carried out by a part that is loaded at first use'() {
      const { contributes } = extension().packageJSON as Manifest;
      const has = (await (extension() as vscode.Extension<Api>).activate()).has;
      const missing: string[] = [];
      for (const { command } of contributes.commands) if (!(await has(command))) missing.push(command);
      assert.deepEqual(missing, []);
      // Both parts were asked: the one for clusters, profiles and metrics, and the one for sources.
      assert.deepEqual(
        loaded()
          .filter((f) => !f.startsWith('inhost'))
          .sort(),
        ['advice.js', 'extension.js', 'host.js'],
      );
    },

    async 'every command that the manifest names is registered'() {
      const { contributes } = extension().packageJSON as Manifest;
      const registered = new Set(await vscode.commands.getCommands(true));
      assert.ok(contributes.commands.length > 0);
      assert.deepEqual(
        contributes.commands.map((c) => c.command).filter((c) => !registered.has(c)),
        [],
      );
    },

    async 'every view that the manifest names can be shown'() {
      const { contributes } = extension().packageJSON as Manifest;
      const registered = new Set(await vscode.commands.getCommands(true));
      const views = Object.values(contributes.views)
        .flat()
        .map((v) => v.id);
      assert.ok(views.length >= 2);
      assert.deepEqual(
        views.filter((v) => !registered.has(`${v}.focus`)),
        [],
      );
    },
  });
}
