/**
 * One page of changes: watches its kinds while the page is visible or recording, and sends the page a summary once a
 * second.
 */
import { count } from '../../base/format';
import { Disposables, type Disposable } from '../../base/dispose';
import { isAbort, Problem } from '../../base/problem';
import { Churn } from '../../churn/churn';
import { managersOf } from '../../churn/report';
import type { KindInfo } from '../../churn/types';
import { kindId, objectId, objectOf, viewOf } from '../../churn/view';
import { advice, sentence } from '../../churn/words';
import type { Following, KubeSession } from '../../kube/types';
import { HostChannel, type Handlers } from '../../protocol/channel';
import {
  CHURN,
  type ChosenObject,
  type ChurnFacts,
  type ChurnPicture,
  type ChurnShown,
  type ChurnState,
  type FromChurnPage,
  type ToChurnPage,
} from '../../protocol/churn';
import type { Clusters } from '../clusters';
import type { Editor } from '../editor';
import { withNextStep } from '../problems';
import type { FileDialogs, PagePanel } from '../pages/panel';
import { saveChurn } from './save';

/** What is watched. */
export interface ChurnSubject {
  readonly context: string;
  readonly kinds: readonly KindInfo[];
  readonly namespaces: 'all' | readonly string[];
  /** Label selector; '' = all objects. */
  readonly selector: string;
}

export interface ChurnDeps {
  readonly clusters: Pick<Clusters, 'entry' | 'connect' | 'onDidChange'>;
  readonly editor: Pick<Editor, 'log' | 'messages'>;
  readonly dialogs: FileDialogs;
}

/** Between two updates of the page, ms. */
const EVERY_MS = 1000;
/** How many events of the chosen object are sent. */
const MOST_EVENTS = 300;

