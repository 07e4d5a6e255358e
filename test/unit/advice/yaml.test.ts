import { describe, expect, it } from 'vitest';
import { MAX_LENGTH } from '../../../src/advice/maxLength';
import { checkYaml, COMPONENTS, isRelevantYaml, YAML_RULES } from '../../../src/advice/yaml/index';
import { SLOWNESS } from '../../lib/until';
import { configMap, deployment, finding, fixed, lines, pod, report, told } from './yamlHarness';

const LIMIT = 'yaml-client-limit';
const BURST = 'yaml-burst-below-qps';
const WORKERS = 'yaml-concurrency';
const PPROF = 'yaml-pprof-off';

const kcm = (args: string, image = 'registry.k8s.io/kube-controller-manager:v1.37.2'): string =>
  pod(
    'kube-controller-manager',
    `command:
- kube-controller-manager
- --leader-elect=true
${args}
image: ${image}
name: kube-controller-manager`.replace('\n\n', '\n'),
  );
const IMAGE = 'image: registry.k8s.io/kube-controller-manager:v1.37.2';

describe('kube-controller-manager and kube-scheduler', () => {
  it('tells the default limit and the workers of a static pod', () => {
    expect(told(kcm(''))).toEqual([`client-limit: ${IMAGE}`, `concurrency: ${IMAGE}`]);
    expect(finding(kcm(''), LIMIT).message).toContain(
      'kube-controller-manager is limited to 20 requests/s, burst 30 (its default, kube-controller-manager v1.37.2).',
    );
    expect(finding(kcm(''), LIMIT).effective).toEqual({
      qps: 20,
      burst: 30,
      because: 'its default, kube-controller-manager v1.37.2',
    });
  });
  it('adds both flags behind the others, in their style', () => {
    expect(lines(kcm(''), LIMIT)).toEqual(['+    - --kube-api-qps=50', '+    - --kube-api-burst=100']);
    expect(lines(kcm(''), LIMIT, 'qps-100')).toEqual(['+    - --kube-api-qps=100', '+    - --kube-api-burst=200']);
  });
  it('leaves tab stops at values of your own', () => {
    const fix = finding(kcm(''), LIMIT).fixes.find((f) => f.id === 'qps-own');
    expect(fix?.edits.flatMap((e) => (e.stops ?? []).map((s) => e.text.slice(s.start, s.end)))).toEqual(['50', '100']);
  });
  it('types over a value that is there and keeps its comment', () => {
    expect(lines(kcm('- --kube-api-qps=20 # as ever'), LIMIT)).toEqual([
      '-    - --kube-api-qps=20 # as ever',
      '+    - --kube-api-qps=50 # as ever',
      '+    - --kube-api-burst=100',
    ]);
  });
  it('is silent of a limit that was raised', () =>
    expect(told(kcm('- --kube-api-qps=100\n- --kube-api-burst=200'))).toEqual([`concurrency: ${IMAGE}`]));
  it('warns of a burst below QPS, set or by default', () => {
    expect(told(kcm('- --kube-api-qps=100\n- --kube-api-burst=50'))).toContain('burst-below-qps: --kube-api-burst=50');
    expect(told(kcm('- --kube-api-qps=100'))).toContain('burst-below-qps: --kube-api-qps=100');
    expect(finding(kcm('- --kube-api-qps=100'), BURST).message).toContain(
      'Burst is not set and stays 30, below the QPS of 100',
    );
    expect(lines(kcm('- --kube-api-qps=100'), BURST)).toEqual(['+    - --kube-api-burst=200']);
  });
  it('reads flags that are words of their own', () => {
    expect(lines(kcm('- --kube-api-qps\n- "100"\n- --kube-api-burst\n- "50"'), BURST)).toEqual([
      '-    - "50"',
      '+    - "200"',
    ]);
  });
  it('reads flags with underscores', () =>
    expect(told(kcm('- --kube_api_qps=100\n- --kube_api_burst=50'))).toContain('burst-below-qps: --kube_api_burst=50'));
  it('keeps quotes', () =>
    expect(lines(kcm('- "--kube-api-qps=20"\n- "--kube-api-burst=30"'), LIMIT)).toEqual([
      '-    - "--kube-api-qps=20"',
      '-    - "--kube-api-burst=30"',
      '+    - "--kube-api-qps=50"',
      '+    - "--kube-api-burst=100"',
    ]));
  it('adds in the quotes of the siblings', () =>
    expect(lines(kcm("- '--v=2'"), LIMIT)).toEqual(["+    - '--kube-api-qps=50'", "+    - '--kube-api-burst=100'"]));
  it('tells workers that are set to the default, at their place', () => {
    expect(told(kcm('- --concurrent-deployment-syncs=5'))).toContain('concurrency: --concurrent-deployment-syncs=5');
    expect(lines(kcm('- --concurrent-deployment-syncs=5'), WORKERS)).toEqual([
      '-    - --concurrent-deployment-syncs=5',
      '+    - --concurrent-deployment-syncs=20',
    ]);
  });
  it('offers a flag for each kind of workers', () =>
    expect(lines(kcm(''), WORKERS, 'concurrent-namespace-syncs-20')).toEqual([
      '+    - --concurrent-namespace-syncs=20',
    ]));
  it('offers no flag that the image does not know', () => {
    const ids = (tag: string): string[] =>
      finding(kcm('', `registry.k8s.io/kube-controller-manager:${tag}`), WORKERS).fixes.map((f) =>
        f.id.replace(/-\d+$/, ''),
      );
    expect(ids('v1.28.4')).not.toContain('concurrent-job-syncs');
    expect(ids('v1.30.1')).toContain('concurrent-job-syncs');
    expect(ids('v1.30.1')).not.toContain('concurrent-daemonset-syncs');
    expect(ids('v1.33.0')).toContain('concurrent-daemonset-syncs');
    expect(ids('v1.36.0')).not.toContain('concurrent-disruption-syncs');
    expect(ids('v1.37.0')).toContain('concurrent-disruption-syncs');
  });
  it('says nothing of versions below those that were read', () =>
    expect(told(kcm('', 'k8s.gcr.io/kube-controller-manager:v1.19.16'))).toEqual([]));
  it('knows a mirror, an architecture and a digest', () => {
    for (const image of [
      'mirror.example.com/k8s/kube-controller-manager-amd64:v1.33.1',
      'localhost:5000/kube-controller-manager:v1.33.1',
      `registry.k8s.io/kube-controller-manager:v1.33.1@sha256:${'0'.repeat(64)}`,
    ])
      expect(told(kcm('', image))).toHaveLength(2);
  });
  it('knows the program by its command where the image is another', () =>
    expect(told(kcm('', 'example.com/hyperkube:v1.33.0'))).toHaveLength(2));
  it("does not add to a shell's words", () => {
    const text = pod(
      'kube-controller-manager',
      `command: [/bin/sh, -c, "exec kube-controller-manager --kube-api-qps=20"]\n${IMAGE}\n` +
        'name: kube-controller-manager',
    );
    expect(report(text).findings.flatMap((f) => f.fixes)).toEqual([]);
    expect(report(text).hovers.map((h) => text.slice(h.span.start, h.span.end))).toContain('--kube-api-qps');
  });
  it('writes into a flow list', () => {
    const text = pod(
      'kube-controller-manager',
      `command: ["kube-controller-manager", "--leader-elect=true"]\n${IMAGE}\nname: kube-controller-manager`,
    );
    expect(fixed(text, LIMIT)).toContain(
      'command: ["kube-controller-manager", "--leader-elect=true", "--kube-api-qps=50", "--kube-api-burst=100"]',
    );
  });
  it('writes into a flow list of several lines, with and without a last comma', () => {
    const text = (comma: string): string =>
      pod(
        'kube-controller-manager',
        `command: [\n  kube-controller-manager,\n  --leader-elect=true${comma} # alone\n]\n${IMAGE}\n` +
          'name: kube-controller-manager',
      );
    expect(fixed(text(','), LIMIT)).toContain(
      '      --leader-elect=true, # alone\n      --kube-api-qps=50,\n      --kube-api-burst=100,\n',
    );
    expect(fixed(text(''), LIMIT)).toContain(
      '      --leader-elect=true, # alone\n      --kube-api-qps=50,\n      --kube-api-burst=100\n',
    );
  });
  it('adds args where there are none', () => {
    const text = pod(
      'kube-controller-manager',
      `command:\n- kube-controller-manager\n${IMAGE}\nname: kube-controller-manager`,
    );
    expect(lines(text, LIMIT)).toEqual(['+    args:', '+      - --kube-api-qps=50', '+      - --kube-api-burst=100']);
  });
  it('does not put flags behind --', () => expect(finding(kcm('- --\n- more'), LIMIT).fixes).toEqual([]));
  it("hints at nothing for kube-scheduler's 50 and 100", () => {
    const text = pod(
      'kube-scheduler',
      'command:\n- kube-scheduler\n- --kubeconfig=/etc/kubernetes/scheduler.conf\n' +
        'image: registry.k8s.io/kube-scheduler:v1.33.0\nname: kube-scheduler',
    );
    expect(told(text)).toEqual([]);
    expect(report(text).setUps[0]?.line).toBe('QPS 50 · burst 100 · pprof on');
  });
  it('offers to turn profiling on again', () => {
    expect(finding(kcm('- --profiling=false'), PPROF)).toMatchObject({ severity: 'hint' });
    expect(lines(kcm('- --profiling=false'), PPROF)).toEqual(['-    - --profiling=false', '+    - --profiling=true']);
  });
  it('tells the settings in one line', () => {
    expect(
      report(kcm('- --kube-api-qps=100\n- --kube-api-burst=200\n- --concurrent-gc-syncs=30')).setUps[0],
    ).toMatchObject({
      kind: 'component',
      name: 'kube-controller-manager',
      line: 'QPS 100 · burst 200 · gc syncs 30 · pprof on',
    });
    expect(report(kcm('')).setUps[0]?.line).toBe('QPS 20 · burst 30 · workers by default · pprof on');
  });
  it('does not look at kube-apiserver or etcd', () =>
    expect(
      report(
        pod(
          'kube-apiserver',
          'command:\n- kube-apiserver\n- --max-requests-inflight=400\n' +
            'image: registry.k8s.io/kube-apiserver:v1.33.0\nname: kube-apiserver',
        ),
      ),
    ).toMatchObject({ findings: [], setUps: [] }));
});

