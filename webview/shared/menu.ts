/**
 * A menu at a button or at a position: arrow keys move, Enter chooses, Escape or a click elsewhere closes, and the
 * focus goes back to where it was.
 */
import { h, icon } from './dom';

export interface MenuItem {
  readonly title: string;
  readonly does: () => void;
  readonly hint?: string;
  readonly checked?: boolean;
}
/** undefined = a separator. */
export type MenuItems = readonly (MenuItem | undefined)[];

let nextId = 1;

/** An open menu. */
class Menu {
  readonly list: HTMLElement;
  readonly #outside = (e: Event): void => {
    if (!(e.target instanceof Node) || (!this.list.contains(e.target) && !this.from?.contains(e.target))) this.close();
  };
  readonly #away = (): void => {
    this.close();
  };

  /** `from`: the button that opened it. `closed` is called once, with whether the focus should go back. */
  constructor(
    label: string,
    items: MenuItems,
    note: HTMLElement | undefined,
    private readonly from: HTMLElement | undefined,
    private readonly closed: (refocus: boolean) => void,
  ) {
    this.list = h('div', {
      class: 'menu',
      id: `menu-${nextId++}`,
      role: 'menu',
      'aria-label': label,
      keydown: (e: KeyboardEvent) => {
        this.#key(e);
      },
      contextmenu: (e: Event) => {
        e.preventDefault();
      },
    });
    if (note) this.list.append(note);
    for (const item of items) {
      if (!item) {
        this.list.append(h('div', { role: 'separator' }));
        continue;
      }
      this.list.append(
        h(
          'button',
          {
            role: item.checked === undefined ? 'menuitem' : 'menuitemcheckbox',
            'aria-checked': item.checked === undefined ? undefined : String(item.checked),
            tabindex: -1,
            type: 'button',
            click: () => {
              this.close(true);
              item.does();
            },
          },
          h('span', { class: 'tick' }, ...(item.checked ? [icon('check')] : [])),
          h('span', { class: 'grow' }, item.title),
          ...(item.hint ? [h('span', { class: 'dim' }, item.hint)] : []),
        ),
      );
    }
  }

  open(place: (width: number, height: number) => { readonly left: number; readonly top: number }): void {
    document.body.append(this.list);
    const { left, top } = place(this.list.offsetWidth, this.list.offsetHeight);
    this.list.style.left = `${Math.max(8, left)}px`;
    this.list.style.top = `${Math.max(8, top)}px`;
    document.addEventListener('pointerdown', this.#outside, true);
    window.addEventListener('blur', this.#away);
    window.addEventListener('resize', this.#away);
    this.#options()[0]?.focus();
  }

  close(refocus = false): void {
    if (!this.list.isConnected) return;
    const had = this.list.contains(document.activeElement);
    this.list.remove();
    document.removeEventListener('pointerdown', this.#outside, true);
    window.removeEventListener('blur', this.#away);
    window.removeEventListener('resize', this.#away);
    this.closed((had || refocus) && document.hasFocus());
  }

  #options(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>('[role^=menuitem]')];
  }

  #key(e: KeyboardEvent): void {
    const options = this.#options();
    const at = options.indexOf(document.activeElement as HTMLElement);
    const go = (i: number): void => {
      options[(i + options.length) % options.length]?.focus();
    };
    switch (e.key) {
      case 'ArrowDown':
        go(at + 1);
        break;
      case 'ArrowUp':
        go(at < 0 ? -1 : at - 1);
        break;
      case 'Home':
        go(0);
        break;
      case 'End':
        go(-1);
        break;
      case 'Escape':
      case 'Tab':
        this.close(true);
        break;
      default:
        return;
    }
    e.preventDefault();
    e.stopPropagation();
  }
}

/** Opens a menu at a position in the window, px: to the left or above if there is no room to the right or below. */
export function openMenu(label: string, items: MenuItems, x: number, y: number): void {
  const before = document.activeElement;
  new Menu(label, items, undefined, undefined, (refocus) => {
    if (refocus && before instanceof HTMLElement) before.focus();
  }).open((w, high) => ({
    left: x + w > window.innerWidth - 8 ? x - w : x,
    top: y + high > window.innerHeight - 8 ? Math.min(y, window.innerHeight - 8 - high) : y,
  }));
}

export class MenuButton {
  readonly button: HTMLButtonElement;
  #menu: Menu | undefined;

  /** `items` is called each time the menu opens; `note` gives a text above them. */
  constructor(
    attributes: { readonly label: string; readonly icon?: string; readonly class: string; readonly text?: string },
    private readonly items: () => MenuItems,
    private readonly note?: () => HTMLElement | undefined,
  ) {
    this.button = h(
      'button',
      {
        class: attributes.class,
        type: 'button',
        'aria-haspopup': 'menu',
        'aria-expanded': 'false',
        'aria-label': attributes.label,
        title: attributes.label,
        click: () => {
          if (this.#menu) this.close();
          else this.open();
        },
        keydown: (e: KeyboardEvent) => {
          if (e.key === 'ArrowDown') {
            this.open();
            e.preventDefault();
          }
        },
      },
      attributes.text,
      attributes.icon === undefined ? undefined : icon(attributes.icon),
    );
  }

  open(): void {
    if (this.#menu) return;
    const menu = (this.#menu = new Menu(
      this.button.getAttribute('aria-label') ?? '',
      this.items(),
      this.note?.(),
      this.button,
      (refocus) => {
        this.#menu = undefined;
        this.button.setAttribute('aria-expanded', 'false');
        this.button.removeAttribute('aria-controls');
        if (refocus) this.button.focus();
      },
    ));
    this.button.setAttribute('aria-expanded', 'true');
    this.button.setAttribute('aria-controls', menu.list.id);
    const box = this.button.getBoundingClientRect();
    // Below the button; aligned to its right edge if there is no room to the right, above it if there is none below.
    menu.open((w, high) => ({
      left: box.left + w > window.innerWidth - 8 ? box.right - w : box.left,
      top: box.bottom + high > window.innerHeight - 8 && box.top - high > 8 ? box.top - high - 2 : box.bottom + 2,
    }));
  }

  close(refocus = false): void {
    this.#menu?.close(refocus);
  }
}
