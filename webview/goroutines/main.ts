/**
 * The goroutine page: workers, groups by stack and growth, filtered and sorted in the page, because even 100,000
 * goroutines make few groups.
 */
import '../shared/page.css';
import './page.css';
import { count, grouped } from '../../src/base/format';
import { Problem, type ProblemData } from '../../src/base/problem';
import type { GoroutineDump, WorkerPool, WorkerState } from '../../src/profile/types';
import { GOROUTINES, type Compared } from '../../src/protocol/goroutines';
import type { PageFacts } from '../../src/protocol/profile';
import { Channel } from '../shared/channel';
import { h } from '../shared/dom';
import { BaseSelect } from './base';
import { GrowthView, since } from './growthview';
import {
  matches,
  parseFilter,
  rowsOf,
  sortRows,
  summaryOf,
  workerWord,
  type Row,
  type Sort,
  type SortKey,
} from './model';
import { Pools } from './pools';
import { GroupTable, type Place } from './table';
import { poolName } from './words';

type View = 'workers' | 'groups' | 'growth';
/**
 * `view` is undefined until the user chooses one: the dump decides. `base`: the dump to compare with, `newest` until
 * the user chooses one.
 */
interface State {
  view: View | undefined;
  base: string;
  filter: string;
  sort: Sort;
  expanded: number[];
  place: Place;
}
const INITIAL: State = {
  view: undefined,
  base: 'newest',
  filter: '',
  sort: { key: 'count', descending: true },
  expanded: [],
  place: { row: undefined, scroll: 0 },
};

const root = document.getElementById('app');
if (!root) throw new Error('The page has no #app.');
const app: HTMLElement = root;
const host = new Channel(
  GOROUTINES,
  {
    loading: (m) => {
      show('loading', h('div', { class: 'notice', role: 'status' }, h('h2', {}, m.title), m.text));
    },
    failed: (m) => {
      show('failed', notice(m.title, m.problem));
    },
    init: (m) => load(m.facts),
  },
  'goroutines',
);
const state: State = { ...INITIAL, ...(host.state as Partial<State> | undefined) };
let rows: Row[] = [];
let dump: GoroutineDump | undefined;
let facts: PageFacts | undefined;
let compared: Compared | undefined;
/** The growth whose changes the table shows. */
let drawn: Compared['growth'];
/** The place to restore after a reload; undefined once the table has it. */
let comeBack: Place | undefined = state.place;

const filterInput = h('input', {
  class: 'search',
  type: 'search',
  'aria-label': 'Filter goroutines',
  placeholder: 'Filter by text, state:, package:, label:, worker:',
  spellcheck: 'false',
  value: state.filter,
  title:
    'All words must match. state:"IO wait"  package:client-go  label:controller=widget  worker:widget/throttled  ' +
    '-word leaves out',
  input: () => {
    state.filter = filterInput.value;
    refresh();
  },
});
const stateSelect = h('select', {
  'aria-label': 'State',
  title: 'Only goroutines in this state',
  change: () => {
    chooseState(stateSelect.value);
  },
});
const shown = h('span', { class: 'dim num', role: 'status', 'aria-live': 'polite' });
const table = new GroupTable({
  sort: (key: SortKey) => {
    state.sort = {
      key,
      descending: state.sort.key === key ? !state.sort.descending : key !== 'state' && key !== 'stack',
    };
    refresh();
    table.element
      .querySelector<HTMLElement>(`th[aria-sort="${state.sort.descending ? 'descending' : 'ascending'}"] button`)
      ?.focus();
  },
  open: (frame) => {
    host.send({ type: 'openSource', frame });
  },
  changed: save,
});
for (const i of state.expanded) table.expanded.add(i);
const pools = new Pools({ show: showWorkers });
const growth = new GrowthView({
  open: (frame) => {
    host.send({ type: 'openSource', frame });
  },
  show: showGroups,
  captureAgain: () => {
    host.send({ type: 'captureAgain' });
  },
});
const base = new BaseSelect({
  choose: (key) => {
    void compare(key, true);
  },
});
const change = h('span', { class: 'num' });
const body = h('div', { class: 'body' });

window.addEventListener('keydown', (e) => {
  const typing = e.target instanceof HTMLInputElement || e.target instanceof HTMLSelectElement;
  if ((e.key === '/' && !typing) || (e.key === 'f' && (e.ctrlKey || e.metaKey))) {
    filterInput.focus();
    filterInput.select();
    e.preventDefault();
  }
  if (e.target === filterInput && e.key === 'Escape') {
    filterInput.value = '';
    state.filter = '';
    refresh();
    table.focusRow(0);
  }
  if (e.target === filterInput && (e.key === 'ArrowDown' || e.key === 'Enter')) {
    table.focusRow(0);
    e.preventDefault();
  }
});

host.send({ type: 'ready' });

