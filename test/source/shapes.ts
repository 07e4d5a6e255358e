/**
 * Programs in the shapes that real controllers have, each building one client or more. They state no expected numbers:
 * the compiled program tells them.
 */
import type { Program } from './lib/effective';

export interface Shape extends Program {
  /** Some of its numbers can't be known from the source: it has to say so, and not to guess. */
  readonly unknown?: true;
  /** Building the client fails, with these words. */
  readonly refuses?: RegExp;
}

const PATHS: Readonly<Record<string, string>> = {
  fmt: 'fmt',
  os: 'os',
  flag: 'flag',
  strconv: 'strconv',
  errors: 'errors',
  ctrl: 'ctrl sigs.k8s.io/controller-runtime',
  manager: 'sigs.k8s.io/controller-runtime/pkg/manager',
  cluster: 'sigs.k8s.io/controller-runtime/pkg/cluster',
  client: 'sigs.k8s.io/controller-runtime/pkg/client',
  config: 'sigs.k8s.io/controller-runtime/pkg/client/config',
  runtimectrl: 'runtimectrl sigs.k8s.io/controller-runtime',
  rest: 'k8s.io/client-go/rest',
  kubernetes: 'k8s.io/client-go/kubernetes',
  clientcmd: 'k8s.io/client-go/tools/clientcmd',
  flowcontrol: 'k8s.io/client-go/util/flowcontrol',
  dynamic: 'k8s.io/client-go/dynamic',
  metadata: 'k8s.io/client-go/metadata',
  discovery: 'k8s.io/client-go/discovery',
  restclient: 'restclient k8s.io/client-go/rest',
  corev1client: 'corev1client k8s.io/client-go/kubernetes/typed/core/v1',
  scheme: 'k8s.io/client-go/kubernetes/scheme',
  corev1: 'corev1 k8s.io/api/core/v1',
  pflag: 'github.com/spf13/pflag',
  cobra: 'github.com/spf13/cobra',
  cli: 'github.com/urfave/cli/v2',
  kingpin: 'github.com/alecthomas/kingpin/v2',
};

/** The imports that a text uses, in the groups of a usual file. */
function importsOf(text: string): string {
  const used = Object.entries(PATHS)
    .filter(([name]) => new RegExp(`(?<![.\\w"])${name}\\.[A-Z]`).test(text))
    .map(([, path]) => {
      const [a = '', b] = path.split(' ');
      return b === undefined ? `\t"${a}"` : `\t${a} "${b}"`;
    });
  const standard = used.filter((u) => !u.includes('.'));
  const others = used
    .filter((u) => u.includes('.'))
    .sort((a, b) => (a.split('"')[1] ?? '').localeCompare(b.split('"')[1] ?? ''));
  return `import (\n${standard.sort().join('\n')}${standard.length > 0 && others.length > 0 ? '\n\n' : ''}${others.join('\n')}\n)`;
}

/** A file of package main: `body` is that of main, `rest` what stands above it. `@` is the check of an error. */
function text(body: string, above = ''): string {
  const indented = `${above === '' ? '' : `${above.trim()}\n\n`}func main() {\n${body
    .trim()
    .split('\n')
    .map((l) => (l === '' ? l : `\t${l}`))
    .join('\n')}\n}\n`.replaceAll(/^(\t*)@$/gm, '$1if err != nil {\n$1\tpanic(err)\n$1}');
  return `package main\n\n${importsOf(indented)}\n\n${indented}`;
}

const of = (name: string, body: string, { above = '', ...more }: { above?: string } & Partial<Shape> = {}): Shape => ({
  name,
  files: { 'main.go': text(body, above) },
  ...more,
});

const MANAGER = `mgr, err := ctrl.NewManager(cfg, ctrl.Options{})\n@\n_ = mgr`;
const CLIENTSET = `clientset, err := kubernetes.NewForConfig(cfg)\n@\n_ = clientset`;
const IN_CLUSTER = `cfg, err := rest.InClusterConfig()\n@`;