describe('kubeadm', () => {
  const map = (section: string): string =>
    `apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\nkubernetesVersion: v1.30.2\n` +
    `${section}networking:\n  podSubnet: 10.0.0.0/16\n`;
  const list = (section: string): string => map(section).replace('v1beta3', 'v1beta4');
  it('sets extraArgs as a map up to v1beta3', () =>
    expect(lines(map('controllerManager:\n  extraArgs:\n    bind-address: "0.0.0.0"\n'), LIMIT)).toEqual([
      '+    kube-api-qps: "50"',
      '+    kube-api-burst: "100"',
    ]));
  it('keeps single quotes', () =>
    expect(lines(map("controllerManager:\n  extraArgs:\n    bind-address: '0.0.0.0'\n"), LIMIT)).toEqual([
      "+    kube-api-qps: '50'",
      "+    kube-api-burst: '100'",
    ]));
  it('types over a value of the map', () =>
    expect(lines(map('controllerManager:\n  extraArgs:\n    kube-api-qps: "20"\n    v: "2"\n'), LIMIT)).toEqual([
      '-    kube-api-qps: "20"',
      '+    kube-api-qps: "50"',
      '+    kube-api-burst: "100"',
    ]));
  it('puts burst right behind QPS', () =>
    expect(fixed(map('controllerManager:\n  extraArgs:\n    kube-api-qps: "100"\n    v: "2"\n'), BURST)).toContain(
      'kube-api-qps: "100"\n    kube-api-burst: "200"\n    v: "2"',
    ));
  it('begins extraArgs', () => {
    expect(lines(map('controllerManager:\n  extraVolumes: []\n'), LIMIT)).toEqual([
      '+  extraArgs:',
      '+    kube-api-qps: "50"',
      '+    kube-api-burst: "100"',
    ]);
    expect(lines(map('controllerManager:\n  extraArgs: {}\n'), LIMIT)).toEqual([
      '-  extraArgs: {}',
      '+  extraArgs: {kube-api-qps: "50", kube-api-burst: "100"}',
    ]);
    expect(lines(map('controllerManager:\n  extraArgs:\n'), LIMIT)).toEqual([
      '+    kube-api-qps: "50"',
      '+    kube-api-burst: "100"',
    ]);
  });
  it('sets extraArgs as a list from v1beta4 on', () => {
    expect(
      lines(list('controllerManager:\n  extraArgs:\n  - name: bind-address\n    value: "0.0.0.0"\n'), LIMIT),
    ).toEqual(['+  - name: kube-api-qps', '+    value: "50"', '+  - name: kube-api-burst', '+    value: "100"']);
    expect(
      lines(list('controllerManager:\n  extraArgs:\n    - name: kube-api-qps\n      value: "100"\n'), BURST),
    ).toEqual(['+    - name: kube-api-burst', '+      value: "200"']);
    expect(lines(list('controllerManager:\n  extraVolumes: []\n'), LIMIT)).toEqual([
      '+  extraArgs:',
      '+    - name: kube-api-qps',
      '+      value: "50"',
      '+    - name: kube-api-burst',
      '+      value: "100"',
    ]);
  });
  it('finds the configuration among other documents', () => {
    const text =
      `apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n---\n` +
      `${list('controllerManager:\n  extraArgs:\n  - name: v\n    value: "2"\n')}---\n` +
      `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n`;
    expect(told(text)).toEqual(['client-limit: controllerManager', 'concurrency: controllerManager']);
    expect(lines(text, LIMIT, 'qps-100')).toHaveLength(4);
  });
  it('finds it in the kubeadm-config ConfigMap, and edits in its block', () => {
    const text = configMap(
      'kubeadm-config',
      `ClusterConfiguration: |\n${map('controllerManager:\n  extraArgs:\n    v: "2"\n').replace(/^(?=.)/gm, '  ')}`,
    );
    expect(lines(text, LIMIT)).toEqual(['+        kube-api-qps: "50"', '+        kube-api-burst: "100"']);
  });
  it("reads Cluster API's KubeadmControlPlane", () => {
    const text = (v: string, args: string): string =>
      `apiVersion: controlplane.cluster.x-k8s.io/${v}\nkind: KubeadmControlPlane\nmetadata:\n  name: a\nspec:\n` +
      `  version: v1.31.0\n  kubeadmConfigSpec:\n    clusterConfiguration:\n      controllerManager:\n` +
      `        extraArgs:\n${args}`;
    expect(lines(text('v1beta1', '          v: "2"\n'), LIMIT)).toEqual([
      '+          kube-api-qps: "50"',
      '+          kube-api-burst: "100"',
    ]);
    expect(lines(text('v1beta2', '          - name: v\n            value: "2"\n'), LIMIT)[0]).toBe(
      '+          - name: kube-api-qps',
    );
  });
  it('is silent without the sections', () => expect(told(map(''))).toEqual([]));
});

