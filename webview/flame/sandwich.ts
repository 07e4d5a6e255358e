/** A function with its callers above and its callees below: two flame graphs that meet in it. */
import type { Sandwich as Answer } from '../../src/profile/types';
import { debounce, h } from '../shared/dom';
import type { FlameChannel } from './channel';
import { css } from './colours';
import { FlameView } from './flameview';
import { actionOf, WALKING } from './keys';
import { hitCounts } from './lod';
import { RowColours, packagesOf } from './rowcolours';
import { Model } from './model';
import { functionId } from './functionid';
import { empty } from './notice';
import type { Pane, PaneEvents, Subject } from './pane';
import type { Search } from './search';
import type { PageState } from './state';
import { readTheme } from './theme';
import { Tooltip } from './tooltip';
import { among } from './treerows';
import { step } from './walk';
import { spoken, type Figures } from './words';

/** The host leaves out frames narrower than this, px. */
const FINEST_PX = 0.25;

class Half {
  readonly view: FlameView;
  model: Model | undefined;
  constructor(
    readonly name: 'callers' | 'callees',
    flipped: boolean,
    label: string,
    pick: (row: number, open: boolean) => void,
    hover: (row: number | undefined, x: number, y: number) => void,
    menu: (row: number, x: number, y: number) => void,
    resized: () => void,
  ) {
    this.view = new FlameView({ picked: pick, hovered: hover, menu, resized }, name);
    this.view.setFlipped(flipped);
    this.view.setLabel(label);
  }
}

export class Sandwich implements Pane {
  readonly element = h('div', { class: 'pane', id: 'sandwich' });
  readonly #tooltip: Tooltip;
  readonly #callers: Half;
  readonly #callees: Half;
  readonly #title = h('div', { class: 'middle mono', role: 'heading', 'aria-level': 2 });
  /** The half and the row that have the keyboard focus. */
  #half: Half;
  #row = 0;
  #trail = 0;
  #subject: Subject | undefined;
  #visible = false;
  #turn = 0;
  /** What is shown, as version and function. */
  #shown = '';
  #colours: RowColours | undefined;
  /** Functions that were in the middle before this one, for Backspace. */
  readonly #before: string[] = [];

