/** Next to the table: callers and callees of the selected function, as `go tool pprof -peek` counts them. */
import type { Edge, Frame, Peek as Answer } from '../../src/profile/types';
import { percent } from '../../src/base/format';
import { debounce, h } from '../shared/dom';
import type { FlameChannel } from './channel';
import { Grid, type Column, type GridRows } from './grid';
import { columnName } from './labels';
import { functionId } from './functionid';
import type { Subject } from './pane';
import { scaled } from './pprof';

const COLUMNS: readonly Column[] = [
  { id: 'value', label: 'value', title: 'What passes through this call', width: 84, number: true },
  { id: 'share', label: 'part', title: "Part of the selected function's cum", width: 66, number: true },
  { id: 'name', label: 'function', title: 'Function', width: undefined, number: false },
];

/** Debounce of the question, ms: a held key passes many rows. */
const WAIT = 150;

export interface PeekEvents {
  /** A caller or a callee becomes the selected function. */
  turned(frame: Frame, id: number): void;
  menu(frame: Frame, x: number, y: number): void;
  colour(layer: number): string | undefined;
}

class Side implements GridRows {
  readonly grid: Grid;
  #edges: readonly Edge[] = [];
  #answer: Answer | undefined;

  constructor(
    label: string,
    private readonly events: PeekEvents,
    private readonly unit: () => string,
  ) {
    const frameOf = (row: number): Frame => this.#frame(this.#edges[row]!.id);
    this.grid = new Grid(COLUMNS, label, {
      picked: (row) => {
        this.grid.select(row, true);
      },
      opened: (row) => {
        events.turned(frameOf(row), this.#edges[row]!.id);
      },
      menu: (row, x, y) => {
        events.menu(frameOf(row), x, y);
      },
      sorted: undefined,
    });
    this.grid.element.addEventListener('keydown', (e) => {
      if (this.grid.key(e)) e.preventDefault();
    });
  }

  get count(): number {
    return this.#edges.length;
  }

  show(answer: Answer | undefined, edges: readonly Edge[]): void {
    this.#answer = answer;
    this.#edges = edges;
    this.grid.show(this, -1);
  }

  #frame(id: number): Frame {
    return this.#answer!.frames.find((f) => f.id === id)!;
  }

  text(row: number, column: string): string {
    const edge = this.#edges[row]!;
    const cum = this.#answer!.entries[0]!.cum;
    if (column === 'name') return `${columnName(this.#frame(edge.id).name)}${edge.inlined ? ' (inline)' : ''}`;
    return column === 'value' ? scaled(edge.value, this.unit()) : cum === 0 ? '' : percent(edge.value / cum);
  }

  title(row: number, column: string): string {
    return column === 'name' ? this.#frame(this.#edges[row]!.id).name.slice(0, 2000) : '';
  }

  look(row: number, column: string): { readonly swatch?: string; readonly class?: string } {
    const swatch = column === 'name' ? this.events.colour(this.#frame(this.#edges[row]!.id).layer) : undefined;
    return swatch === undefined ? {} : { swatch, class: 'mono' };
  }
}

export class Peek {
  readonly element: HTMLElement;
  readonly #callers: Side;
  readonly #callees: Side;
  readonly #title = h('div', { class: 'dim', id: 'peek-of' });
  #wanted: { readonly subject: Subject; readonly name: string; readonly id: number | undefined } | undefined;
  #turn = 0;
  readonly #later = debounce(WAIT, () => {
    void this.#ask();
  });

  constructor(
    private readonly host: FlameChannel,
    events: PeekEvents,
  ) {
    const unit = (): string => this.#wanted?.subject.unit ?? '';
    this.#callers = new Side('Callers', events, unit);
    this.#callees = new Side('Callees', events, unit);
    this.element = h(
      'div',
      { class: 'peek', id: 'peek' },
      this.#title,
      h('h2', {}, 'Callers'),
      this.#callers.grid.element,
      h('h2', {}, 'Callees'),
      this.#callees.grid.element,
    );
  }

  /** Shows the function of this name; '' = none. */
  show(subject: Subject, name: string, id: number | undefined): void {
    this.#wanted = { subject, name, id };
    this.#turn++;
    if (name === '') {
      this.#later.cancel();
      this.#clear('Select a function to see who calls it and what it calls.');
    } else this.#later();
  }

  redraw(): void {
    this.#callers.grid.redraw();
    this.#callees.grid.redraw();
  }

  #clear(text: string): void {
    this.#title.textContent = text;
    this.#callers.show(undefined, []);
    this.#callees.show(undefined, []);
  }

  async #ask(): Promise<void> {
    const { subject, name, id: known } = this.#wanted!;
    const turn = this.#turn;
    try {
      const id = known ?? (await functionId(this.host, subject, name));
      const answer =
        id === undefined
          ? undefined
          : await this.host.ask({
              type: 'peek',
              query: {
                sampleType: subject.sampleType,
                part: subject.part,
                ownModules: subject.facts.ownModules,
                match: [id],
              },
            });
      if (turn !== this.#turn) return;
      const entry = answer?.entries[0];
      if (!answer || !entry) {
        this.#clear('The selected function is not in this part of the profile.');
        return;
      }
      this.#title.textContent = columnName(name);
      this.#callers.show(answer, entry.callers);
      this.#callees.show(answer, entry.callees);
      this.element.dataset['of'] = name;
    } catch {
      if (turn === this.#turn) this.#clear('Callers and callees could not be told.');
    }
  }
}
