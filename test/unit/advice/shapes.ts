/**
 * Programs in the shapes that real sources have, with the limit that their first client gets. Each is a whole
 * `main.go`: `needs` says the version of controller-runtime (undefined: plain client-go). `undefined` as expected
 * number: it can't be known.
 */
export interface Shape {
  readonly name: string;
  readonly needs?: string;
  readonly text: string;
  readonly expected: { readonly qps: number | undefined; readonly burst: number | undefined };
}

const PATHS: Readonly<Record<string, string>> = {
  flag: 'flag',
  os: 'os',
  strconv: 'strconv',
  ctrl: 'sigs.k8s.io/controller-runtime',
  client: 'sigs.k8s.io/controller-runtime/pkg/client',
  config: 'sigs.k8s.io/controller-runtime/pkg/client/config',
  manager: 'sigs.k8s.io/controller-runtime/pkg/manager',
  rest: 'k8s.io/client-go/rest',
  kubernetes: 'k8s.io/client-go/kubernetes',
  clientcmd: 'k8s.io/client-go/tools/clientcmd',
  dynamic: 'k8s.io/client-go/dynamic',
  discovery: 'k8s.io/client-go/discovery',
  flowcontrol: 'k8s.io/client-go/util/flowcontrol',
  pflag: 'github.com/spf13/pflag',
  cobra: 'github.com/spf13/cobra',
  cli: 'github.com/urfave/cli/v2',
  kingpin: 'github.com/alecthomas/kingpin/v2',
};

/** A program: `above` main and in it, with the imports that it uses. */
export function program(main: string, above = ''): string {
  const code = `${above === '' ? '' : `${above.trim()}\n\n`}func main() {\n${main
    .trim()
    .split('\n')
    .map((l) => (l === '' ? '' : `\t${l}`))
    .join('\n')}\n}\n`;
  const used = Object.entries(PATHS)
    .filter(([name]) => new RegExp(`(?<![.\\w"])${name}\\.[A-Z]`).test(code))
    .map(([name, path]) => ({ name, path }));
  const specs = (standard: boolean): string[] =>
    used
      .filter((u) => !u.path.includes('.') === standard)
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map((u) => `\t${u.name === 'ctrl' ? 'ctrl ' : ''}"${u.path}"`);
  const groups = [specs(true), specs(false)].filter((g) => g.length > 0).map((g) => g.join('\n'));
  return `package main\n\nimport (\n${groups.join('\n\n')}\n)\n\n${code}`;
}

const shape = (
  name: string,
  needs: string | undefined,
  qps: number | undefined,
  burst: number | undefined,
  main: string,
  above = '',
): Shape => ({ name, ...(needs !== undefined && { needs }), text: program(main, above), expected: { qps, burst } });

const ERR = 'if err != nil {\n\tpanic(err)\n}';
const CLUSTER = `cfg, err := rest.InClusterConfig()\n${ERR}`;
const SET = `clientset, err := kubernetes.NewForConfig(cfg)\n${ERR}\n_ = clientset`;
const SET1 = 'clientset := kubernetes.NewForConfigOrDie(cfg)\n_ = clientset';
const MGR = `mgr, err := ctrl.NewManager(cfg, ctrl.Options{})\n${ERR}\n_ = mgr`;
const GET = 'cfg := ctrl.GetConfigOrDie()';