export class ChurnSession implements Disposable {
  readonly #own = new Disposables();
  #churn: Churn;
  #following: Following | undefined;
  /** The session that `#following` belongs to. */
  #session: KubeSession | undefined;
  #starting: AbortController | undefined;
  #state: ChurnState = 'starting';
  readonly #channel: HostChannel<ToChurnPage, FromChurnPage, unknown>;
  #shown: ChurnShown = { folded: [], filter: '', chosen: '' };
  #ready = false;
  #whileHidden = false;
  /** How often watching was interrupted: of the changes in such a gap, only what a re-list reveals is known. */
  #gaps = 0;
  /** The time that a stopped page's picture is of. */
  #stillAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly panel: PagePanel,
    private readonly subject: ChurnSubject,
    private readonly deps: ChurnDeps,
  ) {
    this.#churn = this.#fresh();
    this.#own.add({
      dispose: () => {
        clearTimeout(this.#timer);
        this.#end();
      },
    });
    this.#channel = this.#own.add(
      new HostChannel(CHURN, panel, this.#handlers(), {
        problemOf: (e) => withNextStep(e, 'churn.failed'),
        failed: (_, e) => {
          void deps.editor.messages.problem(e, { what: this.#title });
        },
        dropped: (why) => {
          deps.editor.log.warn(`${this.#title}: a message was dropped: ${why}`);
        },
      }),
    );
    this.#own.add(
      panel.onDidChangeVisible(() => {
        this.#seen();
      }),
    );
    this.#own.add(
      deps.clusters.onDidChange((name) => {
        if (name === undefined || name === subject.context) this.#reconnect();
      }),
    );
    panel.load(CHURN.page, this.#title);
    void this.#begin();
  }

  get #title(): string {
    return `Changes in ${this.subject.context}`;
  }

  #fresh(): Churn {
    return new Churn({ start: Date.now(), selected: this.subject.selector !== '' });
  }

  #seen(): void {
    if (!this.panel.visible) this.#ready = false;
    const wanted =
      (this.#state === 'recording' || this.#state === 'paused' || this.#state === 'starting') &&
      (this.panel.visible || this.#whileHidden);
    if (wanted && !this.#following && !this.#starting) {
      if (this.#state !== 'starting') this.#gaps++;
      void this.#begin();
    } else if (!wanted) this.#end();
    if (!this.panel.visible) clearTimeout(this.#timer);
  }

  /** Handles a context that was reopened or closed. One that the user closed is not opened again behind their back. */
  #reconnect(): void {
    const entry = this.deps.clusters.entry(this.subject.context);
    if (!this.#following || entry?.cluster?.session === this.#session) return;
    this.#end();
    if (entry?.state === 'open' || entry?.state === 'connecting') {
      this.#gaps++;
      void this.#begin();
      return;
    }
    this.#turn('stopped');
    this.#channel.send({
      type: 'failed',
      problem: new Problem('churn.disconnected', `The context ${this.subject.context} was disconnected.`, {
        next: 'Start anew connects again.',
      }).toJSON(),
    });
  }

  /** Connects, lists and watches. Keeps what was seen before; differences found by the list count as changes. */
  async #begin(): Promise<void> {
    const { context, kinds, namespaces, selector } = this.subject;
    const starting = (this.#starting = new AbortController());
    try {
      const { session } = await this.deps.clusters.connect(context, starting.signal);
      if (starting.signal.aborted || this.#own.disposed) return;
      this.#session = session;
      if (!session.follow) throw new Problem('churn.session', "This connection can't watch kinds.");
      const following = (this.#following = session.follow({
        kinds,
        namespaces,
        listener: this.#churn,
        ...(selector !== '' && { labelSelector: selector }),
      }));
      following.onDidChange(() => {
        this.#soon();
      });
      await following.ready;
      if (this.#state === 'starting' && this.#following === following) this.#state = 'recording';
      this.#tell();
    } catch (e) {
      if (isAbort(e)) return;
      this.deps.editor.log.problem(this.#title, e);
      this.#state = 'stopped';
      this.#channel.send({ type: 'failed', problem: withNextStep(e, 'churn.failed').toJSON() });
    } finally {
      if (this.#starting === starting) this.#starting = undefined;
    }
  }

  #end(): void {
    this.#starting?.abort();
    this.#starting = undefined;
    this.#following?.dispose();
    this.#following = undefined;
  }

  #handlers(): Handlers<FromChurnPage> {
    return {
      ready: () => {
        this.#ready = true;
        this.#tell();
      },
      watch: (m) => {
        this.#shown = m;
        this.#churn.follow(objectOf(m.chosen));
        this.#tell();
      },
      state: (m) => {
        this.#turn(m.state);
      },
      whileHidden: (m) => {
        this.#whileHidden = m.on;
        this.#tell();
      },
      save: (m) =>
        saveChurn(m.what, this.#churn, {
          title: this.#title,
          dialogs: this.deps.dialogs,
          messages: this.deps.editor.messages,
        }),
      retry: () => {
        this.#end();
        this.#state = 'starting';
        void this.#begin();
      },
    };
  }

  #turn(state: 'recording' | 'paused' | 'stopped'): void {
    const before = this.#state;
    this.#state = state;
    this.#stillAt = state === 'recording' ? undefined : (this.#stillAt ?? Date.now());
    if (state === 'stopped') this.#end();
    if (state === 'recording' && before === 'stopped') {
      // A new recording: drop what was recorded before.
      this.#churn = this.#fresh();
      this.#churn.follow(objectOf(this.#shown.chosen));
      this.#gaps = 0;
      this.#state = 'starting';
      void this.#begin();
    }
    this.#tell();
  }

  #soon(): void {
    clearTimeout(this.#timer);
    if (this.#ready && this.panel.visible)
      this.#timer = setTimeout(() => {
        this.#tell();
      }, EVERY_MS);
  }

  #tell(): void {
    if (!this.#ready || !this.panel.visible || this.#own.disposed) return;
    this.#channel.send({ type: 'picture', picture: this.#picture() });
    if (this.#state === 'recording' || this.#state === 'starting') this.#soon();
  }

  #picture(): ChurnPicture {
    const now = this.#stillAt ?? Date.now();
    const { folded, filter, chosen } = this.#shown;
    const { rows, hidden, objects, events } = viewOf(this.#churn, { folded: new Set(folded), filter, now });
    return {
      rows,
      hidden,
      facts: this.#facts(now, objects, events),
      chosen: this.#chosen(chosen),
      findings: this.#churn.findings(now).map((f) => ({
        what: f.what,
        sentence: sentence(f),
        advice: advice(f),
        since: f.since,
        example: objectId(f.kind, f.example),
      })),
    };
  }

  #facts(now: number, objects: number, events: number): ChurnFacts {
    const { kinds, namespaces, selector } = this.subject;
    const [only] = kinds;
    const { beyond, dropped } = this.#churn.size;
    const what = kinds.length === 1 && only ? only.kind : count(kinds.length, 'kind');
    const where = namespaces === 'all' ? 'all namespaces' : namespaces.join(', ');
    return {
      title: this.#title,
      subtitle: `${what} in ${where}${selector === '' ? '' : `, ${selector}`}`,
      state: this.#state,
      start: this.#churn.start,
      now,
      objects,
      events,
      whileHidden: this.#whileHidden,
      notes: [
        ...(beyond.length > 0
          ? [
              'There are more objects than are told apart; those beyond, of ' +
                `${beyond.map((k) => k.kind).join(', ')}, are counted together.`,
            ]
          : []),
        ...(dropped > 0
          ? [
              `There was no room to keep ${count(dropped, 'state')}: the next update of such an object is ` +
                'counted, and its fields are not known.',
            ]
          : []),
        ...(this.#gaps > 0
          ? [
              'It was not recorded all the time: several updates of one object while the page was hidden or the ' +
                'connection was opened anew count as one.',
            ]
          : []),
      ],
      problems: this.#following?.problems ?? [],
    };
  }

  #chosen(id: string): ChosenObject | undefined {
    const object = objectOf(id);
    const tally = object && this.#churn.tally(object.kind, object.namespace, object.name);
    if (!object || !tally) return undefined;
    const kind = this.subject.kinds.find((k) => kindId(k) === kindId(object.kind));
    return {
      id,
      title: `${kind?.kind ?? object.kind.kind} ${object.namespace === '' ? '' : `${object.namespace}/`}${object.name}`,
      managers: managersOf(tally),
      events: this.#churn.followed.slice(-MOST_EVENTS),
      why: tally.why,
    };
  }

  dispose(): void {
    this.#own.dispose();
  }
}
