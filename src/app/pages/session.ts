/** The page of one editor: shows the document, answers the page's requests, and switches between pages in place. */
import { pause } from '../../base/abort';
import { Disposables, Emitter, type Disposable } from '../../base/dispose';
import { count } from '../../base/format';
import { isAbort, Problem } from '../../base/problem';
import { fileSubtitle, subtitle } from '../../captures/describe';
import type { Capture } from '../../captures/types';
import type { GoroutineDump, OpenProfile, StackFrame } from '../../profile/types';
import { HostChannel, type Handlers, type HostEvents } from '../../protocol/channel';
import {
  earlyQuery,
  FLAME,
  passedOn,
  type EarlyFlame,
  type FlameReplies,
  type FromFlamePage,
  type ToFlamePage,
} from '../../protocol/flame';
import {
  GOROUTINES,
  type FromGoroutinesPage,
  type GoroutinesReplies,
  type ToGoroutinesPage,
} from '../../protocol/goroutines';
import type { FromProfilePage, PageFacts, PageName, ToProfilePage } from '../../protocol/profile';
import type { CaptureStore } from '../../captures/store';
import type { Editor, Store } from '../editor';
import { withNextStep } from '../problems';
import type { Looking, ProfilePage } from './active';
import { compareWith, type CompareDeps } from './compare';
import type { ProfileDocument } from './document';
import { compare, type EarlierDeps } from './earlier';
import type { GoSources } from './goSources';
import { fileNameOf, type FileDialogs, type FileUri, type PagePanel } from './panel';
import { save } from './save';
import type { Several } from './several';

export interface SessionDeps<U extends FileUri> extends CompareDeps<U>, EarlierDeps {
  readonly store: Pick<CaptureStore, 'list' | 'get' | 'onDidChange'>;
  readonly editor: Pick<Editor, 'log' | 'messages' | 'copy'>;
  /** Remembers which page of a file was shown last, across window reloads. */
  readonly memory: Store;
  readonly dialogs: FileDialogs<U>;
  readonly sources: Pick<GoSources, 'modules'>;
  /** Shows the source of a frame, beside the page. */
  readonly openSource: (frame: StackFrame, profile: OpenProfile) => Promise<void>;
  readonly captureAgain: (capture: Capture | undefined) => void;
}

/** The page that the panel shows, with the host's end of its channel. */
type Shown =
  | { readonly page: 'flame'; readonly channel: HostChannel<ToFlamePage, FromFlamePage, FlameReplies> }
  | {
      readonly page: 'goroutines';
      readonly channel: HostChannel<ToGoroutinesPage, FromGoroutinesPage, GoroutinesReplies>;
    };

/** The longest that the page waits for the workspace's modules, ms; if they come later, they are sent then. */
const MODULES_MS = 200;
/** How many profiles of a merge are named beside the title. */
const MERGED_TOLD = 3;
/** Questions that tell which part and value type the page shows; the page asks others in addition. */
const SHOWN = new Set<string>(['flame', 'top', 'sandwich'] satisfies FromFlamePage['type'][]);
/** What failed, for the log, by the type of the request. */
const TASKS: Readonly<Partial<Record<string, string>>> = {
  openSource: 'Open source',
  save: 'Save',
  compareWith: 'Compare profiles',
  captureAgain: 'Capture again',
} satisfies Partial<Record<FromFlamePage['type'], string>>;
const MEMORY = 'pages.shown';
/** Files whose page is remembered; the oldest goes first. */
const MEMORY_MAX = 200;