const MANAGERS: readonly Shape[] = [
  of('m_inline', `mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{})\n@\n_ = mgr`),
  of('m_variable', `cfg := ctrl.GetConfigOrDie()\n${MANAGER}`),
  of('m_both', `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = 50\ncfg.Burst = 100\n${MANAGER}`),
  of('m_only_qps', `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = 50\n${MANAGER}`),
  of('m_only_burst', `cfg := ctrl.GetConfigOrDie()\ncfg.Burst = 50\n${MANAGER}`),
  of('m_no_limit', `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = -1\n${MANAGER}`),
  of('m_zero', `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = 0\ncfg.Burst = 0\n${MANAGER}`),
  of('m_as_client_go', `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = 5\ncfg.Burst = 10\n${MANAGER}`),
  of('m_get_config', `cfg, err := ctrl.GetConfig()\n@\ncfg.QPS = 12.5\ncfg.Burst = 25\n${MANAGER}`),
  of('m_config_package', `cfg := config.GetConfigOrDie()\n${MANAGER}`),
  of('m_context', `cfg, err := config.GetConfigWithContext("there")\n@\n${MANAGER}`),
  of('m_too_late', `cfg := ctrl.GetConfigOrDie()\n${MANAGER}\ncfg.QPS = 100\ncfg.Burst = 200`),
  of('m_constant', `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = qps\ncfg.Burst = burst\n${MANAGER}`, {
    above: 'const (\n\tqps   = 40\n\tburst = 60\n)',
  }),
  of('m_typed_constant', `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = qps\ncfg.Burst = int(2 * qps)\n${MANAGER}`, {
    above: 'const qps float32 = 30',
  }),
  of('m_conversion', `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = float32(45)\ncfg.Burst = int(90)\n${MANAGER}`),
  of('m_pair', `cfg := ctrl.GetConfigOrDie()\ncfg.QPS, cfg.Burst = 30, 60\n${MANAGER}`),
  of('m_arithmetic', `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = 2 * 25\ncfg.Burst = 2 * 50\n${MANAGER}`),
  of('m_burst_of_qps', `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = 35\ncfg.Burst = 2 * int(cfg.QPS)\n${MANAGER}`),
  of('m_flag', `flag.Parse()\ncfg := ctrl.GetConfigOrDie()\ncfg.QPS = float32(*qps)\ncfg.Burst = *burst\n${MANAGER}`, {
    above:
      'var (\n\tqps   = flag.Float64("kube-api-qps", 70, "Requests a second.")\n\tburst = flag.Int("kube-api-burst", 140, "Requests at once.")\n)',
  }),
  of(
    'm_flag_var',
    `var qps float64\nvar burst int\nflag.Float64Var(&qps, "kube-api-qps", 70, "Requests a second.")\nflag.IntVar(&burst, "kube-api-burst", 140, "Requests at once.")\nflag.Parse()\ncfg := ctrl.GetConfigOrDie()\ncfg.QPS = float32(qps)\ncfg.Burst = burst\n${MANAGER}`,
  ),
  of(
    'm_pflag',
    `qps := pflag.Float32("kube-api-qps", 22, "Requests a second.")\nburst := pflag.Int("kube-api-burst", 44, "Requests at once.")\npflag.Parse()\ncfg := ctrl.GetConfigOrDie()\ncfg.QPS = *qps\ncfg.Burst = *burst\n${MANAGER}`,
  ),
  of('m_cobra', `if err := command().Execute(); err != nil {\n\tpanic(err)\n}`, {
    above: `type options struct {\n\tqps   float32\n\tburst int\n}\n\nfunc command() *cobra.Command {\n\to := &options{}\n\tcmd := &cobra.Command{Use: "manager", RunE: func(*cobra.Command, []string) error { return run(o) }}\n\tcmd.Flags().Float32Var(&o.qps, "qps", 33, "Requests a second.")\n\tcmd.Flags().IntVar(&o.burst, "burst", 66, "Requests at once.")\n\treturn cmd\n}\n\nfunc run(o *options) error {\n\tcfg := ctrl.GetConfigOrDie()\n\tcfg.QPS = o.qps\n\tcfg.Burst = o.burst\n\t_, err := ctrl.NewManager(cfg, ctrl.Options{})\n\treturn err\n}`,
  }),
  of(
    'm_urfave',
    `app := &cli.App{\n\tFlags: []cli.Flag{\n\t\t&cli.Float64Flag{Name: "qps", Value: 15},\n\t\t&cli.IntFlag{Name: "burst", Value: 30},\n\t},\n\tAction: func(c *cli.Context) error {\n\t\tcfg := ctrl.GetConfigOrDie()\n\t\tcfg.QPS = float32(c.Float64("qps"))\n\t\tcfg.Burst = c.Int("burst")\n\t\t_, err := ctrl.NewManager(cfg, ctrl.Options{})\n\t\treturn err\n\t},\n}\nif err := app.Run(os.Args); err != nil {\n\tpanic(err)\n}`,
  ),
  of(
    'm_kingpin',
    `qps := kingpin.Flag("qps", "Requests a second.").Default("25").Float32()\nburst := kingpin.Flag("burst", "Requests at once.").Default("50").Int()\nkingpin.Parse()\ncfg := ctrl.GetConfigOrDie()\ncfg.QPS = *qps\ncfg.Burst = *burst\n${MANAGER}`,
  ),
  of(
    'm_environment',
    `qps, err := strconv.ParseFloat(os.Getenv("QPS"), 32)\n@\ncfg := ctrl.GetConfigOrDie()\ncfg.QPS = float32(qps)\ncfg.Burst = 100\n${MANAGER}`,
    { env: { QPS: '17' }, unknown: true },
  ),
  of(
    'm_branch',
    `cfg := ctrl.GetConfigOrDie()\nif os.Getenv("FAST") != "" {\n\tcfg.QPS = 200\n\tcfg.Burst = 400\n}\n${MANAGER}`,
    { env: { FAST: '1' }, unknown: true },
  ),
  of(
    'm_copy_unused',
    `cfg := ctrl.GetConfigOrDie()\nfast := rest.CopyConfig(cfg)\nfast.QPS = 100\nfast.Burst = 200\n${MANAGER}`,
  ),
  of(
    'm_copy',
    `slow := ctrl.GetConfigOrDie()\ncfg := rest.CopyConfig(slow)\ncfg.QPS = 100\ncfg.Burst = 200\n${MANAGER}`,
  ),
  of(
    'm_copy_keeps',
    `first := ctrl.GetConfigOrDie()\nfirst.QPS = 8\nfirst.Burst = 16\ncfg := rest.CopyConfig(first)\n${MANAGER}`,
  ),
  of(
    'm_user_agent',
    `cfg := rest.AddUserAgent(ctrl.GetConfigOrDie(), "mine")\ncfg.QPS = 80\ncfg.Burst = 160\n${MANAGER}`,
  ),
  of(
    'm_user_agent_inline',
    `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = 81\ncfg.Burst = 162\nmgr, err := ctrl.NewManager(rest.AddUserAgent(cfg, "mine"), ctrl.Options{})\n@\n_ = mgr`,
  ),
  of(
    'm_limiter',
    `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = 50\ncfg.Burst = 100\ncfg.RateLimiter = flowcontrol.NewTokenBucketRateLimiter(7, 9)\n${MANAGER}`,
  ),
  of('m_function', `mgr, err := ctrl.NewManager(config(), ctrl.Options{})\n@\n_ = mgr`, {
    above:
      'func config() *rest.Config {\n\tcfg := ctrl.GetConfigOrDie()\n\tcfg.QPS = 55\n\tcfg.Burst = 110\n\treturn cfg\n}',
  }),
  of('m_tuned', `cfg := ctrl.GetConfigOrDie()\ntune(cfg)\n${MANAGER}`, {
    above: 'func tune(cfg *rest.Config) {\n\tcfg.QPS = 65\n\tcfg.Burst = 130\n}',
  }),
  of('m_parameter', `mgr, err := setup(ctrl.GetConfigOrDie())\n@\n_ = mgr`, {
    above:
      'func setup(cfg *rest.Config) (ctrl.Manager, error) {\n\tcfg.QPS = 90\n\tcfg.Burst = 180\n\treturn ctrl.NewManager(cfg, ctrl.Options{})\n}',
  }),
  of('m_package_variable', `cfg.QPS = 28\ncfg.Burst = 56\n${MANAGER}`, { above: 'var cfg = ctrl.GetConfigOrDie()' }),
  of(
    'm_struct',
    `o := options{qps: 33, burst: 99}\ncfg := ctrl.GetConfigOrDie()\ncfg.QPS = o.qps\ncfg.Burst = o.burst\n${MANAGER}`,
    { above: 'type options struct {\n\tqps   float32\n\tburst int\n}' },
  ),
  of(
    'm_options_variable',
    `cfg := ctrl.GetConfigOrDie()\noptions := ctrl.Options{LeaderElection: false}\ncfg.QPS = 19\ncfg.Burst = 38\nmgr, err := ctrl.NewManager(cfg, options)\n@\n_ = mgr`,
  ),
  of(
    'm_alias',
    `kubeConfig := runtimectrl.GetConfigOrDie()\nkubeConfig.QPS = 21\nkubeConfig.Burst = 42\nmgr, err := runtimectrl.NewManager(kubeConfig, runtimectrl.Options{})\n@\n_ = mgr`,
  ),
  of(
    'm_manager_package',
    `cfg := config.GetConfigOrDie()\ncfg.QPS = 23\ncfg.Burst = 46\nmgr, err := manager.New(cfg, manager.Options{})\n@\n_ = mgr`,
  ),
  of('m_cluster', `cfg := ctrl.GetConfigOrDie()\nc, err := cluster.New(cfg)\n@\n_ = c`),
  of('m_manager_in_cluster', `${IN_CLUSTER}\n${MANAGER}`),
  of('m_manager_clientcmd', `cfg, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))\n@\n${MANAGER}`),
  of('m_manager_literal', `cfg := &rest.Config{Host: "https://10.0.0.1:6443", QPS: 14}\n${MANAGER}`),
  of(
    'm_last_wins',
    `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = 10\ncfg.Burst = 20\ncfg.QPS = 60\ncfg.Burst = 120\n${MANAGER}`,
  ),
];