export const SHAPES: readonly Shape[] = [
  shape(
    'inline manager at 0.20',
    'v0.20.4',
    20,
    30,
    `mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{})\n${ERR}\n_ = mgr`,
  ),
  shape(
    'inline manager at 0.21',
    'v0.21.0',
    -1,
    undefined,
    `mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{})\n${ERR}\n_ = mgr`,
  ),
  shape('GetConfig with an error', 'v0.15.3', 20, 30, `cfg, err := ctrl.GetConfig()\n${ERR}\n${MGR}`),
  shape('config.GetConfigOrDie', 'v0.25.2', -1, undefined, `cfg := config.GetConfigOrDie()\n${MGR}`),
  shape(
    'config.GetConfigWithContext',
    'v0.20.4',
    20,
    30,
    `cfg, err := config.GetConfigWithContext("a")\n${ERR}\n${MGR}`,
  ),
  shape('only QPS below 0.21 keeps 30', 'v0.20.4', 50, 30, `${GET}\ncfg.QPS = 50\n${MGR}`),
  shape('only QPS from 0.21 on leaves 10', 'v0.21.0', 50, 10, `${GET}\ncfg.QPS = 50\n${MGR}`),
  shape('both by hand', 'v0.25.2', 50, 100, `${GET}\ncfg.QPS = 50\ncfg.Burst = 100\n${MGR}`),
  shape('zero by hand from 0.21 on', 'v0.22.4', 5, 10, `${GET}\ncfg.QPS = 0\n${MGR}`),
  shape('zero by hand below 0.21 keeps the burst', 'v0.20.4', 5, 30, `${GET}\ncfg.QPS = 0\n${MGR}`),
  shape('only Burst from 0.21 on', 'v0.25.2', -1, undefined, `${GET}\ncfg.Burst = 100\n${MGR}`),
  shape('only Burst below 0.21', 'v0.14.7', 20, 100, `${GET}\ncfg.Burst = 100\n${MGR}`),
  shape('Burst by QPS', 'v0.20.4', 50, 75, `${GET}\ncfg.QPS = 50\ncfg.Burst = int(cfg.QPS * 1.5)\n${MGR}`),
  shape('in cluster', undefined, 5, 10, `${CLUSTER}\n${SET}`),
  shape('in cluster with both', undefined, 30, 60, `${CLUSTER}\ncfg.QPS = 30\ncfg.Burst = 60\n${SET}`),
  shape('in cluster with a tuple', undefined, 30, 60, `${CLUSTER}\ncfg.QPS, cfg.Burst = 30, 60\n${SET}`),
  shape('only Burst', undefined, 5, 50, `${CLUSTER}\ncfg.Burst = 50\n${SET}`),
  shape('no limit', undefined, -1, undefined, `${CLUSTER}\ncfg.QPS = -1\n${SET}`),
  shape('too late', undefined, 5, 10, `${CLUSTER}\n${SET}\ncfg.QPS = 50\ncfg.Burst = 100`),
  shape('flags of client-go', undefined, 5, 10, `cfg, err := clientcmd.BuildConfigFromFlags("", "")\n${ERR}\n${SET}`),
  shape(
    'deferred loader',
    undefined,
    5,
    10,
    `loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(clientcmd.NewDefaultClientConfigLoadingRules(), &clientcmd.ConfigOverrides{})\n` +
      `cfg, err := loader.ClientConfig()\n${ERR}\n${SET}`,
  ),
  shape(
    'loader in a chain',
    undefined,
    40,
    80,
    `cfg, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(clientcmd.NewDefaultClientConfigLoadingRules(), nil).ClientConfig()\n` +
      `${ERR}\ncfg.QPS = 40\ncfg.Burst = 80\n${SET}`,
  ),
  shape(
    'bytes of a kubeconfig',
    undefined,
    5,
    10,
    `cfg, err := clientcmd.RESTConfigFromKubeConfig(nil)\n${ERR}\n${SET}`,
  ),
  shape('empty literal', undefined, 5, 10, `cfg := &rest.Config{}\n${SET1}`),
  shape('literal with both', undefined, 25, 50, `cfg := &rest.Config{Host: "h", QPS: 25, Burst: 50}\n${SET1}`),
  shape(
    'literal inline',
    undefined,
    25,
    50,
    'clientset := kubernetes.NewForConfigOrDie(&rest.Config{QPS: 25, Burst: 50})\n_ = clientset',
  ),
  shape(
    'literal by value',
    undefined,
    25,
    50,
    'cfg := rest.Config{QPS: 25, Burst: 50}\nclientset := kubernetes.NewForConfigOrDie(&cfg)\n_ = clientset',
  ),
  shape(
    'a zero variable',
    undefined,
    15,
    30,
    'var cfg rest.Config\ncfg.QPS = 15\ncfg.Burst = 30\nclientset := kubernetes.NewForConfigOrDie(&cfg)\n_ = clientset',
  ),
  shape(
    'copy keeps',
    undefined,
    30,
    60,
    `${CLUSTER}\ncfg.QPS = 30\ncfg.Burst = 60\nother := rest.CopyConfig(cfg)\n` +
      `clientset := kubernetes.NewForConfigOrDie(other)\n_ = clientset`,
  ),
  shape(
    'copy changed',
    undefined,
    70,
    140,
    `${CLUSTER}\ncfg.QPS = 30\ncfg.Burst = 60\nother := rest.CopyConfig(cfg)\nother.QPS = 70\nother.Burst = 140\n` +
      `clientset := kubernetes.NewForConfigOrDie(other)\n_ = clientset`,
  ),
  shape(
    'original changed behind the copy',
    undefined,
    5,
    10,
    `${CLUSTER}\nother := rest.CopyConfig(cfg)\ncfg.QPS = 30\ncfg.Burst = 60\n` +
      `clientset := kubernetes.NewForConfigOrDie(other)\n_ = clientset`,
  ),
  shape(
    'copy by value',
    undefined,
    30,
    60,
    `${CLUSTER}\ncfg.QPS = 30\ncfg.Burst = 60\nother := *cfg\nclientset := kubernetes.NewForConfigOrDie(&other)\n` +
      '_ = clientset',
  ),
  shape('copy by value left alone', undefined, 5, 10, `${CLUSTER}\nother := *cfg\nother.QPS = 99\n${SET}`),
  shape(
    'user agent',
    'v0.20.4',
    20,
    30,
    `clientset := kubernetes.NewForConfigOrDie(rest.AddUserAgent(ctrl.GetConfigOrDie(), "a"))\n_ = clientset`,
  ),
  shape(
    'user agent is the same one',
    undefined,
    33,
    66,
    `${CLUSTER}\nnamed := rest.AddUserAgent(cfg, "a")\ncfg.QPS = 33\ncfg.Burst = 66\n` +
      `clientset := kubernetes.NewForConfigOrDie(named)\n_ = clientset`,
  ),
  shape('pointer alias', undefined, 33, 66, `${CLUSTER}\nother := cfg\nother.QPS = 33\nother.Burst = 66\n${SET}`),
  shape(
    'constant',
    undefined,
    80,
    160,
    `${CLUSTER}\ncfg.QPS = defaultQPS\ncfg.Burst = 2 * defaultQPS\n${SET}`,
    'const defaultQPS = 80',
  ),
  shape(
    'constants in a group',
    undefined,
    80,
    100,
    `${CLUSTER}\ncfg.QPS = qps\ncfg.Burst = burst\n${SET}`,
    'const (\n\tqps   float32 = 80\n\tburst         = qps + 20\n)',
  ),
  shape(
    'integer division',
    undefined,
    7,
    3,
    `${CLUSTER}\ncfg.QPS = float32(n)\ncfg.Burst = n / 2\n${SET}`,
    'const n = 7',
  ),
  shape(
    'flag of the package',
    undefined,
    40,
    80,
    `flag.Parse()\n${CLUSTER}\ncfg.QPS = float32(*qps)\ncfg.Burst = *burst\n${SET}`,
    'var (\n\tqps   = flag.Float64("qps", 40, "requests")\n\tburst = flag.Int("burst", 80, "burst")\n)',
  ),
  shape(
    'flag of the function',
    undefined,
    40,
    80,
    `var qps float64\nvar burst int\nflag.Float64Var(&qps, "qps", 40, "requests")\n` +
      `flag.IntVar(&burst, "burst", 80, "burst")\nflag.Parse()\n${CLUSTER}\ncfg.QPS = float32(qps)\n` +
      `cfg.Burst = burst\n${SET}`,
  ),
  shape(
    'pflag',
    undefined,
    40,
    80,
    `qps := pflag.Float32("qps", 40, "requests")\nburst := pflag.Int("burst", 80, "burst")\npflag.Parse()\n` +
      `${CLUSTER}\ncfg.QPS = *qps\ncfg.Burst = *burst\n${SET}`,
  ),
  shape(
    'flags of a struct',
    undefined,
    45,
    90,
    `o := &options{}\no.add(flag.CommandLine)\nflag.Parse()\n${CLUSTER}\ncfg.QPS = float32(o.qps)\n` +
      `cfg.Burst = o.burst\n${SET}`,
    'type options struct {\n\tqps   float64\n\tburst int\n}\n\nfunc (o *options) add(fs *flag.FlagSet) {\n\t' +
      'fs.Float64Var(&o.qps, "qps", 45, "requests")\n\tfs.IntVar(&o.burst, "burst", 90, "burst")\n}',
  ),
  shape(
    "flags with the struct's own defaults",
    undefined,
    45,
    90,
    `o := newOptions()\no.add(pflag.CommandLine)\npflag.Parse()\n${CLUSTER}\ncfg.QPS = o.QPS\n` +
      `cfg.Burst = o.Burst\n${SET}`,
    'type options struct {\n\tQPS   float32\n\tBurst int\n}\n\nfunc newOptions() *options {\n\t' +
      'return &options{QPS: 45, Burst: 90}\n}\n\nfunc (o *options) add(fs *pflag.FlagSet) {\n\t' +
      'fs.Float32Var(&o.QPS, "qps", o.QPS, "requests")\n\tfs.IntVar(&o.Burst, "burst", o.Burst, "burst")\n}',
  ),
  shape(
    'helper makes it',
    undefined,
    60,
    120,
    `cfg, err := config()\n${ERR}\n${SET}`,
    `func config() (*rest.Config, error) {\n\tcfg, err := rest.InClusterConfig()\n\tif err != nil {\n\t\t` +
      `return nil, err\n\t}\n\tcfg.QPS = 60\n\tcfg.Burst = 120\n\treturn cfg, nil\n}`,
  ),
  shape(
    'helper sets it',
    undefined,
    60,
    120,
    `${CLUSTER}\ntune(cfg)\n${SET}`,
    'func tune(c *rest.Config) {\n\tc.QPS = 60\n\tc.Burst = 120\n}',
  ),
  shape(
    'helper gets a copy',
    undefined,
    5,
    10,
    `${CLUSTER}\ntune(*cfg)\n${SET}`,
    'func tune(c rest.Config) {\n\tc.QPS = 60\n\tc.Burst = 120\n}',
  ),
  shape(
    'helper builds the client',
    undefined,
    60,
    120,
    `${CLUSTER}\ncfg.QPS = 60\ncfg.Burst = 120\nrun(cfg)`,
    'func run(cfg *rest.Config) {\n\tclientset := kubernetes.NewForConfigOrDie(cfg)\n\t_ = clientset\n}',
  ),
  shape(
    'helper sets behind its client',
    undefined,
    5,
    10,
    `${CLUSTER}\nrun(cfg)\ncfg.QPS = 60`,
    'func run(cfg *rest.Config) {\n\tclientset := kubernetes.NewForConfigOrDie(cfg)\n\t_ = clientset\n}',
  ),
  shape(
    'either of two that agree',
    undefined,
    5,
    10,
    `var cfg *rest.Config\nvar err error\nif path := os.Getenv("KUBECONFIG"); path != "" {\n\t` +
      `cfg, err = clientcmd.BuildConfigFromFlags("", path)\n} else {\n\tcfg, err = rest.InClusterConfig()\n}\n` +
      `${ERR}\n${SET1}`,
  ),
  shape(
    'either of two, then set',
    undefined,
    35,
    70,
    `cfg, err := rest.InClusterConfig()\nif err != nil {\n\t` +
      `cfg, err = clientcmd.BuildConfigFromFlags("", "a")\n\tif err != nil {\n\t\tpanic(err)\n\t}\n}\n` +
      `cfg.QPS = 35\ncfg.Burst = 70\n${SET}`,
  ),
  shape(
    'either of two that differ',
    'v0.20.4',
    undefined,
    undefined,
    `cfg, err := rest.InClusterConfig()\nif err != nil {\n\tcfg = ctrl.GetConfigOrDie()\n}\n${MGR}`,
  ),
  shape(
    'set in a branch',
    undefined,
    undefined,
    undefined,
    `${CLUSTER}\nif os.Getenv("FAST") != "" {\n\tcfg.QPS = 50\n\tcfg.Burst = 100\n}\n${SET}`,
  ),
  shape(
    'set in a branch that leaves',
    undefined,
    5,
    10,
    `${CLUSTER}\nif os.Getenv("DRY") != "" {\n\tcfg.QPS = 50\n\treturn\n}\n${SET}`,
  ),
  shape(
    'set where it is zero',
    undefined,
    50,
    100,
    `${CLUSTER}\nif cfg.QPS == 0 {\n\tcfg.QPS = 50\n\tcfg.Burst = 100\n}\n${SET}`,
  ),
  shape(
    'set where it is zero, which it is not',
    'v0.20.4',
    20,
    30,
    `${GET}\nif cfg.QPS == 0 {\n\tcfg.QPS = 50\n\tcfg.Burst = 100\n}\n${MGR}`,
  ),
  shape(
    'by a flag that is off',
    undefined,
    5,
    10,
    `qps := flag.Float64("qps", 0, "requests")\nflag.Parse()\n${CLUSTER}\nif *qps > 0 {\n\t` +
      `cfg.QPS = float32(*qps)\n}\n${SET}`,
  ),
  shape(
    'by the environment',
    undefined,
    50,
    100,
    `${CLUSTER}\ncfg.QPS = float32(envInt("QPS", 50))\ncfg.Burst = envInt("BURST", 100)\n${SET}`,
    'func envInt(name string, fallback int) int {\n\t' +
      'if v, err := strconv.Atoi(os.Getenv(name)); err == nil {\n\t\treturn v\n\t}\n\treturn fallback\n}',
  ),
  shape(
    'own limiter',
    undefined,
    7,
    14,
    `${CLUSTER}\ncfg.RateLimiter = flowcontrol.NewTokenBucketRateLimiter(7, 14)\n${SET}`,
  ),
  shape(
    'own limiter over both',
    undefined,
    7,
    14,
    `${CLUSTER}\ncfg.QPS = 50\ncfg.Burst = 100\ncfg.RateLimiter = flowcontrol.NewTokenBucketRateLimiter(7, 14)\n${SET}`,
  ),
  shape(
    'limiter that lets all through',
    undefined,
    -1,
    undefined,
    `${CLUSTER}\ncfg.RateLimiter = flowcontrol.NewFakeAlwaysRateLimiter()\n${SET}`,
  ),
  shape(
    'limiter taken away',
    undefined,
    50,
    100,
    `${CLUSTER}\ncfg.QPS = 50\ncfg.Burst = 100\ncfg.RateLimiter = nil\n${SET}`,
  ),
  shape('dynamic', undefined, 5, 10, `${CLUSTER}\nc := dynamic.NewForConfigOrDie(cfg)\n_ = c`),
  shape('discovery', undefined, 5, 300, `${CLUSTER}\nc := discovery.NewDiscoveryClientForConfigOrDie(cfg)\n_ = c`),
  shape(
    'client.New',
    'v0.25.2',
    -1,
    undefined,
    `c, err := client.New(ctrl.GetConfigOrDie(), client.Options{})\n${ERR}\n_ = c`,
  ),
  shape(
    "manager's own",
    'v0.20.4',
    50,
    100,
    `${GET}\ncfg.QPS = 50\ncfg.Burst = 100\nmgr, err := manager.New(cfg, manager.Options{})\n${ERR}\n_ = mgr`,
  ),
  shape(
    'field of a struct',
    undefined,
    44,
    88,
    `${CLUSTER}\ncfg.QPS = 44\ncfg.Burst = 88\ns := &server{config: cfg}\ns.run()`,
    'type server struct {\n\tconfig *rest.Config\n}\n\nfunc (s *server) run() {\n\t' +
      'clientset := kubernetes.NewForConfigOrDie(s.config)\n\t_ = clientset\n}',
  ),
  shape(
    'variable of the package',
    undefined,
    44,
    88,
    `run()`,
    'var cfg = &rest.Config{QPS: 44, Burst: 88}\n\nfunc run() {\n\t' +
      'clientset := kubernetes.NewForConfigOrDie(cfg)\n\t_ = clientset\n}',
  ),
  shape(
    'cobra',
    undefined,
    55,
    110,
    `cmd := newCommand()\n_ = cmd.Execute()`,
    `func newCommand() *cobra.Command {\n\tvar qps float32\n\tvar burst int\n\tcmd := &cobra.Command{\n\t\t` +
      `RunE: func(cmd *cobra.Command, args []string) error {\n\t\t\tcfg, err := rest.InClusterConfig()\n\t\t\t` +
      `if err != nil {\n\t\t\t\treturn err\n\t\t\t}\n\t\t\tcfg.QPS = qps\n\t\t\tcfg.Burst = burst\n\t\t\t` +
      `clientset := kubernetes.NewForConfigOrDie(cfg)\n\t\t\t_ = clientset\n\t\t\treturn nil\n\t\t},\n\t}\n\t` +
      `cmd.Flags().Float32Var(&qps, "qps", 55, "requests")\n\tcmd.Flags().IntVar(&burst, "burst", 110, "burst")\n\t` +
      `return cmd\n}`,
  ),
  shape(
    'urfave',
    undefined,
    55,
    110,
    `app := &cli.App{\n\tFlags: []cli.Flag{\n\t\t&cli.Float64Flag{Name: "qps", Value: 55},\n\t\t` +
      `&cli.IntFlag{Name: "burst", Value: 110},\n\t},\n\tAction: run,\n}\n_ = app.Run(os.Args)`,
    `func run(c *cli.Context) error {\n\tcfg, err := rest.InClusterConfig()\n\tif err != nil {\n\t\t` +
      `return err\n\t}\n\tcfg.QPS = float32(c.Float64("qps"))\n\tcfg.Burst = c.Int("burst")\n\t` +
      `clientset := kubernetes.NewForConfigOrDie(cfg)\n\t_ = clientset\n\treturn nil\n}`,
  ),
  shape(
    'kingpin',
    undefined,
    55,
    110,
    `kingpin.Parse()\n${CLUSTER}\ncfg.QPS = *qps\ncfg.Burst = *burst\n${SET}`,
    'var (\n\tqps   = kingpin.Flag("qps", "requests").Default("55").Float32()\n\t' +
      'burst = kingpin.Flag("burst", "burst").Default("110").Int()\n)',
  ),
  shape(
    'twice: the last one holds',
    undefined,
    60,
    120,
    `${CLUSTER}\ncfg.QPS = 30\ncfg.Burst = 50\ncfg.QPS = 60\ncfg.Burst = 120\n${SET}`,
  ),
  shape('multiplied', undefined, undefined, undefined, `${CLUSTER}\ncfg.QPS = 30\ncfg.QPS *= 2\n${SET}`),
  shape(
    'unknown text',
    undefined,
    undefined,
    undefined,
    `${CLUSTER}\nq, _ := strconv.ParseFloat(os.Args[1], 32)\ncfg.QPS = float32(q)\n${SET}`,
  ),
];
