/** "Capture Repeatedly": each series has an item in the status bar while it runs; a click on the item stops it. */
import type { Disposable } from '../../base/dispose';
import { count } from '../../base/format';
import { Problem } from '../../base/problem';
import { when } from '../../captures/describe';
import { runSeries, type SeriesState } from '../../captures/series';
import type { CaptureGroup } from '../../captures/types';
import type { StatusItem } from '../editor';
import type { Parts } from '../parts';
import { placesOf, type Place } from '../processes/place';
import { planLabel, type Plan } from './plan';
import { newId, partsOf, takeParts } from './take';

export interface RepeatOptions {
  readonly places: readonly [Place, ...Place[]];
  readonly plan: Plan;
  readonly everyMinutes: number;
  /** How many rounds are kept. */
  readonly keep: number;
}

export class RepeatedCaptures implements Disposable {
  readonly #running = new Map<
    string,
    { readonly name: string; readonly stop: AbortController; readonly item: StatusItem }
  >();

  constructor(private readonly parts: Parts) {}

  /** Runs in the background until it is stopped. */
  start({ places, plan, everyMinutes, keep }: RepeatOptions): void {
    const [first] = places;
    const id = newId();
    const whom = first.kind === 'local' ? first.url.replace(/^https?:\/\//, '') : first.workload.name;
    const group: CaptureGroup = { id, kind: 'series', name: `${planLabel(plan)} ${whom}, every ${everyMinutes} min` };
    const stop = new AbortController();
    const item = this.parts.editor.statusItem({
      id: `series.${id}`,
      name: 'Controller Tuner: repeated captures',
      command: { id: 'stopSeries', title: 'Stop', args: [id] },
    });
    this.#running.set(id, { name: group.name, stop, item });
    void this.#run(group, { places, plan, everyMinutes, keep }, stop.signal, item).finally(() => {
      item.dispose();
      this.#running.delete(id);
    });
  }

  /** Stops the series with this id; without an id, the only one, or the one that the user picks. */
  async stop(id: unknown): Promise<void> {
    const known = typeof id === 'string' ? this.#running.get(id) : undefined;
    if (known) {
      known.stop.abort();
      return;
    }
    const all = [...this.#running.values()];
    if (all.length === 0) {
      void this.parts.editor.messages.info('Nothing is captured repeatedly now.');
      return;
    }
    const chosen = all.length === 1 ? all[0] : await this.#pick(all);
    chosen?.stop.abort();
  }

  async #pick<T extends { readonly name: string }>(all: readonly T[]): Promise<T> {
    const { value } = await this.parts.editor.picker.pick<T>({
      title: 'Stop repeated captures',
      placeholder: '',
      choices: () => Promise.resolve(all.map((one) => ({ label: one.name, value: one }))),
    });
    return value;
  }

  dispose(): void {
    for (const { stop, item } of this.#running.values()) {
      stop.abort();
      item.dispose();
    }
    this.#running.clear();
  }

  async #run(
    group: CaptureGroup,
    { places, plan, everyMinutes, keep }: RepeatOptions,
    signal: AbortSignal,
    item: StatusItem,
  ): Promise<void> {
    const { parts } = this;
    const { log, messages } = parts.editor;
    const show = (state: SeriesState): void => {
      item.set(describe(group.name, keep, state));
    };
    try {
      const kept = await runSeries(
        {
          everyMs: everyMinutes * 60_000,
          keep,
          onChange: (state) => {
            if (state.problem && !state.busy) log.problem(group.name, state.problem);
            show(state);
          },
          round: async (end) =>
            takeParts(
              parts,
              plan,
              partsOf(parts, plan, await placesNow(parts, places, end), group),
              end,
              () => undefined,
            ),
          remove: ({ file }) => parts.captures.store.delete(file),
        },
        signal,
      );
      log.info(`${group.name}: stopped, ${kept.length} kept`);
      // The extension is being deactivated: show nothing.
      if (!this.#running.has(group.id)) return;
      void messages.info(
        kept.length === 0
          ? `Stopped "${group.name}" before anything was captured.`
          : `Stopped. ${count(kept.length, 'capture')} of "${group.name}" ${kept.length === 1 ? 'is' : 'are'} kept.`,
      );
    } catch (e) {
      void messages.problem(e, { what: group.name });
    }
  }
}

/**
 * The places as the cluster has them now: the current leader if the series follows the leader, all current replicas if
 * it captures all. Throws Problem `kube.podGone`.
 */
async function placesNow(
  parts: Parts,
  places: readonly [Place, ...Place[]],
  signal: AbortSignal,
): Promise<readonly Place[]> {
  const [first] = places;
  if (first.kind === 'local') return places;
  const {
    context,
    workload: before,
    replica: { pod, leader },
  } = first;
  const cluster = await parts.clusters.connect(context, signal);
  const workload = cluster.workload(before.id);
  const all = places.length > 1;
  const replica =
    workload?.replicas.find((r) => (leader || all ? r.leader : r.pod.name === pod.name)) ??
    (all || workload?.replicas.length === 1 ? workload?.replicas[0] : undefined);
  if (!workload || !replica)
    throw new Problem(
      'kube.podGone',
      `${leader ? `The leader of ${before.namespace}/${before.name}` : `The pod ${pod.namespace}/${pod.name}`} ` +
        'is not there now.',
      { next: 'It is tried again at the next time; stop and begin anew for another replica.' },
    );
  return placesOf({ context, workload, replica, all });
}

/** Text, tooltip and accessible label of the status bar item. */
function describe(
  name: string,
  keep: number,
  { busy, rounds, kept, nextAt, problem }: SeriesState,
): Parameters<StatusItem['set']>[0] {
  return {
    text: `$(${busy ? 'sync~spin' : problem ? 'warning' : 'history'}) ${name}`,
    tooltip: [
      `${count(rounds, 'time')} so far${rounds > kept ? `, the last ${kept} kept` : `, the last ${keep} will be kept`}`,
      busy ? 'Capturing now' : `Next ${when(nextAt, Date.now()).replace(/^today /, 'at ')}`,
      problem ? problem.message : '',
      'Click to stop',
    ]
      .filter((s) => s !== '')
      .join('\n'),
    spoken: `${name}, ${busy ? 'capturing now' : 'waiting'}, click to stop`,
  };
}