async function load(told: PageFacts): Promise<void> {
  const began = performance.now();
  facts = told;
  try {
    dump = await host.ask({ type: 'goroutines' });
  } catch (e) {
    show('failed', notice(facts.title, Problem.from(e).toJSON()));
    return;
  }
  rows = rowsOf(dump.groups, facts.ownModules, dump.workers);
  compared = drawn = undefined;
  change.textContent = '';
  const inPools = pools.element.contains(document.activeElement);
  pools.show(dump.workers, dump.groups);
  const states = [...new Set(dump.groups.map((g) => g.state))].filter((s) => s !== '').sort();
  stateSelect.replaceChildren(
    h('option', { value: '' }, 'Any state'),
    ...states.map((s) => h('option', { value: s }, s)),
  );
  const first = filterInput.isConnected ? document.activeElement : undefined;
  const place = comeBack ?? table.place;
  const inTable = first !== undefined && table.element.contains(first);
  show('ready', header(facts, dump), toolbar(facts), body, foot());
  layOut();
  comeBack = place;
  refresh();
  comeBack = undefined;
  table.restore(place);
  if (inTable) table.focusCurrent();
  else if (inPools) pools.focus();
  else if (first instanceof HTMLElement && first !== document.body) first.focus();
  else if (document.hasFocus()) takeFocus();
  host.send({ type: 'drawn', millis: performance.now() - began });
  // After the page is drawn, because this reads another file.
  void compare(state.base);
}

function viewOf(): View {
  return state.view ?? (dump && dump.workers.pools.length > 0 ? 'workers' : 'groups');
}

function setView(view: View): void {
  state.view = view;
  layOut();
  refresh();
}

/** Lays out the parts of the chosen view, and marks its tab. */
function layOut(): void {
  const view = viewOf();
  body.dataset['view'] = view;
  const parts = { workers: [pools.element, table.element], groups: [table.element], growth: [growth.element] }[view];
  if (parts.some((p) => p.parentElement !== body) || body.childElementCount !== parts.length)
    body.replaceChildren(...parts);
  for (const tab of app.querySelectorAll<HTMLElement>('[role=tab]')) {
    const on = tab.dataset['view'] === view;
    tab.setAttribute('aria-selected', String(on));
    tab.tabIndex = on ? 0 : -1;
  }
  for (const e of [filterInput, stateSelect, shown]) e.hidden = view === 'growth';
}

/**
 * Asks what changed since an earlier dump; '' asks the user which. `chosen`: the user asked for it and is shown the
 * result.
 */
async function compare(key: string, chosen = false): Promise<void> {
  const asked = dump;
  base.busy = true;
  const told = await host.ask({ type: 'compare', base: key }).catch((e: unknown) => Problem.from(e));
  const answer = told instanceof Problem ? undefined : told;
  base.busy = false;
  if (dump !== asked || !dump || !facts) return;
  // If the user was asked and chose nothing, the page stays as it is.
  if (answer && !answer.growth && key === '') return;
  compared = answer ?? { earlier: compared?.earlier ?? [], base: '', labels: [] };
  // A dump that could not be read is not tried again.
  state.base = compared.growth ? compared.base : 'newest';
  base.show(compared);
  change.textContent = since(compared);
  change.classList.toggle('leak', compared.growth?.verdict?.leak !== undefined);
  if (told instanceof Problem) growth.fail(told.toJSON());
  else growth.show(compared, dump, facts.ownModules, facts.again === true);
  if (chosen && (!answer || viewOf() === 'workers')) setView('growth');
  save();
  // The rows are made anew for the column; the user's place in the table is kept.
  if (compared.growth === drawn) return;
  drawn = compared.growth;
  const { place } = table;
  const inTable = table.element.contains(document.activeElement);
  refresh();
  table.restore(place);
  if (inTable) table.focusCurrent();
}

/** Filters for the stacks of workers in one state; a second call with the same removes the filter. */
function showWorkers(pool: WorkerPool, does: WorkerState): void {
  const word = workerWord(poolName(pool), does);
  const text = `worker:${/\s/.test(word) ? `"${word}"` : word}`;
  setFilter(state.filter === text ? '' : text);
}

/** Goes to the groups of a stack by setting a filter, which the user can read, change and keep. */
function showGroups(groups: readonly number[]): void {
  const [first] = groups.map((i) => rows.find((r) => r.index === i));
  if (!first) return;
  const name = summaryOf(first.group.stack, facts?.ownModules ?? [])[0]?.name ?? '';
  setView('groups');
  setFilter(`"${name}"`);
  table.focusRow(0);
}

function setFilter(text: string): void {
  state.filter = text;
  filterInput.value = text;
  refresh();
}

/** Focuses the rows unless something in the page has the focus; never takes it from the rest of the editor. */
function takeFocus(): void {
  if (!dump || document.activeElement !== document.body) return;
  if (viewOf() === 'growth') growth.element.focus();
  else if (viewOf() === 'groups' || !pools.focus()) table.focusCurrent();
}
window.addEventListener('focus', takeFocus);

