/** Hints, quick fixes, lenses, hovers and the review: a bundle of its own, loaded with the first text that needs it. */
import * as vscode from 'vscode';
import { isAbort, Problem } from '../../base/problem';
import { Analyzer } from '../../advice/analyzer';
import { Grammar } from '../../advice/go/grammar';
import { createLog } from '../log';
import { Actions } from './actions';
import { commandsOf } from './commands';
import { registerExplanations } from './explain';
import { EditorFiles } from './files';
import { Hints } from './hints';
import { Gopls } from './gopls';
import { Hovers, Lenses } from './lensAndHover';
import { Measurements, type Measure } from './measured';
import { SELECTOR } from './uris';

/** What extension.ts hands on to. */
export interface Advice extends vscode.Disposable {
  readonly analyzer: Analyzer;
  readonly hints: Hints;
  readonly measurements: Measurements;
  has(command: string): boolean;
  /** Runs a command by its whole name. Whatever it throws was shown. */
  run(command: string, args: readonly unknown[]): unknown;
}

/** `measure`: clusters are in a bundle of their own, which is loaded when it is first called. */
export function makeAdvice(context: vscode.ExtensionContext, measure: Measure): Advice {
  const subscriptions: vscode.Disposable[] = [];
  const own = <T extends vscode.Disposable>(part: T): T => {
    subscriptions.push(part);
    return part;
  };
  const log = own(createLog('Controller Tuner Sources'));
  const measurements = own(new Measurements(measure));
  const wasm = (name: string): Thenable<Uint8Array> =>
    vscode.workspace.fs.readFile(vscode.Uri.joinPath(context.extensionUri, 'dist', `${name}.wasm`));
  const load = async (): Promise<Grammar> =>
    Grammar.load(...(await Promise.all([wasm('web-tree-sitter'), wasm('tree-sitter-go')])));
  const files = new EditorFiles();
  const server = own(new Gopls((path) => files.read(path)));
  const analyzer = new Analyzer(load, files, {
    measured: measurements.of,
    languageServer: server,
    pause: () =>
      new Promise((resolve) => {
        setImmediate(resolve);
      }),
    tell: (problem) => {
      log.problem('Sources', problem);
      if (problem.code === 'source.large') void vscode.window.showInformationMessage(problem.sentence);
    },
  });
  own({
    dispose: () => {
      analyzer.clear();
    },
  });
  const hints = own(
    new Hints(analyzer, (document, e) => {
      if (!isAbort(e)) log.problem(document.uri.path, Problem.from(e));
    }),
  );
  own(
    measurements.onDidChange(() => {
      hints.refresh();
    }),
  );
  own(
    server.onDidLearn(() => {
      analyzer.learned();
      hints.refresh();
    }),
  );
  own(
    vscode.languages.registerCodeActionsProvider(
      SELECTOR,
      new Actions(hints, analyzer, measurements.of),
      Actions.metadata,
    ),
  );
  own(vscode.languages.registerCodeLensProvider(SELECTOR, new Lenses(hints)));
  own(vscode.languages.registerHoverProvider(SELECTOR, new Hovers(hints, analyzer, measurements.of)));
  own(registerExplanations());
  const { offered, internal } = commandsOf({ analyzer, hints, measurements, log, own });
  for (const [name, run] of Object.entries(internal)) own(vscode.commands.registerCommand(name, run));
  return {
    analyzer,
    hints,
    measurements,
    has: (command) => command in offered,
    run: (command, args) => offered[command]?.(...args),
    dispose: () => {
      for (const s of subscriptions.splice(0).reverse()) s.dispose();
    },
  };
}
