/**
 * Values of the active profile in Go texts. While no page of a profile is open nothing of this is registered and no
 * text is looked at.
 */
import * as vscode from 'vscode';
import { count } from '../../base/format';
import { Disposables } from '../../base/dispose';
import { isAbort, Problem } from '../../base/problem';
import { guarded } from '../errors';
import type { Log } from '../../app/editor';
import type { ActivePages } from '../../app/pages/active';
import type { GoSources } from '../../app/pages/goSources';
import { goToHotLine, showInProfile } from './commands';
import { Decorations } from './decorations';
import { Hovers, Lenses, type Current } from './lensAndHover';
import { ProfileValues } from './values';

const SELECTOR: vscode.DocumentSelector = { language: 'go', scheme: 'file' };
/** The menu of a Go text, the keys and the palette offer these only then. */
const CONTEXT = 'controllerTuner.profileActive';
/** ms after a keystroke; until then the editor itself moves what it shows along. */
const PAUSE_MS = 150;

export interface LinesDeps {
  readonly pages: ActivePages;
  readonly sources: GoSources;
  readonly log: Log;
}

export class Lines implements vscode.Disposable {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new vscode.EventEmitter<void>());
  /** What is there only while a profile is active. */
  #live:
    { readonly own: Disposables; readonly decorations: Decorations; readonly item: vscode.StatusBarItem } | undefined;
  #values: ProfileValues | undefined;
  #on = true;
  #timer: NodeJS.Timeout | undefined;

  readonly commands: Readonly<Record<string, (arg?: unknown) => unknown>> = {
    toggleLineValues: () => {
      this.#on = !this.#on;
      this.#show();
    },
    nextHotLine: () => this.#with('Next hot line', (values) => goToHotLine(values, false)),
    previousHotLine: () => this.#with('Previous hot line', (values) => goToHotLine(values, true)),
    showInProfile: (arg) =>
      this.#with('Show in profile', (values) => showInProfile(this.deps.pages.active!, values, arg)),
  };

  constructor(private readonly deps: LinesDeps) {
    this.#own.add(
      deps.pages.onDidChange(() => {
        this.#update();
      }),
    );
    // Modules or rules have changed: what was not found may be there.
    this.#own.add(
      deps.sources.onDidChange(() => {
        this.#values = undefined;
        this.#update();
      }),
    );
    this.#update();
  }

  #with(what: string, body: (values: ProfileValues) => Promise<void>): Promise<unknown> {
    return guarded(what, this.deps.log, async () => {
      if (!this.#values)
        throw new Problem('lines.noProfile', 'No profile is open.', {
          next: 'Open or capture one; its values are then shown in Go files.',
        });
      await body(this.#values);
    });
  }

  #update(): void {
    const page = this.deps.pages.active;
    const profile = page?.profile;
    if (!page || !profile) {
      this.#values = undefined;
      this.#end();
      return;
    }
    const { looking } = page;
    if (this.#values?.profile !== profile || JSON.stringify(this.#values.looking) !== JSON.stringify(looking))
      this.#values = new ProfileValues(profile, looking, this.deps.sources);
    this.#begin();
    this.#show();
  }

  #begin(): void {
    if (this.#live) return;
    const own = new Disposables();
    const current = (): Current | undefined =>
      this.#on && this.#values ? { values: this.#values, title: this.deps.pages.active?.title ?? '' } : undefined;
    const item = own.add(
      vscode.window.createStatusBarItem('controllerTuner.profile', vscode.StatusBarAlignment.Right, 90),
    );
    item.name = 'Active Profile';
    item.command = 'controllerTuner.toggleLineValues';
    own.add(vscode.languages.registerCodeLensProvider(SELECTOR, new Lenses(this.#changed.event, current)));
    own.add(vscode.languages.registerHoverProvider(SELECTOR, new Hovers(current)));
    own.add(
      vscode.window.onDidChangeVisibleTextEditors(() => {
        void this.#decorate();
      }),
    );
    own.add(
      vscode.window.onDidChangeActiveTextEditor(() => {
        void this.#decorate();
      }),
    );
    own.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 || !isLooked(document)) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => {
          void this.#decorate();
        }, PAUSE_MS);
      }),
    );
    this.#live = { own, decorations: own.add(new Decorations()), item };
    void vscode.commands.executeCommand('setContext', CONTEXT, true);
  }

  #end(): void {
    clearTimeout(this.#timer);
    if (!this.#live) return;
    this.#live.own.dispose();
    this.#live = undefined;
    void vscode.commands.executeCommand('setContext', CONTEXT, false);
  }

  #show(): void {
    const { item } = this.#live ?? {};
    const page = this.deps.pages.active;
    if (!item || !page) return;
    item.text = `$(${this.#on ? 'flame' : 'eye-closed'}) ${page.title}`;
    item.accessibilityInformation = {
      label: `Profile ${page.title}: values in Go files are ${this.#on ? 'shown' : 'hidden'}`,
      role: 'button',
    };
    item.show();
    this.#changed.fire();
    void this.#decorate();
  }

  async #decorate(): Promise<void> {
    const live = this.#live;
    const values = this.#values;
    if (!live || !values) return;
    const active = vscode.window.activeTextEditor;
    this.#tell(live.item, values, active && isLooked(active.document) ? '…' : '');
    for (const editor of vscode.window.visibleTextEditors) {
      if (!isLooked(editor.document)) continue;
      if (!this.#on) {
        live.decorations.clear(editor);
        continue;
      }
      try {
        const shown = await values.of(editor.document);
        if (this.#live !== live || this.#values !== values || !this.#on) return;
        if ('placed' in shown) live.decorations.show(editor, shown);
        else live.decorations.clear(editor);
        const { placed } = 'placed' in shown ? shown : {};
        if (editor === active)
          this.#tell(
            live.item,
            values,
            placed
              ? `${count(placed.functions.length, 'function')} and ${count(placed.lines.length, 'line')} of this file`
              : 'why' in shown
                ? shown.why
                : '',
          );
      } catch (e) {
        // Closed or read anew meanwhile: the page tells of itself.
        if (!isAbort(e) && this.#values === values) this.deps.log.problem('Values in sources', e);
      }
    }
  }

  #tell(item: vscode.StatusBarItem, { profile, looking }: ProfileValues, of: string): void {
    const type = profile.summary.sampleTypes[looking.sampleType];
    const filtered = looking.part && Object.keys(looking.part).length > 0 ? ', filtered as on its page' : '';
    item.tooltip = [
      `Values of ${type?.type ?? 'the profile'}${filtered} in Go files${of === '' ? '' : `: ${of}`}`,
      this.#on ? 'Click to hide them' : 'Hidden: click to show them',
    ].join('\n');
  }

  dispose(): void {
    this.#end();
    this.#own.dispose();
  }
}

function isLooked(document: vscode.TextDocument): boolean {
  return document.languageId === 'go' && document.uri.scheme === 'file';
}