function header(facts: PageFacts, d: GoroutineDump): HTMLElement {
  const total = `${count(d.total, 'goroutine')} in ${count(d.groups.length, 'group')}`;
  return h(
    'div',
    { class: 'facts' },
    h('h1', {}, facts.title),
    ...(facts.subtitle ? [h('span', {}, facts.subtitle)] : []),
    h('span', { class: 'num' }, total),
    change,
    ...d.warnings.map((w) => h('span', { class: 'warn' }, w)),
    h('span', { class: 'grow' }),
    facts.again
      ? h(
          'button',
          {
            class: 'link',
            click: () => {
              host.send({ type: 'captureAgain' });
            },
          },
          'Capture again',
        )
      : undefined,
  );
}

function toolbar({ pages }: PageFacts): HTMLElement {
  const tab = (view: View | 'flame', label: string, title: string): HTMLElement =>
    h(
      'button',
      {
        role: 'tab',
        'data-view': view,
        title,
        click: () => {
          if (view === 'flame') host.send({ type: 'show', page: 'flame' });
          else setView(view);
        },
      },
      label,
    );
  return h(
    'div',
    { class: 'bar' },
    h(
      'div',
      { class: 'seg', role: 'tablist', 'aria-label': 'View', keydown: walkTabs },
      tab('workers', 'Workers', 'What the workers of each controller do'),
      tab('groups', 'Groups', 'Goroutines grouped by stack'),
      ...(pages.includes('flame') ? [tab('flame', 'Flame', 'The same goroutines as a flame graph')] : []),
      tab('growth', 'Growth', 'What changed since an earlier dump'),
    ),
    filterInput,
    stateSelect,
    shown,
    h('span', { class: 'grow' }),
    base.element,
  );
}

/** The arrow keys move between the segments, as in any tab list; Enter or Space chooses one. */
function walkTabs(e: KeyboardEvent): void {
  const step =
    e.key === 'ArrowRight' ? 'nextElementSibling' : e.key === 'ArrowLeft' ? 'previousElementSibling' : undefined;
  const next = step && (e.target as HTMLElement)[step];
  if (next instanceof HTMLElement) {
    next.focus();
    e.preventDefault();
  }
}

function foot(): HTMLElement {
  return h(
    'div',
    { class: 'foot dim' },
    '/ filter   ↑ ↓ walk   → open, then its frames   ← close   Enter on a worker shows its stack, on a frame its ' +
      'source',
  );
}

/** The select writes into the filter, which the user can read, change and keep. */
function chooseState(value: string): void {
  const rest = filterInput.value.replace(/(^|\s)state:("[^"]*"?|\S+)/gi, '').trim();
  const word = value === '' ? '' : `state:${/\s/.test(value) ? `"${value}"` : value}`;
  setFilter([rest, word].filter((t) => t !== '').join(' '));
}

function refresh(): void {
  const filter = parseFilter(state.filter);
  const changes = drawn?.changes;
  const leak = drawn?.verdict?.leak === undefined ? [] : drawn.stacks[drawn.verdict.stack]?.groups;
  const visible = sortRows(
    rows.filter((r) => matches(r, filter)),
    state.sort,
    changes,
  );
  table.show(visible, state.sort, Math.max(0, ...rows.slice(0, 1).map((r) => r.group.count)), changes, leak);
  const worker = filter.words.find((w) => w.kind === 'worker' && !w.not)?.value.split('/');
  pools.select(worker?.[0], worker?.[1]);
  const stateWord = filter.words.find((w) => w.kind === 'state' && !w.not)?.value;
  stateSelect.value = [...stateSelect.options].find((o) => o.value.toLowerCase() === stateWord)?.value ?? '';
  const n = visible.reduce((sum, r) => sum + r.group.count, 0);
  const total = dump?.total ?? 0;
  shown.textContent =
    filter.words.length === 0
      ? ''
      : visible.length === 0
        ? 'nothing matches; Escape clears'
        : `${grouped(n)} of ${grouped(total)} in ${count(visible.length, 'group')}`;
  app.dataset['shown'] = String(visible.length);
  save();
}

function save(): void {
  host.state = { ...state, expanded: [...table.expanded], place: comeBack ?? table.place } satisfies State;
}

function show(what: 'loading' | 'ready' | 'failed', ...children: HTMLElement[]): void {
  app.replaceChildren(...children);
  app.dataset['state'] = what;
}

function notice(title: string, p: ProblemData): HTMLElement {
  return h(
    'div',
    { class: 'notice', role: 'alert' },
    h('h2', {}, title),
    h('p', {}, p.message),
    ...(p.next ? [h('p', {}, p.next)] : []),
    ...(p.detail ? [h('pre', {}, p.detail)] : []),
  );
}
