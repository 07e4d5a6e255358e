/** Actions that a metrics page offers on what it shows. */
import { howToGet } from '../../metrics/catalog/missing';
import type { Capture } from '../../captures/types';
import type { PipelineAction } from '../../protocol/metrics';
import type { MetricsDeps } from './deps';
import type { Subject } from './subject';

type Deps = Pick<MetricsDeps, 'capture' | 'explain'>;

const SET_QPS =
  'QPS and Burst are fields of rest.Config. client-go limits to 5 requests/s (burst 10) where they are 0. ' +
  'ctrl.GetConfig of controller-runtime sets 20 and 30 before v0.21.0, and no limit from then on. ' +
  'Set cfg.QPS and cfg.Burst where the config is made, or cfg.QPS = -1 to rely on API Priority and Fairness alone.';
const SET_WORKERS =
  'MaxConcurrentReconciles in controller.Options (WithOptions of the builder) sets how many reconciles run at once; ' +
  'the default is 1. A manager-wide default is Controller.MaxConcurrentReconciles in ctrl.Options. ' +
  'Of kube-controller-manager, the flags --concurrent-…-syncs.';

/** What a button of the pipeline does. */
export async function act(action: PipelineAction, subject: Subject, controller: string, deps: Deps): Promise<void> {
  switch (action) {
    case 'profileCpu':
      await deps.capture('cpu', subject);
      return;
    case 'goroutines':
      await deps.capture('goroutine', subject);
      return;
    case 'exportLimiterMetric':
      await deps.explain(
        'The rate limiter does not tell how long requests wait.',
        howToGet('rest_client_rate_limiter_duration_seconds'),
      );
      return;
    case 'setQps':
      await deps.explain('Where the limit comes from', SET_QPS);
      return;
    case 'setWorkers':
      await deps.explain(`Workers of ${controller}`, SET_WORKERS);
      return;
    case 'why':
      return;
  }
}

/** Runs an action on a span marked in a chart; s since the epoch. */
export async function spanAct(
  what: 'profile' | 'captures',
  span: { readonly start: number; readonly end: number },
  subject: Subject,
  deps: Pick<MetricsDeps, 'capture' | 'captures' | 'editor'>,
): Promise<void> {
  if (what === 'profile') {
    await deps.capture('cpu', subject);
    return;
  }
  const inside = capturesIn(await deps.captures.store.list(), span, subject);
  if (inside.length === 0) {
    void deps.editor.messages.info(`There is no capture of ${subject.title} in this span.`);
    return;
  }
  const { value } = await deps.editor.picker.pick({
    title: `Captures of ${subject.title} in this span`,
    placeholder: 'Capture to open',
    skipSingle: false,
    choices: () =>
      Promise.resolve(
        inside.map((capture) => ({
          label: capture.info.name,
          description: new Date(capture.info.at).toLocaleTimeString(),
          value: capture,
        })),
      ),
  });
  await deps.captures.open(value);
}

/** Captures of the subject that overlap the span. */
export function capturesIn(
  all: readonly Capture[],
  span: { readonly start: number; readonly end: number },
  { id }: Subject,
): readonly Capture[] {
  if ('file' in id) return [];
  return all.filter(({ info }) => {
    const same =
      'url' in id
        ? info.url === id.url
        : info.context === id.context && id.workload.endsWith(`/${info.namespace}/${info.workload}`);
    return same && info.at / 1000 <= span.end && info.at / 1000 + info.seconds >= span.start;
  });
}
