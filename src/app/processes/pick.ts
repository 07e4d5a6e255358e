/** Picks a process: context → workload → replica, the leader first; or one that was attached by its address. */
import { count } from '../../base/format';
import { Problem } from '../../base/problem';
import type { Workload } from '../../controllers/types';
import type { Clusters } from '../clusters';
import { placesOf, runningOf, type Preselected, type Place } from './place';
import { age, versions } from '../tree/appearance';
import type { Choice, Picker } from '../editor';
import { run, type Step } from '../wizard';

export interface PickDeps {
  readonly picker: Picker;
  readonly clusters: Clusters;
  readonly locals: () => readonly string[];
  /** Which workloads are offered first. Default: none. */
  readonly likely?: (workload: Workload) => boolean;
}

interface State<X> extends Preselected {
  readonly extra: X;
}

/** Steps after the process is chosen; they see what was preselected. */
export type TailStep<X> = Step<State<X>>;

export async function pickProcess<X>(
  deps: PickDeps,
  title: string,
  preselected: Preselected,
  extra: X,
  tail: readonly TailStep<X>[] = [],
): Promise<{ readonly place: Place; readonly extra: X }> {
  const end = await run<State<X>>({ ...preselected, extra }, [
    contextStep(deps, title),
    workloadStep(deps, title),
    replicaStep(deps, title, false),
    ...tail,
  ]);
  return { place: placesOf(end)[0], extra: end.extra };
}

/** Also offers all replicas of the workload. */
export async function pickProcesses<X>(
  deps: PickDeps,
  title: string,
  preselected: Preselected,
  extra: X,
  tail: readonly TailStep<X>[] = [],
): Promise<{ readonly places: readonly [Place, ...Place[]]; readonly extra: X }> {
  const end = await run<State<X>>({ ...preselected, extra }, [
    contextStep(deps, title),
    workloadStep(deps, title),
    replicaStep(deps, title, true),
    ...tail,
  ]);
  return { places: placesOf(end), extra: end.extra };
}

/** Picks a workload or an attached process, for what concerns all replicas at once. */
export async function pickWorkload(
  deps: PickDeps,
  title: string,
  preselected: Preselected,
): Promise<{ readonly context: string; readonly workload: string } | { readonly url: string }> {
  const { url, context, workload } = await run<State<undefined>>({ ...preselected, extra: undefined }, [
    contextStep(deps, title),
    workloadStep(deps, title),
  ]);
  if (url !== undefined) return { url };
  if (context === undefined || !workload)
    throw new Problem('pick.incomplete', 'No controller was chosen.', {
      next: 'Choose a context and a controller, or attach to a local process.',
    });
  return { context, workload: workload.id };
}

function contextStep<X>({ picker, clusters, locals }: PickDeps, title: string): Step<State<X>> {
  return async (state, frame) => {
    if (state.context !== undefined || state.url !== undefined) return { state, asked: false };
    const { value, asked } = await picker.pick<Preselected>({
      ...frame,
      title,
      placeholder: 'Context',
      busyText: 'Reading the kubeconfig…',
      choices: async () => {
        await clusters.load();
        const contexts = clusters.entries.map(({ info, state: s }): Choice<Preselected> => ({
          label: info.name,
          description: [info.current && 'current', s === 'open' && 'connected', info.problem && 'not usable']
            .filter((d) => typeof d === 'string')
            .join(' · '),
          detail: info.problem?.message ?? info.server,
          icon: s === 'open' ? 'vm-active' : 'vm-outline',
          value: { context: info.name },
        }));
        const attached = locals().map((url): Choice<Preselected> => ({
          label: url,
          icon: 'plug',
          value: { url },
        }));
        if (contexts.length + attached.length === 0) {
          const [problem] = clusters.problems;
          throw problem
            ? Problem.fromJSON(problem)
            : new Problem(
                'kube.noConfig',
                'There is no kubeconfig: nothing in KUBECONFIG, ~/.kube/config or the setting ' +
                  'controllerTuner.kubeconfigs.',
                { next: 'Add a kubeconfig file, or attach to a local process.' },
              );
        }
        return attached.length > 0 ? [...contexts, { separator: 'Local processes' }, ...attached] : contexts;
      },
    });
    return { state: { ...state, ...value }, asked };
  };
}

