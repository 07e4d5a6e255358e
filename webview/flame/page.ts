/** The page of a profile: handles the host's messages, keeps what is shown, and updates the visible view. */
import { MenuButton, openMenu } from '../shared/menu';
import { debounce, h } from '../shared/dom';
import { Channel } from '../shared/channel';
import { Problem } from '../../src/base/problem';
import { percent, value } from '../../src/base/format';
import type { Frame, Part, ProfileSummary } from '../../src/profile/types';
import { FLAME, sampleTypeOf, typeKey } from '../../src/protocol/flame';
import type { PageFacts } from '../../src/protocol/profile';
import type { FlameChannel } from './channel';
import { Chips } from './chips';
import { Foot } from './foot';
import { actionOf, isTyping, type Action } from './keys';
import { empty, factsLine, failed, loading, warnings } from './notice';
import { Exports } from './exports';
import type { Pane, Selected, Subject } from './pane';
import { isWhole, toggled, withFunction } from './part';
import { Picture } from './picture';
import { Sandwich } from './sandwich';
import { Search } from './search';
import { colourOf, readState, VIEWS, type PageState, type View } from './state';
import { onThemeChange } from './theme';
import { Toolbar } from './toolbar';
import { Top } from './top';
import { emptySentences, matchSentence, totalSentence } from './words';

