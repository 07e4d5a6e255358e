/** The head of the page: whose data, from where and since when; what failed; and the toolbar of all views. */
import type { MetricsFacts, MetricsView, TimeRange } from '../../src/protocol/metrics';
import type { ProblemData } from '../../src/base/problem';
import { h, icon } from '../shared/dom';
import { MenuButton } from '../shared/menu';
import { Compared } from './compared';
import { clock, span } from './units';

export interface HeaderEvents {
  view(view: MetricsView): void;
  controller(name: string): void;
  replica(id: string): void;
  /** Name of the compared subject to focus on. */
  focus(name: string): void;
  source(id: string): void;
  seconds(seconds: number): void;
  pause(paused: boolean): void;
  profile(): void;
  retry(): void;
  save(what: 'grafana' | 'rules' | 'scrapes'): void;
}

export interface HeaderState {
  readonly view: MetricsView;
  readonly range: TimeRange;
  readonly paused: boolean;
  readonly controller: string;
  readonly replica: string;
  readonly focus: string;
}

const VIEWS: readonly { readonly id: MetricsView; readonly title: string }[] = [
  { id: 'pipeline', title: 'Pipeline' },
  { id: 'charts', title: 'Charts' },
  { id: 'explore', title: 'Explore' },
];
/** Choices of the range, s. */
const RANGES = [60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 7 * 86_400];

export class Header {
  readonly element = h('header', {});
  readonly #facts = h('div', { class: 'facts' });
  readonly #problems = h('div', { class: 'problems' });
  readonly #tabs: HTMLButtonElement[];
  readonly #controller: HTMLSelectElement;
  readonly #replica: HTMLSelectElement;
  readonly #source: HTMLSelectElement;
  readonly #range: HTMLSelectElement;
  readonly #live: HTMLButtonElement;
  readonly #profile: HTMLButtonElement;
  readonly #compared: Compared;
  #failed: ProblemData | undefined;
  #shownFacts: MetricsFacts | undefined;

