/** The flame graph page: takes the host's messages, holds what is shown, and tells the parts of the page. */
import { typeLabel, emptySentences, matchSentence, spoken, totalSentence, type Figures } from './words';
import { sampleTypeOf, typeKey, type PageFacts, type ProfileSummary, type StackFrame, type ToPage } from '../../src/protocol/pages';
import { Problem } from '../../src/base/problem';
import { debounce, h } from '../shared/dom';
import { Host } from '../shared/host';
import type { ColourMode } from './colours';
import { css } from './colours';
import { FlameView } from './flameview';
import { Foot } from './foot';
import { actionOf, isTyping, WALKING, type Action } from './keys';
import { hitCounts } from './lod';
import { Look, packagesOf } from './look';
import type { Model } from './model';
import { empty, factsLine, failed, loading, warnings } from './notice';
import { Search } from './search';
import { backed, readState, zoomed, type PageState, type View } from './state';
import { onThemeChange, readTheme } from './theme';
import { Toolbar } from './toolbar';
import { Tooltip } from './tooltip';
import { among } from './treerows';
import { TreeView } from './treeview';
import { Trees } from './trees';
import { nextHit, step, type Direction } from './walk';

export class FlamePage {
  readonly #host: Host;
  readonly #state: PageState;
  readonly #toolbar: Toolbar;
  readonly #foot: Foot;
  readonly #flame: FlameView;
  readonly #tree: TreeView;
  readonly #tooltip = new Tooltip();
  readonly #trees: Trees;
  readonly #search: Search;
  /** The facts, or the notice that stands for all of the page. */
  readonly #head = h('div', { class: 'head' });
  readonly #stage = h('div', { class: 'stage' });
  #facts: PageFacts | undefined;
  #summary: ProfileSummary | undefined;
  #look: Look | undefined;
  #focused = 0;
  /** Deepest row last walked, for the way back down. */
  #trail = 0;
  /** When 'init' came, until the first picture is drawn. */
  #since: number | undefined;
  readonly #save = debounce(50, () => { this.#store(); });

