/** The tooltip beside the pointer; it says nothing that the legend and the table don't. */
import { h } from '../shared/dom';

const OFFSET = 14;
const EDGE = 6;

export class Tip {
  readonly element = h('div', { class: 'tip', 'aria-hidden': 'true', hidden: true });

  show(title: string, lines: readonly string[], x: number, y: number): void {
    this.element.replaceChildren(
      h('div', { class: 'num dim' }, title),
      ...lines.map((l) => h('div', { class: 'num' }, l)),
    );
    this.element.hidden = false;
    const { offsetWidth: w, offsetHeight: high } = this.element;
    const left = x + OFFSET + w + EDGE > window.innerWidth ? x - OFFSET - w : x + OFFSET;
    const top = y + OFFSET + high + EDGE > window.innerHeight ? y - OFFSET - high : y + OFFSET;
    this.element.style.left = `${Math.max(EDGE, left)}px`;
    this.element.style.top = `${Math.max(EDGE, top)}px`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