describe('component configurations', () => {
  it("tells Kueue's default, in its file and in its ConfigMap", () => {
    const config =
      'apiVersion: config.kueue.x-k8s.io/v1beta2\nkind: Configuration\nhealth:\n  healthProbeBindAddress: :8081\n';
    expect(lines(config, LIMIT)).toEqual(['+clientConnection:', '+  qps: 50', '+  burst: 100']);
    const text = configMap(
      'kueue-manager-config',
      `controller_manager_config.yaml: |\n${config.replace(/^(?=.)/gm, '    ')}`,
    );
    expect(lines(text, LIMIT)).toEqual(['+      clientConnection:', '+        qps: 50', '+        burst: 100']);
  });
  it("is silent for upstream's own 50 and 100, and for no limit", () => {
    expect(
      told(
        'apiVersion: config.kueue.x-k8s.io/v1beta1\nkind: Configuration\nclientConnection:\n  qps: 50\n  burst: 100\n',
      ),
    ).toEqual([]);
    const off = report(
      'apiVersion: config.kueue.x-k8s.io/v1beta1\nkind: Configuration\nclientConnection:\n  qps: -1\n',
    );
    expect(off.findings.filter((f) => f.rule !== PPROF)).toEqual([]);
    expect(off.setUps[0]?.line).toContain('no client-side limit');
  });
  it('reads flow maps', () =>
    expect(
      lines('apiVersion: config.kueue.x-k8s.io/v1beta2\nkind: Configuration\nclientConnection: {qps: 20}\n', LIMIT),
    ).toEqual(['-clientConnection: {qps: 20}', '+clientConnection: {qps: 50, burst: 100}']));
  it('reads KubeSchedulerConfiguration', () => {
    expect(
      told(
        'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nclientConnection:\n  qps: 200\n',
      ),
    ).toEqual(['burst-below-qps: qps: 200']);
    expect(
      report('apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nparallelism: 32\n')
        .setUps[0]?.line,
    ).toBe('QPS 50 · burst 100 · parallelism 32 · pprof on');
  });
  it("reads cert-manager's ControllerConfiguration", () => {
    const text =
      'apiVersion: controller.config.cert-manager.io/v1alpha1\nkind: ControllerConfiguration\nlogging:\n' +
      '  format: text\n';
    expect(lines(text, LIMIT)).toEqual(['+kubernetesAPIQPS: 50', '+kubernetesAPIBurst: 100']);
    expect(lines(text, WORKERS)).toEqual(['+numberOfConcurrentWorkers: 20']);
  });
  it('reads KubeControllerManagerConfiguration, by its fields in either case', () => {
    expect(
      told(
        'apiVersion: kubecontrollermanager.config.k8s.io/v1alpha1\nkind: KubeControllerManagerConfiguration\n' +
          'Generic:\n  ClientConnection:\n    qps: 20\n    burst: 30\n',
      ),
    ).toEqual(['client-limit: qps: 20']);
  });
  it('leaves other configurations alone', () =>
    expect(told('apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nkubeAPIQPS: 5\n')).toEqual([]));
});

