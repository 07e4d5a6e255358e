/** Finds the places of a file where a known component is set up. */
import { nameOf } from '../paths';
import { COMPONENTS, KUBE_CONTROLLER_MANAGER, KUBE_SCHEDULER } from './components/index';
import { documentsOf, type At, type Doc } from './documents';
import { Env } from './forms/env';
import { Flags } from './forms/flags';
import { Config, Keys, NamedValues } from './forms/maps';
import { chartPlaces } from './charts';
import { componentOf } from './match';
import { Place } from './place';
import { embedded, type YamlText } from './yamlText';
import { imageOf } from './versions';

/** Block scalars in block scalars: a patch in a kustomization with a ConfigMap in it that holds a configuration. */
const MAX_EMBEDDED = 3;

/** In the order of the text. */
export function placesOf(source: YamlText, path: string): Place[] {
  return documentsOf(source).flatMap((doc) => ofDocument(doc, path, 0));
}

function ofDocument(doc: Doc, path: string, depth: number): Place[] {
  const { root } = doc;
  const kind = root.get('kind')?.text;
  const apiVersion = root.get('apiVersion')?.text ?? '';
  if (kind === undefined && apiVersion === '') return [...chartPlaces(root), ...inKustomization(doc, path, depth)];
  if (kind === 'List') return (root.get('items')?.items() ?? []).flatMap((item) => ofObject(item, path, depth));
  if (kind === 'Kustomization' || kind === 'Component') return inKustomization(doc, path, depth);
  return ofObject(root, path, depth);
}

function ofObject(root: At, path: string, depth: number): Place[] {
  const kind = root.get('kind')?.text ?? '';
  const apiVersion = root.get('apiVersion')?.text ?? '';
  const config = COMPONENTS.find(
    (c) => c.configs !== undefined && c.configs.kind === kind && c.configs.apiVersion.test(apiVersion),
  );
  if (config !== undefined)
    return [
      new Place({
        component: config,
        version: undefined,
        forms: [new Config(root)],
        complete: true,
        mark: root.get('kind')?.span ?? root.span,
        whole: root.span,
        source: root.source,
      }),
    ];
  if (kind === 'ClusterConfiguration' && apiVersion.startsWith('kubeadm.k8s.io/'))
    return kubeadm(root, root.get('kubernetesVersion')?.text, !/\/v1(alpha|beta[1-3]$)/.test(apiVersion));
  if (kind === 'KubeadmControlPlane' || kind === 'KubeadmControlPlaneTemplate') {
    const spec = kind === 'KubeadmControlPlane' ? root.get('spec') : root.path('spec.template.spec');
    const cluster = spec?.path('kubeadmConfigSpec.clusterConfiguration');
    return cluster === undefined
      ? []
      : kubeadm(cluster, spec?.get('version')?.text, !/\/v1(alpha|beta1$)/.test(apiVersion));
  }
  if (kind === 'ConfigMap') return configMap(root, path, depth);
  if (kind === 'HelmRelease') {
    const values = root.path('spec.values');
    return values === undefined ? [] : chartPlaces(values);
  }
  if (kind === 'Application' && apiVersion.startsWith('argoproj.io/')) return application(root, path, depth);
  return workload(root, kind);
}

const POD_SPECS: Readonly<Record<string, string>> = {
  Pod: 'spec',
  Deployment: 'spec.template.spec',
  StatefulSet: 'spec.template.spec',
  DaemonSet: 'spec.template.spec',
  ReplicaSet: 'spec.template.spec',
  Job: 'spec.template.spec',
  CronJob: 'spec.jobTemplate.spec.template.spec',
};

function workload(root: At, kind: string): Place[] {
  const spec = POD_SPECS[kind];
  if (spec === undefined) return [];
  const name = root.path('metadata.name')?.text;
  const replicas = root.path('spec.replicas');
  const count = Number(replicas?.text ?? NaN);
  return (root.path(`${spec}.containers`)?.items() ?? []).flatMap((container) => {
    const place = ofContainer(container, name, kind);
    if (place === undefined) return [];
    return [
      new Place({
        ...place,
        kind,
        ...(replicas !== undefined && Number.isInteger(count) && { replicas: { value: count, span: replicas.whole } }),
      }),
    ];
  });
}