  constructor(private readonly app: HTMLElement) {
    this.#host = new Host('flame', (m) => { this.#message(m); });
    this.#state = readState(this.#host.state);
    this.#toolbar = new Toolbar({
      view: (v) => { if (v === 'goroutines') this.#host.send({ type: 'show', page: 'goroutines' }); else this.#setView(v); },
      sampleType: (key) => { this.#setSampleType(key); },
      colour: (mode) => { this.#setColour(mode); },
      search: (text) => { this.#state.search = text; this.#save(); this.#search.set(text, this.#sampleType); },
      searchKey: (key) => { if (key === 'leave') this.#view.focus(); else this.#toMatch(key === 'previous'); },
      flip: () => { this.#flip(); },
      reset: () => { this.#zoomTo([]); this.#view.focus(); },
    });
    this.#foot = new Foot({ open: () => { this.#openSource(this.#focused); }, keys: () => { this.#foot.toggleKeys(); }, searchFor: (text) => { this.#searchFor(text); } });
    this.#flame = new FlameView({
      picked: (row, open) => { this.#tooltip.hide(); this.#focus(row, false); if (open) this.#openSource(row); else this.#zoomTo(this.#model!.path(row)); },
      hovered: (row, x, y) => { this.#hover(row, x, y); },
      resized: () => { this.#refine(); },
    });
    this.#tree = new TreeView({
      picked: (row) => { this.#focus(row, true); },
      figures: (row) => this.#figures(row),
      matches: (row) => this.#matches(row),
      paint: (row) => this.#paint(row),
    });
    this.#trees = new Trees(this.#host);
    this.#search = new Search(this.#host, () => { this.#showMatches(); });
    this.#toolbar.setFlipped(this.#state.flipped);
    this.#flame.setFlipped(this.#state.flipped);
    document.addEventListener('keydown', (e) => { this.#keydown(e); });
    addEventListener('pagehide', () => { this.#store(); });
    // The editor gives the focus to the page as a whole; arrow keys are for the picture.
    addEventListener('focus', () => { this.#takeFocus(); });
    onThemeChange(debounce(16, () => { this.#setLook(); }));
    // All of the page is made while the profile is read, out of sight behind the notice.
    this.#notice('loading', loading('', ''));
    app.replaceChildren(this.#head, this.#toolbar.element, this.#stage, this.#foot.element, this.#tooltip.element);
    this.#setTools();
    this.#showView();
    this.#host.send({ type: 'ready', page: 'flame', early: this.#trees.early(this.#state.sampleType, this.#state.zoom, this.#width) });
  }

  get #model(): Model | undefined { return this.#trees.model; }
  get #view(): HTMLElement { return this.#state.view === 'tree' ? this.#tree.target : this.#flame.canvas; }
  get #width(): number { return this.#flame.width || this.app.clientWidth; }
  get #sampleType(): number { return sampleTypeOf(this.#summary!, this.#state.sampleType); }
  get #unit(): string { return this.#summary?.sampleTypes[this.#sampleType]?.unit ?? ''; }

  #store(): void { this.#save.cancel(); this.#host.state = { ...this.#state }; }

  #message(m: Parameters<ConstructorParameters<typeof Host>[1]>[0] & ToPage): void {
    switch (m.type) {
      case 'loading': this.#notice('loading', loading(m.title, m.text)); break;
      case 'failed': this.#notice('failed', failed(m.title, m.problem)); break;
      case 'init': this.#init(m.facts, m.summary); break;
    }
  }

  #notice(state: 'loading' | 'failed', notice: HTMLElement): void {
    this.app.dataset['state'] = state;
    this.app.classList.add('noticed');
    this.#head.replaceChildren(notice);
  }

  #setTools(): void {
    this.#toolbar.setViews(this.#state.view, this.#facts?.pages.includes('goroutines') ?? false);
    this.#toolbar.setColour(this.#state.colour);
    this.#toolbar.setSearch(this.#state.search);
    this.#toolbar.setZoomed(this.#state.zoom.length > 0);
  }

  #init(facts: PageFacts, summary: ProfileSummary): void {
    this.#since = performance.now();
    this.#facts = facts;
    this.#summary = summary;
    this.#trees.forget();
    this.#setTools();
    this.#toolbar.setTypes(summary.sampleTypes, this.#sampleType);
    const note = warnings(summary.warnings);
    this.app.dataset['state'] = 'loading';
    this.app.classList.remove('noticed');
    this.#head.replaceChildren(this.#factsLine(), ...(note ? [note] : []));
    this.#showView();
    if (document.hasFocus()) this.#takeFocus();
    void this.#load();
    this.#search.set(this.#state.search, this.#sampleType, true);
  }

  /** To the picture or the tree, unless something has it already. */
  #takeFocus(): void { if (document.activeElement === document.body) this.#view.focus(); }

  #factsLine(): HTMLElement { return factsLine(this.#facts!, totalSentence(this.#summary!, this.#sampleType), () => { this.#host.send({ type: 'captureAgain' }); }); }

  /** Gets the tree for the zoom as it is; what came in late for an earlier one is not shown. */
  async #load(): Promise<void> {
    try {
      const query = { sampleType: this.#sampleType, zoom: this.#state.zoom, width: this.#width, ownModules: this.#facts!.ownModules };
      const answer = await this.#trees.ask(query);
      if (!answer) return;
      if (this.#flame.moving) await this.#settled();
      if (this.#trees.accept(answer)) this.#swap();
    } catch (e) {
      const p = Problem.from(e);
      this.app.dataset['state'] = 'failed';
      this.#stage.replaceChildren(failed('', p.toJSON()));
    }
  }

  #settled(): Promise<void> { return new Promise((done) => { const look = (): void => { if (this.#flame.moving) requestAnimationFrame(look); else done(); }; look(); }); }

  /** A new tree is there: the same picture from it, finer, or the first one. */
  #swap(): void {
    const model = this.#model!;
    const found = model.find(this.#state.zoom);
    if (!found.whole) Object.assign(this.#state, { zoom: model.path(found.row), marks: this.#state.marks.filter((n) => n < model.depth(found.row)) });
    this.app.dataset['state'] = 'ready';
    this.app.dataset['frames'] = String(model.rows);
    this.#showView();
    this.#setLook();
    this.#show(found.row, undefined);
    if (this.#since !== undefined) {
      this.#flame.paint();
      this.#host.send({ type: 'drawn', page: 'flame', millis: performance.now() - this.#since });
      this.#since = undefined;
    }
    this.#store();
  }

  #show(zoomRow: number, glide: { readonly from: number; readonly to: number } | undefined): void {
    const model = this.#model!;
    this.#toolbar.setZoomed(this.#state.zoom.length > 0);
    this.#flame.show(model, zoomRow, glide);
    this.#tree.show(model, this.#unit);
    this.#showMatches();
    const focus = model.find(this.#state.focus);
    this.#trail = 0;
    const inZoom = model.contains(zoomRow, focus.row) || model.contains(focus.row, zoomRow);
    this.#focus(inZoom ? focus.row : zoomRow, false);
  }

  #zoomTo(path: readonly number[]): void {
    if (!this.#model || String(path) === String(this.#state.zoom)) return;
    this.#applyZoom(zoomed(this.#state, path));
  }

  #applyZoom(next: Pick<PageState, 'zoom' | 'marks'>): void {
    const before = this.#state.zoom;
    Object.assign(this.#state, next);
    const glide = this.#trees.turnTo(before, next.zoom, this.#flame.range);
    this.#setLook();
    this.#show(this.#model!.find(next.zoom).row, glide);
    this.#flame.focus(this.#focused, undefined, true);
    this.#store();
    if (!this.#trees.fine(next.zoom, this.#flame.width)) void this.#load();
  }

  readonly #refine = debounce(150, () => {
    if (this.#summary && this.app.dataset['state'] === 'ready' && !this.#trees.fine(this.#state.zoom, this.#flame.width)) void this.#load();
  });

  #setView(view: View): void {
    this.#state.view = view;
    this.#toolbar.setViews(view, this.#facts?.pages.includes('goroutines') ?? false);
    this.#showView();
    this.#store();
    if (this.#model) this.#focus(this.#focused, true);
    this.#refine();
  }

  #showView(): void {
    const none = this.#model && emptySentences(this.#summary!, this.#sampleType, this.#model.rows > 1);
    const part = none ? empty(none.what, none.next) : this.#state.view === 'tree' ? this.#tree.element : this.#flame.element;
    if (this.#stage.firstChild !== part) this.#stage.replaceChildren(part);
    this.#foot.element.hidden = none !== undefined;
  }

  #setSampleType(key: string): void {
    if (!this.#summary || key === typeKey(this.#summary.sampleTypes[this.#sampleType]!)) return;
    this.#state.sampleType = key;
    this.#trees.forget();
    this.app.querySelector('.facts')?.replaceWith(this.#factsLine());
    this.#store();
    void this.#load();
    this.#search.set(this.#state.search, this.#sampleType, true);
  }

  #setColour(mode: ColourMode): void {
    this.#state.colour = mode;
    this.#toolbar.setColour(mode);
    this.#setLook();
    this.#store();
  }

  #setLook(): void {
    const model = this.#model;
    if (!model) return;
    const theme = readTheme();
    const whole = this.#trees.base ?? model;
    if (this.#packages?.of !== whole) this.#packages = { of: whole, list: packagesOf(whole) };
    this.#look = new Look(theme, this.#packages.list, this.#state.colour);
    const paintOf = this.#look.paints(model);
    this.#paintOf = paintOf;
    this.#flame.setLook({ palette: this.#look.palette, background: css(theme.background), paintOf });
    this.#tree.redraw();
    this.#foot.setLegend(this.#look.legend(this.#search.active));
  }
  #packages: { readonly of: Model; readonly list: ReturnType<typeof packagesOf> } | undefined;
  #paintOf: ((row: number) => { readonly swatch: string }) | undefined;
  #paint(row: number): string { return this.#paintOf?.(row).swatch ?? ''; }

  #flip(): void {
    this.#state.flipped = !this.#state.flipped;
    this.#flame.setFlipped(this.#state.flipped);
    this.#toolbar.setFlipped(this.#state.flipped);
    this.#flame.focus(this.#focused, undefined, true);
    this.#store();
  }

  #figures(row: number): Figures { return this.#trees.figures(row); }
  #matches(row: number): boolean { return this.#search.result?.has(this.#model!.tree.fn[row]!) ?? false; }

  #focus(row: number, reveal: boolean): void {
    const model = this.#model!;
    this.#focused = row;
    if (!model.contains(row, this.#trail)) this.#trail = row;
    this.#state.focus = model.path(row);
    this.#save();
    const frame = model.frame(row);
    const figures = this.#figures(row);
    const { position, siblings } = among(model, row);
    this.#foot.setFocused(frame, figures, model.tree.grandTotal, this.#unit);
    const words = spoken(frame.name.slice(0, 300), figures, model.tree.grandTotal, this.#unit, model.depth(row) + 1, position, siblings, this.#matches(row));
    this.#flame.focus(row, { name: words, level: model.depth(row) + 1, position, siblings }, reveal && this.#state.view === 'flame');
    this.#tree.focus(row, reveal && this.#state.view === 'tree');
    this.#flame.setLabel(`Flame graph of ${typeLabel(this.#summary!.sampleTypes[this.#sampleType]!)}; the Tree view has the same data as a list`);
    if (document.activeElement === this.#flame.canvas || this.#toolbar.searching) this.#foot.say(words);
  }

  #hover(row: number | undefined, x: number, y: number): void {
    const model = this.#model;
    if (row === undefined || !model) { this.#tooltip.hide(); return; }
    const zoom = this.#state.zoom;
    const zoomRow = model.find(zoom).row;
    this.#tooltip.show({
      frame: model.frame(row), figures: this.#figures(row), unit: this.#unit, grandTotal: model.tree.grandTotal, row,
      zoomTotal: zoom.length > 0 && model.contains(zoomRow, row) ? this.#figures(zoomRow).total : undefined, matches: this.#matches(row),
    }, x, y);
  }

  #showMatches(): void {
    const { result, problem, share } = this.#search;
    const model = this.#model;
    this.#flame.setHits(model && result && result.size > 0 ? hitCounts(model, result) : undefined);
    this.#tree.redraw();
    if (this.#look) this.#foot.setLegend(this.#look.legend(this.#search.active));
    if (problem) this.#toolbar.setMatches('not a regular expression', true, problem);
    else this.#toolbar.setMatches(result ? matchSentence(result.size, share) : '', false);
  }

  #searchFor(text: string): void {
    this.#toolbar.setSearch(text);
    this.#state.search = text;
    this.#save();
    this.#search.set(text, this.#sampleType, true);
  }

  #toMatch(back: boolean): void {
    const model = this.#model;
    const { result } = this.#search;
    if (!model || !result) return;
    const row = nextHit(model, this.#focused, back, result, model.find(this.#state.zoom).row);
    if (row !== undefined) this.#focus(row, true);
  }

  #openSource(row: number): void {
    const model = this.#model;
    if (!model || row === 0) return;
    const { name, file, line } = model.frame(row);
    const frame: StackFrame = { name, file, line };
    if (file !== '') this.#host.send({ type: 'openSource', frame });
  }

  #keydown(e: KeyboardEvent): void {
    const action = actionOf(e);
    if (!action && this.#state.view !== 'tree' || !this.#model || this.app.dataset['state'] !== 'ready') return;
    const target = e.composedPath()[0] as Element;
    if (isTyping(e) && !(action === 'search' && (e.ctrlKey || e.metaKey))) return;
    const onView = target === this.#view || target === document.body || target === this.#flame.element;
    if (this.#state.view === 'tree' && onView && !e.ctrlKey && !e.metaKey && !e.altKey) {
      const row = this.#tree.key(e.key);
      if (row !== undefined) { e.preventDefault(); this.#focus(row, true); return; }
    }
    // Enter on a button presses it; arrows and the like belong to the picture only.
    if (!action || (!onView && WALKING.has(action))) return;
    e.preventDefault();
    this.#do(action);
  }

  #do(action: Action): void {
    const model = this.#model!;
    const { flipped, zoom } = this.#state;
    const walk: Partial<Record<Action, Direction>> = { up: flipped ? 'child' : 'parent', down: flipped ? 'parent' : 'child', left: 'left', right: 'right' };
    const direction = walk[action];
    if (direction) {
      const row = step(model, this.#focused, direction, this.#flame.range, this.#trail);
      if (row !== undefined) this.#focus(row, true);
      return;
    }
    switch (action) {
      case 'zoom': this.#zoomTo(model.path(this.#focused)); break;
      case 'back': this.#back(); break;
      case 'reset': this.#zoomTo([]); break;
      case 'root': this.#focus(zoom.length > 0 && this.#focused !== model.find(zoom).row && !model.contains(this.#focused, model.find(zoom).row) ? model.find(zoom).row : 0, true); break;
      case 'search': this.#toolbar.focusSearch(); break;
      case 'next': case 'previous': this.#toMatch(action === 'previous'); break;
      case 'flip': if (this.#state.view === 'flame') this.#flip(); break;
      case 'open': this.#openSource(this.#focused); break;
      case 'keys': this.#foot.toggleKeys(); break;
    }
  }

  #back(): void {
    if (this.#foot.keysShown) { this.#foot.toggleKeys(false); return; }
    this.#tooltip.hide();
    const next = backed(this.#state);
    if (next) this.#applyZoom(next);
  }
}
