/** The choice of the earlier dump to compare with: those of the same process first, then a way to any other. */
import type { Compared, EarlierDump } from '../../src/protocol/goroutines';
import { h } from '../shared/dom';

const TITLES: Readonly<Record<EarlierDump['same'], string>> = {
  process: 'Same process',
  workload: 'Other replicas',
  other: 'Others',
};

export class BaseSelect {
  readonly element: HTMLSelectElement;
  #shown = 'none';

  constructor(events: { choose(key: string): void }) {
    this.element = h('select', {
      class: 'base',
      'aria-label': 'Compare with',
      title: 'An earlier dump that this one is compared with',
      change: () => {
        const { value } = this.element;
        // The choice is shown only once the host has read that dump.
        this.element.value = this.#shown;
        events.choose(value);
      },
    });
    this.show({ earlier: [], base: '', labels: [] });
  }

  /** Another dump is being read. */
  set busy(on: boolean) {
    this.element.setAttribute('aria-busy', String(on));
  }

  show({ earlier, base, growth }: Compared): void {
    this.#shown = growth ? base : 'none';
    const groups = (['process', 'workload', 'other'] as const).flatMap((same) => {
      const options = earlier
        .filter((e) => e.same === same)
        .map((e) => h('option', { value: e.key }, this.#shown === e.key ? `Against ${e.label}` : e.label));
      return options.length === 0 ? [] : [h('optgroup', { label: TITLES[same] }, ...options)];
    });
    this.element.replaceChildren(
      h('option', { value: 'none', hidden: true }, 'Compare with…'),
      ...groups,
      h('option', { value: '' }, 'Another dump…'),
    );
    this.element.value = this.#shown;
  }
}