export class PageSession<U extends FileUri> implements Disposable, ProfilePage {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new Emitter<void>());
  readonly onDidChange = this.#changed.event;
  #shown: Shown;
  /** The page has sent `ready`. */
  #ready = false;
  /** Questions that came with `ready` and are not answered yet. */
  #early: readonly EarlyFlame[] = [];
  /** True when the user or an earlier window chose the page: the contents don't change it then. */
  #chosen: boolean;
  /** The title last sent to the page. */
  #title = '';
  /** What the page shows by its last question; undefined before the first one. */
  #looking: Looking | undefined;
  /** The function to select in the page as soon as possible. */
  #wanted: string | undefined;
  #drawn = false;

  constructor(
    private readonly doc: ProfileDocument<U>,
    private readonly panel: PagePanel,
    private readonly deps: SessionDeps<U>,
  ) {
    const remembered = recall(deps.memory, doc.uri);
    this.#chosen = remembered !== undefined;
    this.#shown = this.#load(remembered ?? (doc.uri.path.endsWith('.goroutines.txt') ? 'goroutines' : 'flame'));
    this.#own.add(
      doc.onDidChange(() => {
        this.#changed.fire();
        this.#tellState();
      }),
    );
    this.#own.add(
      deps.store.onDidChange(() => {
        void this.#renamed();
      }),
    );
  }

  dispose(): void {
    this.#shown.channel.dispose();
    this.#own.dispose();
  }

  get title(): string {
    return this.#title === '' ? this.#name : this.#title;
  }
  get profile(): OpenProfile | undefined {
    return this.doc.state.kind === 'open' ? this.doc.state.profile : undefined;
  }
  get looking(): Looking {
    return this.#looking ?? { sampleType: this.profile?.summary.defaultSampleType ?? 0 };
  }

  select(name: string): void {
    // A hidden page is loaded anew, and receives nothing before it has sent `ready`.
    const { visible } = this.panel;
    this.panel.reveal();
    this.#wanted = name;
    // The goroutine page lists goroutines; functions are selected in the flame graph.
    if (this.#shown.page !== 'flame') this.#show('flame');
    else if (visible) this.#selectWanted();
  }

  /** Selects it once the page knows the profile. */
  #selectWanted(): void {
    if (this.#wanted === undefined || !this.#ready || this.#title === '' || this.#shown.page !== 'flame') return;
    this.#shown.channel.send({ type: 'select', name: this.#wanted });
    this.#wanted = undefined;
  }

  /** The page shows something else: another value type, another part. */
  #looksAt({ sampleType, part }: Looking): void {
    if (this.#looking?.sampleType === sampleType && JSON.stringify(this.#looking.part) === JSON.stringify(part)) return;
    this.#looking = { sampleType, part };
    this.#changed.fire();
  }

  get #name(): string {
    return fileNameOf(this.doc.uri);
  }

  #load(page: PageName): Shown {
    this.#ready = false;
    this.#early = [];
    this.panel.load(page, this.#name);
    const events: HostEvents = {
      problemOf: (e) =>
        isAbort(e)
          ? new Problem('pages.superseded', 'The file was read anew meanwhile.', {
              next: 'The page shows the new contents.',
            })
          : withNextStep(e, 'pages.failed'),
      failed: (type, e) => {
        this.#failed(TASKS[type] ?? type, e);
      },
      dropped: (why) => {
        this.deps.editor.log.warn(`${this.#name}, ${page} page: a message was dropped: ${why}`);
      },
    };
    return page === 'flame'
      ? { page, channel: new HostChannel(FLAME, this.panel, this.#flameHandlers(), events) }
      : { page, channel: new HostChannel(GOROUTINES, this.panel, this.#goroutinesHandlers(), events) };
  }

  /** Sends a message that both pages understand. */
  #send(m: ToProfilePage): void {
    this.#shown.channel.send(m);
  }

  #handlers(page: PageName): Handlers<FromProfilePage> {
    return {
      show: (m) => {
        this.#show(m.page);
      },
      openSource: (m) => {
        const { profile } = this;
        return profile ? this.deps.openSource(m.frame, profile) : undefined;
      },
      captureAgain: async () => {
        this.deps.captureAgain(await this.#capture());
      },
      drawn: (m) => {
        // Log the whole time since the file was opened only once: later pictures follow user actions.
        if (!this.#drawn)
          this.deps.editor.log.info(
            `${this.#name}: ${page} drawn in ${Math.round(m.millis)} ms, ${Date.now() - this.doc.startedAt} ms ` +
              'after it was opened',
          );
        this.#drawn = true;
      },
    };
  }

  #flameHandlers(): Handlers<FromFlamePage, FlameReplies> {
    return {
      ...this.#handlers('flame'),
      ready: (m) => {
        this.#ready = true;
        this.#early = m.early;
        this.#tellState();
      },
      ...passedOn((m) => {
        const profile = this.#opened();
        if (SHOWN.has(m.type)) this.#looksAt(m.query);
        return profile;
      }),
      save: (m) => {
        const { profile } = this;
        return profile
          ? save(m, profile, this.title, { ...this.deps, messages: this.deps.editor.messages })
          : undefined;
      },
      compareWith: () => compareWith(this.doc.uri, this.deps),
      normalize: (m) => {
        this.doc.normalize = m.how;
      },
      copy: async (m) => {
        await this.deps.editor.copy(m.text);
        this.deps.editor.messages.briefly(`Copied ${m.what}.`);
      },
    };
  }

  #goroutinesHandlers(): Handlers<FromGoroutinesPage, GoroutinesReplies> {
    return {
      ...this.#handlers('goroutines'),
      ready: () => {
        this.#ready = true;
        this.#tellState();
      },
      goroutines: () => this.#dump(),
      compare: async (m) =>
        compare({ uri: this.doc.uri, dump: await this.#dump(), capture: await this.#capture() }, m.base, this.deps),
    };
  }

  #show(page: PageName): void {
    if (page === this.#shown.page) return;
    this.#chosen = true;
    remember(this.deps.memory, this.doc.uri, page);
    this.#turnTo(page);
  }

  /** Replaces the page. The old one may still send messages; they are ignored. */
  #turnTo(page: PageName): void {
    this.#shown.channel.dispose();
    this.#shown = this.#load(page);
  }

  #tellState(): void {
    if (!this.#ready) return;
    const { state } = this.doc;
    if (state.kind === 'loading') this.#send({ type: 'loading', title: this.#name, text: 'Reading the profile…' });
    else if (state.kind === 'failed') {
      this.deps.editor.log.problem(`Open ${this.#name}`, Problem.fromJSON(state.problem));
      this.#send({ type: 'failed', title: this.#name, problem: state.problem });
    } else
      this.#init(state.profile).catch((e: unknown) => {
        this.#failed('Open profile', e);
      });
  }

  async #init(profile: OpenProfile): Promise<void> {
    const pages = pagesOf(profile);
    const first = pages[0] ?? 'flame';
    const { page } = this.#shown;
    if (!pages.includes(page) || (!this.#chosen && page !== first)) {
      // The contents decide, not the name: load the other page, which asks again.
      this.#turnTo(first);
      return;
    }
    const modules = this.deps.sources.modules().then((found) => found.map((m) => m.path));
    const known = await Promise.race([modules, pause(MODULES_MS).then(() => undefined)]);
    const send = async (ownModules: readonly string[]): Promise<void> => {
      const early = this.#early;
      const queries = early.map((e) => earlyQuery(e, profile.summary, ownModules));
      const trees = queries.map((query) => profile.flame(query));
      // Errors are handled where the trees are sent. If they are never sent, a rejection must not go unhandled.
      for (const tree of trees) tree.catch(() => undefined);
      const facts = await this.#facts(profile, pages, ownModules);
      const { state } = this.doc;
      if (this.#ready && state.kind === 'open' && state.profile === profile) {
        this.#title = facts.title;
        const shown = this.#shown;
        if (shown.page === 'flame') shown.channel.send({ type: 'init', facts, summary: profile.summary });
        else shown.channel.send({ type: 'init', facts });
        if (queries[0]) this.#looksAt(queries[0]);
        this.#changed.fire();
        this.#selectWanted();
        this.#early = [];
        if (shown.page === 'flame')
          early.forEach(({ id }, i) => {
            void shown.channel.reply('flame', id, trees[i]!);
          });
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
    if (this.doc.several)
      return { title: this.#name, subtitle: await this.#together(this.doc.several, now), ownModules, pages };
    const noted = capture !== undefined && capture.problem === undefined;
    return {
      title: capture?.info.name ?? this.#name,
      subtitle: noted ? subtitle(capture.info, now, profile.summary.durationNanos) : fileSubtitle(profile.summary, now),
      ownModules,
      pages,
      ...(noted && { again: true }),
    };
  }

  /** Describes the files shown as one: "30 s, today 14:32, against 10 s, today 14:02", or how many were added up. */
  async #together({ files, sources }: Several<U>, now: number): Promise<string> {
    const told = await Promise.all(
      files.map(async (file) => {
        const capture =
          file.scheme === 'file' ? await this.deps.store.get(file.fsPath).catch(() => undefined) : undefined;
        return capture ? `${capture.info.name}, ${subtitle(capture.info, now)}` : fileNameOf(file);
      }),
    );
    if (sources === files.length)
      return (
        `${count(files.length, 'profile')} added up: ` +
        `${told.slice(0, MERGED_TOLD).join(' · ')}${told.length > MERGED_TOLD ? ' · …' : ''}`
      );
    return `${told.slice(0, sources).join(' · ')}, against ${told.slice(sources).join(' · ')}`;
  }

  /** After a change of the captures: sends the page its title if it was renamed. */
  async #renamed(): Promise<void> {
    if (this.doc.state.kind !== 'open') return;
    const capture = await this.#capture().catch(() => undefined);
    if (capture && this.#title !== '' && capture.info.name !== this.#title) this.#tellState();
  }

  /** The capture of this file, if it is one. */
  async #capture(): Promise<Capture | undefined> {
    return this.doc.uri.scheme === 'file' ? this.deps.store.get(this.doc.uri.fsPath) : undefined;
  }

  #opened(): OpenProfile {
    const { profile } = this;
    if (!profile)
      throw new Problem('pages.notOpen', 'The profile is not open yet.', { next: 'Wait until it is read.' });
    return profile;
  }

  async #dump(): Promise<GoroutineDump> {
    const dump = await this.#opened().goroutines();
    if (!dump)
      throw new Problem('pages.noGoroutines', 'The file holds no goroutines.', {
        next: 'Look at it as a flame graph.',
      });
    return dump;
  }

  #failed(what: string, e: unknown): void {
    void this.deps.editor.messages.problem(e, { what });
  }
}

/** The pages that can show a profile, the best one first. A difference has no goroutines to list. */
function pagesOf({ summary: { kind, combined } }: Pick<OpenProfile, 'summary'>): readonly PageName[] {
  return kind === 'goroutines' && (combined?.bases ?? 0) === 0 ? ['goroutines', 'flame'] : ['flame'];
}

function shown(memory: Store): Readonly<Record<string, unknown>> {
  const kept = memory.get(MEMORY);
  return typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
}

function recall(memory: Store, uri: FileUri): PageName | undefined {
  const page = shown(memory)[uri.toString()];
  return page === 'flame' || page === 'goroutines' ? page : undefined;
}

function remember(memory: Store, uri: FileUri, page: PageName): void {
  const entries = Object.entries(shown(memory)).filter(([k]) => k !== uri.toString());
  entries.push([uri.toString(), page]);
  void memory.set(MEMORY, Object.fromEntries(entries.slice(-MEMORY_MAX)));
}