describe('ArgoCD', () => {
  const cm = (data: string): string => configMap('argocd-cmd-params-cm', data);
  it('advises by the number of applications and says that the controller must be restarted', () => {
    const { message } = finding(cm('repo.server: "argocd-repo-server:8081"\n'), WORKERS);
    expect(message).toContain(
      'controller.status.processors 20, controller.operation.processors 10 (argocd-application-controller v3.6.1)',
    );
    expect(message).toContain('50 status and 25 operation processors for 1,000 applications');
    expect(message).toContain('must be restarted');
  });
  it('adds both keys as strings', () =>
    expect(lines(cm('repo.server: "argocd-repo-server:8081"\n'), WORKERS)).toEqual([
      '+  controller.status.processors: "50"',
      '+  controller.operation.processors: "25"',
    ]));
  it('types over a default that is written out', () =>
    expect(lines(cm('controller.status.processors: "20"\ncontroller.operation.processors: "25"\n'), WORKERS)).toEqual([
      '-  controller.status.processors: "20"',
      '+  controller.status.processors: "50"',
    ]));
  it('quotes although a sibling is a plain word', () =>
    expect(lines(cm('controller.log.level: info\n'), WORKERS)).toEqual([
      '+  controller.status.processors: "50"',
      '+  controller.operation.processors: "25"',
    ]));
  it('makes data where there is none', () =>
    expect(fixed('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: argocd-cmd-params-cm\n', WORKERS)).toBe(
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: argocd-cmd-params-cm\ndata:\n' +
        '  controller.status.processors: "50"\n  controller.operation.processors: "25"\n',
    ));
  it('does without a line end at the end of the file', () =>
    expect(
      fixed('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: argocd-cmd-params-cm\ndata:\n  a: b', WORKERS),
    ).toMatch(/a: b\n {2}controller\.status\.processors: "50"\n {2}controller\.operation\.processors: "25"$/));
  it('is silent for what was raised', () =>
    expect(told(cm('controller.status.processors: "50"\ncontroller.operation.processors: "25"\n'))).toEqual([]));
  it('knows that burst is twice the QPS unless it is set', () => {
    expect(
      told(
        cm(
          'controller.status.processors: "50"\ncontroller.operation.processors: "25"\n' +
            'controller.k8s.client.qps: "200"\n',
        ),
      ),
    ).toEqual([]);
    expect(lines(cm('controller.k8s.client.qps: "200"\ncontroller.k8s.client.burst: "100"\n'), BURST)).toEqual([
      '-  controller.k8s.client.burst: "100"',
      '+  controller.k8s.client.burst: "400"',
    ]);
  });
  it('offers pprof', () =>
    expect(lines(cm('controller.profile.enabled: "false"\n'), PPROF)).toEqual([
      '-  controller.profile.enabled: "false"',
      '+  controller.profile.enabled: "true"',
    ]));
  it('tells all in one line', () =>
    expect(report(cm('controller.status.processors: "50"\ncontroller.log.level: debug\n')).setUps[0]?.line).toBe(
      'QPS 50 to each managed cluster · burst 100 · status processors 50 · operation processors 10 · hydration ' +
        'processors 5 · kubectl parallelism limit 20 · pprof off · log level debug',
    ));
  it('hovers over keys', () =>
    expect(report(cm('controller.log.format: text\n')).hovers[0]?.markdown).toContain(
      'From v2.8.0 to before v3.0.0: `text`.',
    ));
  const sts = (replicas: number, env: string, image = 'quay.io/argoproj/argocd:v3.6.1'): string =>
    deployment(
      'argocd-application-controller',
      `image: ${image}\nargs:\n- /usr/local/bin/argocd-application-controller\n${env}`,
      'StatefulSet',
      `  replicas: ${replicas}\n`,
    );
  it('holds replicas against shards', () => {
    expect(told(sts(3, 'env:\n- name: ARGOCD_CONTROLLER_REPLICAS\n  value: "2"\n'))).toContain(
      'argocd-replicas: name: ARGOCD_CONTROLLER_REPLICAS',
    );
    expect(lines(sts(3, 'env:\n- name: ARGOCD_CONTROLLER_REPLICAS\n  value: "2"\n'), 'yaml-argocd-replicas')).toEqual([
      '-          value: "2"',
      '+          value: "3"',
    ]);
    expect(lines(sts(2, ''), 'yaml-argocd-replicas')).toEqual([
      '+        env:',
      '+          - name: ARGOCD_CONTROLLER_REPLICAS',
      '+            value: "2"',
    ]);
    expect(
      told(sts(2, 'env:\n- name: ARGOCD_CONTROLLER_REPLICAS\n  value: "2"\n')).filter((t) => t.startsWith('argocd')),
    ).toEqual([]);
  });
  it('does not guess what comes from the ConfigMap', () => {
    const from = (n: string, k: string): string =>
      `- name: ${n}\n  valueFrom:\n    configMapKeyRef:\n      name: argocd-cmd-params-cm\n      key: ${k}\n` +
      `      optional: true\n`;
    expect(
      told(
        sts(
          1,
          `env:\n` +
            `${from('ARGOCD_APPLICATION_CONTROLLER_STATUS_PROCESSORS', 'controller.status.processors')}${from('ARGOCD_APPLICATION_CONTROLLER_OPERATION_PROCESSORS', 'controller.operation.processors')}`,
        ),
      ),
    ).toEqual([]);
  });
  it('reads literal variables', () =>
    expect(
      told(
        sts(1, 'env:\n- name: ARGOCD_K8S_CLIENT_QPS\n  value: "100"\n- name: ARGOCD_K8S_CLIENT_BURST\n  value: "50"\n'),
      ),
    ).toContain('burst-below-qps: name: ARGOCD_K8S_CLIENT_BURST'));
  it('does not take the server or the repo server for the controller', () => {
    for (const name of ['argocd-server', 'argocd-repo-server'])
      expect(
        told(deployment(name, `image: quay.io/argoproj/argocd:v3.6.1\nargs:\n- /usr/local/bin/${name}\n`)),
      ).toEqual([]);
  });
  it('leaves other ConfigMaps alone', () =>
    expect(report(configMap('argocd-cm', 'url: https://argocd.example.com\n'))).toMatchObject({
      findings: [],
      setUps: [],
    }));
});

