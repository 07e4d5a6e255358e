/** Puts the changes page together, and keeps what the user chose. */
import { CHURN, type ChurnFile, type ChurnPicture, type FindingView } from '../../src/protocol/churn';
import type { ProblemData } from '../../src/base/problem';
import { count } from '../../src/base/format';
import { Channel } from '../shared/channel';
import { debounce, h, icon, setText } from '../shared/dom';
import { ChosenView } from './chosen';
import { ChurnTable } from './table';
import { factsText, pieces } from './words';

interface State {
  folded: readonly string[];
  filter: string;
  chosen: string;
}

/** The page says that there is no fight only after recording for this long, ms. */
const ENOUGH_MS = 10_000;
const FILES: readonly (readonly [ChurnFile, string])[] = [
  ['json', 'JSON'],
  ['csv', 'CSV'],
  ['markdown', 'Markdown'],
  ['kubbernecker', 'kubbernecker'],
];

export class ChurnPage {
  readonly #host = new Channel(CHURN, {
    picture: (m) => {
      this.#show(m.picture);
    },
    failed: (m) => {
      this.#problems([m.problem], []);
      this.app.dataset['state'] = 'failed';
    },
  });
  readonly #state = readState(this.#host.state);
  readonly #title = h('h1', {});
  readonly #subtitle = h('span', {});
  readonly #told = h('span', { class: 'num', role: 'status' });
  readonly #pause = h('button', {
    class: 'tool',
    type: 'button',
    click: () => {
      this.#host.send({ type: 'state', state: this.#picture?.facts.state === 'paused' ? 'recording' : 'paused' });
    },
  });
  readonly #stop = h('button', {
    class: 'tool',
    type: 'button',
    click: () => {
      this.#host.send({ type: 'state', state: this.#picture?.facts.state === 'stopped' ? 'recording' : 'stopped' });
    },
  });
  readonly #hidden = h('input', {
    type: 'checkbox',
    change: () => {
      this.#host.send({ type: 'whileHidden', on: this.#hidden.checked });
    },
  });
  readonly #filter = h('input', {
    class: 'search',
    type: 'search',
    'aria-label': 'Filter by kind, namespace, name or manager',
    placeholder: 'Filter by kind, namespace, name or manager',
    spellcheck: 'false',
    value: this.#state.filter,
    input: () => {
      this.#state.filter = this.#filter.value;
      this.#keep();
      this.#later();
    },
  });
  readonly #lines = h('div', { class: 'problems' });
  readonly #verdict = h('div', { class: 'findings', 'aria-live': 'polite' });
  readonly #rest = h('div', { class: 'rest dim' });
  readonly #table = new ChurnTable({
    fold: (id) => {
      this.#fold(id);
    },
    choose: (id) => {
      this.#choose(id);
    },
  });
  readonly #chosen = new ChosenView(() => {
    this.#choose('');
  });
  readonly #later = debounce(150, () => {
    this.#watch();
  });
  #picture: ChurnPicture | undefined;

  constructor(private readonly app: HTMLElement) {
    app.append(
      h('div', { class: 'facts' }, this.#title, this.#subtitle, this.#told),
      h(
        'div',
        { class: 'bar' },
        this.#filter,
        this.#pause,
        this.#stop,
        h(
          'label',
          { class: 'check', title: 'Else nothing is watched while the page is not seen' },
          this.#hidden,
          'Record while hidden',
        ),
        h('span', { class: 'grow' }),
        h('span', { class: 'dim' }, 'Save'),
        ...FILES.map(([what, text]) =>
          h(
            'button',
            {
              class: 'link',
              type: 'button',
              'aria-label': `Save as ${text}`,
              click: () => {
                this.#host.send({ type: 'save', what });
              },
            },
            text,
          ),
        ),
      ),
      this.#lines,
      this.#verdict,
      h('main', {}, h('div', { class: 'list' }, this.#table.element, this.#rest), this.#chosen.element),
      h(
        'div',
        { class: 'foot dim' },
        '/ filter   ↑ ↓ walk   ← → fold   Enter shows an object   ← → on its line walk its changes   Space ' +
          'pauses   Escape closes',
      ),
    );
    this.#chosen.element.hidden = true;
    window.addEventListener('keydown', (e) => {
      this.#key(e);
    });
    this.#host.send({ type: 'ready' });
    this.#watch();
  }

  /** Saves at once: the editor ends a hidden page, and anything pending in it is lost. */
  #keep(): void {
    this.#host.state = this.#state;
  }

  #watch(): void {
    this.#keep();
    this.#host.send({ type: 'watch', ...this.#state });
  }

  #show(picture: ChurnPicture): void {
    this.#picture = picture;
    const { facts } = picture;
    setText(this.#title, facts.title);
    setText(this.#subtitle, facts.subtitle);
    setText(this.#told, factsText(facts));
    const [pause, stop] = [facts.state === 'paused', facts.state === 'stopped'];
    button(
      this.#pause,
      pause ? 'debug-start' : 'debug-pause',
      pause ? 'Go on' : 'Pause',
      pause ? 'Show what comes again (Space)' : 'Let the picture stand still; it goes on being recorded (Space)',
    );
    this.#pause.disabled = stop || facts.state === 'starting';
    this.#pause.classList.toggle('paused', pause);
    button(
      this.#stop,
      stop ? 'record' : 'debug-stop',
      stop ? 'Start anew' : 'Stop',
      stop ? 'Watch anew from now; what was seen is let go' : 'Watch no more, and keep what was seen',
    );
    this.#hidden.checked = facts.whileHidden;
    this.#problems(facts.problems, facts.notes);
    this.#findings(picture);
    this.#table.show(picture.rows, this.#state.chosen, facts.now);
    setText(
      this.#rest,
      picture.rows.length === 0
        ? this.#state.filter === ''
          ? facts.state === 'starting'
            ? ''
            : 'Nothing has changed so far.'
          : 'No object matches the filter.'
        : picture.hidden > 0
          ? `${count(picture.hidden, 'slower object')} not listed: filter to see them.`
          : '',
    );
    this.#chosen.element.hidden = picture.chosen === undefined;
    if (picture.chosen) this.#chosen.show(picture.chosen);
    this.app.dataset['state'] = 'ready';
  }

  /** Shows the fastest finding as the verdict, then the others. Without any it says so, after enough time. */
  #findings({ findings, facts }: ChurnPicture): void {
    const text = JSON.stringify([findings, facts.now - facts.start > ENOUGH_MS]);
    if (this.#verdict.dataset['text'] === text) return;
    this.#verdict.dataset['text'] = text;
    const had = this.#verdict.contains(document.activeElement)
      ? document.activeElement?.getAttribute('data-example')
      : undefined;
    this.#verdict.replaceChildren(
      ...(findings.length > 0
        ? findings.map((f, i) => this.#finding(f, i === 0))
        : facts.state !== 'starting' && facts.now - facts.start > ENOUGH_MS && facts.events > 0
          ? [h('div', { class: 'quiet' }, "Nobody undoes another's changes, and nobody writes for nothing.")]
          : []),
    );
    if (had !== undefined && had !== null)
      this.#verdict.querySelector<HTMLElement>(`[data-example=${CSS.escape(had)}]`)?.focus();
  }

  #finding({ what, sentence, advice, since, example }: FindingView, first: boolean): HTMLElement {
    const at = new Date(since);
    return h(
      'div',
      { class: first ? 'verdict' : 'finding', 'data-what': what },
      first ? icon('warning') : undefined,
      h(
        'span',
        {},
        ...pieces(sentence).map((p) => (p.code ? h('code', {}, p.text) : p.text)),
        h(
          'span',
          { class: 'dim' },
          ' Since ' +
            `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}:${String(at.getSeconds()).padStart(2, '0')}. `,
        ),
        first ? advice : '',
        ' ',
        h(
          'button',
          {
            class: 'link',
            type: 'button',
            title: advice,
            'data-example': example,
            click: () => {
              this.#choose(example);
            },
          },
          'Show one of them',
        ),
      ),
    );
  }

  #problems(problems: readonly ProblemData[], notes: readonly string[]): void {
    const text = JSON.stringify([problems, notes]);
    if (this.#lines.dataset['text'] === text) return;
    this.#lines.dataset['text'] = text;
    this.#lines.replaceChildren(
      ...problems.map((p) =>
        h(
          'div',
          { class: 'line', role: 'alert' },
          icon('warning'),
          h('span', { title: p.detail ?? '' }, p.message, p.next ? ` ${p.next}` : ''),
          h(
            'button',
            {
              class: 'link',
              type: 'button',
              click: () => {
                this.#host.send({ type: 'retry' });
              },
            },
            'Try again',
          ),
        ),
      ),
      ...notes.map((n) => h('div', { class: 'line' }, icon('info'), h('span', {}, n))),
    );
  }

  #fold(id: string): void {
    const { folded } = this.#state;
    this.#state.folded = folded.includes(id) ? folded.filter((f) => f !== id) : [...folded, id];
    this.#watch();
  }

  #choose(id: string): void {
    this.#state.chosen = id;
    this.#watch();
    if (id === '') {
      this.#chosen.element.hidden = true;
      this.#table.focus();
    }
  }

  #key(e: KeyboardEvent): void {
    const typing = e.target instanceof HTMLInputElement && e.target.type !== 'checkbox';
    if (e.key === 'Escape' && typing) {
      this.#filter.value = this.#state.filter = '';
      this.#watch();
      this.#table.focus();
      return;
    }
    if (typing) {
      if (e.key === 'ArrowDown' || e.key === 'Enter') {
        this.#table.focus();
        e.preventDefault();
      }
      return;
    }
    if (e.key === '/') {
      this.#filter.focus();
      this.#filter.select();
      e.preventDefault();
    }
    if (e.key === 'Escape' && this.#state.chosen !== '') this.#choose('');
    if (
      e.key === ' ' &&
      !(e.target instanceof HTMLButtonElement) &&
      !(e.target instanceof HTMLInputElement) &&
      !this.#pause.disabled
    ) {
      this.#pause.click();
      e.preventDefault();
    }
  }
}

/** The stored state, with each part checked: an older version may have written it. */
function readState(raw: unknown): State {
  const { folded, filter, chosen } = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  return {
    folded: Array.isArray(folded) ? folded.filter((id) => typeof id === 'string') : [],
    filter: typeof filter === 'string' ? filter : '',
    chosen: typeof chosen === 'string' ? chosen : '',
  };
}

function button(b: HTMLButtonElement, name: string, text: string, title: string): void {
  b.title = title;
  if (b.textContent !== text) b.replaceChildren(icon(name), text);
}
