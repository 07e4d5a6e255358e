/** The page's fixed pieces: its line of facts, and what is shown instead of the picture when there is none. */
import type { ProblemData } from '../../src/base/problem';
import type { PageFacts } from '../../src/protocol/profile';
import { h } from '../shared/dom';

/** The first line of the page: whose data, when, how much. */
export function factsLine({ title, subtitle, again }: PageFacts, total: string, captureAgain: () => void): HTMLElement {
  return h(
    'div',
    { class: 'facts' },
    h('h1', {}, title),
    ...(subtitle === '' ? [] : [h('span', {}, subtitle)]),
    h('span', { class: 'num', id: 'total' }, total),
    ...(again
      ? [h('span', { class: 'grow' }), h('button', { class: 'link', onclick: captureAgain }, 'Capture again')]
      : []),
  );
}

export function loading(title: string, text: string): HTMLElement {
  return h(
    'div',
    { class: 'notice loading', role: 'status' },
    document.createElement('vscode-progress-ring'),
    h('div', {}, h('h2', {}, title), h('p', { class: 'dim' }, text)),
  );
}

export function failed(title: string, p: Omit<ProblemData, 'code'>): HTMLElement {
  return h(
    'div',
    { class: 'notice', role: 'alert' },
    ...(title === '' ? [] : [h('p', { class: 'dim' }, title)]),
    h('h2', {}, p.message),
    ...(p.next === undefined ? [] : [h('p', {}, p.next)]),
    ...(p.detail === undefined ? [] : [h('pre', {}, p.detail)]),
  );
}

export function empty(what: string, next: string): HTMLElement {
  return h('div', { class: 'notice', role: 'status', id: 'empty' }, h('h2', {}, what), h('p', {}, next));
}

/** The profile reader's warnings about the file: a single one is shown, several open on a click. */
export function warnings(list: readonly string[]): HTMLElement | undefined {
  const [first] = list;
  if (first === undefined) return undefined;
  const mark = (): HTMLElement => h('span', { class: 'codicon codicon-warning', 'aria-hidden': 'true' });
  if (list.length === 1) return h('p', { class: 'warnings' }, mark(), first);
  return h(
    'details',
    { class: 'warnings' },
    h('summary', {}, mark(), `${list.length} remarks on this file`),
    h('ul', {}, ...list.map((w) => h('li', {}, w))),
  );
}