  constructor(
    private readonly host: FlameChannel,
    private readonly state: PageState,
    private readonly search: Search,
    private readonly events: PaneEvents & { arrived(rows: number): void },
  ) {
    this.#tooltip = new Tooltip('sandwich-tooltip');
    const half = (name: 'callers' | 'callees', flipped: boolean, label: string): Half => {
      const made: Half = new Half(
        name,
        flipped,
        label,
        (row, open) => {
          this.#focus(made, row);
          if (open) this.#open();
        },
        (row, x, y) => {
          this.#hover(made, row, x, y);
        },
        (row, x, y) => {
          this.#focus(made, row);
          this.#menu(x, y);
        },
        () => {
          this.#refine();
        },
      );
      made.view.canvas.addEventListener('dblclick', () => {
        this.#turnTo();
      });
      made.view.canvas.addEventListener('focus', () => {
        if (this.#half !== made) this.#focus(made, 0);
      });
      return made;
    };
    this.#callers = half('callers', true, 'Callers');
    this.#callees = half('callees', false, 'Callees');
    this.#half = this.#callees;
    document.body.append(this.#tooltip.element);
  }

  get target(): HTMLElement {
    return this.#half.view.canvas;
  }
  holds(target: Element): boolean {
    return target === this.#callers.view.canvas || target === this.#callees.view.canvas;
  }

  show(subject: Subject): void {
    this.#subject = subject;
    this.#visible = true;
    const wanted = `${subject.version} ${this.state.selected}`;
    if (wanted !== this.#shown) {
      void this.#load(wanted);
      return;
    }
    this.events.arrived(this.#callers.model!.rows + this.#callees.model!.rows);
    this.recolour();
  }

  hide(): void {
    this.#visible = false;
    this.#tooltip.hide();
  }

  async #load(wanted: string): Promise<void> {
    const turn = ++this.#turn;
    const { sampleType, part, facts } = this.#subject!;
    try {
      const id =
        this.state.selected === ''
          ? undefined
          : (this.state.selectedId ?? (await functionId(this.host, this.#subject!, this.state.selected)));
      if (turn !== this.#turn) return;
      if (id === undefined) {
        this.#none();
        return;
      }
      this.state.selectedId = id;
      const width = this.#callees.view.width || this.element.clientWidth || document.body.clientWidth;
      const answer = await this.host.ask({
        type: 'sandwich',
        query: {
          sampleType,
          part,
          ownModules: facts.ownModules,
          id,
          minShare: FINEST_PX / Math.max(1, width),
        },
      });
      if (turn !== this.#turn) return;
      this.#shown = wanted;
      this.#take(answer);
    } catch (e) {
      if (turn === this.#turn) this.events.failed(e);
    }
  }

  readonly #refine = debounce(150, () => {
    if (this.#visible && this.#callees.model) {
      this.#callers.view.redraw();
      this.#callees.view.redraw();
    }
  });

  #none(): void {
    this.#callers.model = this.#callees.model = undefined;
    this.#shown = '';
    const { selected } = this.state;
    this.element.replaceChildren(
      selected === ''
        ? empty(
            'No function is selected.',
            'Select one in the flame graph, the tree or the table; its callers and callees are shown here.',
          )
        : empty(
            'The selected function is not in this part of the profile.',
            'Select another one, or take away a filter above.',
          ),
    );
    this.events.arrived(2);
  }

  #take({ callers, callees }: Answer): void {
    this.#callers.model = new Model(callers);
    this.#callees.model = new Model(callees);
    const middle = this.#callees.model.frame(0);
    this.#title.textContent = middle.name.slice(0, 400);
    this.element.replaceChildren(this.#callers.view.element, this.#title, this.#callees.view.element);
    this.events.arrived(this.#callers.model.rows + this.#callees.model.rows);
    this.recolour();
    for (const half of [this.#callers, this.#callees]) half.view.show(half.model!, 0, undefined);
    this.searched();
    this.#focus(this.#callees, 0);
  }

  #figures({ model }: Half, row: number): Figures {
    const { self, total, change } = model!.tree;
    return {
      self: self[row]!,
      total: total[row]!,
      ...(change && { before: change.before[row]!, after: change.after[row]! }),
    };
  }

  #focus(half: Half, row: number): void {
    const { model } = half;
    if (!model) return;
    const other = half === this.#callers ? this.#callees : this.#callers;
    this.#half = half;
    this.#row = row;
    if (!model.contains(row, this.#trail)) this.#trail = row;
    const frame = model.frame(row);
    const figures = this.#figures(half, row);
    const { position, siblings } = among(model, row);
    const of = model.tree.grandTotal;
    const words = spoken(
      frame.name.slice(0, 300),
      figures,
      of,
      this.#subject!.unit,
      model.depth(row) + 1,
      position,
      siblings,
      this.#matches(half, row),
    );
    this.events.selected({
      frame,
      figures,
      of,
      spoken: document.activeElement === half.view.canvas ? words : undefined,
    });
    half.view.focus(row, { name: words, level: model.depth(row) + 1, position, siblings }, true);
    other.view.focus(undefined, undefined, false);
  }

  #matches({ model }: Half, row: number): boolean {
    return this.search.result?.has(model!.tree.fn[row]!) ?? false;
  }

  #hover(half: Half, row: number | undefined, x: number, y: number): void {
    const { model } = half;
    if (row === undefined || !model) {
      this.#tooltip.hide();
      return;
    }
    const figures = this.#figures(half, row);
    this.#tooltip.show(
      {
        frame: model.frame(row),
        figures,
        unit: this.#subject!.unit,
        grandTotal: model.tree.grandTotal,
        row: half === this.#callers ? -row - 1 : row,
        zoomTotal: undefined,
        matches: this.#matches(half, row),
      },
      x,
      y,
    );
  }

  #open(): void {
    this.events.openSource(this.#half.model!.frame(this.#row));
  }
  #menu(x: number, y: number): void {
    this.#tooltip.hide();
    this.events.menu(this.#half.model!.frame(this.#row), x, y);
  }

  /** Moves the focused function to the middle. */
  #turnTo(): void {
    const { model } = this.#half;
    const name = model?.frame(this.#row).name;
    if (name === undefined || name === this.state.selected) return;
    this.#before.push(this.state.selected);
    this.#select(name, model!.tree.fn[this.#row]!);
  }

  #select(name: string, id: number | undefined): void {
    Object.assign(this.state, { selected: name, selectedId: id });
    this.events.changed();
    this.show(this.#subject!);
  }

  searched(): void {
    if (!this.#visible) return;
    const { result } = this.search;
    for (const { view, model } of [this.#callers, this.#callees])
      if (model) view.setHits(result && result.size > 0 ? hitCounts(model, result) : undefined);
    if (this.#colours) this.events.legend(this.#colours.legend(this.search.active));
  }

  recolour(): void {
    const [above, below] = [this.#callers.model, this.#callees.model];
    if (!this.#visible || !above || !below) return;
    const theme = readTheme();
    this.#colours = new RowColours(
      theme,
      [...above.tree.frames, ...below.tree.frames],
      packagesOf(above, below),
      this.#subject!.colour,
    );
    for (const { view, model } of [this.#callers, this.#callees])
      view.setLook({
        palette: this.#colours.palette,
        background: css(theme.background),
        paintOf: this.#colours.paints(model!, true),
      });
    this.events.legend(this.#colours.legend(this.search.active));
  }

  key(e: KeyboardEvent, onView: boolean): boolean {
    const { model, view, name } = this.#half;
    if (!model || !onView) return false;
    if (e.key === 'ContextMenu' || (e.key === 'F10' && e.shiftKey)) {
      const at = view.placeOf(this.#row);
      this.#menu(at.x, at.y);
      return true;
    }
    const action = actionOf(e);
    if (action === undefined) return false;
    switch (action) {
      case 'zoom':
        this.#turnTo();
        return true;
      case 'back': {
        const before = this.#before.pop();
        if (before !== undefined) this.#select(before, undefined);
        return true;
      }
      case 'root':
        this.#focus(this.#callees, 0);
        return true;
      case 'open':
        this.#open();
        return true;
      case 'left':
      case 'right':
      case 'up':
      case 'down':
        break;
      default:
        return WALKING.has(action);
    }
    const outward = name === 'callers' ? 'up' : 'down';
    // Goes through the middle to the other half.
    if (this.#row === 0 && (action === 'up' || action === 'down') && action !== outward) {
      const other = this.#half === this.#callers ? this.#callees : this.#callers;
      const row = other.model!.widestChild(0);
      other.view.canvas.focus();
      this.#focus(other, row ?? 0);
      return true;
    }
    const direction = action === 'left' || action === 'right' ? action : action === outward ? 'child' : 'parent';
    const row = step(model, this.#row, direction, view.range, this.#trail);
    if (row !== undefined) this.#focus(this.#half, row);
    return true;
  }
}