function workloadStep<X>({ picker, clusters, likely = () => false }: PickDeps, title: string): Step<State<X>> {
  return async (state, frame) => {
    const { context } = state;
    if (state.workload || context === undefined) return { state, asked: false };
    const { value, asked } = await picker.pick<Workload>({
      ...frame,
      title,
      placeholder: 'Controller',
      busyText: `Connecting to ${context}…`,
      skipSingle: false,
      choices: async (signal) => {
        const cluster = await clusters.connect(context, signal);
        const running = cluster.workloads().filter((w) => w.replicas.length > 0);
        if (running.length === 0)
          throw new Problem('pick.noWorkloads', `No workload with a pod was found in ${context}.`, {
            next: 'Check the namespaces that you may read, or choose another context.',
          });
        const item = (w: Workload): Choice<Workload> => ({
          label: w.name,
          description: [w.namespace, `${count(w.replicas.length, 'replica')}`, versions(w)]
            .filter((d) => d !== '')
            .join(' · '),
          icon: 'layers',
          value: w,
        });
        const byName = (a: Workload, b: Workload): number =>
          a.name.localeCompare(b.name) || a.namespace.localeCompare(b.namespace);
        const list = (of: (w: Workload) => boolean): Choice<Workload>[] => running.filter(of).sort(byName).map(item);
        const parts = [
          { called: 'By its name', items: list(likely) },
          { called: 'Controllers', items: list((w) => !likely(w) && w.isController) },
          { called: 'Other workloads', items: list((w) => !likely(w) && !w.isController) },
        ].filter(({ items }) => items.length > 0);
        return parts.flatMap(({ called, items }, i) => [...(i === 0 ? [] : [{ separator: called }]), ...items]);
      },
    });
    return { state: { ...state, workload: value }, asked };
  };
}

function replicaStep<X>({ picker }: PickDeps, title: string, offerAll: boolean): Step<State<X>> {
  return async (state, frame) => {
    const { workload } = state;
    if (state.replica || !workload) return { state, asked: false };
    const { value, asked } = await picker.pick<Pick<Preselected, 'replica' | 'all'>>({
      ...frame,
      title,
      placeholder: `Replica of ${workload.name}`,
      choices: () => {
        const now = Date.now();
        if (workload.replicas.length === 0)
          return Promise.reject(
            new Problem('pick.noReplicas', `${workload.namespace}/${workload.name} has no pods now.`, {
              next: 'Scale it up, or choose another controller.',
            }),
          );
        const one = workload.replicas.map((r): Choice<Pick<Preselected, 'replica' | 'all'>> => ({
          label: r.pod.name,
          icon: r.leader ? 'star-full' : 'circle-outline',
          description: [
            r.leader && 'leader',
            r.pod.ready ? 'ready' : r.pod.reason !== '' ? r.pod.reason : 'not ready',
            r.version,
            age(r.pod.createdAt, now),
          ]
            .filter((d) => typeof d === 'string' && d !== '')
            .join(' · '),
          value: { replica: r },
        }));
        const running = runningOf(workload);
        const [first] = running;
        if (!offerAll || !first || running.length < 2) return Promise.resolve(one);
        return Promise.resolve([
          ...one,
          { separator: 'At once' },
          {
            label: `All ${running.length} replicas`,
            icon: 'layers',
            detail: 'Each by itself, at the same time',
            value: { replica: first, all: true },
          },
        ]);
      },
    });
    return { state: { ...state, ...value }, asked };
  };
}