describe('Helm values and what holds them', () => {
  const values =
    'global:\n  domain: argocd.example.com\nconfigs:\n  params:\n    server.insecure: true\ncontroller:\n' +
    '  replicas: 1\nrepoServer:\n  replicas: 2\n';
  it("writes plain beside plain siblings of argo-cd's configs.params", () =>
    expect(lines(values, WORKERS, undefined, 'values.yaml')).toEqual([
      '+    controller.status.processors: 50',
      '+    controller.operation.processors: 25',
    ]));
  it('types over a number', () =>
    expect(
      lines(
        values.replace(
          'server.insecure: true',
          'controller.status.processors: 20\n    controller.operation.processors: 50',
        ),
        WORKERS,
      ),
    ).toEqual(['-    controller.status.processors: 20', '+    controller.status.processors: 50']));
  it("finds them under a subchart's name", () =>
    expect(told(`argo-cd:\n${values.replace(/^(?=.)/gm, '  ')}`)).toEqual(['concurrency: params']));
  it('finds them in a HelmRelease and in an Application', () => {
    expect(
      lines(
        `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: argocd\nspec:\n  values:\n` +
          `${values.replace(/^(?=.)/gm, '    ')}`,
        WORKERS,
      ),
    ).toEqual(['+        controller.status.processors: 50', '+        controller.operation.processors: 25']);
    expect(
      lines(
        `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: argocd\nspec:\n  source:\n` +
          `    helm:\n      values: |\n${values.replace(/^(?=.)/gm, '        ')}`,
        WORKERS,
      ),
    ).toEqual(['+            controller.status.processors: 50', '+            controller.operation.processors: 25']);
  });
  it("takes a flag of the controller above the ConfigMap's key", () => {
    const text = values.replace('replicas: 1', 'extraArgs:\n    - --status-processors=20');
    expect(told(text)).toContain('concurrency: --status-processors=20');
  });
  it("reads a chart's arguments beside a known image, without defaults", () => {
    const text =
      'image:\n  repository: quay.io/jetstack/cert-manager-controller\n  tag: v1.18.0\nextraArgs:\n' +
      '- --kube-api-qps=100\n- --kube-api-burst=50\n';
    expect(told(text)).toEqual(['burst-below-qps: --kube-api-burst=50']);
    expect(told(text.replace(/- .*\n/g, '').replace('extraArgs:', 'extraArgs: []'))).toEqual([]);
  });
  it('reads arguments that are a map', () =>
    expect(
      told(
        'image:\n  repository: ghcr.io/external-secrets/external-secrets\nextraArgs:\n  client-qps: 100\n' +
          '  client-burst: 50\n',
      ),
    ).toEqual(['burst-below-qps: client-burst: 50']));
  it('leaves other charts alone', () =>
    expect(
      report('configs:\n  a: 1\ncontroller:\n  replicas: 1\nimage:\n  repository: nginx\nextraArgs:\n- --x\n'),
    ).toMatchObject({ findings: [], setUps: [] }));
});

