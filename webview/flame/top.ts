/** Every function with its flat and cumulative value, with the figures and terms of `go tool pprof -top`. */
import { LAYERS } from '../../src/profile/layers/rules';
import type { Frame, TopTable } from '../../src/profile/types';
import { h } from '../shared/dom';
import type { FlameChannel } from './channel';
import { Palette } from './colours';
import { Grid, type Column, type GridRows } from './grid';
import { sorted } from './order';
import { layerLegend } from './rowcolours';
import { columnName } from './labels';
import type { Pane, PaneEvents, Subject } from './pane';
import { Peek } from './peek';
import { outputUnit, percentage, scaled } from './pprof';
import type { Search } from './search';
import type { PageState, TopSort } from './state';
import { readTheme } from './theme';
import type { TextTable } from './tabletext';
import { place } from './words';

const NUMBERS: readonly Column[] = [
  { id: 'flat', label: 'flat', title: 'In the function itself', width: 78, number: true },
  { id: 'flat%', label: 'flat%', title: 'Flat as part of the total', width: 64, number: true },
  {
    id: 'sum%',
    label: 'sum%',
    title: 'Flat of this row and all above it, as part of the total',
    width: 64,
    number: true,
  },
  { id: 'cum', label: 'cum', title: 'In the function and all that it calls', width: 78, number: true },
  { id: 'cum%', label: 'cum%', title: 'Cum as part of the total', width: 64, number: true },
];
const CHANGES: readonly Column[] = [
  { id: 'flat before', label: 'flat before', title: 'In the function itself, in the base', width: 84, number: true },
  { id: 'flat after', label: 'after', title: 'In the function itself, in this profile', width: 66, number: true },
  { id: 'flat', label: 'change', title: 'Flat: after less before', width: 66, number: true },
  { id: 'flat%', label: 'flat%', title: "The change as part of the base's total", width: 60, number: true },
  {
    id: 'cum before',
    label: 'cum before',
    title: 'In the function and all that it calls, in the base',
    width: 84,
    number: true,
  },
  {
    id: 'cum after',
    label: 'after',
    title: 'In the function and all that it calls, in this profile',
    width: 66,
    number: true,
  },
  { id: 'cum', label: 'change', title: 'Cum: after less before', width: 66, number: true },
  { id: 'cum%', label: 'cum%', title: "The change as part of the base's total", width: 60, number: true },
];
const NAME: Column = { id: 'name', label: 'function', title: 'Function', width: undefined, number: false };
const PLACE: Column = {
  id: 'place',
  label: 'source',
  title: 'File, and the line in which most of it passes',
  width: 150,
  number: false,
};

export interface TopEvents extends PaneEvents {
  arrived(rows: number, total: number): void;
}

export class Top implements Pane, GridRows {
  readonly #main = h('div', { class: 'pane' });
  readonly #peek: Peek;
  readonly element: HTMLElement;
  #grid: Grid | undefined;
  #subject: Subject | undefined;
  #table: TopTable | undefined;
  /** Rows of the table that are shown, in their order; `#sums` is the running sum of their flat. */
  #rows: Uint32Array = new Uint32Array();
  #sums: Float64Array = new Float64Array();
  /** The unit that all values are printed in. */
  #unit = '';
  #colours: readonly string[] = [];
  #visible = false;
  /** Numbers of the newest question and of the newest sort: results of earlier ones are dropped. */
  #asked = 0;
  #order = 0;