  constructor(private readonly events: HeaderEvents) {
    this.#compared = new Compared((name) => {
      events.focus(name);
    });
    this.#tabs = VIEWS.map(({ id, title }, i) =>
      h(
        'button',
        {
          role: 'tab',
          type: 'button',
          id: `tab-${id}`,
          'aria-controls': 'view',
          title: `${title} (${i + 1})`,
          click: () => {
            events.view(id);
          },
        },
        title,
      ),
    );
    this.#controller = h('select', {
      'aria-label': 'Controller',
      title: 'Which controller of the process',
      change: () => {
        events.controller(this.#controller.value);
      },
    });
    this.#replica = h('select', {
      'aria-label': 'Replica',
      title: 'Which replica',
      change: () => {
        events.replica(this.#replica.value);
      },
    });
    this.#source = h('select', {
      'aria-label': 'Source',
      title: 'Where the numbers come from',
      change: () => {
        events.source(this.#source.value);
      },
    });
    this.#range = h('select', {
      'aria-label': 'Time range',
      title: 'How much time is shown',
      change: () => {
        events.seconds(Number(this.#range.value));
      },
    });
    this.#live = h('button', {
      class: 'tool',
      type: 'button',
      click: () => {
        events.pause(this.#live.dataset['live'] === 'true');
      },
    });
    this.#profile = h(
      'button',
      {
        class: 'tool',
        type: 'button',
        id: 'profile',
        title: 'Profile the CPU of this controller now',
        click: () => {
          events.profile();
        },
      },
      icon('pulse'),
      'Profile now',
    );
    const save = new MenuButton({ label: 'Export', class: 'tool', text: 'Export', icon: 'chevron-down' }, () => [
      {
        title: 'Grafana dashboard…',
        does: () => {
          events.save('grafana');
        },
      },
      {
        title: 'PrometheusRule with alerts…',
        does: () => {
          events.save('rules');
        },
      },
      undefined,
      {
        title: 'Save these metrics…',
        does: () => {
          events.save('scrapes');
        },
      },
    ]);
    const bar = h(
      'div',
      { class: 'bar' },
      h('div', { class: 'seg', role: 'tablist', 'aria-label': 'View', keydown: walkTabs }, ...this.#tabs),
      this.#controller,
      this.#replica,
      this.#source,
      h('span', { class: 'grow' }),
      save.button,
      this.#profile,
    );
    this.element.append(
      h('div', { class: 'top' }, this.#facts, h('div', { class: 'time' }, this.#range, this.#live)),
      this.#compared.element,
      bar,
      this.#problems,
    );
  }

  facts(facts: MetricsFacts, state: HeaderState): void {
    this.#shownFacts = facts;
    this.#facts.replaceChildren(
      h('h1', {}, facts.title),
      ...(facts.subjects
        ? ['Pipeline, Explore, Source and Profile are of the marked one.']
        : [facts.subtitle, facts.sourceLabel]
      )
        .filter((t) => t !== '')
        .map((t) => h('span', { class: 'num' }, t)),
      ...(facts.cost ? [h('span', { class: 'num cost', title: facts.cost.title }, facts.cost.text)] : []),
    );
    this.#compared.show(facts.subjects ?? [], facts.focus ?? '');
    this.#profile.hidden = facts.span !== undefined;
    options(
      this.#controller,
      [
        ['', facts.controllers.length > 1 ? `all ${facts.controllers.length} controllers` : 'all controllers'],
        ...facts.controllers.map((c) => [c, `controller: ${c}`] as const),
      ],
      state.controller,
    );
    this.#controller.hidden = facts.controllers.length === 0;
    options(
      this.#replica,
      [
        ['', facts.replicas.length > 1 ? `all ${facts.replicas.length} replicas` : 'all replicas'],
        ...facts.replicas.map((r) => [r.id, `${r.label}${r.leader ? ' (leader)' : ''}`] as const),
      ],
      state.replica,
    );
    this.#replica.hidden = facts.replicas.length < 2;
    options(
      this.#source,
      facts.sources.map((s) => [s.id, s.label] as const),
      facts.source,
    );
    this.#source.hidden = facts.sources.length < 2;
    this.state(state);
    this.#showProblems();
  }

  state(s: HeaderState): void {
    VIEWS.forEach(({ id }, i) => {
      this.#tabs[i]?.setAttribute('aria-selected', String(id === s.view));
      this.#tabs[i]?.setAttribute('tabindex', id === s.view ? '0' : '-1');
    });
    const { seconds, end } = s.range;
    const file = this.#shownFacts?.span;
    const standard = RANGES.includes(seconds) && end === undefined;
    const word = end === undefined ? `last ${span(seconds)}` : `${clock(end - seconds)} to ${clock(end)}`;
    const offered = RANGES.filter((r) => (standard || r !== seconds) && (!file || r < file.end - file.start));
    options(
      this.#range,
      [
        ...(standard ? [] : [[String(seconds), word] as const]),
        ...offered.map((r) => [String(r), `last ${span(r)}`] as const),
      ],
      String(seconds),
    );
    this.#live.dataset['live'] = String(!s.paused);
    // For a file, the way back leads to the whole file.
    this.#live.hidden = file !== undefined && isWhole(s.range, file);
    const [name, text, title] = file
      ? (['screen-full', 'Whole file', 'Back to the whole file (Escape)'] as const)
      : s.paused
        ? ['debug-start', 'Back to live', 'Go on from now (Space)']
        : ['debug-pause', 'Live', 'Pause, to look at what is shown (Space)'];
    if (this.#live.textContent !== text) this.#live.replaceChildren(icon(name), text);
    this.#live.title = title;
    this.#live.setAttribute('aria-label', file ? 'Back to the whole file' : s.paused ? 'Back to live' : 'Live; pause');
    this.#live.classList.toggle('paused', s.paused && !file);
  }

  /** The whole source failed; undefined = it answers again. */
  failed(problem: ProblemData | undefined): void {
    this.#failed = problem;
    this.#showProblems();
  }

  focusTab(): void {
    this.#tabs.find((t) => t.tabIndex === 0)?.focus();
  }

  /** One line for each replica that doesn't answer; the others continue. */
  #showProblems(): void {
    const lines = (this.#shownFacts?.replicas ?? []).flatMap((r) =>
      r.problem ? [{ who: r.label, problem: r.problem }] : [],
    );
    const compared = (this.#shownFacts?.subjects ?? []).flatMap((s) =>
      s.problems.map(({ who, problem }) => ({ who: [s.name, who].filter((t) => t !== '').join(' '), problem })),
    );
    const all = [...(this.#failed ? [{ who: '', problem: this.#failed }] : []), ...lines, ...compared];
    const text = JSON.stringify(all);
    if (this.#problems.dataset['text'] === text) return;
    this.#problems.dataset['text'] = text;
    this.#problems.replaceChildren(
      ...all.map(({ who, problem }) =>
        h(
          'div',
          { role: 'alert', class: 'line' },
          icon('warning'),
          h(
            'span',
            { title: problem.detail ?? '' },
            ...(who === '' ? [] : [h('b', {}, who), ' ']),
            problem.message,
            problem.next ? ` ${problem.next}` : '',
          ),
          h(
            'button',
            {
              class: 'link',
              type: 'button',
              click: () => {
                this.events.retry();
              },
            },
            'Try again',
          ),
        ),
      ),
    );
  }
}

/**
 * The range that shows a file from its first to its last scrape: at least a minute, because a single scrape has no
 * width.
 */
export function wholeOf(file: { readonly start: number; readonly end: number }): TimeRange {
  return { seconds: Math.max(60, file.end - file.start), end: file.end };
}

function isWhole(range: TimeRange, file: { readonly start: number; readonly end: number }): boolean {
  const whole = wholeOf(file);
  return range.end === whole.end && range.seconds === whole.seconds;
}

/** Sets a select's options only if they changed, so that an open one stays open. */
function options(
  select: HTMLSelectElement,
  all: readonly (readonly [value: string, text: string])[],
  value: string,
): void {
  const text = JSON.stringify(all);
  if (select.dataset['all'] !== text) {
    select.dataset['all'] = text;
    select.replaceChildren(...all.map(([v, t]) => h('option', { value: v }, t)));
  }
  select.value = all.some(([v]) => v === value) ? value : '';
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
