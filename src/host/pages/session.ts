/** One editor's page: shows the document, answers the page's requests, swaps pages in place. */
import * as vscode from 'vscode';
import { Disposables } from '../../base/dispose';
import { isAbort, Problem } from '../../base/problem';
import { fileSubtitle, subtitle } from '../../captures/describe';
import type { Capture } from '../../captures/types';
import type { OpenProfile } from '../../profile/types';
import { pageHtml } from '../../protocol/html';
import { earlyQuery, fromPage, PROTOCOL, type EarlyFlame, type FromPage, type PageFacts, type PageName, type ToPage } from '../../protocol/pages';
import type { CapturesApi } from '../captures/index';
import type { Log } from '../log';
import { told } from '../told';
import type { ProfileDocument } from './document';
import type { Sources } from './source';

export interface SessionDeps {
  readonly captures: CapturesApi;
  readonly log: Log;
  readonly sources: Sources;
  /** Keeps which page of a file was shown last, over window reloads. */
  readonly memory: vscode.Memento;
  /** The folder with the pages' bundles: the only one that a page may load from. */
  readonly pages: vscode.Uri;
  readonly captureAgain: (capture: Capture | undefined) => void;
}

/** `Omit` that keeps a union's members apart. */
type Body<T> = T extends unknown ? Omit<T, 'v'> : never;

/** The page is not kept waiting longer than this for the workspace's modules, ms; they are told when they are there. */
const MODULES_MS = 200;
const MEMORY = 'pages.shown';
/** Files whose page is remembered; the oldest goes first. */
const MEMORY_MAX = 200;

export class PageSession implements vscode.Disposable {
  readonly #own = new Disposables();
  #page: PageName;
  /** The page that runs in the webview, once it said so; undefined while it loads. */
  #ready = false;
  /** What the page asked when it was ready, not answered yet. */
  #early: readonly EarlyFlame[] = [];
  /** True when the person or an earlier window chose the page: contents don't change it then. */
  #chosen: boolean;
  /** What the page was last told that it shows. */
  #title = '';
  #drawn = false;

  constructor(private readonly doc: ProfileDocument, private readonly panel: vscode.WebviewPanel, private readonly deps: SessionDeps) {
    const remembered = recall(deps.memory, doc.uri);
    this.#chosen = remembered !== undefined;
    this.#page = remembered ?? (doc.uri.path.endsWith('.goroutines.txt') ? 'goroutines' : 'flame');
    panel.webview.options = { enableScripts: true, localResourceRoots: [deps.pages] };
    this.#own.add(panel.webview.onDidReceiveMessage((m: unknown) => { this.#hear(m); }));
    this.#own.add(doc.onDidChange(() => { this.#tellState(); }));
    this.#own.add(deps.captures.store.onDidChange(() => { void this.#renamed(); }));
    this.#html();
  }

