/** Makes elements without markup in strings, so nothing in a profile is ever parsed as HTML. */

type Value = string | number | boolean | undefined | ((event: never) => void);

/**
 * `h('button', { class: 'x', onclick: fn, disabled: false }, 'Text')`: undefined and false leave an attribute out, true
 * sets it empty.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly (Node | string | undefined)[]
): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') e.addEventListener(name.replace(/^on/, ''), value as EventListener);
    else e.setAttribute(name, value === true ? '' : String(value));
  }
  for (const c of children) if (c !== undefined) e.append(c);
  return e;
}

/** A codicon, hidden from screen readers. */
export function icon(name: string): HTMLElement {
  return h('span', { class: `codicon codicon-${name}`, 'aria-hidden': 'true' });
}

/** Sets the text only if it changes, so that live regions and layout aren't disturbed. */
export function setText(e: HTMLElement, text: string): void {
  if (e.textContent !== text) e.textContent = text;
}

/** Calls `f` once, `ms` after the last call. */
export function debounce(ms: number, f: () => void): { (): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const call = (): void => {
    clearTimeout(timer);
    timer = setTimeout(f, ms);
  };
  call.cancel = (): void => {
    clearTimeout(timer);
  };
  return call;
}
