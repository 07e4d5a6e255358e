/** Values of a profile in Go files: lenses over functions that keep to them while one types, hovers, hot lines, off and on. */
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Suite } from 'mocha';
import * as vscode from 'vscode';
import { value } from '../../src/base/format';
import { until } from '../lib/until';
import { describe, EXTENSION, undo } from './support';

/** What `go tool pprof -top` says of a function of test/fixtures/make/busy: flat and cum, ns. */
function pprof(name: string): { flat: number; cum: number } {
  const root = vscode.extensions.getExtension(EXTENSION)?.extensionPath ?? assert.fail('not installed');
  const line =
    fs
      .readFileSync(path.join(root, 'test/fixtures/cpu.prof.cpu.top.txt'), 'utf8')
      .split('\n')
      .find((l) => l.includes(`busy.${name}`)) ?? assert.fail(`no ${name}`);
  const [flat = '', , , cum = ''] = line.trim().split(/\s+/);
  return { flat: parseFloat(flat), cum: parseFloat(cum) };
}

export function lines(parent: Suite): void {
  const file = (name: string): vscode.Uri =>
    vscode.Uri.joinPath(vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail('no folder'), name);
  const source = (): vscode.Uri => file('busy/busy.go');
  const lenses = async (): Promise<Map<string, string>> => {
    const document = await vscode.workspace.openTextDocument(source());
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', source());
    return new Map(
      found
        .filter((l) => /cum|flat|capture|built/.test(l.command?.title ?? ''))
        .map((l) => [document.lineAt(l.range.start.line).text, l.command?.title ?? '']),
    );
  };
  const withLenses = (): Promise<Map<string, string>> =>
    until(async () => {
      const found = await lenses();
      return found.size > 1 ? found : undefined;
    }, 'lenses over functions');
  const without = (what: string): Promise<true> => until(async () => (await lenses()).size === 0, what);
  const lineOf = async (text: string): Promise<number> =>
    (await vscode.workspace.openTextDocument(source()))
      .getText()
      .split('\n')
      .findIndex((l) => l.includes(text));

  describe(parent, 'values of the active profile in Go files', {
    async 'are not there before a profile is'() {
      await vscode.window.showTextDocument(source());
      assert.equal((await lenses()).size, 0);
    },

    async 'stand over functions, as go tool pprof counts them, and say when the file was saved since'() {
      await vscode.commands.executeCommand('vscode.open', file('cpu.pprof'));
      const found = await withLenses();
      const { flat, cum } = pprof('Hash');
      assert.match(
        found.get('func Hash(n int) uint64 {') ?? '',
        new RegExp(`^cum ${value(cum, 'ns')} · [\\d.]+ %, flat ${value(flat, 'ns')}( · inlined)?$`),
      );
      // Inlined into Hash: no frame of its own in the machine code.
      assert.match(
        found.get('func mix(a, b uint64) uint64 { return rotate(a^b) * 0x9e3779b97f4a7c15 }') ?? '',
        /^(cum|flat) .* · inlined$/,
      );
      assert.match([...found.values()].join('\n'), /Saved since the capture/);
    },

    async 'keep to their functions while one types, and when that is undone'() {
      const editor = await vscode.window.showTextDocument(source(), { viewColumn: vscode.ViewColumn.Beside });
      const before = await withLenses();
      const text = editor.document.getText();
      await editor.edit((e) => {
        e.insert(new vscode.Position(1, 0), 'import "fmt"\n\nvar _ = fmt.Sprint\n\n');
      });
      const hash = await lineOf('func Hash');
      await editor.edit((e) => {
        e.insert(new vscode.Position(hash + 1, 0), '\t// typed\n');
      });
      assert.deepEqual(
        [...(await lenses())].filter(([text]) => text.startsWith('func')),
        [...before].filter(([text]) => text.startsWith('func')),
      );
      for (let i = 0; i < 2; i++) await undo(editor);
      assert.equal(editor.document.getText(), text);
      await until(() => !editor.document.isDirty, 'the text to be as it was saved');
      assert.deepEqual([...(await lenses())], [...before]);
    },

    async 'hot lines follow each other, and a hover says who calls'() {
      const editor = await vscode.window.showTextDocument(source(), {
        viewColumn: vscode.ViewColumn.Two,
        selection: new vscode.Range(0, 0, 0, 0),
      });
      const seen: number[] = [];
      for (let i = 0; i < 4; i++) {
        await vscode.commands.executeCommand('controllerTuner.nextHotLine');
        seen.push(editor.selection.active.line);
      }
      assert.deepEqual(
        [...seen].sort((a, b) => a - b),
        seen,
        'from top to bottom',
      );
      assert.equal(new Set(seen).size, 4);
      assert.ok(seen.includes(await lineOf('h = mix(h, uint64(i))')), `the loop of Hash is among ${seen.join(', ')}`);
      await vscode.commands.executeCommand('controllerTuner.previousHotLine');
      assert.equal(editor.selection.active.line, seen[2]);
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        source(),
        new vscode.Position(await lineOf('func Hash'), 6),
      );
      const text = hovers
        .flatMap((h) => h.contents)
        .map((c) => (typeof c === 'string' ? c : c.value))
        .join('\n');
      assert.match(text, /Called by[^]*TestBusy/);
      assert.match(text, /Show in Profile/);
    },

    async 'go away by one command and come back by it, and go with the last page'() {
      await vscode.commands.executeCommand('controllerTuner.toggleLineValues');
      await without('no lenses while switched off');
      await vscode.commands.executeCommand('controllerTuner.toggleLineValues');
      await withLenses();
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await vscode.window.showTextDocument(source());
      await without('no lenses once the profile is closed');
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    },
  });
}
