/** The goroutine page: groups by stack, filtered and sorted here, since even 100,000 goroutines make few groups. */
import '../shared/page.css';
import './page.css';
import { Host } from '../shared/host';
import { count, grouped } from '../../src/base/format';
import type { GoroutineDump } from '../../src/profile/types';
import type { PageFacts, ToPage } from '../../src/protocol/pages';
import type { ProblemData } from '../../src/base/problem';
import { Problem } from '../../src/base/problem';
import { h } from '../shared/dom';
import { matches, parseFilter, rowsOf, sortRows, type Row, type Sort, type SortKey } from './model';
import { GroupTable, type Place } from './table';

interface State { filter: string; sort: Sort; expanded: number[]; place: Place }
const INITIAL: State = { filter: '', sort: { key: 'count', descending: true }, expanded: [], place: { row: undefined, scroll: 0 } };

const root = document.getElementById('app');
if (!root) throw new Error('The page has no #app.');
const app: HTMLElement = root;
const host = new Host('goroutines', onMessage);
const state: State = { ...INITIAL, ...(host.state as Partial<State> | undefined) };
let rows: Row[] = [];
let dump: GoroutineDump | undefined;
/** The place that a reload has to come back to; undefined once the table is there and knows it. */
let comeBack: Place | undefined = state.place;

const filterInput = h('input', {
  class: 'search', type: 'search', 'aria-label': 'Filter goroutines', placeholder: 'Filter by text, state:, package:, label:', spellcheck: 'false', value: state.filter,
  title: 'All words must match. state:"IO wait"  package:client-go  label:controller=widget  -word leaves out', input: () => { state.filter = filterInput.value; refresh(); },
});
const stateSelect = h('select', { 'aria-label': 'State', title: 'Only goroutines in this state', change: () => { chooseState(stateSelect.value); } });
const shown = h('span', { class: 'dim num', role: 'status', 'aria-live': 'polite' });
const table = new GroupTable({
  sort: (key: SortKey) => {
    state.sort = { key, descending: state.sort.key === key ? !state.sort.descending : key === 'count' || key === 'longest' };
    refresh();
    table.element.querySelector<HTMLElement>(`th[aria-sort="${state.sort.descending ? 'descending' : 'ascending'}"] button`)?.focus();
  },
  open: (frame) => { host.send({ type: 'openSource', frame }); },
  changed: save,
});
for (const i of state.expanded) table.expanded.add(i);

window.addEventListener('keydown', (e) => {
  const typing = e.target instanceof HTMLInputElement || e.target instanceof HTMLSelectElement;
  if ((e.key === '/' && !typing) || (e.key === 'f' && (e.ctrlKey || e.metaKey))) { filterInput.focus(); filterInput.select(); e.preventDefault(); }
  if (e.target === filterInput && e.key === 'Escape') { filterInput.value = ''; state.filter = ''; refresh(); table.focusRow(0); }
  if (e.target === filterInput && (e.key === 'ArrowDown' || e.key === 'Enter')) { table.focusRow(0); e.preventDefault(); }
});

host.send({ type: 'ready', page: 'goroutines' });

function onMessage(m: Exclude<ToPage, { id: number }>): void {
  switch (m.type) {
    case 'loading': show('loading', h('div', { class: 'notice', role: 'status' }, h('h2', {}, m.title), m.text)); break;
    case 'failed': show('failed', notice(m.title, m.problem)); break;
    case 'init': void load(m.facts); break;
  }
}

async function load(facts: PageFacts): Promise<void> {
  const began = performance.now();
  try {
    dump = (await host.ask({ type: 'goroutines' })).dump;
  } catch (e) {
    show('failed', notice(facts.title, Problem.from(e).toJSON()));
    return;
  }
  rows = rowsOf(dump.groups, facts.ownModules);
  const states = [...new Set(dump.groups.map((g) => g.state))].filter((s) => s !== '').sort();
  stateSelect.replaceChildren(h('option', { value: '' }, 'Any state'), ...states.map((s) => h('option', { value: s }, s)));
  const first = filterInput.isConnected ? document.activeElement : undefined;
  const place = comeBack ?? table.place;
  const inTable = first !== undefined && table.element.contains(first);
  show('ready', header(facts, dump), toolbar(facts), table.element, foot());
  comeBack = place;
  refresh();
  comeBack = undefined;
  table.restore(place);
  if (inTable) table.focusCurrent(); else if (first instanceof HTMLElement && first !== document.body) first.focus(); else if (document.hasFocus()) takeFocus();
  host.send({ type: 'drawn', page: 'goroutines', millis: performance.now() - began });
}