  dispose(): void { this.#own.dispose(); }

  get #name(): string { return this.doc.uri.path.slice(this.doc.uri.path.lastIndexOf('/') + 1); }

  #html(): void {
    const { webview } = this.panel;
    this.#ready = false;
    const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(this.deps.pages, file)).toString();
    webview.html = pageHtml({ cspSource: webview.cspSource, scriptUri: uri(`${this.#page}.js`), styleUri: uri(`${this.#page}.css`), title: this.#name });
  }

  #send(m: Body<ToPage>): void {
    if (!this.#own.disposed) void this.panel.webview.postMessage({ v: PROTOCOL, ...m });
  }

  #hear(raw: unknown): void {
    const m = fromPage(raw);
    if (!m) return;
    switch (m.type) {
      case 'ready':
        // The page before a swap may still speak.
        if (m.page !== this.#page) return;
        this.#ready = true;
        this.#early = m.early ?? [];
        this.#tellState();
        return;
      case 'flame': case 'search': case 'goroutines': void this.#answer(m); return;
      case 'show': this.#show(m.page); return;
      case 'openSource':
        this.deps.sources.open(m.frame, this.panel.viewColumn).catch((e: unknown) => { this.#failed('Open source', e); });
        return;
      case 'captureAgain':
        this.#capture().then((c) => { this.deps.captureAgain(c); }, (e: unknown) => { this.#failed('Capture again', e); });
        return;
      case 'drawn':
        // The whole way, from the opening of the file, counts once: later pictures follow the person.
        if (!this.#drawn) this.deps.log.info(`${this.#name}: ${m.page} drawn in ${Math.round(m.millis)} ms, ${Date.now() - this.doc.startedAt} ms after it was opened`);
        this.#drawn = true;
        return;
    }
  }

  #show(page: PageName): void {
    if ((page !== 'flame' && page !== 'goroutines') || page === this.#page) return;
    this.#page = page;
    this.#chosen = true;
    remember(this.deps.memory, this.doc.uri, page);
    this.#html();
  }

  #tellState(): void {
    if (!this.#ready) return;
    const { state } = this.doc;
    if (state.kind === 'loading') this.#send({ type: 'loading', title: this.#name, text: 'Reading the profile…' });
    else if (state.kind === 'failed') {
      this.deps.log.problem(`Open ${this.#name}`, Problem.fromJSON(state.problem));
      this.#send({ type: 'failed', title: this.#name, problem: state.problem });
    } else this.#init(state.profile).catch((e: unknown) => { this.#failed('Open profile', e); });
  }

  async #init(profile: OpenProfile): Promise<void> {
    const pages = pagesOf(profile);
    const first = pages[0] ?? 'flame';
    if (!pages.includes(this.#page) || (!this.#chosen && this.#page !== first)) {
      // The contents decide, not the name: the other page takes over and asks again.
      this.#page = first;
      this.#html();
      return;
    }
    const modules = this.deps.sources.modules().then((found) => found.map((m) => m.path));
    const known = await Promise.race([modules, new Promise<undefined>((resolve) => { setTimeout(() => { resolve(undefined); }, MODULES_MS); })]);
    const send = async (ownModules: readonly string[]): Promise<void> => {
      const early = this.#early;
      const trees = early.map((e) => profile.flame(earlyQuery(e, profile.summary, ownModules)));
      // Told where they are sent; when they aren't, nobody waits for them.
      for (const tree of trees) tree.catch(() => undefined);
      const facts = await this.#facts(profile, pages, ownModules);
      const { state } = this.doc;
      if (this.#ready && state.kind === 'open' && state.profile === profile) {
        this.#title = facts.title;
        this.#send({ type: 'init', facts, summary: profile.summary });
        this.#early = [];
        early.forEach(({ id }, i) => { void this.#reply(id, async () => ({ type: 'flame', id, tree: await trees[i]! })); });
      }
    };
    await send(known ?? []);
    if (known) return;
    const late = await modules;
    if (late.length > 0) await send(late);
  }

  async #facts(profile: OpenProfile, pages: readonly PageName[], ownModules: readonly string[]): Promise<PageFacts> {
    const capture = await this.#capture().catch(() => undefined);
    const now = Date.now();
    const noted = capture !== undefined && capture.problem === undefined;
    return { title: capture?.info.name ?? this.#name, subtitle: noted ? subtitle(capture.info, now, profile.summary.durationNanos) : fileSubtitle(profile.summary, now), ownModules, pages, ...(noted && { again: true }) };
  }

  /** Captures come and go; the page hears only of a new name of its own. */
  async #renamed(): Promise<void> {
    if (this.doc.state.kind !== 'open') return;
    const capture = await this.#capture().catch(() => undefined);
    if (capture && this.#title !== '' && capture.info.name !== this.#title) this.#tellState();
  }

  /** The capture that this file is, if it is one. */
  async #capture(): Promise<Capture | undefined> {
    return this.doc.uri.scheme === 'file' ? this.deps.captures.find(this.doc.uri.fsPath) : undefined;
  }

  async #answer(m: Extract<FromPage, { id: number }>): Promise<void> {
    const { id } = m;
    await this.#reply(id, async () => {
      const { state } = this.doc;
      if (state.kind !== 'open') throw new Problem('pages.notOpen', 'The profile is not open yet.', { next: 'Wait until it is read.' });
      if (m.type === 'flame') return { type: 'flame', id, tree: await state.profile.flame(m.query) };
      if (m.type === 'search') return { type: 'search', id, result: await state.profile.search({ text: m.text, sampleType: m.sampleType }) };
      const dump = await state.profile.goroutines();
      if (!dump) throw new Problem('pages.noGoroutines', 'The file holds no goroutines.', { next: 'Look at it as a flame graph.' });
      return { type: 'goroutines', id, dump };
    });
  }

  /** Sends the answer to a request, or why there is none. */
  async #reply(id: number, answer: () => Promise<Body<ToPage>>): Promise<void> {
    try {
      this.#send(await answer());
    } catch (e) {
      const problem = isAbort(e) ? new Problem('pages.superseded', 'The file was read anew meanwhile.', { next: 'The page shows the new contents.' }) : told(e, 'pages.failed');
      this.#send({ type: 'problem', id, problem: problem.toJSON() });
    }
  }

  #failed(what: string, e: unknown): void {
    if (isAbort(e)) return;
    this.deps.log.problem(what, e);
    void vscode.window.showErrorMessage(told(e).sentence);
  }
}

/** Pages that a profile can be read in, the fitting one first. */
export function pagesOf(profile: Pick<OpenProfile, 'summary'>): readonly PageName[] {
  return profile.summary.kind === 'goroutines' ? ['goroutines', 'flame'] : ['flame'];
}

function shown(memory: vscode.Memento): Record<string, PageName> { return memory.get<Record<string, PageName>>(MEMORY, {}); }

function recall(memory: vscode.Memento, uri: vscode.Uri): PageName | undefined {
  const page: unknown = shown(memory)[uri.toString()];
  return page === 'flame' || page === 'goroutines' ? page : undefined;
}

function remember(memory: vscode.Memento, uri: vscode.Uri, page: PageName): void {
  const entries = Object.entries(shown(memory)).filter(([k]) => k !== uri.toString());
  entries.push([uri.toString(), page]);
  void memory.update(MEMORY, Object.fromEntries(entries.slice(-MEMORY_MAX)));
}
