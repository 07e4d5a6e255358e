/** Whose metrics a page shows: a workload's current processes, an attached process, or a saved file. */
import { Disposables, Emitter, type Disposable } from '../../base/dispose';
import type { ProblemData } from '../../base/problem';
import type { Workload } from '../../controllers/types';
import type { ShownReplica } from '../../protocol/metrics';
import type { SavedSource } from '../../series/saved/savedSource';
import type { Scraped } from '../../series/scraper';
import type { Parts } from '../parts';
import { shortPod } from '../tree/appearance';
import { localMetricsTarget, metricsTarget } from '../processes/endpoints';

/** A workload; or only one of its pods, or only one controller, by its name in the metrics. */
export interface WorkloadId {
  readonly context: string;
  readonly workload: string;
  readonly replica?: string;
  readonly controller?: string;
}

/** What is kept over a reload of the window. */
export type SubjectId = WorkloadId | { readonly url: string } | { /** As a URI. */ readonly file: string };

export interface Subject extends Disposable {
  readonly id: SubjectId;
  readonly title: string;
  /** "2 replicas, …-bd87l leads". */
  readonly subtitle: string;
  /** The data of a saved file: it is then the only source, and no process is asked. */
  readonly saved?: SavedSource;
  /** The processes that can be asked, the leader first. */
  readonly processes: readonly Scraped[];
  /** `problem` returns the problem of a process's last scrape, by the id of the process. */
  replicas(problem: (id: string) => ProblemData | undefined): readonly ShownReplica[];
  /** The processes or the leader changed. */
  readonly onDidChange: (listener: () => void) => Disposable;
}

/** Equal for two ids of the same subject. */
export function subjectKey(id: SubjectId): string {
  return 'url' in id
    ? id.url
    : 'file' in id
      ? id.file
      : [
          id.context,
          id.workload,
          ...(id.replica === undefined && id.controller === undefined ? [] : [id.replica ?? '', id.controller ?? '']),
        ].join('\n');
}

/** Parses the id that a page saved; undefined for anything else. */
export function readSubject(v: unknown): SubjectId | undefined {
  if (typeof v !== 'object' || v === null) return undefined;
  const { context, workload, url, file, replica, controller } = v as Record<string, unknown>;
  if (typeof file === 'string') return { file };
  if (typeof url === 'string') return { url };
  if (typeof context !== 'string' || typeof workload !== 'string') return undefined;
  return {
    context,
    workload,
    ...(typeof replica === 'string' && { replica }),
    ...(typeof controller === 'string' && { controller }),
  };
}

type Needs = Pick<Parts, 'clusters' | 'processes' | 'memory'>;

/**
 * Connects when the context is not open. Stays usable while the workload is gone (scaled to zero, or the context
 * closed).
 */
export function workloadSubject(parts: Needs, id: WorkloadId): Subject {
  const own = new Disposables();
  const changed = own.add(new Emitter<void>());
  const [, namespace = '', name = id.workload] = id.workload.split('/');
  const now = (): Workload | undefined => parts.clusters.entry(id.context)?.cluster?.workload(id.workload);
  const running = (): Workload['replicas'] =>
    (now()?.replicas ?? []).filter(
      (r) => r.pod.phase === 'Running' && !r.pod.deleting && (id.replica === undefined || r.pod.name === id.replica),
    );
  /** What the page shows of the processes; listeners are only called when this changes. */
  const look = (): string =>
    running()
      .map((r) => `${r.pod.uid} ${r.pod.restarts} ${r.leader}`)
      .join('\n');
  let seen = look();
  own.add(
    parts.clusters.onDidChange((context) => {
      if (context !== undefined && context !== id.context) return;
      const look2 = look();
      if (look2 === seen) return;
      seen = look2;
      changed.fire();
    }),
  );
  return {
    id,
    title: name,
    get subtitle() {
      const all = running();
      const leader = all.find((r) => r.leader);
      const count =
        id.replica !== undefined
          ? all.length === 0
            ? `${shortPod(id.replica, name)} does not run`
            : shortPod(id.replica, name)
          : all.length === 0
            ? 'no running replica'
            : all.length === 1
              ? '1 replica'
              : `${all.length} replicas`;
      return [
        `${namespace} in ${id.context}`,
        leader && all.length > 1 ? `${count}, ${shortPod(leader.pod.name, name)} leads` : count,
      ].join(' · ');
    },
    get processes() {
      return running().map((replica): Scraped => {
        const { pod } = replica;
        return {
          id: `${pod.uid} ${pod.restarts}`,
          labels: { namespace: pod.namespace, pod: pod.name, instance: pod.name, job: name },
          find: (signal, again) => {
            const workload = now();
            const current = workload?.replicas.find((r) => r.pod.uid === pod.uid) ?? replica;
            if (!workload) return Promise.reject(new Error(`${id.workload} is gone.`));
            return metricsTarget(
              parts,
              { kind: 'pod', context: id.context, workload, replica: current },
              signal,
              again,
            );
          },
        };
      });
    },
    replicas: (problem) =>
      running().map((r) => {
        const p = problem(`${r.pod.uid} ${r.pod.restarts}`);
        return { id: r.pod.name, label: shortPod(r.pod.name, name), leader: r.leader, ...(p && { problem: p }) };
      }),
    onDidChange: (listener) => changed.event(listener),
    dispose: () => {
      own.dispose();
    },
  };
}

/** A process that was attached by its address. */
export function localSubject(url: string): Subject {
  return {
    id: { url },
    title: url,
    subtitle: 'attached by its address',
    processes: [{ id: url, labels: { instance: url }, find: () => Promise.resolve(localMetricsTarget(url)) }],
    replicas: (problem) => {
      const p = problem(url);
      return [{ id: url, label: url, leader: false, ...(p && { problem: p }) }];
    },
    onDidChange: () => ({ dispose: () => undefined }),
    dispose: () => undefined,
  };
}

/** A file with saved metrics; the pods named in its series are its replicas. */
export async function savedSubject(file: string, title: string, saved: SavedSource): Promise<Subject> {
  const pods = await saved.labelValues('pod', undefined);
  return {
    id: { file },
    title,
    subtitle: `${saved.summary} · ${new Date(saved.span.start * 1000).toLocaleString()}`,
    saved,
    processes: [],
    replicas: () => pods.map((pod) => ({ id: pod, label: pod, leader: false })),
    onDidChange: () => ({ dispose: () => undefined }),
    dispose: () => undefined,
  };
}
