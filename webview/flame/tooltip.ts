/**
 * Describes the frame under the pointer (function, package, place and figures) in a box that stays inside the window.
 */
import type { Frame } from '../../src/profile/types';
import { h } from '../shared/dom';
import { foldTypeArguments, splitName } from './labels';
import { amount, changeWords, place, shareOf, type Figures } from './words';

/** Distance to the pointer, px. */
const OFFSET = 14;
const EDGE = 6;

export interface TooltipContent {
  /** Identifies the frame, because a function can occur in two places. */
  readonly row: number;
  readonly frame: Frame;
  readonly figures: Figures;
  readonly unit: string;
  readonly grandTotal: number;
  /** Total of the zoomed frame; undefined without a zoom. */
  readonly zoomTotal: number | undefined;
  readonly matches: boolean;
}

export class Tooltip {
  readonly element: HTMLElement;
  #row: number | undefined;

  constructor(id = 'tooltip') {
    this.element = h('div', { class: 'tooltip', id, 'aria-hidden': 'true', hidden: true });
  }

  show(c: TooltipContent, x: number, y: number): void {
    if (this.#row !== c.row || this.element.hidden) this.#fill(c);
    this.#row = c.row;
    this.element.hidden = false;
    const { offsetWidth: w, offsetHeight: hgt } = this.element;
    const left = x + OFFSET + w + EDGE > window.innerWidth ? x - OFFSET - w : x + OFFSET;
    const top = y + OFFSET + hgt + EDGE > window.innerHeight ? y - OFFSET - hgt : y + OFFSET;
    this.element.style.left = `${Math.max(EDGE, Math.min(left, window.innerWidth - w - EDGE))}px`;
    this.element.style.top = `${Math.max(EDGE, Math.min(top, window.innerHeight - hgt - EDGE))}px`;
  }

  hide(): void {
    this.element.hidden = true;
    this.#row = undefined;
  }

  #fill({ frame, figures, unit, grandTotal, zoomTotal, matches }: TooltipContent): void {
    const { path, rest } = splitName(frame.name);
    const where = place(frame);
    const row = (label: string, v: number | undefined): HTMLElement[] => [
      h('span', { class: 'dim' }, label),
      h('span', { class: 'num' }, amount(v, grandTotal, unit)),
      h(
        'span',
        { class: 'num dim' },
        zoomTotal === undefined || v === undefined ? '' : `${shareOf(v, zoomTotal)} of the zoomed`,
      ),
    ];
    this.element.replaceChildren(
      h('div', { class: 'mono name' }, cut(foldTypeArguments(rest))),
      h('div', { class: 'dim' }, frame.pkg || path || ORIGIN[frame.origin]),
      ...(where === '' ? [] : [h('div', { class: 'mono dim' }, where)]),
      h('div', { class: 'figures' }, ...row('self', figures.self), ...row('total', figures.total)),
      ...(figures.before === undefined ? [] : [h('div', { class: 'num dim' }, changeWords(figures, unit))]),
      ...(matches ? [h('div', { class: 'hit' }, 'matches the search')] : []),
    );
  }
}

const ORIGIN = {
  own: 'your module',
  dependency: 'a dependency',
  std: 'standard library',
  unknown: 'package not known',
} as const;

/** A name can be 64 kB long; more than a few lines don't help. */
function cut(name: string): string {
  return name.length > 600 ? `${name.slice(0, 600)}…` : name;
}