  constructor(
    private readonly host: FlameChannel,
    private readonly state: PageState,
    private readonly search: Search,
    private readonly events: TopEvents,
  ) {
    this.#peek = new Peek(host, {
      turned: (frame, id) => {
        this.#turnTo(frame, id);
      },
      menu: (frame, x, y) => {
        events.menu(frame, x, y);
      },
      colour: (layer) => this.#colours[layer],
    });
    this.element = h('div', { class: 'pane beside', id: 'top' }, this.#main, this.#peek.element);
  }

  get target(): HTMLElement {
    return this.#grid?.target ?? this.element;
  }
  holds(target: Element): boolean {
    return target === this.target;
  }
  get count(): number {
    return this.#rows.length;
  }

  show(subject: Subject): void {
    const stale = this.#subject?.version !== subject.version;
    this.#subject = subject;
    this.#visible = true;
    this.recolour();
    if (stale || !this.#table) {
      void this.#load();
      return;
    }
    this.#arrived(this.#table);
    void this.#arrange();
  }

  hide(): void {
    this.#visible = false;
  }

  async #load(): Promise<void> {
    const turn = ++this.#asked;
    const { sampleType, part, facts, unit } = this.#subject!;
    try {
      const table = await this.host.ask({ type: 'top', query: { sampleType, part, ownModules: facts.ownModules } });
      if (turn !== this.#asked) return;
      const change = table.change !== undefined;
      if (!this.#grid || change !== (this.#table?.change !== undefined)) this.#make(change);
      this.#table = table;
      this.#unit = outputUnit(table.flat, table.cum, table.total, unit);
      if (this.#visible) this.#arrived(table);
      await this.#arrange();
    } catch (e) {
      if (turn === this.#asked) this.events.failed(e);
    }
  }

  /** The total of what is shown is the sum of flat. */
  #arrived({ id, flat }: TopTable): void {
    this.events.arrived(
      id.length + 1,
      flat.reduce((sum, v) => sum + v, 0),
    );
  }

  #make(change: boolean): void {
    // With twice the numbers there is no room for the place; the foot shows it.
    this.#grid = new Grid(change ? [...CHANGES, NAME] : [...NUMBERS, NAME, PLACE], 'Functions', {
      picked: (row) => {
        this.#select(row);
      },
      opened: (row) => {
        this.events.openSource(this.#frame(this.#rows[row]!));
      },
      menu: (row, x, y) => {
        this.events.menu(this.#frame(this.#rows[row]!), x, y);
      },
      sorted: (column) => {
        this.#sort(column);
      },
    });
    const had = this.#main.contains(document.activeElement);
    this.#main.replaceChildren(this.#grid.element);
    if (had) this.#grid.target.focus();
  }

  #sort(column: string): void {
    const { by, descending } = this.state.top;
    // Numbers are sorted largest first, names from A.
    const next: TopSort = {
      by: column,
      descending: column === by ? !descending : column !== 'name' && column !== 'place',
    };
    this.state.top = next;
    this.events.changed();
    void this.#arrange();
  }

  /** Filters and sorts, in slices; the old rows stay until that is done. */
  async #arrange(): Promise<void> {
    const t = this.#table!;
    const turn = ++this.#order;
    const { result } = this.search;
    const { by, descending } = this.state.top;
    const kept = new Uint32Array(t.id.length);
    let n = 0;
    for (let i = 0; i < kept.length; i++) if (!result || result.has(t.id[i]!)) kept[n++] = i;
    const compare = this.#comparing(by);
    // The host's table already has pprof's order: largest flat first, then by name.
    const rows =
      by === 'flat' && descending
        ? kept.slice(0, n)
        : await sorted(
            kept.subarray(0, n),
            descending ? (a, b) => compare(b, a) || a - b : (a, b) => compare(a, b) || a - b,
            () => turn !== this.#order,
          );
    if (!rows || turn !== this.#order) return;
    this.#rows = rows;
    this.#sums = new Float64Array(rows.length);
    let sum = 0;
    for (let i = 0; i < rows.length; i++) this.#sums[i] = sum += t.flat[rows[i]!]!;
    this.#grid!.setSort(by, descending);
    this.#grid!.show(this, this.#wanted());
    this.#peek.show(this.#subject!, this.state.selected, this.state.selectedId);
    this.element.dataset['rows'] = String(rows.length);
  }

  #comparing(by: string): (a: number, b: number) => number {
    const t = this.#table!;
    const numbers = this.#numbers(by);
    // By size, as pprof sorts: a large decrease comes among large increases.
    if (numbers) return (a, b) => Math.abs(numbers[a]!) - Math.abs(numbers[b]!);
    const texts = by === 'place' ? t.files : t.names;
    return (a, b) =>
      texts[a]! < texts[b]! ? -1 : texts[a]! > texts[b]! ? 1 : by === 'place' ? t.lines[a]! - t.lines[b]! : 0;
  }

  #numbers(column: string): Float64Array | undefined {
    const t = this.#table!;
    switch (column) {
      case 'flat':
      case 'flat%':
      case 'sum%':
        return t.flat;
      case 'cum':
      case 'cum%':
        return t.cum;
      case 'flat before':
        return t.change?.flat.before;
      case 'flat after':
        return t.change?.flat.after;
      case 'cum before':
        return t.change?.cum.before;
      case 'cum after':
        return t.change?.cum.after;
      default:
        return undefined;
    }
  }

  /** Current row of the selected function; -1 when it isn't shown. */
  #wanted(): number {
    const t = this.#table!;
    const { selected } = this.state;
    return selected === '' ? -1 : this.#rows.findIndex((i) => t.names[i] === selected);
  }

  #frame(i: number): Frame {
    const t = this.#table!;
    return {
      name: t.names[i]!,
      pkg: '',
      file: t.files[i]!,
      line: t.lines[i]!,
      origin: 'unknown',
      layer: t.layer[i]!,
      fn: t.id[i]!,
    };
  }

  #select(row: number): void {
    const t = this.#table!;
    const i = this.#rows[row]!;
    this.#grid!.select(row, true);
    Object.assign(this.state, { selected: t.names[i]!, selectedId: t.id[i]! });
    this.events.selected({
      frame: this.#frame(i),
      figures: {
        self: t.flat[i]!,
        total: t.cum[i]!,
        ...(t.change && { before: t.change.cum.before[i]!, after: t.change.cum.after[i]! }),
      },
      of: t.total,
      spoken: undefined,
    });
    this.#peek.show(this.#subject!, this.state.selected, this.state.selectedId);
  }

  /** A caller or a callee becomes the selected function. */
  #turnTo(frame: Frame, id: number): void {
    const row = this.#rows.findIndex((i) => this.#table!.id[i] === id);
    if (row >= 0) {
      this.#select(row);
      return;
    }
    Object.assign(this.state, { selected: frame.name, selectedId: id });
    this.#grid!.select(-1, false);
    this.#peek.show(this.#subject!, frame.name, id);
    this.events.changed();
  }

  text(row: number, column: string): string {
    const t = this.#table!;
    const i = this.#rows[row]!;
    switch (column) {
      case 'flat%':
        return percentage(t.flat[i]!, t.total);
      case 'sum%':
        return percentage(this.#sums[row]!, t.total);
      case 'cum%':
        return percentage(t.cum[i]!, t.total);
      case 'name':
        return `${columnName(t.names[i]!)}${INLINED[t.inlined[i]!] ?? ''}`;
      case 'place':
        return place(this.#frame(i));
      default:
        return scaled(this.#numbers(column)![i]!, this.#subject!.unit, this.#unit);
    }
  }

  title(row: number, column: string): string {
    const frame = this.#frame(this.#rows[row]!);
    return column === 'name' ? frame.name.slice(0, 2000) : column === 'place' ? frame.file : '';
  }

  look(row: number, column: string): { readonly swatch?: string; readonly class?: string } {
    const t = this.#table!;
    const i = this.#rows[row]!;
    if (column === 'name') {
      const swatch = this.#colours[t.layer[i]!];
      return { ...(swatch !== undefined && { swatch }), class: 'mono' };
    }
    if (column === 'place') return { class: 'dim' };
    if (t.change && (column === 'flat' || column === 'cum')) {
      const v = this.#numbers(column)![i]!;
      return v === 0 ? { class: 'dim' } : { class: v > 0 ? 'more' : 'less' };
    }
    return {};
  }

  /** Resolves when the table is loaded; loads it if necessary. */
  async ready(subject: Subject): Promise<void> {
    if (this.#subject?.version === subject.version && this.#table) return;
    this.#subject = subject;
    await this.#load();
  }

  /** The first `most` rows in their current order, with whole names; undefined before the table is loaded. */
  textTable(most: number): TextTable | undefined {
    if (!this.#table) return undefined;
    const columns = [...(this.#table.change ? CHANGES : NUMBERS), NAME, PLACE];
    const text = (row: number, { id }: Column): string =>
      id === 'name' ? this.#frame(this.#rows[row]!).name : this.text(row, id);
    return {
      head: columns.map((c) => c.id),
      numbers: columns.map((c) => c.number),
      rows: Array.from({ length: Math.min(most, this.count) }, (_, row) => columns.map((c) => text(row, c))),
    };
  }

  searched(): void {
    if (this.#visible && this.#table) void this.#arrange();
  }

  recolour(): void {
    if (!this.#visible) return;
    const palette = new Palette(readTheme());
    this.#colours = LAYERS.map((_, i) => palette.layers[i]!.swatch);
    this.events.legend(layerLegend(palette));
    this.#grid?.redraw();
    this.#peek.redraw();
  }

  key(e: KeyboardEvent, onView: boolean): boolean {
    if (!onView || e.ctrlKey || e.metaKey || e.altKey || !this.#grid) return false;
    if (e.key === 'o' && this.#grid.selected >= 0) {
      this.events.openSource(this.#frame(this.#rows[this.#grid.selected]!));
      return true;
    }
    return this.#grid.key(e);
  }
}

const INLINED = ['', ' (partial-inline)', ' (inline)'] as const;