const CLIENTS: readonly Shape[] = [
  of('c_client', `c, err := client.New(ctrl.GetConfigOrDie(), client.Options{})\n@\n_ = c`),
  of(
    'c_client_both',
    `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = 11\ncfg.Burst = 13\nc, err := client.New(cfg, client.Options{Scheme: scheme.Scheme})\n@\n_ = c`,
  ),
  of('c_client_in_cluster', `${IN_CLUSTER}\nc, err := client.New(cfg, client.Options{})\n@\n_ = c`),
  of('c_watching', `cfg := config.GetConfigOrDie()\nc, err := client.NewWithWatch(cfg, client.Options{})\n@\n_ = c`),
  of(
    'c_of_manager',
    `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = 24\ncfg.Burst = 48\nmgr, err := ctrl.NewManager(cfg, ctrl.Options{})\n@\n_ = kubernetes.NewForConfigOrDie(mgr.GetConfig())`,
  ),
  of(
    'c_beside_manager',
    `cfg := ctrl.GetConfigOrDie()\nmgr, err := ctrl.NewManager(cfg, ctrl.Options{})\n@\n_, _ = mgr, kubernetes.NewForConfigOrDie(cfg)`,
  ),
  of('c_clientset', `_ = kubernetes.NewForConfigOrDie(ctrl.GetConfigOrDie())`),
  of('c_clientset_only_qps', `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = 50\n${CLIENTSET}`),
  of('c_dynamic_of_get_config', `_ = dynamic.NewForConfigOrDie(ctrl.GetConfigOrDie())`),
  of('c_discovery_of_get_config', `_ = discovery.NewDiscoveryClientForConfigOrDie(ctrl.GetConfigOrDie())`),
];