describe('other projects', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'MOCO',
      deployment('moco-controller', 'image: ghcr.io/cybozu-go/moco:0.25.0\nargs:\n- --zap-encoder=json\n'),
      ['client-limit: image: ghcr.io/cybozu-go/moco:0.25.0'],
    ],
    ['MOCO, older than what was read', deployment('moco-controller', 'image: ghcr.io/cybozu-go/moco:0.10.0\n'), []],
    [
      'MOCO, raised',
      deployment('moco-controller', 'image: ghcr.io/cybozu-go/moco:0.25.0\nargs: ["--apiserver-qps-throttle=100"]\n'),
      [],
    ],
    [
      'cert-manager',
      deployment('cert-manager', 'image: quay.io/jetstack/cert-manager-controller:v1.18.2\nargs:\n- --v=2\n'),
      ['client-limit: image: quay.io/jetstack/cert-manager-controller:v1.18.2'],
    ],
    [
      "cert-manager's cainjector",
      deployment('cert-manager-cainjector', 'image: quay.io/jetstack/cert-manager-cainjector:v1.18.2\n'),
      [],
    ],
    [
      'Flux kustomize-controller',
      deployment(
        'kustomize-controller',
        'image: ghcr.io/fluxcd/kustomize-controller:v1.8.0\nargs:\n- --log-level=info\n',
      ),
      ['concurrency: image: ghcr.io/fluxcd/kustomize-controller:v1.8.0'],
    ],
    [
      'Flux with 20 workers',
      deployment(
        'kustomize-controller',
        'image: ghcr.io/fluxcd/kustomize-controller:v1.8.0\nargs:\n- --concurrent=20\n',
      ),
      [],
    ],
    [
      'Flux with a burst below QPS, which API Priority and Fairness makes void',
      deployment(
        'source-controller',
        'image: ghcr.io/fluxcd/source-controller:v1.9.0\nargs:\n- --concurrent=10\n- --kube-api-qps=500\n' +
          '- --kube-api-burst=100\n',
      ),
      [],
    ],
    [
      'Cluster API 1.14',
      deployment(
        'capi-controller-manager',
        'image: registry.k8s.io/cluster-api/cluster-api-controller:v1.14.2\nargs:\n- --leader-elect\n',
      ),
      ['client-limit: image: registry.k8s.io/cluster-api/cluster-api-controller:v1.14.2'],
    ],
    [
      'Cluster API 1.9',
      deployment(
        'capi-controller-manager',
        'image: registry.k8s.io/cluster-api/cluster-api-controller:v1.9.3\nargs:\n- --leader-elect\n',
      ),
      [1, 2, 3].map(
        (i) =>
          `${i < 3 ? 'client-limit' : 'concurrency'}: image: registry.k8s.io/cluster-api/cluster-api-controller:v1.9.3`,
      ),
    ],
    [
      'Crossplane',
      deployment('crossplane', 'image: xpkg.crossplane.io/crossplane/crossplane:v2.1.0\nargs:\n- core\n- start\n'),
      [],
    ],
    [
      'KEDA',
      deployment('keda-operator', 'image: ghcr.io/kedacore/keda:2.21.0\ncommand:\n- /keda\nargs:\n- --leader-elect\n'),
      ['client-limit: image: ghcr.io/kedacore/keda:2.21.0', 'concurrency: image: ghcr.io/kedacore/keda:2.21.0'],
    ],
    [
      "KEDA's metrics server",
      deployment('keda-metrics-apiserver', 'image: ghcr.io/kedacore/keda-metrics-apiserver:2.21.0\nargs:\n- --v=0\n'),
      ['client-limit: image: ghcr.io/kedacore/keda-metrics-apiserver:2.21.0'],
    ],
    [
      'external-secrets',
      deployment(
        'external-secrets',
        'image: ghcr.io/external-secrets/external-secrets:v1.3.2\nargs:\n- --loglevel=info\n',
      ),
      ['concurrency: image: ghcr.io/external-secrets/external-secrets:v1.3.2'],
    ],
    [
      "external-secrets 0.10, whose 0 is client-go's 5",
      deployment(
        'external-secrets',
        'image: ghcr.io/external-secrets/external-secrets:v0.10.0\nargs:\n- --concurrent=5\n',
      ),
      ['client-limit: image: ghcr.io/external-secrets/external-secrets:v0.10.0'],
    ],
    [
      'external-secrets between what was read',
      deployment(
        'external-secrets',
        'image: ghcr.io/external-secrets/external-secrets:v0.14.0\nargs:\n- --concurrent=5\n',
      ),
      [],
    ],
    [
      "external-secrets' webhook",
      deployment(
        'external-secrets-webhook',
        'image: ghcr.io/external-secrets/external-secrets:v1.3.2\nargs:\n- webhook\n',
      ),
      [],
    ],
    [
      "a controller of one's own",
      deployment('widgets', 'image: example.com/widgets:v1\nargs:\n- --leader-elect\n'),
      [],
    ],
    ['nginx', deployment('nginx', 'image: nginx:1.27\n'), []],
    [
      'an application that only has the word in its name',
      deployment('my-cert-manager-dashboard', 'image: example.com/my-cert-manager-dashboard:1\n'),
      [],
    ],
    [
      'a Service and an Ingress',
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: argocd-server\nspec:\n  ports: []\n---\n' +
        'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: argocd\n',
      [],
    ],
    [
      "ArgoCD's own Application with nothing of a chart",
      'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: guestbook\nspec:\n  source:\n' +
        '    repoURL: https://github.com/argoproj/argocd-example-apps\n',
      [],
    ],
  ];
  it.each(cases)('%s', (_name, text, expected) => expect(told(text)).toEqual(expected));
  it("adds flags and variables in KEDA's manifest", () => {
    const text = cases.find(([n]) => n === 'KEDA')?.[1] ?? '';
    expect(lines(text, LIMIT)).toEqual(['+        - --kube-api-qps=50', '+        - --kube-api-burst=100']);
    expect(lines(text, WORKERS)).toEqual([
      '+        env:',
      '+          - name: KEDA_SCALEDOBJECT_CTRL_MAX_RECONCILES',
      '+            value: "20"',
      '+          - name: KEDA_SCALEDJOB_CTRL_MAX_RECONCILES',
      '+            value: "5"',
    ]);
    expect(lines(text, PPROF)).toEqual(['+        - --profiling-bind-address=127.0.0.1:6060']);
  });
  it('says of MOCO that burst follows QPS', () =>
    expect(
      report(
        deployment('moco-controller', 'image: ghcr.io/cybozu-go/moco:0.25.0\nargs:\n- --apiserver-qps-throttle=40\n'),
      ).setUps[0]?.line,
    ).toBe('QPS 40 · burst 60 · max concurrent reconciles 8 · pprof off'));
  it('says of Flux when its limit counts', () =>
    expect(
      report(
        deployment(
          'source-controller',
          'image: ghcr.io/fluxcd/source-controller:v1.9.0\nargs:\n- --kube-api-qps=500\n',
        ),
      ).hovers.find((h) => h.markdown.startsWith('**--kube-api-qps**'))?.markdown,
    ).toContain('API Priority and Fairness'));
  it('has a source, a default and a meaning for each setting', () => {
    for (const c of COMPONENTS) {
      expect(c.restart).not.toBe('');
      for (const k of c.knobs) {
        expect(k.source, `${c.id} ${k.tells}`).toMatch(/@v[\d.]+\/\S+:\d+$|moco docs/);
        expect(k.tells).toMatch(/\.$/);
      }
      for (const l of c.limits) {
        expect(c.knobs).toContain(l.qps);
        if (l.burst !== undefined) expect(c.knobs).toContain(l.burst);
      }
    }
    for (const r of YAML_RULES) expect(r.explains.length).toBeGreaterThan(80);
  });
});

describe('patches', () => {
  it('takes nothing for a default in a strategic merge patch', () => {
    const patch = deployment('cert-manager', 'args:\n- --kube-api-qps=100\n');
    expect(told(patch)).toEqual([]);
    expect(told(deployment('cert-manager', 'args:\n- --kube-api-qps=100\n- --kube-api-burst=50\n'))).toEqual([
      'burst-below-qps: --kube-api-burst=50',
    ]);
    expect(report(patch).setUps[0]?.line).toBe('QPS 100 · burst unknown');
  });
  it('reads patches in a kustomization', () => {
    const text =
      `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- upstream.yaml\npatches:\n` +
      `- patch: |-\n` +
      `${deployment('keda-operator', 'args:\n- --kube-api-qps=100\n- --kube-api-burst=50\n').replace(/^(?=.)/gm, '    ')}`;
    expect(told(text, 'kustomization.yaml')).toEqual(['burst-below-qps: --kube-api-burst=50']);
    expect(lines(text, BURST, undefined, 'kustomization.yaml')).toEqual([
      '-            - --kube-api-burst=50',
      '+            - --kube-api-burst=200',
    ]);
  });
  it('hovers over what a JSON patch adds, and edits nothing there', () => {
    const text = '- op: add\n  path: /spec/template/spec/containers/0/args/-\n  value: --kube-api-qps=50\n';
    expect(report(text)).toMatchObject({ findings: [] });
    expect(report(text).hovers).toHaveLength(1);
    const inline =
      `kind: Kustomization\npatches:\n- target: {kind: Deployment, name: keda-operator}\n  patch: |-\n` +
      `${text.replace(/^(?=.)/gm, '    ')}`;
    expect(report(inline, 'kustomization.yaml').findings).toEqual([]);
    expect(report(inline, 'kustomization.yaml').hovers).toHaveLength(1);
  });
});

