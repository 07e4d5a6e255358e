/** The compared subjects, by name and colour. The page shows the pipeline, families and sources of the marked one. */
import type { ComparedSubject } from '../../src/protocol/metrics';
import { h, icon } from '../shared/dom';
import { slotClass } from './theme';

export class Compared {
  readonly element = h('div', {
    class: 'compared',
    role: 'radiogroup',
    'aria-label': 'Compared',
    hidden: true,
    keydown: (e: KeyboardEvent) => {
      this.#key(e);
    },
  });
  #shown = '';
  #names: readonly string[] = [];

  constructor(private readonly choose: (name: string) => void) {}

  show(subjects: readonly ComparedSubject[], focus: string): void {
    this.element.hidden = subjects.length === 0;
    const shown = JSON.stringify([subjects, focus]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const had = [...this.element.children].indexOf(document.activeElement as Element);
    this.#names = subjects.map((s) => s.name);
    this.element.replaceChildren(
      ...subjects.map(({ name, subtitle, sourceLabel, problems }, i) =>
        h(
          'button',
          {
            type: 'button',
            role: 'radio',
            'aria-checked': String(name === focus),
            tabindex: name === focus ? 0 : -1,
            title: `${subtitle}\nfrom ${sourceLabel}`,
            click: () => {
              this.choose(name);
            },
          },
          h('i', { class: `swatch ${slotClass(i)}` }),
          h('span', { class: 'name' }, name),
          h('span', { class: 'dim' }, sourceLabel),
          ...(problems.length > 0 ? [icon('warning')] : []),
        ),
      ),
    );
    // Arrow keys mark another subject, so the focus moves with the mark.
    if (had >= 0)
      (
        this.element.querySelector<HTMLElement>('[aria-checked=true]') ?? (this.element.children[had] as HTMLElement)
      ).focus();
  }

  #key(e: KeyboardEvent): void {
    const at = [...this.element.children].indexOf(e.target as Element);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
    if (at < 0 || step === undefined) return;
    const to = (at + step + this.#names.length) % this.#names.length;
    this.choose(this.#names[to] ?? '');
    (this.element.children[to] as HTMLElement).focus();
    e.preventDefault();
  }
}