const PLAIN: readonly Shape[] = [
  of('p_in_cluster', `${IN_CLUSTER}\n${CLIENTSET}`),
  of('p_both', `${IN_CLUSTER}\ncfg.QPS = 50\ncfg.Burst = 100\n${CLIENTSET}`),
  of('p_only_qps', `${IN_CLUSTER}\ncfg.QPS = 50\n${CLIENTSET}`, { refuses: /burst is required/ }),
  of('p_only_burst', `${IN_CLUSTER}\ncfg.Burst = 50\n${CLIENTSET}`),
  of('p_no_limit', `${IN_CLUSTER}\ncfg.QPS = -1\n${CLIENTSET}`),
  of('p_no_limit_burst', `${IN_CLUSTER}\ncfg.QPS = -1\ncfg.Burst = 100\n${CLIENTSET}`),
  of('p_flags', `cfg, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))\n@\n${CLIENTSET}`),
  of(
    'p_flags_both',
    `cfg, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))\n@\ncfg.QPS = 26\ncfg.Burst = 52\n${CLIENTSET}`,
  ),
  of(
    'p_client_config',
    `rules := clientcmd.NewDefaultClientConfigLoadingRules()\ncfg, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{}).ClientConfig()\n@\n${CLIENTSET}`,
  ),
  of(
    'p_rest_config',
    `data, err := os.ReadFile(os.Getenv("KUBECONFIG"))\n@\ncfg, err := clientcmd.RESTConfigFromKubeConfig(data)\n@\ncfg.QPS = 29\ncfg.Burst = 58\n${CLIENTSET}`,
  ),
  of('p_literal', `cfg := &rest.Config{Host: "https://10.0.0.1:6443"}\n${CLIENTSET}`),
  of(
    'p_literal_both',
    `cfg := &rest.Config{\n\tHost:  "https://10.0.0.1:6443",\n\tQPS:   16,\n\tBurst: 32,\n}\n${CLIENTSET}`,
  ),
  of(
    'p_literal_inline',
    `_ = kubernetes.NewForConfigOrDie(&rest.Config{Host: "https://10.0.0.1:6443", QPS: 18, Burst: 36})`,
  ),
  of(
    'p_literal_value',
    `cfg := rest.Config{Host: "https://10.0.0.1:6443"}\ncfg.QPS = 27\ncfg.Burst = 54\nclientset, err := kubernetes.NewForConfig(&cfg)\n@\n_ = clientset`,
  ),
  of(
    'p_literal_limiter',
    `cfg := &rest.Config{Host: "https://10.0.0.1:6443", QPS: 1, Burst: 1, RateLimiter: flowcontrol.NewTokenBucketRateLimiter(31, 62)}\n${CLIENTSET}`,
  ),
  of(
    'p_fallback',
    `cfg, err := rest.InClusterConfig()\nif err != nil {\n\tcfg, err = clientcmd.BuildConfigFromFlags("", clientcmd.RecommendedHomeFile)\n\tif err != nil {\n\t\tpanic(err)\n\t}\n}\ncfg.QPS = 37\ncfg.Burst = 74\n${CLIENTSET}`,
  ),
  of('p_dynamic', `${IN_CLUSTER}\n_, err = dynamic.NewForConfig(cfg)\n@`),
  of('p_dynamic_only_qps', `${IN_CLUSTER}\ncfg.QPS = 39\n_, err = dynamic.NewForConfig(cfg)\n@`),
  of('p_metadata', `${IN_CLUSTER}\ncfg.QPS = 41\ncfg.Burst = 82\n_, err = metadata.NewForConfig(cfg)\n@`),
  of('p_discovery', `${IN_CLUSTER}\n_, err = discovery.NewDiscoveryClientForConfig(cfg)\n@`),
  of(
    'p_discovery_both',
    `${IN_CLUSTER}\ncfg.QPS = 43\ncfg.Burst = 86\n_, err = discovery.NewDiscoveryClientForConfig(cfg)\n@`,
  ),
  of('p_typed', `${IN_CLUSTER}\n_, err = corev1client.NewForConfig(cfg)\n@`),
  of('p_typed_only_qps', `${IN_CLUSTER}\ncfg.QPS = 47\n_, err = corev1client.NewForConfig(cfg)\n@`),
  of(
    'p_rest_client',
    `${IN_CLUSTER}\ncfg.APIPath = "/api"\ncfg.GroupVersion = &corev1.SchemeGroupVersion\ncfg.NegotiatedSerializer = scheme.Codecs.WithoutConversion()\n_, err = rest.RESTClientFor(cfg)\n@`,
  ),
  of(
    'p_and_client',
    `${IN_CLUSTER}\nhttpClient, err := rest.HTTPClientFor(cfg)\n@\nclientset, err := kubernetes.NewForConfigAndClient(cfg, httpClient)\n@\n_ = clientset`,
  ),
  of('p_flag', `flag.Parse()\n${IN_CLUSTER}\ncfg.QPS = float32(*qps)\ncfg.Burst = *burst\n${CLIENTSET}`, {
    above:
      'var (\n\tqps   = flag.Float64("kube-api-qps", 20, "Requests a second.")\n\tburst = flag.Int("kube-api-burst", 30, "Requests at once.")\n)',
  }),
  of('p_too_late', `${IN_CLUSTER}\n${CLIENTSET}\ncfg.QPS = 100\ncfg.Burst = 200`),
  of(
    'p_two',
    `${IN_CLUSTER}\nfast := rest.CopyConfig(cfg)\nfast.QPS = 51\nfast.Burst = 102\n_, _ = kubernetes.NewForConfigOrDie(cfg), dynamic.NewForConfigOrDie(fast)`,
  ),
  of(
    'p_shared',
    `${IN_CLUSTER}\ncfg.QPS = 53\ncfg.Burst = 106\n_, _ = kubernetes.NewForConfigOrDie(cfg), dynamic.NewForConfigOrDie(cfg)`,
  ),
  of('p_method', `a := &app{qps: 57}\n_ = a.client()`, {
    above:
      'type app struct{ qps float32 }\n\nfunc (a *app) config() *rest.Config {\n\tcfg, err := rest.InClusterConfig()\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\tcfg.QPS = 57\n\tcfg.Burst = 114\n\treturn cfg\n}\n\nfunc (a *app) client() kubernetes.Interface {\n\treturn kubernetes.NewForConfigOrDie(a.config())\n}',
  }),
  of('p_alias', `cfg, err := restclient.InClusterConfig()\n@\ncfg.QPS, cfg.Burst = 59, 118\n${CLIENTSET}`),
];

/** All shapes, of programs on controller-runtime and on client-go alone. */
export const SHAPES: readonly Shape[] = [...MANAGERS, ...CLIENTS, ...PLAIN];

/** True when a shape needs controller-runtime. */
export function usesControllerRuntime(shape: Shape): boolean {
  return Object.values(shape.files).some((t) => t.includes('"sigs.k8s.io/controller-runtime'));
}
