/** Takes and saves the captures of a plan. Never asks the user; commands/capture.ts does that. */
import { randomBytes } from 'node:crypto';
import { defaultName } from '../../captures/describe';
import { kindLabel } from '../../captures/kinds';
import { takeCapture, type CaptureProgress } from '../../captures/take';
import { after, takeTogether, type Part, type Taken, type TogetherProgress } from '../../captures/together';
import type { Capture, CaptureGroup, CaptureInfo } from '../../captures/types';
import { whilePodExists } from '../../cluster/whilePodExists';
import { localProcess } from '../../cluster/local';
import { podTarget } from '../../cluster/reach';
import { localMetricsTarget, metricsTarget, withPprofEndpoint } from '../processes/endpoints';
import type { Settings } from '../editor';
import type { Parts } from '../parts';
import type { Place } from '../processes/place';
import { recordMetrics, type Pace } from './metrics';
import { groupOf, placeName, stepsOf, type Plan, type Step } from './plan';

type Needs = Pick<Parts, 'clusters' | 'processes' | 'memory' | 'captures' | 'checked' | 'open' | 'expectProfile'> & {
  readonly editor: {
    readonly settings: Pick<Settings, 'idleTimeoutMs' | 'maxProfileBytes' | 'scrapeMs' | 'maxScrapeBytes'>;
  };
};

/** The parts of a plan, for every place. `group`: used instead of a new group. */
export function partsOf(
  needs: Needs,
  plan: Plan,
  places: readonly Place[],
  group = groupOf(plan, places, newId()),
): readonly Part[] {
  const steps = stepsOf(plan);
  // A single capture is opened next, in the thread that has checked it; several are opened as one, and read again for
  // that.
  const alone = places.length === 1 && steps.length === 1 && group === undefined;
  return places.flatMap((place) =>
    steps.map((step): Part => {
      const part: Part = {
        label: [kindLabel(step.kind), step.which, `of ${placeName(place)}`].filter((word) => word !== '').join(' '),
        take: (signal, onProgress) => takeStep(needs, place, step, { group, alone }, signal, onProgress),
      };
      return step.after > 0 ? after(step.after, part) : part;
    }),
  );
}

/** Unique among groups; sorts by time. */
export function newId(): string {
  return `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
}

/** Never rejects; see `takeTogether`. */
export function takeParts(
  needs: Needs,
  plan: Plan,
  parts: readonly Part[],
  signal: AbortSignal,
  onProgress: (progress: TogetherProgress) => void,
): Promise<Taken> {
  needs.expectProfile();
  return takeTogether(parts, { signal, needsAll: plan.how === 'pair', onProgress });
}

async function takeStep(
  needs: Needs,
  place: Place,
  step: Step,
  { group, alone }: { readonly group: CaptureGroup | undefined; readonly alone: boolean },
  signal: AbortSignal,
  onProgress: (progress: CaptureProgress) => void,
): Promise<Capture> {
  const info = infoOf(place, step, group);
  return step.kind === 'metrics'
    ? takeMetrics(needs, place, info, step.seconds, signal, onProgress)
    : takeProfile(needs, place, { ...info, kind: step.kind }, { seconds: step.seconds, alone }, signal, onProgress);
}

function infoOf(place: Place, { kind, seconds, which }: Step, group: CaptureGroup | undefined): CaptureInfo {
  const facts =
    place.kind === 'local'
      ? {
          context: '',
          namespace: '',
          workload: '',
          pod: '',
          url: localProcess(place.url).url,
          leader: false,
          image: '',
        }
      : {
          context: place.context,
          namespace: place.replica.pod.namespace,
          workload: place.workload.name,
          pod: place.replica.pod.name,
          url: '',
          leader: place.replica.leader,
          image: place.replica.pod.containers[0]?.image ?? '',
        };
  const name = defaultName({ ...facts, kind, seconds });
  return {
    version: 1,
    name: which === '' ? name : `${name}, ${which}`,
    at: Date.now(),
    kind,
    seconds,
    ...facts,
    ...(group && { group }),
  };
}

type ProfileInfo = CaptureInfo & { readonly kind: Exclude<CaptureInfo['kind'], 'metrics'> };

async function takeProfile(
  needs: Needs,
  place: Place,
  info: ProfileInfo,
  { seconds, alone }: { readonly seconds: number; readonly alone: boolean },
  signal: AbortSignal,
  onProgress: (progress: CaptureProgress) => void,
): Promise<Capture> {
  const from = (
    target: Parameters<typeof takeCapture>[0]['target'],
    basePath: string,
    end: AbortSignal,
    goOnWithoutPod: () => void,
  ): Promise<Capture> =>
    takeCapture({
      target,
      basePath,
      kind: info.kind,
      seconds,
      info: { ...info, at: Date.now() },
      store: needs.captures.store,
      open: needs.open,
      ...(alone && {
        keep: (file, profile) => {
          void needs.checked.keep(file, profile);
        },
      }),
      idleTimeoutMs: needs.editor.settings.idleTimeoutMs,
      maxBytes: needs.editor.settings.maxProfileBytes,
      signal: end,
      onProgress: (p) => {
        if (p.phase === 'saving') {
          goOnWithoutPod();
          // A single capture is shown by the thread that has checked it; others need a new thread.
          if (!alone) needs.expectProfile();
        }
        onProgress(p);
      },
    });
  if (place.kind === 'local') {
    const { target, pprofPath } = localProcess(place.url);
    return from(target, pprofPath, signal, () => undefined);
  }
  const { pod } = place.replica;
  const cluster = await needs.clusters.connect(place.context, signal);
  return whilePodExists(cluster, pod, signal, (end, goOnWithoutPod) =>
    withPprofEndpoint(needs, place, end, ({ endpoint, auth }) =>
      from(podTarget(cluster.session, pod.namespace, pod.name, endpoint, auth), endpoint.path, end, goOnWithoutPod),
    ),
  );
}

async function takeMetrics(
  needs: Needs,
  place: Place,
  info: CaptureInfo,
  seconds: number,
  signal: AbortSignal,
  onProgress: (progress: CaptureProgress) => void,
): Promise<Capture> {
  const { settings } = needs.editor;
  const pace: Pace = {
    everyMs: () => settings.scrapeMs,
    maxBytes: () => settings.maxScrapeBytes,
    idleTimeoutMs: () => settings.idleTimeoutMs,
  };
  const record = (
    id: string,
    labels: Readonly<Record<string, string>>,
    find: Parameters<typeof recordMetrics>[0]['find'],
    end: AbortSignal,
  ): Promise<Uint8Array> => recordMetrics({ id, labels, find }, seconds, pace, end, onProgress);
  if (place.kind === 'local') {
    const { url } = place;
    return needs.captures.store.write(
      info,
      await record(url, { instance: url }, () => Promise.resolve(localMetricsTarget(url)), signal),
    );
  }
  const { pod } = place.replica;
  const cluster = await needs.clusters.connect(place.context, signal);
  const bytes = await whilePodExists(cluster, pod, signal, (end) =>
    record(
      pod.uid,
      { namespace: pod.namespace, pod: pod.name, instance: pod.name, job: place.workload.name },
      (stop, again) => metricsTarget(needs, place, stop, again),
      end,
    ),
  );
  signal.throwIfAborted();
  return needs.captures.store.write(info, bytes);
}
