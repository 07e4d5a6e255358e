/** Asks what to watch: context → kinds, all or some → namespaces → labels. */
import { count } from '../../base/format';
import { Problem } from '../../base/problem';
import { distinct, fullName } from '../../churn/kinds';
import type { KindInfo } from '../../churn/types';
import type { Clusters } from '../clusters';
import { abortError } from '../../base/abort';
import type { Picker } from '../editor';
import { run, type Step } from '../wizard';
import type { ChurnSubject } from './session';

const TITLE = 'Watch changes';

interface State {
  readonly context?: string;
  readonly all?: readonly KindInfo[];
  readonly kinds?: readonly KindInfo[];
  readonly namespaces?: 'all' | readonly string[];
  readonly selector?: string;
}

/** Rejects with AbortError when the user cancels, or with the cluster's error. */
export async function pickChurn(
  picker: Picker,
  clusters: Clusters,
  given: Pick<State, 'context' | 'namespaces'>,
): Promise<ChurnSubject> {
  const end = await run<State>(given, [
    contextStep(picker, clusters),
    presetStep(picker, clusters),
    kindsStep(picker),
    namespaceStep(picker, clusters),
    selectorStep(picker),
  ]);
  const { context, kinds, namespaces = 'all', selector = '' } = end;
  if (context === undefined || !kinds) throw abortError('The user cancelled.');
  return { context, kinds, namespaces, selector };
}

function contextStep(picker: Picker, clusters: Clusters): Step<State> {
  return async (state, frame) => {
    if (state.context !== undefined) return { state, asked: false };
    const { value, asked } = await picker.pick<string>({
      ...frame,
      title: TITLE,
      placeholder: 'Context',
      busyText: 'Reading the kubeconfig…',
      choices: async () => {
        await clusters.load();
        if (clusters.entries.length === 0)
          throw new Problem(
            'kube.noConfig',
            'There is no kubeconfig: nothing in KUBECONFIG, ~/.kube/config or the setting controllerTuner.kubeconfigs.',
            { next: 'Add a kubeconfig file.' },
          );
        return clusters.entries.map(({ info, state: s }) => ({
          label: info.name,
          description: [info.current && 'current', s === 'open' && 'connected']
            .filter((d) => typeof d === 'string')
            .join(' · '),
          detail: info.problem?.message ?? info.server,
          value: info.name,
        }));
      },
    });
    return { state: { ...state, context: value }, asked };
  };
}

/** API groups of the built-in workloads and of what those create. */
const WORKLOADS = ['apps', 'batch'];

function presetStep(picker: Picker, clusters: Clusters): Step<State> {
  return async (state, frame) => {
    const { context = '' } = state;
    let all: readonly KindInfo[] = [];
    const { value, asked } = await picker.pick<readonly KindInfo[] | 'some'>({
      ...frame,
      title: TITLE,
      placeholder: 'Kinds',
      busyText: `Asking ${context} which kinds it has…`,
      skipSingle: false,
      choices: async (signal) => {
        const { session } = await clusters.connect(context, signal);
        all = distinct((await session.kinds?.(signal)) ?? []);
        const custom = all.filter((k) => k.group.includes('.') && !k.group.endsWith('.k8s.io'));
        const workloads = all.filter((k) => WORKLOADS.includes(k.group) || (k.group === '' && k.kind === 'Pod'));
        return [
          {
            label: 'Choose kinds…',
            description: `of ${all.length}`,
            icon: 'checklist',
            value: 'some' as const,
          },
          {
            label: 'Everything that I may watch',
            description: count(all.length, 'kind'),
            detail: 'Known heartbeats, such as leases and events, are set apart.',
            icon: 'globe',
            value: all,
          },
          ...(custom.length > 0
            ? [
                {
                  label: 'Custom resources',
                  description: count(custom.length, 'kind'),
                  detail: custom
                    .slice(0, 6)
                    .map((k) => k.kind)
                    .join(', '),
                  icon: 'extensions',
                  value: custom,
                },
              ]
            : []),
          {
            label: 'Workloads',
            description: count(workloads.length, 'kind'),
            detail: workloads.map((k) => k.kind).join(', '),
            icon: 'layers',
            value: workloads,
          },
        ];
      },
    });
    return { state: { ...state, all, ...(value === 'some' ? {} : { kinds: value }) }, asked };
  };
}

function kindsStep(picker: Picker): Step<State> {
  return async (state, frame) => {
    if (state.kinds) return { state, asked: false };
    const kinds = await picker.pickMany({
      title: TITLE,
      step: frame.step,
      totalSteps: frame.totalSteps,
      placeholder: 'Kinds to watch; tick one or more',
      atLeastOne: true,
      choices: (state.all ?? []).map((kind) => ({
        label: kind.kind,
        description: fullName(kind) === kind.kind ? kind.version : `${kind.group}/${kind.version}`,
        value: kind,
      })),
    });
    return { state: { ...state, kinds }, asked: true };
  };
}

function namespaceStep(picker: Picker, clusters: Clusters): Step<State> {
  return async (state, frame) => {
    if (state.namespaces !== undefined || state.kinds?.every((k) => !k.namespaced) === true)
      return { state, asked: false };
    const { value, asked } = await picker.pick<'all' | readonly string[]>({
      ...frame,
      title: TITLE,
      placeholder: 'Namespace',
      skipSingle: false,
      choices: () => {
        const cluster = clusters.entry(state.context ?? '')?.cluster;
        const names = new Set([
          cluster?.session.context.namespace ?? 'default',
          ...(cluster
            ? [
                ...cluster.objects.pods.values(),
                ...cluster.objects.workloads.values(),
                ...cluster.objects.leases.values(),
              ].map((o) => o.namespace)
            : []),
        ]);
        return Promise.resolve([
          { label: 'All namespaces', icon: 'globe', value: 'all' as const },
          ...[...names].sort().map((name) => ({ label: name, icon: 'symbol-namespace', value: [name] })),
        ]);
      },
    });
    return { state: { ...state, namespaces: value }, asked };
  };
}

function selectorStep(picker: Picker): Step<State> {
  return async (state, frame) => {
    const selector = await picker.input({
      ...frame,
      title: TITLE,
      prompt: 'Label selector, such as app=web,tier!=cache. Leave it empty for all objects.',
      value: '',
      validate: (text) =>
        /[^\w\s.,/()=!<>-]/.test(text) ? 'A label selector has names, values and = != in notin ( ) , only.' : undefined,
    });
    return { state: { ...state, selector }, asked: true };
  };
}