export class FlamePage {
  readonly #host: FlameChannel;
  readonly #state: PageState;
  readonly #toolbar: Toolbar;
  readonly #chips: Chips;
  readonly #foot: Foot;
  readonly #picture: Picture;
  readonly #sandwich: Sandwich;
  readonly #top: Top;
  readonly #exports: Exports;
  readonly #search: Search;
  /** The facts, or the notice that replaces the whole page. */
  readonly #head = h('div', { class: 'head' });
  readonly #stage = h('div', { class: 'stage' });
  #facts: PageFacts | undefined;
  #summary: ProfileSummary | undefined;
  /** The visible view. */
  #pane: Pane | undefined;
  #version = 0;
  #selected: Selected | undefined;
  /** True when the part that is shown has no values at all. */
  #nothing = false;
  readonly #save = debounce(50, () => {
    this.#store();
  });

  constructor(private readonly app: HTMLElement) {
    this.#host = new Channel(
      FLAME,
      {
        loading: (m) => {
          this.#notice('loading', loading(m.title, m.text));
        },
        failed: (m) => {
          this.#notice('failed', failed(m.title, m.problem));
        },
        init: (m) => {
          this.#init(m.facts, m.summary);
        },
        select: (m) => {
          this.#showFunction(m.name);
        },
      },
      'flame',
    );
    this.#state = readState(this.#host.state);
    this.#toolbar = new Toolbar({
      view: (v) => {
        if (v === 'goroutines') this.#host.send({ type: 'show', page: 'goroutines' });
        else this.#setView(v);
      },
      sampleType: (key) => {
        this.#setSampleType(key);
      },
      colour: (mode) => {
        this.#state.colour = mode;
        this.#toolbar.setColour(mode);
        this.#showPane();
        this.#store();
      },
      search: (text) => {
        this.#state.search = text;
        this.#save();
        this.#search.set(text, this.#asked);
      },
      searchKey: (key) => {
        if (key === 'leave') this.#pane?.target.focus();
        else if (this.#pane === this.#picture) this.#picture.toMatch(key === 'previous');
      },
      flip: () => {
        this.#flip();
      },
      reset: () => {
        this.#picture.zoomTo([]);
        this.#picture.target.focus();
      },
    });
    const save = new MenuButton(
      { label: 'Save or copy what is shown', class: 'tool', icon: 'save', text: 'Save' },
      () => (this.#summary ? this.#exports.items : []),
    );
    save.button.id = 'save';
    this.#chips = new Chips(
      {
        part: (part) => {
          this.#setPart(part);
        },
        compareWith: () => {
          this.#host.send({ type: 'compareWith' });
        },
        normalize: (how) => {
          this.#host.send({ type: 'normalize', how });
        },
      },
      [save.button],
    );
    this.#foot = new Foot({
      open: () => {
        if (this.#selected) this.#openSource(this.#selected.frame);
      },
      keys: () => {
        this.#foot.toggleKeys();
      },
      searchFor: (text) => {
        this.#searchFor(text);
      },
    });
    this.#search = new Search(this.#host, () => {
      this.#showMatches();
    });
    const events = {
      selected: (s: Selected): void => {
        this.#select(s);
      },
      changed: (): void => {
        this.#save();
      },
      legend: (entries: Parameters<Foot['setLegend']>[0]): void => {
        this.#foot.setLegend(entries);
      },
      openSource: (frame: Frame): void => {
        this.#openSource(frame);
      },
      menu: (frame: Frame, x: number, y: number): void => {
        this.#menu(frame, x, y);
      },
      failed: (e: unknown): void => {
        this.#failed(e);
      },
    };
    this.#picture = new Picture(this.#host, this.#state, this.#search, {
      ...events,
      arrived: (model) => {
        this.#arrived(model.rows, this.#picture.total);
      },
      zoomed: () => {
        this.#toolbar.setZoomed(this.#state.zoom.length > 0);
      },
      drawn: (millis) => {
        this.#host.send({ type: 'drawn', millis });
      },
    });
    const arrived = (rows: number, total?: number): void => {
      this.#arrived(rows, total);
    };
    this.#sandwich = new Sandwich(this.#host, this.#state, this.#search, { ...events, arrived });
    this.#top = new Top(this.#host, this.#state, this.#search, { ...events, arrived });
    this.#exports = new Exports(
      this.#host,
      () => this.#subject,
      this.#picture,
      async (rows) => {
        await this.#top.ready(this.#subject);
        return this.#top.textTable(rows)!;
      },
      (e) => {
        this.#foot.say(Problem.from(e).message);
      },
    );
    this.#toolbar.setFlipped(this.#state.flipped);
    this.#chips.set(this.#state.part);
    document.addEventListener('keydown', (e) => {
      this.#keydown(e);
    });
    addEventListener('pagehide', () => {
      this.#store();
    });
    // The editor focuses the page as a whole, but arrow keys are for the view.
    addEventListener('focus', () => {
      this.#takeFocus();
    });
    onThemeChange(
      debounce(16, () => {
        this.#pane?.recolour();
      }),
    );
    // The whole page is built while the profile is read, hidden behind the notice.
    this.#notice('loading', loading('', ''));
    app.replaceChildren(this.#head, this.#toolbar.element, this.#chips.element, this.#stage, this.#foot.element);
    this.#setTools();
    this.#stage.replaceChildren(this.#paneOf(this.#state.view).element);
    const first = this.#paneOf(this.#state.view);
    this.#host.send({ type: 'ready', early: first === this.#picture ? this.#picture.early() : [] });
  }

  get #compared(): boolean {
    return (this.#summary?.combined?.bases ?? 0) > 0;
  }
  get #sampleType(): number {
    return sampleTypeOf(this.#summary!, this.#state.sampleType);
  }
  get #unit(): string {
    return this.#summary?.sampleTypes[this.#sampleType]?.unit ?? '';
  }
  get #asked(): { readonly sampleType: number; readonly part: Part } {
    return { sampleType: this.#sampleType, part: this.#state.part };
  }

  get #subject(): Subject {
    return {
      facts: this.#facts!,
      summary: this.#summary!,
      sampleType: this.#sampleType,
      unit: this.#unit,
      part: this.#state.part,
      colour: colourOf(this.#state, this.#compared),
      version: this.#version,
    };
  }

  #paneOf(view: View): Pane {
    return view === 'top' ? this.#top : view === 'sandwich' ? this.#sandwich : this.#picture;
  }

  #store(): void {
    this.#save.cancel();
    this.#host.state = { ...this.#state };
  }

  #notice(state: 'loading' | 'failed', notice: HTMLElement): void {
    this.app.dataset['state'] = state;
    this.app.classList.add('noticed');
    this.#head.replaceChildren(notice);
  }

  #setTools(): void {
    this.#toolbar.setViews(this.#state.view, this.#facts?.pages.includes('goroutines') ?? false);
    this.#toolbar.setColours(this.#compared);
    this.#toolbar.setColour(colourOf(this.#state, this.#compared));
    this.#chips.setCombined(this.#summary?.combined);
    this.#toolbar.setSearch(this.#state.search);
    this.#toolbar.setZoomed(this.#state.zoom.length > 0);
  }

  #init(facts: PageFacts, summary: ProfileSummary): void {
    this.#facts = facts;
    this.#summary = summary;
    // Ids are valid only for the open file.
    this.#state.selectedId = undefined;
    this.#setTools();
    this.#toolbar.setTypes(summary.sampleTypes, this.#sampleType);
    const note = warnings(summary.warnings);
    this.app.dataset['state'] = 'loading';
    this.app.classList.remove('noticed');
    this.#head.replaceChildren(this.#factsLine(), ...(note ? [note] : []));
    this.#anew();
    if (document.hasFocus()) this.#takeFocus();
  }

  /** For other values, another part or another file: all questions are asked again. */
  #anew(): void {
    this.#version++;
    this.#nothing = false;
    this.#showPane();
    this.#search.set(this.#state.search, this.#asked, true);
  }

  /** Focuses the view, unless something else has the focus. */
  #takeFocus(): void {
    if (document.activeElement === document.body) this.#pane?.target.focus();
  }

  #factsLine(): HTMLElement {
    return factsLine(this.#facts!, totalSentence(this.#summary!, this.#sampleType), () => {
      this.#host.send({ type: 'captureAgain' });
    });
  }

  #showPane(): void {
    if (!this.#summary) return;
    const pane = this.#paneOf(this.#state.view);
    if (this.#pane !== pane) this.#pane?.hide();
    this.#pane = pane;
    if (!this.#nothing) this.#stageOf(pane.element);
    pane.show(this.#subject);
  }

  #stageOf(part: HTMLElement): void {
    if (this.#stage.firstChild !== part) this.#stage.replaceChildren(part);
    this.#foot.element.hidden = this.#nothing;
  }

  /** A view got its answer: the number of its `rows`, and the part's total if the view knows it. */
  #arrived(rows: number, total: number | undefined): void {
    this.app.dataset['state'] = 'ready';
    this.app.dataset['frames'] = String(rows);
    const none = emptySentences(this.#summary!, this.#sampleType, rows > 1, !isWhole(this.#state.part));
    this.#nothing = none !== undefined;
    this.#stageOf(none ? empty(none.what, none.next) : this.#pane!.element);
    const of = this.#summary!.sampleTypes[this.#sampleType]?.total ?? 0;
    if (total !== undefined)
      this.#chips.setShows(
        isWhole(this.#state.part) || of === 0 ? '' : `showing ${value(total, this.#unit)} · ${percent(total / of)}`,
      );
  }

  #failed(e: unknown): void {
    this.app.dataset['state'] = 'failed';
    this.#stage.replaceChildren(failed('', Problem.from(e).toJSON()));
  }

  #setView(view: View): void {
    this.#state.view = view;
    this.#toolbar.setViews(view, this.#facts?.pages.includes('goroutines') ?? false);
    this.#showPane();
    this.#store();
  }

  #setSampleType(key: string): void {
    if (!this.#summary || key === typeKey(this.#summary.sampleTypes[this.#sampleType]!)) return;
    this.#state.sampleType = key;
    this.app.querySelector('.facts')?.replaceWith(this.#factsLine());
    this.#store();
    this.#anew();
  }

  #setPart(part: Part): void {
    this.#state.part = part;
    this.#chips.set(part);
    this.#store();
    this.#anew();
  }

  #flip(): void {
    this.#picture.flip();
    this.#toolbar.setFlipped(this.#state.flipped);
  }

  #select(s: Selected): void {
    this.#selected = s;
    this.#foot.setFocused(s.frame, s.figures, s.of, this.#unit);
    if (s.spoken !== undefined) this.#foot.say(s.spoken);
    this.#save();
  }

  #menu(frame: Frame, x: number, y: number): void {
    const { part } = this.#state;
    const to = (key: 'focus' | 'ignore' | 'hide' | 'showFrom') => (): void => {
      this.#setPart(withFunction(part, key, frame.name));
    };
    openMenu(
      'Selected function',
      [
        { title: 'Focus on This Function', hint: 'focus', does: to('focus') },
        { title: 'Show from This Function', hint: 'show_from', does: to('showFrom') },
        { title: 'Hide This Function', hint: 'hide', does: to('hide') },
        { title: 'Ignore Stacks with It', hint: 'ignore', does: to('ignore') },
        undefined,
        {
          title: 'Callers and Callees',
          hint: '3',
          does: () => {
            this.#showFunction(frame.name);
          },
        },
        {
          title: 'Search for It',
          does: () => {
            this.#searchFor(frame.name);
          },
        },
        ...(frame.file === ''
          ? []
          : [
              {
                title: 'Open Source',
                hint: 'o',
                does: (): void => {
                  this.#openSource(frame);
                },
              },
            ]),
        {
          title: 'Copy Name',
          does: () => {
            this.#host.send({ type: 'copy', text: frame.name, what: 'the name' });
          },
        },
      ],
      x,
      y,
    );
  }

  /** Selects a function and shows it between its callers and callees. */
  #showFunction(name: string): void {
    Object.assign(this.#state, { selected: name, selectedId: undefined });
    this.#setView('sandwich');
  }

  #showMatches(): void {
    const { result, problem, share } = this.#search;
    this.#pane?.searched();
    if (problem) this.#toolbar.setMatches('not a regular expression', true, problem);
    else this.#toolbar.setMatches(result ? matchSentence(result.size, share) : '', false);
  }

  #searchFor(text: string): void {
    this.#toolbar.setSearch(text);
    this.#state.search = text;
    this.#save();
    this.#search.set(text, this.#asked, true);
  }

  #openSource({ name, file, line }: Frame): void {
    if (file !== '') this.#host.send({ type: 'openSource', frame: { name, file, line } });
  }

  #keydown(e: KeyboardEvent): void {
    const action = actionOf(e);
    if (!this.#pane || e.defaultPrevented || this.app.classList.contains('noticed')) return;
    const target = e.composedPath()[0] as Element;
    if (isTyping(e) && !(action === 'search' && (e.ctrlKey || e.metaKey))) return;
    const onView = target === document.body || this.#pane.holds(target);
    if (action === 'back' && this.#foot.keysShown) this.#foot.toggleKeys(false);
    else if (
      (action === undefined || !this.#do(action, e.key)) &&
      (this.#nothing || this.app.dataset['state'] !== 'ready' || !this.#pane.key(e, onView))
    )
      return;
    e.preventDefault();
  }

  /** Actions of the page, whichever view is visible. */
  #do(action: Action, key: string): boolean {
    switch (action) {
      case 'search':
        this.#toolbar.focusSearch();
        return true;
      case 'flip':
        if (this.#state.view === 'flame') this.#flip();
        return true;
      case 'keys':
        this.#foot.toggleKeys();
        return true;
      case 'filter':
        this.#chips.openMenu();
        return true;
      case 'cut':
        this.#setPart(toggled(this.#state.part, 'cut'));
        return true;
      case 'view': {
        const view = VIEWS[Number(key) - 1];
        if (view) {
          this.#setView(view);
          this.#pane?.target.focus();
        }
        return true;
      }
      default:
        return false;
    }
  }
}
