/**
 * Hints, quick fixes, lenses and hovers of sources, by the same API that other extensions use: what is offered, and the
 * bytes it leaves.
 */
import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Suite } from 'mocha';
import * as vscode from 'vscode';
import type { Api } from '../../src/extension';
import type { Measured } from '../../src/advice/types';
import { SHOP } from '../e2e/lib/shop';
import { until } from '../lib/until';
import { describe, EXTENSION, undo } from './support';

const MAIN = 'shop/cmd/main.go';
const PARAMS = 'shop/config/argocd-cmd-params-cm.yaml';
const before = (file: string): string => SHOP[file] ?? '';
/** kubebuilder's own line, which has no variable to set QPS on, and what it becomes. */
const limited = (qps: number, burst: number): string =>
  before(MAIN).replace(
    '\tmgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{',
    `\tcfg := ctrl.GetConfigOrDie()
	cfg.QPS = ${qps}
	cfg.Burst = ${burst}
	mgr, err := ctrl.NewManager(cfg, ctrl.Options{`,
  );

const file = (name: string): vscode.Uri =>
  vscode.Uri.joinPath(vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail('no folder'), name);
const show = async (name: string): Promise<vscode.TextEditor> =>
  vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file(name)));
const ours = (name: string): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(file(name)).filter((d) => d.source === 'Controller Tuner');
const hinted = (name: string, text: RegExp): Promise<vscode.Diagnostic> =>
  until(() => ours(name).find((d) => text.test(d.message)), `a hint in ${name} that says ${String(text)}`);
const words = (found: readonly vscode.Hover[]): string =>
  found
    .flatMap((h) => h.contents)
    .map((c) => (typeof c === 'string' ? c : c.value))
    .join('\n');
const hover = async (name: string, at: vscode.Position): Promise<string> =>
  words(await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', file(name), at));
const lenses = async (name: string): Promise<string[]> =>
  (await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', file(name))).map(
    (l) => l.command?.title ?? '',
  );
const actions = (name: string, at: vscode.Range): Promise<vscode.CodeAction[]> =>
  Promise.resolve(
    vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      file(name),
      at,
      vscode.CodeActionKind.QuickFix.value,
    ),
  );
const sources = async () =>
  (await (vscode.extensions.getExtension<Api>(EXTENSION) ?? assert.fail('not installed')).activate()).sources();

/** Where a text stands in a file, without a selection: as the cursor in it. */
function at(name: string, text: string): vscode.Range {
  const lines = before(name).split('\n');
  const line = lines.findIndex((l) => l.includes(text));
  assert.ok(line >= 0, `${name} has no "${text}"`);
  const start = new vscode.Position(line, lines[line]!.indexOf(text));
  return new vscode.Range(start, start);
}

/** The same text as gofmt writes it. */
const gofmt = (text: string): string =>
  execFileSync('gofmt', { input: text, encoding: 'utf8', env: { ...process.env, PATH: process.env['INHOST_PATH'] } });

async function change(edit: vscode.WorkspaceEdit | undefined, { document }: vscode.TextEditor): Promise<void> {
  const { version } = document;
  assert.equal(await vscode.workspace.applyEdit(edit ?? assert.fail('the action has no edit')), true);
  await until(() => document.version !== version, 'the text to change');
}

/** Sets a setting of the extension for a test, and takes it back. */
async function having(key: string, value: unknown, body: () => Promise<void>): Promise<void> {
  const set = (v: unknown): Thenable<void> =>
    vscode.workspace.getConfiguration('controllerTuner').update(key, v, vscode.ConfigurationTarget.Global);
  await set(value);
  try {
    await body();
  } finally {
    await set(undefined);
  }
}

/** 1 worker that waits nine tenths of its time in the limiter. */
const MEASURED: Measured = {
  of: 'shop in shop-system',
  seconds: 60,
  requestsPerSecond: 20,
  limiterP99: 0.9,
  limiterMean: 0.45,
  requestMean: 0.01,
  workers: 1,
  busyWorkers: 1,
  reconcileMean: 0.5,
  reconcilesPerSecond: 2,
  inLimiter: 0.9,
};

