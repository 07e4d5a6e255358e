/**
 * Marks for the charts of a metrics page: what happened to its subject while the page was open, and the captures taken
 * of it.
 */
import { Disposables, Emitter, type Disposable } from '../../base/dispose';
import { happened } from '../../controllers/changes';
import type { Replica } from '../../controllers/types';
import type { Annotation } from '../../protocol/metrics';
import { shortPod } from '../tree/appearance';
import { capturesIn } from './actions';
import type { MetricsDeps } from './deps';
import type { Subject } from './subject';

/** How many of the latest marks are kept; a chart could not show more apart. */
const KEPT = 200;

export class Annotations implements Disposable {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new Emitter<void>());
  readonly onDidChange = this.#changed.event;
  #captured: readonly Annotation[] = [];
  #happened: Annotation[] = [];
  #before: readonly Replica[] = [];

  constructor(
    private readonly subject: Subject,
    private readonly deps: Pick<MetricsDeps, 'clusters' | 'captures' | 'editor'>,
  ) {
    const { id } = subject;
    this.#own.add(
      deps.captures.store.onDidChange(() => {
        void this.#readCaptures();
      }),
    );
    void this.#readCaptures();
    if (!('context' in id)) return;
    const look = (): void => {
      const workload = deps.clusters.entry(id.context)?.cluster?.workload(id.workload);
      // A context that is closed or still being listed says nothing about the processes.
      if (!workload || deps.clusters.entry(id.context)?.state !== 'open') return;
      const news = happened(this.#before, workload.replicas, (pod) => shortPod(pod, workload.name), Date.now());
      this.#before = workload.replicas;
      if (news.length === 0) return;
      this.#happened = [
        ...this.#happened,
        ...news.map(({ kind, text, at }): Annotation => ({ kind, text, time: at / 1000 })),
      ].slice(-KEPT);
      this.#changed.fire();
    };
    look();
    this.#own.add(
      deps.clusters.onDidChange((context) => {
        if (context === undefined || context === id.context) look();
      }),
    );
  }

  /** Sorted by time. */
  get all(): readonly Annotation[] {
    return [...this.#captured, ...this.#happened].sort((a, b) => a.time - b.time);
  }

  async #readCaptures(): Promise<void> {
    try {
      const mine = capturesIn(await this.deps.captures.store.list(), { start: 0, end: Infinity }, this.subject);
      this.#captured = mine.slice(-KEPT).map(({ info }) => ({
        kind: 'capture',
        text: info.seconds > 0 ? `${info.name} (${info.seconds} s)` : info.name,
        time: info.at / 1000,
      }));
      if (!this.#own.disposed) this.#changed.fire();
    } catch (e) {
      this.deps.editor.log.problem('Reading the captures for the charts', e);
    }
  }

  dispose(): void {
    this.#own.dispose();
  }
}
