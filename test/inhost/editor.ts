/** Profiles open in the custom editor, by the API as by a double click. */
import * as assert from 'node:assert/strict';
import type { Suite } from 'mocha';
import * as vscode from 'vscode';
import { until } from '../lib/until';
import { describe } from './support';

export function editor(parent: Suite): void {
  describe(parent, 'profile editor', {
    async 'is what a .pprof file opens with'() {
      const folder = vscode.workspace.workspaceFolders?.[0];
      assert.ok(folder);
      const uri = vscode.Uri.joinPath(folder.uri, 'cpu.pprof');
      await vscode.commands.executeCommand('vscode.open', uri);
      const input = await until(() => vscode.window.tabGroups.activeTabGroup.activeTab?.input, 'a tab');
      assert.ok(input instanceof vscode.TabInputCustom, 'the tab is not a custom editor');
      assert.equal(input.viewType, 'controllerTuner.profile');
      assert.equal(input.uri.toString(), uri.toString());
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    },

    async 'opens two captures as one that is compared, and several as their sum'() {
      const folder = vscode.workspace.workspaceFolders?.[0];
      assert.ok(folder);
      const capture = (name: string, at: number): unknown => ({
        file: vscode.Uri.joinPath(folder.uri, 'cpu.pprof').fsPath,
        bytes: 1,
        problem: undefined,
        info: {
          version: 1,
          name,
          kind: 'cpu',
          at,
          seconds: 10,
          context: '',
          namespace: '',
          workload: 'w',
          pod: '',
          url: '',
          leader: false,
          image: '',
        },
      });
      const two = [capture('CPU new', 2), capture('CPU old', 1)];
      for (const [command, label] of [
        ['compareCaptures', 'CPU new against CPU old'],
        ['mergeCaptures', 'CPU new and 1 more, merged'],
      ] as const) {
        await vscode.commands.executeCommand(`controllerTuner.${command}`, two[0], two);
        const tab = await until(() => {
          const t = vscode.window.tabGroups.activeTabGroup.activeTab;
          return t?.label === label ? t : undefined;
        }, `the tab "${label}"`);
        assert.ok(tab.input instanceof vscode.TabInputCustom, 'the tab is not a custom editor');
        assert.equal(tab.input.viewType, 'controllerTuner.profile');
      }
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    },

    async "leaves other files to the editor's own ways"() {
      const folder = vscode.workspace.workspaceFolders?.[0];
      assert.ok(folder);
      const uri = vscode.Uri.joinPath(folder.uri, 'notes.txt');
      await vscode.workspace.fs.writeFile(uri, Buffer.from('a text'));
      await vscode.commands.executeCommand('vscode.open', uri);
      const input = await until(() => vscode.window.tabGroups.activeTabGroup.activeTab?.input, 'a tab');
      assert.ok(input instanceof vscode.TabInputText);
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    },
  });
}
