/** A menu that opens at a button: arrows walk, Enter takes, Escape and a click elsewhere close, the button gets the focus back. */
import { h, icon } from '../shared/dom';

export interface MenuItem { readonly title: string; readonly does: () => void; readonly hint?: string; readonly checked?: boolean }
/** undefined = a line between groups. */
export type MenuItems = readonly (MenuItem | undefined)[];

let nextId = 1;

export class MenuButton {
  readonly button: HTMLButtonElement;
  #list: HTMLElement | undefined;
  readonly #outside = (e: Event): void => { if (!(e.target instanceof Node) || (!this.#list?.contains(e.target) && !this.button.contains(e.target))) this.close(); };
  readonly #away = (): void => { this.close(); };

  /** `items` are asked for each time that it opens; `note` is text above them. */
  constructor(attributes: { readonly label: string; readonly icon?: string; readonly class: string; readonly text?: string }, private readonly items: () => MenuItems, private readonly note?: () => HTMLElement | undefined) {
    this.button = h('button', { class: attributes.class, type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-label': attributes.label, title: attributes.label,
      click: () => { if (this.#list) this.close(); else this.open(); },
      keydown: (e: KeyboardEvent) => { if (e.key === 'ArrowDown') { this.open(); e.preventDefault(); } } },
    attributes.text, attributes.icon === undefined ? undefined : icon(attributes.icon));
  }

  open(): void {
    if (this.#list) return;
    const id = `menu-${nextId++}`;
    const list = h('div', { class: 'menu', id, role: 'menu', 'aria-label': this.button.getAttribute('aria-label') ?? '', keydown: (e: KeyboardEvent) => { this.#key(e); } });
    const note = this.note?.();
    if (note) list.append(note);
    for (const item of this.items()) {
      if (!item) { list.append(h('div', { role: 'separator' })); continue; }
      list.append(h('button', { role: item.checked === undefined ? 'menuitem' : 'menuitemcheckbox', 'aria-checked': item.checked === undefined ? undefined : String(item.checked), tabindex: -1, type: 'button', click: () => { this.close(true); item.does(); } },
        h('span', { class: 'tick' }, ...(item.checked ? [icon('check')] : [])), h('span', { class: 'grow' }, item.title), ...(item.hint ? [h('span', { class: 'dim' }, item.hint)] : [])));
    }
    this.#list = list;
    document.body.append(list);
    this.#place(list);
    this.button.setAttribute('aria-expanded', 'true');
    this.button.setAttribute('aria-controls', id);
    document.addEventListener('pointerdown', this.#outside, true);
    window.addEventListener('blur', this.#away);
    window.addEventListener('resize', this.#away);
    this.#options()[0]?.focus();
  }

  close(refocus = false): void {
    if (!this.#list) return;
    const had = this.#list.contains(document.activeElement);
    this.#list.remove();
    this.#list = undefined;
    this.button.setAttribute('aria-expanded', 'false');
    this.button.removeAttribute('aria-controls');
    document.removeEventListener('pointerdown', this.#outside, true);
    window.removeEventListener('blur', this.#away);
    window.removeEventListener('resize', this.#away);
    if ((had || refocus) && document.hasFocus()) this.button.focus();
  }

  #options(): HTMLElement[] { return [...(this.#list?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])]; }

  /** Below the button, to the left where there is no room at its right, above it where there is none below. */
  #place(list: HTMLElement): void {
    const box = this.button.getBoundingClientRect();
    const { offsetWidth: w, offsetHeight: high } = list;
    const left = box.left + w > window.innerWidth - 8 ? box.right - w : box.left;
    const top = box.bottom + high > window.innerHeight - 8 && box.top - high > 8 ? box.top - high - 2 : box.bottom + 2;
    list.style.left = `${Math.max(8, left)}px`;
    list.style.top = `${Math.max(8, top)}px`;
  }

  #key(e: KeyboardEvent): void {
    const options = this.#options();
    const at = options.indexOf(document.activeElement as HTMLElement);
    const go = (i: number): void => { options[(i + options.length) % options.length]?.focus(); };
    switch (e.key) {
      case 'ArrowDown': go(at + 1); break;
      case 'ArrowUp': go(at < 0 ? -1 : at - 1); break;
      case 'Home': go(0); break;
      case 'End': go(-1); break;
      case 'Escape': case 'Tab': this.close(true); break;
      default: return;
    }
    e.preventDefault();
    e.stopPropagation();
  }
}