function ofContainer(container: At, workloadName: string | undefined, kind: string) {
  const image = container.get('image')?.text;
  const words = [...(container.get('command')?.items() ?? []), ...(container.get('args')?.items() ?? [])]
    .flatMap((i) => i.text?.split(/[\s;&|]+/) ?? [])
    .map((w) => w.slice(w.lastIndexOf('/') + 1));
  const name = container.get('name')?.text;
  const component = componentOf(
    image,
    words,
    [name, workloadName].filter((n) => n !== undefined),
  );
  if (component === undefined) return undefined;
  const mark = container.get('image') ?? container.get('name') ?? container;
  return {
    component,
    version: image === undefined ? undefined : imageOf(image).tag,
    forms: [new Flags(container), new Env(container)],
    // Without an image it is a patch: what it doesn't state is stated, or not, elsewhere.
    complete: image !== undefined && kind !== '',
    mark: mark.whole,
    whole: container.span,
    source: container.source,
  };
}

/** Both parts of a kubeadm ClusterConfiguration; `named`: extraArgs is a list of name and value (v1beta4). */
function kubeadm(root: At, version: string | undefined, named: boolean): Place[] {
  return (
    [
      ['controllerManager', KUBE_CONTROLLER_MANAGER],
      ['scheduler', KUBE_SCHEDULER],
    ] as const
  ).flatMap(([key, component]) => {
    const section = root.get(key);
    // Without the section there is nothing to show a hint at.
    if (section?.map === undefined) return [];
    const form = named
      ? new NamedValues(section, 'extraArgs')
      : new Keys(section, 'extraArgs', (k) => k.flags?.[0], 'strings');
    return [
      new Place({
        component,
        version,
        complete: true,
        source: root.source,
        forms: [form],
        mark: section.keySpan,
        whole: section.whole,
      }),
    ];
  });
}

function configMap(root: At, path: string, depth: number): Place[] {
  const name = root.path('metadata.name')?.text;
  const params = COMPONENTS.find((c) => c.params !== undefined && c.params === name);
  if (params !== undefined)
    return [
      new Place({
        component: params,
        version: undefined,
        forms: [new Keys(root, 'data', (k) => k.param, 'strings')],
        complete: true,
        mark: (root.path('metadata.name') ?? root).whole,
        whole: root.span,
        source: root.source,
      }),
    ];
  return (root.get('data')?.entries() ?? []).flatMap(([, at]) => inScalar(at, path, depth));
}

/** What a block scalar holds, when it is YAML. */
function inScalar(at: At, path: string, depth: number): Place[] {
  const inner = innerOf(at, depth);
  return inner === undefined ? [] : documentsOf(inner).flatMap((doc) => ofDocument(doc, path, depth + 1));
}

function innerOf(at: At, depth: number): YamlText | undefined {
  const { scalar, source } = at;
  if (
    depth >= MAX_EMBEDDED ||
    scalar?.type !== 'BLOCK_LITERAL' ||
    !at.own ||
    !scalar.range ||
    typeof scalar.value !== 'string'
  )
    return undefined;
  return embedded(source, scalar.range[0], scalar.range[1], scalar.value);
}

/** ArgoCD's Application: values of a chart, as a map or as a text. */
function application(root: At, path: string, depth: number): Place[] {
  const helms = [
    root.path('spec.source.helm'),
    ...(root.path('spec.sources')?.items() ?? []).map((s) => s.get('helm')),
  ];
  return helms.flatMap((helm) => {
    const object = helm?.get('valuesObject');
    const text = helm?.get('values');
    return [
      ...(object === undefined ? [] : chartPlaces(object)),
      ...(text === undefined ? [] : inScalar(text, path, depth)),
    ];
  });
}

/** Patches written into a kustomization, and literals of a generated ConfigMap are left as they are. */
function inKustomization({ root }: Doc, path: string, depth: number): Place[] {
  if (root.get('kind')?.text !== 'Kustomization' && !/^kustomization\.ya?ml$/i.test(nameOf(path))) return [];
  const patches = [...(root.get('patches')?.items() ?? []), ...(root.get('patchesJson6902')?.items() ?? [])].flatMap(
    (p) => {
      const t = p.get('patch');
      return t === undefined ? [] : [t];
    },
  );
  return [...patches, ...(root.get('patchesStrategicMerge')?.items() ?? [])]
    .flatMap((t) => inScalar(t, path, depth))
    .map((p) => (p.data.complete ? new Place({ ...p.data, complete: false }) : p));
}