export function sourceHints(parent: Suite): void {
  describe(parent, 'hints in sources', {
    async 'say what limits a client, at its place and with the version'() {
      for (const [name, text] of Object.entries({ ...SHOP, 'shop/cmd/main_test.go': before(MAIN) }))
        await vscode.workspace.fs.writeFile(file(name), Buffer.from(text));
      await show(MAIN);
      const hint = await hinted(
        MAIN,
        /^This client is limited to 20 requests\/s, burst 30 \(.*controller-runtime v0\.20\.4/,
      );
      assert.equal(hint.range.start.line, at(MAIN, 'GetConfigOrDie').start.line);
      assert.ok(typeof hint.code === 'object' && 'target' in hint.code, 'it leads to an explanation');
    },

    async 'have a fix, which leaves what is expected, as gofmt has it; undone, the file has its bytes again'() {
      const editor = await show(MAIN);
      const [first] = await actions(MAIN, at(MAIN, 'GetConfigOrDie'));
      assert.equal(first?.title, 'Set QPS to 50 and Burst to 100');
      assert.equal(first.isPreferred, true);
      await change(first.edit, editor);
      assert.equal(editor.document.getText(), limited(50, 100));
      assert.equal(gofmt(editor.document.getText()), editor.document.getText());
      await until(
        () => ours(MAIN).every((d) => !d.message.includes('20 requests/s')),
        'the hint to go with its reason',
      );
      await undo(editor);
      assert.equal(await editor.document.save(), true);
      assert.deepEqual(fs.readFileSync(file(MAIN).fsPath), Buffer.from(before(MAIN)));
      await hinted(MAIN, /limited to 20 requests/);
    },

    async 'each fix of every line leaves a text that gofmt would not touch, and one undo takes it back'() {
      const editor = await show(MAIN);
      const tried = new Set<string>();
      for (const { range } of ours(MAIN)) {
        for (const { title, edit } of await actions(MAIN, new vscode.Range(range.start, range.start))) {
          // What changes other files too is undone in all of them after a question. What one may type over is a
          // snippet, and loses on its way through this API that its indentation is its own: test/e2e takes it from the
          // light bulb.
          if (edit?.size !== 1 || !edit.has(file(MAIN)) || title.includes('of your own') || tried.has(title)) continue;
          tried.add(title);
          await change(edit, editor);
          const text = editor.document.getText();
          assert.notEqual(text, before(MAIN), title);
          assert.equal(text, gofmt(text), title);
          await undo(editor);
          assert.equal(editor.document.getText(), before(MAIN), title);
        }
      }
      assert.ok(tried.size >= 3, [...tried].join('\n'));
    },

    async 'come first with the figures, once they were measured, and with the arithmetic'() {
      const { measurements } = await sources();
      measurements.set('example.com/shop', MEASURED);
      const editor = await show(MAIN);
      const first = await until(async () => {
        const [one] = await actions(MAIN, at(MAIN, 'GetConfigOrDie'));
        return one?.title.startsWith('Set QPS from what was measured') === true ? one : undefined;
      }, 'the fix with what was measured');
      const { qps, burst } =
        /^Set QPS from what was measured: (?<qps>\d+), Burst (?<burst>\d+) \(1 worker × [\d.]+ requests ÷ [\d.]+ s = [\d.]+\/s, and 25 % of head room\)$/.exec(
          first.title,
        )?.groups ?? assert.fail(first.title);
      assert.ok(Number(qps) > 20, first.title);
      const cursor = at(MAIN, 'GetConfigOrDie').start;
      editor.selection = new vscode.Selection(cursor, cursor);
      await vscode.commands.executeCommand('editor.action.codeAction', { kind: 'quickfix', apply: 'first' });
      await until(
        () => editor.document.getText() === limited(Number(qps), Number(burst)),
        'the text with what was measured',
      ).catch(() => {
        assert.equal(editor.document.getText(), limited(Number(qps), Number(burst)));
      });
      await undo(editor);
      assert.equal(editor.document.getText(), before(MAIN));
      assert.match(await hover(MAIN, at(MAIN, 'GetConfigOrDie').start), /Measure Again/);
    },

    async 'have a lens over each set-up, and a hover with the settings in force'() {
      await show(MAIN);
      const found = await until(async () => {
        const all = await lenses(MAIN);
        return all.length > 0 ? all : undefined;
      }, 'lenses');
      assert.ok(
        found.some((t) => /^QPS 20 · burst 30 · controller-runtime v0\.20\.4$/.test(t)),
        found.join('\n'),
      );
      const text = await hover(MAIN, at(MAIN, 'GetConfigOrDie').start.translate(0, 1));
      assert.match(text, /In force/);
      assert.match(text, /QPS \| \*\*20\*\* \|/);
      assert.match(text, /Burst \| \*\*30\*\* \|/);
    },

    async 'are in manifests too: hint, fix, hover, and the bytes after an undo'() {
      const editor = await show(PARAMS);
      await hinted(PARAMS, /^controller\.status\.processors is 20; upstream's default is 20/);
      const fix = (await actions(PARAMS, at(PARAMS, 'controller.status.processors'))).find(
        (a) => a.title === 'Set controller.status.processors to 50',
      );
      await change(fix?.edit, editor);
      assert.equal(editor.document.getText(), before(PARAMS).replace('"20"', '"50"'));
      await undo(editor);
      assert.equal(await editor.document.save(), true);
      assert.deepEqual(fs.readFileSync(file(PARAMS).fsPath), Buffer.from(before(PARAMS)));
      assert.match(
        await hover(PARAMS, at(PARAMS, 'controller.status.processors').start.translate(0, 3)),
        /controller\.status\.processors/,
      );
    },

    async 'are in no _test.go file: no hint, no lens, no quick fix'() {
      const { document } = await show('shop/cmd/main_test.go');
      // The same text as the one beside it, which has all of them; asked by a person it is looked at now.
      const report = await (await sources()).hints.report(document, { now: true });
      assert.deepEqual([report?.findings ?? [], report?.setUps ?? []], [[], []]);
      assert.deepEqual(ours('shop/cmd/main_test.go'), []);
      assert.deepEqual(await lenses('shop/cmd/main_test.go'), []);
      assert.deepEqual(
        (await actions('shop/cmd/main_test.go', at(MAIN, 'GetConfigOrDie'))).map((a) => a.title),
        [],
      );
    },

    async 'go when the setting turns them off, lenses by theirs, and are as loud as the setting says'() {
      await show(MAIN);
      await hinted(MAIN, /limited|measured/i);
      await having('hints', false, async () => {
        await until(() => ours(MAIN).length === 0, 'the hints to go');
        // Quick fixes stay, as the setting says.
        assert.notDeepEqual(await actions(MAIN, at(MAIN, 'GetConfigOrDie')), []);
      });
      await until(() => ours(MAIN).length > 0, 'the hints to come back');
      await having('codeLens', false, () =>
        until(async () => (await lenses(MAIN)).length === 0, 'the lenses to go').then(() => undefined),
      );
      await until(async () => (await lenses(MAIN)).length > 0, 'the lenses to come back');
      await having('hintSeverity', 'hint', () =>
        until(
          () => ours(MAIN).length > 0 && ours(MAIN).every((d) => d.severity === vscode.DiagnosticSeverity.Hint),
          'the hints to be quiet',
        ).then(() => undefined),
      );
      await until(
        () => ours(MAIN).some((d) => d.severity !== vscode.DiagnosticSeverity.Hint),
        'the hints to be as loud as before',
      );
    },

    async 'of a whole module are written down by the export of its review'() {
      await show(MAIN);
      await vscode.commands.executeCommand('controllerTuner.source.export');
      const text = await until(() => {
        const front = vscode.window.activeTextEditor?.document;
        return front?.languageId === 'markdown' ? front.getText() : undefined;
      }, 'the document');
      for (const told of [
        /example\.com\/shop/,
        /controller-runtime v0\.20\.4/,
        /cmd\/main\.go/,
        /order_controller\.go/,
        /MaxConcurrentReconciles/,
      ])
        assert.match(text, told);
      assert.equal(text.includes(path.dirname(file(MAIN).fsPath)), false, 'no path of this machine');
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    },
  });
}
