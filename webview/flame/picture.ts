/** The call tree, as a flame graph or as a list: manages which tree is shown, its zoom, and the focused frame. */
import type { Frame } from '../../src/profile/types';
import type { EarlyFlame } from '../../src/protocol/flame';
import { debounce, h } from '../shared/dom';
import type { FlameChannel } from './channel';
import { css } from './colours';
import { FlameView } from './flameview';
import { actionOf, WALKING, type Action } from './keys';
import { hitCounts, rangeOf } from './lod';
import { RowColours, packagesOf } from './rowcolours';
import type { Model } from './model';
import type { Pane, PaneEvents, Subject } from './pane';
import type { Search } from './search';
import { backed, zoomed, type PageState } from './state';
import type { Svg } from './svg';
import { readTheme } from './theme';
import { Tooltip } from './tooltip';
import { among } from './treerows';
import { TreeView } from './treeview';
import { Trees } from './trees';
import { nextHit, step, type Direction } from './walk';
import { amount, spoken, typeLabel } from './words';

export interface PictureEvents extends PaneEvents {
  /** Another tree is shown. */
  arrived(model: Model): void;
  zoomed(): void;
  /** The first picture of a file is drawn, so many ms after the file was known. */
  drawn(millis: number): void;
}

export class Picture implements Pane {
  readonly element = h('div', { class: 'pane' });
  readonly #flame: FlameView;
  readonly #tree: TreeView;
  readonly #tooltip = new Tooltip();
  readonly #trees: Trees;
  #subject: Subject | undefined;
  #colours: RowColours | undefined;
  #packages: { readonly of: Model; readonly list: ReturnType<typeof packagesOf> } | undefined;
  #paintOf: ((row: number) => { readonly swatch: string }) | undefined;
  #focused = 0;
  /** Deepest row that the user last walked to, for the way back down. */
  #trail = 0;
  #visible = false;
  /** Version of the subject that the shown tree belongs to. */
  #loaded = 0;
  /** When the file was known; undefined once its first picture is drawn. */
  #since: number | undefined;