/** The keyboard is at the rows at once, unless something has it already; never taken from the rest of the editor. */
function takeFocus(): void { if (dump && document.activeElement === document.body) table.focusCurrent(); }
window.addEventListener('focus', takeFocus);

function header(facts: PageFacts, d: GoroutineDump): HTMLElement {
  const total = `${count(d.total, 'goroutine')} in ${count(d.groups.length, 'group')}`;
  return h('div', { class: 'facts' }, h('h1', {}, facts.title), ...(facts.subtitle ? [h('span', {}, facts.subtitle)] : []), h('span', { class: 'num' }, total),
    ...d.warnings.map((w) => h('span', { class: 'warn' }, w)),
    h('span', { class: 'grow' }), facts.again ? h('button', { class: 'link', click: () => { host.send({ type: 'captureAgain' }); } }, 'Capture again') : undefined);
}

function toolbar(facts: PageFacts): HTMLElement {
  const segments = facts.pages.map((page) => h('button', { role: 'tab', 'aria-selected': String(page === 'goroutines'), tabindex: page === 'goroutines' ? 0 : -1, click: () => { if (page !== 'goroutines') host.send({ type: 'show', page }); } }, page === 'flame' ? 'Flame' : 'Groups'));
  return h('div', { class: 'bar' }, ...(segments.length > 1 ? [h('div', { class: 'seg', role: 'tablist', 'aria-label': 'View', keydown: walkTabs }, ...segments)] : []), filterInput, stateSelect, shown);
}

/** The arrows walk the segments, as in every tab list; Enter or a blank takes one. */
function walkTabs(e: KeyboardEvent): void {
  const step = e.key === 'ArrowRight' ? 'nextElementSibling' : e.key === 'ArrowLeft' ? 'previousElementSibling' : undefined;
  const next = step && (e.target as HTMLElement)[step];
  if (next instanceof HTMLElement) { next.focus(); e.preventDefault(); }
}

function foot(): HTMLElement {
  return h('div', { class: 'foot dim' }, '/ filter   ↑ ↓ walk   → open, then its frames   ← close   Enter on a frame opens its source');
}

/** The select writes the filter's own words: one way to say it, which can be read, changed and kept. */
function chooseState(value: string): void {
  const rest = filterInput.value.replace(/(^|\s)state:("[^"]*"?|\S+)/gi, '').trim();
  const word = value === '' ? '' : `state:${/\s/.test(value) ? `"${value}"` : value}`;
  state.filter = [rest, word].filter((t) => t !== '').join(' ');
  filterInput.value = state.filter;
  refresh();
}

function refresh(): void {
  const filter = parseFilter(state.filter);
  const visible = sortRows(rows.filter((r) => matches(r, filter)), state.sort);
  table.show(visible, state.sort, Math.max(0, ...rows.slice(0, 1).map((r) => r.group.count)));
  const stateWord = filter.words.find((w) => w.kind === 'state' && !w.not)?.value;
  stateSelect.value = [...stateSelect.options].find((o) => o.value.toLowerCase() === stateWord)?.value ?? '';
  const n = visible.reduce((sum, r) => sum + r.group.count, 0);
  const total = dump?.total ?? 0;
  shown.textContent = filter.words.length === 0 ? '' : visible.length === 0 ? 'nothing matches; Escape clears' : `${grouped(n)} of ${grouped(total)} in ${count(visible.length, 'group')}`;
  app.dataset['shown'] = String(visible.length);
  save();
}

function save(): void { host.state = { ...state, expanded: [...table.expanded], place: comeBack ?? table.place } satisfies State; }

function show(what: 'loading' | 'ready' | 'failed', ...children: HTMLElement[]): void {
  app.replaceChildren(...children);
  app.dataset['state'] = what;
}

function notice(title: string, p: ProblemData): HTMLElement {
  return h('div', { class: 'notice', role: 'alert' }, h('h2', {}, title), h('p', {}, p.message), ...(p.next ? [h('p', {}, p.next)] : []), ...(p.detail ? [h('pre', {}, p.detail)] : []));
}
