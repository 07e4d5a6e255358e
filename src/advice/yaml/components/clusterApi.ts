/** Cluster API's own controllers: core, kubeadm bootstrap and kubeadm control plane. */
import type { Component, Knob } from '../types';

/** What v1.13.0 raised; read were v1.5.0, v1.9.0 to v1.13.0 and v1.14.2. */
const raised = (before: string): Pick<Knob, 'since' | 'earlier'> => ({
  since: 'v1.13.0',
  earlier: [{ from: 'v1.5.0', to: 'v1.13.0', default: before }],
});

const make = (
  id: string,
  images: RegExp,
  names: readonly string[],
  file: string,
  lines: { qps: number; cache: number; pprof: number },
  concurrency: readonly (readonly [string, string, string, number])[],
): Component => {
  const at = `sigs.k8s.io/cluster-api@v1.14.2/${file}`;
  const qps: Knob = {
    kind: 'qps',
    flags: ['kube-api-qps'],
    default: '100',
    ...raised('20'),
    raise: ['100', '200', '400'],
    tells: "Requests a second to the management cluster's API server.",
    source: `${at}:${lines.qps}`,
  };
  const burst: Knob = {
    kind: 'burst',
    flags: ['kube-api-burst'],
    default: '200',
    ...raised('30'),
    raise: ['400', '800'],
    tells: "Requests that may go out at once to the management cluster's API server.",
    source: `${at}:${lines.qps + 3}`,
  };
  const cacheQps: Knob = {
    kind: 'qps',
    flags: ['clustercache-client-qps'],
    default: '20',
    since: 'v1.9.0',
    raise: ['50', '100'],
    tells: "Requests a second to each workload cluster's API server.",
    source: `${at}:${lines.cache}`,
  };
  const cacheBurst: Knob = {
    kind: 'burst',
    flags: ['clustercache-client-burst'],
    default: '30',
    since: 'v1.9.0',
    raise: ['100', '200'],
    tells: "Requests that may go out at once to each workload cluster's API server.",
    source: `${at}:${lines.cache + 3}`,
  };
  return {
    id,
    name: `Cluster API's ${id}`,
    read: 'v1.14.2',
    since: 'v1.5.0',
    images,
    names,
    knobs: [
      qps,
      burst,
      cacheQps,
      cacheBurst,
      ...concurrency.map(([flag, value, what, line]): Knob => ({
        kind: 'concurrency',
        flags: [flag],
        default: value,
        ...(flag === 'clustercache-concurrency'
          ? { since: 'v1.9.0' }
          : value === '10'
            ? {}
            : { ...raised('10'), raise: [value] }),
        tells: `${what} that are reconciled at the same time.`,
        source: `${at}:${line}`,
      })),
      {
        kind: 'pprof',
        flags: ['profiler-address'],
        default: '',
        on: 'localhost:6060',
        tells: "Address that serves pprof; off when it isn't set.",
        source: `${at}:${lines.pprof}`,
      },
      {
        kind: 'other',
        flags: ['contention-profiling'],
        default: 'false',
        tells: 'Records where goroutines block, for the block profile.',
        source: `${at}:${lines.pprof + 3}`,
      },
    ],
    limits: [
      { qps, burst, of: '' },
      { qps: cacheQps, burst: cacheBurst, of: 'to each workload cluster' },
    ],
    restart: 'The pod restarts with the new arguments.',
  };
};

export const CLUSTER_API: readonly Component[] = [
  make(
    'cluster-api-controller',
    /(^|\/)cluster-api-controller$/,
    ['capi-controller-manager'],
    'core/main.go',
    { qps: 249, cache: 255, pprof: 189 },
    [
      ['clustertopology-concurrency', '50', 'Clusters with a topology', 203],
      ['clusterclass-concurrency', '10', 'ClusterClasses', 206],
      ['cluster-concurrency', '50', 'Clusters', 209],
      ['clustercache-concurrency', '100', 'Connections to workload clusters', 212],
      ['extensionconfig-concurrency', '10', 'ExtensionConfigs', 215],
      ['machine-concurrency', '100', 'Machines', 218],
      ['machineset-concurrency', '50', 'MachineSets', 221],
      ['machinedeployment-concurrency', '50', 'MachineDeployments', 224],
      ['machinepool-concurrency', '50', 'MachinePools', 227],
      ['clusterresourceset-concurrency', '10', 'ClusterResourceSets', 230],
      ['machinehealthcheck-concurrency', '50', 'MachineHealthChecks', 233],
    ],
  ),
  make(
    'kubeadm-bootstrap-controller',
    /(^|\/)kubeadm-bootstrap-controller$/,
    ['capi-kubeadm-bootstrap-controller-manager'],
    'bootstrap/kubeadm/main.go',
    { qps: 141, cache: 147, pprof: 123 },
    [
      ['clustercache-concurrency', '100', 'Connections to workload clusters', 129],
      ['kubeadmconfig-concurrency', '100', 'KubeadmConfigs', 132],
    ],
  ),
  make(
    'kubeadm-control-plane-controller',
    /(^|\/)kubeadm-control-plane-controller$/,
    ['capi-kubeadm-control-plane-controller-manager'],
    'controlplane/kubeadm/main.go',
    { qps: 172, cache: 178, pprof: 150 },
    [
      ['kubeadmcontrolplane-concurrency', '100', 'KubeadmControlPlanes', 160],
      ['clustercache-concurrency', '100', 'Connections to workload clusters', 166],
    ],
  ),
];