  constructor(
    host: FlameChannel,
    private readonly state: PageState,
    private readonly search: Search,
    private readonly events: PictureEvents,
  ) {
    this.#trees = new Trees(host);
    this.#flame = new FlameView({
      picked: (row, open) => {
        this.#tooltip.hide();
        this.#focus(row, false);
        if (open) this.#open();
        else this.zoomTo(this.#model!.path(row));
      },
      hovered: (row, x, y) => {
        this.#hover(row, x, y);
      },
      menu: (row, x, y) => {
        this.#focus(row, false);
        this.#menu(x, y);
      },
      resized: () => {
        this.#refine();
      },
    });
    this.#tree = new TreeView({
      picked: (row) => {
        this.#focus(row, true);
      },
      menu: (row, x, y) => {
        this.#focus(row, true);
        this.#menu(x, y);
      },
      figures: (row) => this.#trees.figures(row),
      matches: (row) => this.#matches(row),
      paint: (row) => this.#paintOf?.(row).swatch ?? '',
    });
    this.#flame.setFlipped(state.flipped);
    document.body.append(this.#tooltip.element);
    this.#turn();
  }

  get #model(): Model | undefined {
    return this.#trees.model;
  }
  get #whole(): Model | undefined {
    return this.#trees.base ?? this.#model;
  }
  get target(): HTMLElement {
    return this.state.view === 'tree' ? this.#tree.target : this.#flame.canvas;
  }
  holds(target: Element): boolean {
    return target === this.target || target === this.#flame.element;
  }
  get #width(): number {
    return this.#flame.width || document.body.clientWidth;
  }
  /** The visible picture, from its root to its deepest frame, for an export; undefined before there is one. */
  get shown(): Omit<Svg, 'title'> | undefined {
    const model = this.#model;
    if (!model || !this.#colours) return undefined;
    const { unit } = this.#subject!;
    return {
      model,
      range: rangeOf(model, model.find(this.state.zoom).row),
      paintOf: this.#colours.paints(model),
      palette: this.#colours.palette,
      background: css(readTheme().background),
      figures: (row) => {
        const f = this.#trees.figures(row);
        return (
          `total ${amount(f.total, model.tree.grandTotal, unit)}, self ` +
          `${amount(f.self, model.tree.grandTotal, unit)}`
        );
      },
    };
  }

  /** Sum of what is shown, zoomed or not. */
  get total(): number {
    return this.#whole ? this.#whole.tree.total[0]! : 0;
  }

  /** The first questions, asked before the profile is known. */
  early(): EarlyFlame[] {
    return this.#trees.early(this.state.sampleType, this.state.part, this.state.zoom, this.#width);
  }

  #turn(): void {
    const view = this.state.view === 'tree' ? this.#tree.element : this.#flame.element;
    if (this.element.firstChild !== view) this.element.replaceChildren(view);
  }

  show(subject: Subject): void {
    const stale = this.#loaded !== subject.version;
    if (this.#subject?.summary !== subject.summary) this.#since = performance.now();
    this.#subject = subject;
    this.#visible = true;
    this.#turn();
    if (stale) {
      this.#trees.forget();
      void this.#load();
      return;
    }
    if (!this.#model) return;
    this.events.arrived(this.#model);
    this.recolour();
    this.#focus(this.#wanted(), true);
    this.#refine();
  }

  hide(): void {
    this.#visible = false;
    this.#tooltip.hide();
  }

  /** Gets the tree for the current zoom; a late answer for an earlier zoom is dropped. */
  async #load(): Promise<void> {
    const { sampleType, part, facts, version } = this.#subject!;
    try {
      const answer = await this.#trees.ask({
        sampleType,
        part,
        zoom: this.state.zoom,
        width: this.#width,
        ownModules: facts.ownModules,
      });
      if (!answer) return;
      if (this.#flame.moving) await this.#settled();
      // If the view was hidden meanwhile, it asks again when it is shown.
      if (!this.#visible || !this.#trees.accept(answer)) return;
      this.#loaded = version;
      this.#swap();
    } catch (e) {
      this.events.failed(e);
    }
  }

  #settled(): Promise<void> {
    return new Promise((done) => {
      const look = (): void => {
        if (this.#flame.moving) requestAnimationFrame(look);
        else done();
      };
      look();
    });
  }

  /** Shows a new tree: the same picture in finer detail, or the first picture. */
  #swap(): void {
    const model = this.#model!;
    const found = model.find(this.state.zoom);
    if (!found.whole)
      Object.assign(this.state, {
        zoom: model.path(found.row),
        marks: this.state.marks.filter((n) => n < model.depth(found.row)),
      });
    this.events.arrived(model);
    this.recolour();
    this.#show(found.row, undefined);
    if (this.#since !== undefined) {
      this.#flame.paint();
      this.events.drawn(performance.now() - this.#since);
      this.#since = undefined;
    }
    this.events.changed();
  }

  #show(zoomRow: number, glide: { readonly from: number; readonly to: number } | undefined): void {
    const model = this.#model!;
    this.events.zoomed();
    this.#flame.show(model, zoomRow, glide);
    this.#tree.show(model, this.#subject!.unit);
    this.searched();
    const focus = this.#wanted();
    this.#trail = 0;
    const inZoom = model.contains(zoomRow, focus) || model.contains(focus, zoomRow);
    this.#focus(inZoom ? focus : zoomRow, false);
  }

  /** The row of the selection: where its path leads, or the widest frame of the function that another view selected. */
  #wanted(): number {
    const model = this.#model!;
    const { row } = model.find(this.state.focus);
    const { selected } = this.state;
    if (selected === '' || model.frame(row).name === selected) return row;
    return model.widestOf(selected) ?? row;
  }

  zoomTo(path: readonly number[]): void {
    if (this.#model && String(path) !== String(this.state.zoom)) this.#applyZoom(zoomed(this.state, path));
  }

  #applyZoom(next: Pick<PageState, 'zoom' | 'marks'>): void {
    const before = this.state.zoom;
    Object.assign(this.state, next);
    const glide = this.#trees.turnTo(before, next.zoom, this.#flame.range);
    this.recolour();
    this.#show(this.#model!.find(next.zoom).row, glide);
    this.#flame.focus(this.#focused, undefined, true);
    this.events.changed();
    if (!this.#trees.fine(next.zoom, this.#flame.width)) void this.#load();
  }

  readonly #refine = debounce(150, () => {
    if (this.#visible && this.#subject && this.#model && !this.#trees.fine(this.state.zoom, this.#flame.width))
      void this.#load();
  });

  recolour(): void {
    const model = this.#model;
    if (!model || !this.#visible) return;
    const theme = readTheme();
    const whole = this.#whole!;
    if (this.#packages?.of !== whole) this.#packages = { of: whole, list: packagesOf(whole) };
    this.#colours = new RowColours(theme, whole.tree.frames, this.#packages.list, this.#subject!.colour);
    const paintOf = this.#colours.paints(model);
    this.#paintOf = paintOf;
    this.#flame.setLook({ palette: this.#colours.palette, background: css(theme.background), paintOf });
    this.#tree.redraw();
    this.events.legend(this.#colours.legend(this.search.active));
  }

  flip(): void {
    this.state.flipped = !this.state.flipped;
    this.#flame.setFlipped(this.state.flipped);
    this.#flame.focus(this.#focused, undefined, true);
    this.events.changed();
  }

  #matches(row: number): boolean {
    return this.search.result?.has(this.#model!.tree.fn[row]!) ?? false;
  }

  #focus(row: number, reveal: boolean): void {
    const model = this.#model!;
    const { summary, sampleType, unit } = this.#subject!;
    this.#focused = row;
    if (!model.contains(row, this.#trail)) this.#trail = row;
    this.state.focus = model.path(row);
    const frame = model.frame(row);
    Object.assign(
      this.state,
      row === 0 ? { selected: '', selectedId: undefined } : { selected: frame.name, selectedId: model.tree.fn[row] },
    );
    const figures = this.#trees.figures(row);
    const { position, siblings } = among(model, row);
    const of = model.tree.grandTotal;
    const words = spoken(
      frame.name.slice(0, 300),
      figures,
      of,
      unit,
      model.depth(row) + 1,
      position,
      siblings,
      this.#matches(row),
    );
    const says = document.activeElement === this.#flame.canvas || document.activeElement?.id === 'search';
    this.events.selected({ frame, figures, of, spoken: says ? words : undefined });
    this.#flame.focus(
      row,
      { name: words, level: model.depth(row) + 1, position, siblings },
      reveal && this.state.view === 'flame',
    );
    this.#tree.focus(row, reveal && this.state.view === 'tree');
    this.#flame.setLabel(
      `Flame graph of ${typeLabel(summary.sampleTypes[sampleType]!)}; the Tree view has the same data as a list`,
    );
  }

  #hover(row: number | undefined, x: number, y: number): void {
    const model = this.#model;
    if (row === undefined || !model) {
      this.#tooltip.hide();
      return;
    }
    const { zoom } = this.state;
    const zoomRow = model.find(zoom).row;
    this.#tooltip.show(
      {
        frame: model.frame(row),
        figures: this.#trees.figures(row),
        unit: this.#subject!.unit,
        grandTotal: model.tree.grandTotal,
        row,
        zoomTotal: zoom.length > 0 && model.contains(zoomRow, row) ? this.#trees.figures(zoomRow).total : undefined,
        matches: this.#matches(row),
      },
      x,
      y,
    );
  }

  searched(): void {
    const model = this.#model;
    if (!model || !this.#visible) return;
    const { result } = this.search;
    this.#flame.setHits(result && result.size > 0 ? hitCounts(model, result) : undefined);
    this.#tree.redraw();
    if (this.#colours) this.events.legend(this.#colours.legend(this.search.active));
  }

  /** Goes to the next match of the search, or with `back` to the previous one. */
  toMatch(back: boolean): void {
    const model = this.#model;
    const { result } = this.search;
    if (!model || !result) return;
    const row = nextHit(model, this.#focused, back, result, model.find(this.state.zoom).row);
    if (row !== undefined) this.#focus(row, true);
  }

  #open(): void {
    if (this.#focused > 0) this.events.openSource(this.#model!.frame(this.#focused));
  }

  #menu(x: number, y: number): void {
    this.#tooltip.hide();
    const frame: Frame = this.#model!.frame(this.#focused);
    if (this.#focused > 0) this.events.menu(frame, x, y);
  }

  key(e: KeyboardEvent, onView: boolean): boolean {
    if (!this.#model) return false;
    if (onView && (e.key === 'ContextMenu' || (e.key === 'F10' && e.shiftKey))) {
      const at = this.state.view === 'tree' ? this.#tree.placeOf(this.#focused) : this.#flame.placeOf(this.#focused);
      this.#menu(at.x, at.y);
      return true;
    }
    if (this.state.view === 'tree' && onView && !e.ctrlKey && !e.metaKey && !e.altKey) {
      const row = this.#tree.key(e.key);
      if (row !== undefined) {
        this.#focus(row, true);
        return true;
      }
    }
    const action = actionOf(e);
    // Enter on a button presses it; arrow keys and the like are only for the picture.
    return action !== undefined && (onView || !WALKING.has(action)) && this.#do(action);
  }

  #do(action: Action): boolean {
    const model = this.#model!;
    const { flipped, zoom } = this.state;
    const walk: Partial<Record<Action, Direction>> = {
      up: flipped ? 'child' : 'parent',
      down: flipped ? 'parent' : 'child',
      left: 'left',
      right: 'right',
    };
    const direction = walk[action];
    if (direction) {
      const row = step(model, this.#focused, direction, this.#flame.range, this.#trail);
      if (row !== undefined) this.#focus(row, true);
      return true;
    }
    switch (action) {
      case 'zoom':
        this.zoomTo(model.path(this.#focused));
        return true;
      case 'back':
        this.#back();
        return true;
      case 'reset':
        this.zoomTo([]);
        return true;
      case 'root': {
        const zoomRow = model.find(zoom).row;
        this.#focus(
          zoom.length > 0 && this.#focused !== zoomRow && !model.contains(this.#focused, zoomRow) ? zoomRow : 0,
          true,
        );
        return true;
      }
      case 'next':
      case 'previous':
        this.toMatch(action === 'previous');
        return true;
      case 'open':
        this.#open();
        return true;
      default:
        return false;
    }
  }

  #back(): void {
    this.#tooltip.hide();
    const next = backed(this.state);
    if (next) this.#applyZoom(next);
  }
}