describe('bare arguments', () => {
  const hover = (text: string, of: string): string =>
    report(text).hovers.find((h) => text.slice(h.span.start, h.span.end).startsWith(of))?.markdown ?? '';
  it("tells a known image's default by its version", () =>
    expect(
      hover(
        kcm('- --concurrent-job-syncs=7', 'registry.k8s.io/kube-controller-manager:v1.31.0'),
        '--concurrent-job-syncs',
      ),
    ).toContain('Default: `5` (kube-controller-manager v1.37.2; the image is v1.31.0).'));
  it('says so when the image is older than what is known', () =>
    expect(
      hover(
        kcm('- --concurrent-job-syncs=7', 'registry.k8s.io/kube-controller-manager:v1.20.0'),
        '--concurrent-job-syncs',
      ),
    ).toContain('Not known of v1.20.0'));
  it('tells an unknown image whose flag it may be', () =>
    expect(
      hover(deployment('widgets', 'image: example.com/widgets:v1\nargs:\n- --kube-api-qps=10\n'), '--kube-api-qps'),
    ).toMatch(/isn't one whose defaults are known[\s\S]*\| kube-controller-manager v1\.37\.2 \| 20 \|/));
  it('tells what the convention is', () =>
    expect(
      hover(
        deployment('widgets', 'image: example.com/widgets:v1\nargs:\n- --max-concurrent-reconciles=3\n'),
        '--max-concurrent-reconciles',
      ),
    ).toContain("controller-runtime's own default is 1"));
  it('is silent in comments and about other flags', () =>
    expect(
      report(deployment('widgets', 'image: example.com/widgets:v1\nargs:\n# - --kube-api-qps=10\n- --qpsish=1\n'))
        .hovers,
    ).toEqual([]));
});

describe("what can't be edited safely", () => {
  it('leaves an anchored list that others use alone', () => {
    const text = `${kcm('').replace('- command:\n', '- command: &args\n')}---\nx: 1\n`.replace(
      '  hostNetwork: true\n',
      `  - command: *args\n    ${IMAGE}\n    name: other\n  hostNetwork: true\n`,
    );
    expect(told(text).filter((t) => t.startsWith('client-limit'))).toEqual([]);
    expect(report(text).findings.flatMap((f) => f.fixes)).toEqual([]);
  });
  it('edits under an anchor that nobody uses', () =>
    expect(lines(kcm('').replace('- command:\n', '- command: &args\n'), LIMIT)).toEqual([
      '+    - --kube-api-qps=50',
      '+    - --kube-api-burst=100',
    ]));
  it('reads a value behind an alias and does not change it', () => {
    const text =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: argocd-cmd-params-cm\n  labels:\n    n: &n "20"\n' +
      'data:\n  controller.status.processors: *n\n  controller.operation.processors: "25"\n';
    expect(told(text)).toEqual(['concurrency: controller.status.processors: *n']);
    expect(finding(text, WORKERS).fixes).toEqual([]);
  });
  it('reads merged keys and does not guess about the rest', () => {
    const text =
      'x: &base\n  controller.status.processors: "20"\napiVersion: v1\nkind: ConfigMap\nmetadata:\n' +
      '  name: argocd-cmd-params-cm\ndata:\n  <<: *base\n';
    expect(finding(text, WORKERS).message).toContain('controller.status.processors is 20');
    expect(report(text).findings.flatMap((f) => f.fixes)).toEqual([]);
  });
  it('does not loop over an alias of itself or of nothing', () => {
    expect(report('a: &a\n  argocd: *a\n').findings).toEqual([]);
    expect(report('kind: Pod\nspec: *nothing\nx: argocd\n').findings).toEqual([]);
  });
  it('tells of duplicate keys and flags, and does not choose', () => {
    const keys = configMap(
      'argocd-cmd-params-cm',
      'controller.status.processors: "10"\ncontroller.status.processors: "50"\n',
    );
    expect(told(keys)).toContain('set-twice: controller.status.processors: "50"');
    expect(finding(keys, 'yaml-set-twice').fixes).toEqual([]);
    const flags = kcm('- --kube-api-qps=20\n- --kube-api-qps=20');
    expect(told(flags)).toContain('set-twice: --kube-api-qps=20');
    expect(finding(flags, LIMIT).fixes).toEqual([]);
  });
  it('keeps CRLF', () => {
    expect(fixed(kcm('').replaceAll('\n', '\r\n'), LIMIT)).toContain(
      '- --leader-elect=true\r\n    - --kube-api-qps=50\r\n    - --kube-api-burst=100\r\n',
    );
    expect(fixed(configMap('argocd-cmd-params-cm', 'a: "b"\n').replaceAll('\n', '\r\n'), WORKERS)).toContain(
      '  a: "b"\r\n  controller.status.processors: "50"\r\n  controller.operation.processors: "25"\r\n',
    );
    const inner = configMap(
      'kueue',
      'c.yaml: |\n  apiVersion: config.kueue.x-k8s.io/v1beta2\n  kind: Configuration\n  health: {}\n',
    ).replaceAll('\n', '\r\n');
    expect(fixed(inner, LIMIT)).toContain(
      '    health: {}\r\n    clientConnection:\r\n      qps: 50\r\n      burst: 100\r\n',
    );
  });
  it('says nothing of a document with tabs for indentation, and looks at the next one', () => {
    expect(told(`a:\n\t- b\n`.concat('# argocd\n'))).toEqual([]);
    expect(told(`a: [\n---\n${kcm('')}`.replace('a: [', 'a: "x'))).toEqual([]);
  });
  it('says nothing of a half typed document', () => expect(told(`${kcm('')}    - --kube: [\n`)).toEqual([]));
  it('reads Unicode before the place', () =>
    expect(lines(`# 設定 🚀\n${kcm('- --a=設定🚀')}`, LIMIT)).toEqual([
      '+    - --kube-api-qps=50',
      '+    - --kube-api-burst=100',
    ]));
  it('leaves folded block scalars alone', () =>
    expect(
      told(configMap('kueue', 'c.yaml: >\n  apiVersion: config.kueue.x-k8s.io/v1beta2\n\n  kind: Configuration\n')),
    ).toEqual([]));
  it('edits in a block with its own indentation indicator and a blank line', () => {
    const text = configMap(
      'kueue',
      'c.yaml: |4-\n    apiVersion: config.kueue.x-k8s.io/v1beta2\n\n    kind: Configuration\n' +
        '    clientConnection:\n      qps: 20\n\nother: x\n',
    );
    expect(lines(text, LIMIT)).toEqual(['-        qps: 20', '+        qps: 50', '+        burst: 100']);
  });
  it('keeps the block that ends the file open or closed as it is', () => {
    for (const head of ['|', '|-', '|+']) {
      const text = configMap(
        'kueue',
        `c.yaml: ${head}\n  apiVersion: config.kueue.x-k8s.io/v1beta2\n  kind: Configuration\n\n`,
      );
      expect(fixed(text, LIMIT).endsWith('clientConnection:\n      qps: 50\n      burst: 100\n\n')).toBe(true);
    }
  });
});

describe('Helm templates', () => {
  const template =
    `{{- if .Values.enabled }}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n` +
    `  name: {{ include "x.fullname" . }}\nspec:\n  template:\n    spec:\n      containers:\n` +
    `      - name: keda-operator\n        image: "ghcr.io/kedacore/keda:2.21.0"\n        args:\n` +
    `        {{- range $k, $v := .Values.extraArgs }}\n        - --{{ $k }}={{ $v }}\n        {{- end }}\n` +
    `        - --kube-api-qps=20\n        - --kube-api-burst={{ .Values.burst }}\n{{- end }}\n`;
  it('shows a literal value, and adds nothing', () => {
    const found = report(template, 'templates/deployment.yaml');
    expect(found.hovers.some((h) => h.markdown.startsWith('**--kube-api-qps** = 20'))).toBe(true);
    expect(found.findings.flatMap((f) => f.fixes)).toEqual([]);
  });
  it('types over literals alone', () =>
    expect(lines(template.replace('{{ .Values.burst }}', '10'), BURST)).toEqual([
      '-        - --kube-api-burst=10',
      '+        - --kube-api-burst=40',
    ]));
  it('does not take a template for a value', () =>
    expect(told(template.replace('=20', '={{ .Values.qps }}'))).toEqual([]));
  it('is silent about defaults, also of an image by template', () => {
    expect(
      told(
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: argocd-cmd-params-cm\ndata:\n' +
          '  {{- toYaml .Values.params | nindent 2 }}\n',
      ),
    ).toEqual([]);
    expect(told(deployment('keda-operator', 'image: "{{ .Values.image }}"\nargs:\n- --leader-elect\n'))).toEqual([]);
  });
  it('knows no duplicate keys in branches', () =>
    expect(
      told(
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: argocd-cmd-params-cm\ndata:\n' +
          '  {{- if .Values.big }}\n  controller.status.processors: "50"\n  {{- else }}\n' +
          '  controller.status.processors: "60"\n  {{- end }}\n',
      ),
    ).toEqual([]));
});

describe('bounds', () => {
  it('tells by a look what is worth reading', () => {
    expect(isRelevantYaml('apiVersion: v1\nkind: Service\n')).toBe(false);
    expect(isRelevantYaml('- --kube-api-qps=5')).toBe(true);
    expect(isRelevantYaml(`# argocd\n${'a'.repeat(MAX_LENGTH)}`)).toBe(false);
    expect(checkYaml('kind: Service\n', 'a.yaml')).toEqual({ file: 'a.yaml', findings: [], setUps: [], hovers: [] });
  });
  it('goes into nothing that is nested without end', () => {
    for (const deep of [
      '['.repeat(50_000),
      '- '.repeat(50_000),
      `${'{a: '.repeat(5_000)}1${'}'.repeat(5_000)}`,
      Array.from({ length: 2_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    ])
      expect(checkYaml(`# argocd\n${deep}\n`, 'a.yaml').findings).toEqual([]);
  });
  it('does not unfold aliases of aliases', () => {
    const bomb = [
      'a0: &a0 [argocd]',
      ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`),
    ].join('\n');
    expect(checkYaml(`${bomb}\n`, 'a.yaml').findings).toEqual([]);
  });
  it('reads a megabyte of manifests in a moment', () => {
    const text = Array.from({ length: 2_000 }, (_, i) =>
      deployment(`a${i}`, 'image: nginx:1\nargs:\n- --kube-api-qps=1\n'),
    ).join('---\n');
    const started = process.cpuUsage();
    expect(checkYaml(text, 'a.yaml').hovers).toHaveLength(2_000);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1e6).toBeLessThan(5 * SLOWNESS);
  });
});

describe('measured', () => {
  const measured = {
    of: 'keda-operator in keda, the last 5 minutes',
    seconds: 300,
    requestsPerSecond: 20,
    limiterP99: 1.9,
    limiterMean: 0.2,
    requestMean: 0.01,
    workers: 6,
    busyWorkers: 5,
    reconcileMean: undefined,
    reconcilesPerSecond: undefined,
    inLimiter: 0.82,
  };
  const text = deployment(
    'keda-operator',
    'image: ghcr.io/kedacore/keda:2.21.0\nargs:\n- --kube-api-qps=60\n- --kube-api-burst=120\n',
  );
  it('tells what is true now and proposes a value with its arithmetic', () => {
    const found = finding(text, LIMIT, undefined, measured);
    expect(found.severity).toBe('warning');
    expect(found.message).toContain("the limiter's p99 is 1.9 s; 82 % of the workers wait in it");
    // 20 requests/s × 0.2 s = 4 of 5 busy workers wait, so 20 × 5 / (5 − 4) = 100 without the wait, × 1.5 = 150.
    expect(found.fixes[0]).toMatchObject({
      id: 'qps-measured',
      title: expect.stringContaining('Set QPS to 150 and burst to 300') as unknown,
    });
  });
  it('says nothing more where the limiter does not hold back', () =>
    expect(
      report(text, 'a.yaml', { ...measured, limiterP99: 0.001, inLimiter: 0 }).findings.filter((f) => f.rule === LIMIT),
    ).toEqual([]));
});
