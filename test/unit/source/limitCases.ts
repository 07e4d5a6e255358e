/** Snippets with what the rules about limits say of them: `rule: fixes`, in the order of the rules; nothing expected is silence. */
import { program } from './shapes';

export interface Case { readonly name: string; readonly needs?: string; readonly text: string; readonly says: readonly string[] }

const c = (name: string, needs: string | undefined, says: readonly string[], main: string, above = ''): Case => ({ name, ...(needs !== undefined && { needs }), text: program(main, above), says });
const raw = (name: string, says: readonly string[], text: string): Case => ({ name, needs: 'v0.20.4', text, says });
const ERR = 'if err != nil {\n\tpanic(err)\n}';
const CLUSTER = `cfg, err := rest.InClusterConfig()\n${ERR}`;
const SET = `clientset, err := kubernetes.NewForConfig(cfg)\n${ERR}\n_ = clientset`;
const LIMIT = 'client-limit: qps-50,qps-own,qps-none';
const FLAGS = 'client-limit: qps-50,qps-own,qps-flag,qps-none';

export const CASES: readonly Case[] = [
  c('flags of flag, local', undefined, [FLAGS], `var addr string\nflag.StringVar(&addr, "addr", ":8080", "address")\nflag.Parse()\n${CLUSTER}\n${SET}`),
  c('flags of flag, pointers', undefined, [FLAGS], `addr := flag.String("addr", ":8080", "address")\nflag.Parse()\n_ = addr\n${CLUSTER}\n${SET}`),
  c('flags of flag, at the top', undefined, [FLAGS], `flag.Parse()\n_ = *addr\n${CLUSTER}\n${SET}`, 'var addr = flag.String("addr", ":8080", "address")'),
  c('flags of flag, at the top in a group', undefined, [FLAGS], `flag.Parse()\n_ = *addr\n${CLUSTER}\n${SET}`, 'var (\n\taddr  = flag.String("addr", ":8080", "address")\n\tother int\n)'),
  c('flags of flag, a variable of the package', undefined, [FLAGS], `flag.StringVar(&addr, "addr", ":8080", "address")\nflag.Parse()\n${CLUSTER}\n${SET}`, 'var addr string'),
  c('flags parsed only behind the client', undefined, [LIMIT], `addr := flag.String("addr", ":8080", "address")\n${CLUSTER}\n${SET}\nflag.Parse()\n_ = addr`),
  c('flags of pflag', undefined, [FLAGS], `var addr string\npflag.StringVarP(&addr, "addr", "a", ":8080", "address")\npflag.Parse()\n${CLUSTER}\n${SET}`),
  c('flags of a struct that the client\'s function knows', undefined, [FLAGS], `o := &options{}\no.add(pflag.CommandLine)\npflag.Parse()\no.run()`, `type options struct {\n\tworkers int\n}\n\nfunc (o *options) add(fs *pflag.FlagSet) {\n\tfs.IntVar(&o.workers, "workers", 2, "workers")\n}\n\nfunc (o *options) run() {\n\tclientset := kubernetes.NewForConfigOrDie(o.config())\n\t_ = clientset\n}\n\nfunc (o *options) config() *rest.Config {\n\tcfg, err := rest.InClusterConfig()\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\treturn cfg\n}`),
  c('flags of a struct that it does not know', undefined, [LIMIT], `o := &options{}\no.add(pflag.CommandLine)\nrun()`, `type options struct {\n\tworkers int\n}\n\nfunc (o *options) add(fs *pflag.FlagSet) {\n\tfs.IntVar(&o.workers, "workers", 2, "workers")\n}\n\nfunc run() {\n\tcfg, err := rest.InClusterConfig()\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\t_ = kubernetes.NewForConfigOrDie(cfg)\n}`),
  c('flags of cobra', undefined, [FLAGS], '_ = newCommand().Execute()', `func newCommand() *cobra.Command {\n\tvar addr string\n\tcmd := &cobra.Command{\n\t\tRunE: func(cmd *cobra.Command, args []string) error {\n\t\t\tcfg, err := rest.InClusterConfig()\n\t\t\tif err != nil {\n\t\t\t\treturn err\n\t\t\t}\n\t\t\t_ = kubernetes.NewForConfigOrDie(cfg)\n\t\t\treturn nil\n\t\t},\n\t}\n\tcmd.Flags().StringVar(&addr, "addr", ":8080", "address")\n\treturn cmd\n}`),
  c('flags of urfave', undefined, [FLAGS], `app := &cli.App{\n\tFlags: []cli.Flag{\n\t\t&cli.StringFlag{Name: "addr", Value: ":8080"},\n\t},\n\tAction: run,\n}\n_ = app`, `func run(c *cli.Context) error {\n\tcfg, err := rest.InClusterConfig()\n\tif err != nil {\n\t\treturn err\n\t}\n\t_ = kubernetes.NewForConfigOrDie(cfg)\n\treturn nil\n}`),
  c('flags of kingpin', undefined, [FLAGS], `kingpin.Parse()\n_ = *workers\n${CLUSTER}\n${SET}`, 'var workers = kingpin.Flag("workers", "workers").Default("2").Int()'),
  c('a flag of that name is there', undefined, [LIMIT], `qps := flag.Int("kube-api-qps", 5, "not used")\nflag.Parse()\n_ = qps\n${CLUSTER}\n${SET}`),
  c('two clients, by hand', undefined, ['client-limit: qps-50,qps-own,qps-none', 'limiters-not-shared: limiter-share'], `${CLUSTER}\ncfg.QPS = 30\ncfg.Burst = 60\n${SET}\ndyn := dynamic.NewForConfigOrDie(cfg)\n_ = dyn`),
  c('two clients with client-go\'s own', undefined, [LIMIT], `${CLUSTER}\n${SET}\ndyn := dynamic.NewForConfigOrDie(cfg)\n_ = dyn`),
  c('two clients with one limiter', undefined, ['client-limit: '], `${CLUSTER}\ncfg.QPS = 30\ncfg.Burst = 60\ncfg.RateLimiter = flowcontrol.NewTokenBucketRateLimiter(cfg.QPS, cfg.Burst)\n${SET}\ndyn := dynamic.NewForConfigOrDie(cfg)\n_ = dyn`),
  c('Burst below QPS', undefined, ['client-limit: qps-100,qps-own,burst-double,qps-none', 'burst-below-qps: burst-100,burst-double'], `${CLUSTER}\ncfg.QPS = 50\ncfg.Burst = 20\n${SET}`),
  c('only QPS, and a clientset refuses it', undefined, ['client-limit: qps-100,qps-own,burst-double,qps-none', 'burst-missing: burst-100,burst-double'], `${CLUSTER}\ncfg.QPS = 50\n${SET}`),
  c('only QPS in a literal', undefined, ['client-limit: qps-100,qps-own,burst-double,qps-none', 'burst-missing: burst-100,burst-double'], 'c := dynamic.NewForConfigOrDie(&rest.Config{\n\tHost: "h",\n\tQPS:  50,\n})\n_ = c'),
  c('a literal over lines gets aligned fields', undefined, [LIMIT], 'c := dynamic.NewForConfigOrDie(&rest.Config{\n\tHost:    "h",\n\tAPIPath: "p",\n})\n_ = c'),
  c('a literal with a comment', undefined, [LIMIT], 'c := dynamic.NewForConfigOrDie(&rest.Config{\n\tHost: "h", // here\n})\n_ = c'),
  c('a literal with a value over lines', undefined, [LIMIT], 'c := dynamic.NewForConfigOrDie(&rest.Config{\n\tHost: "h",\n\tTLSClientConfig: rest.TLSClientConfig{\n\t\tInsecure: true,\n\t},\n})\n_ = c'),
  c('by hand at 0.25, removable', 'v0.25.2', ['client-limit: limit-remove,qps-100,qps-own,qps-none'], `cfg := ctrl.GetConfigOrDie()\ncfg.QPS = 50\ncfg.Burst = 100\n\nmgr, err := ctrl.NewManager(cfg, ctrl.Options{})\n${ERR}\n_ = mgr`),
  c('by a variable at 0.25, that would be left unread', 'v0.25.2', ['client-limit: qps-100,qps-own,qps-none'], `qps := 50\ncfg := ctrl.GetConfigOrDie()\ncfg.QPS = float32(qps)\ncfg.Burst = 100\nmgr, err := ctrl.NewManager(cfg, ctrl.Options{})\n${ERR}\n_ = mgr`),
  c('a helper that only returns it', undefined, [LIMIT], `cfg, err := config()\n${ERR}\n${SET}`, 'func config() (*rest.Config, error) {\n\treturn rest.InClusterConfig()\n}'),
  c('a helper of its own package\'s caller', undefined, [LIMIT], '', 'func Config() (*rest.Config, error) {\n\treturn rest.InClusterConfig()\n}'),
  c('an error that nobody looks at', undefined, ['client-limit: '], 'cfg, _ := rest.InClusterConfig()\n_ = kubernetes.NewForConfigOrDie(cfg)'),
  c('handed to what may change it', undefined, [], `${CLUSTER}\ntuner.Apply(cfg)\n${SET}`, 'var tuner interface{ Apply(*rest.Config) }'),
  c('a manager\'s configuration says nothing of its own', 'v0.20.4', ['client-limit: qps-50,qps-own,qps-none'], `mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{})\n${ERR}\n_ = kubernetes.NewForConfigOrDie(mgr.GetConfig())`),
  c('a name that is taken', 'v0.20.4', [LIMIT], `cfg := 1\n_ = cfg\nmgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{})\n${ERR}\n_ = mgr`),
  c('in an if', 'v0.20.4', [LIMIT], `if mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{}); err == nil {\n\t_ = mgr\n}`),
  c('in an else if: no place for a variable', 'v0.20.4', ['client-limit: '], `if len(os.Args) > 9 {\n\tprintln()\n} else if mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{}); err == nil {\n\t_ = mgr\n}`),
  c('a config that nothing is built from', undefined, [LIMIT], `${CLUSTER}\n_ = cfg`),
  raw('a literal of another package', [], 'package a\n\nimport _ "k8s.io/client-go/rest"\n\ntype Config struct{ QPS float32 }\n\nvar c = Config{QPS: 5}\n'),
  raw('QPS of something else', [], 'package a\n\nimport _ "k8s.io/client-go/rest"\n\ntype limits struct {\n\tQPS   float32\n\tBurst int\n}\n\nfunc f(l *limits) {\n\tl.QPS = 50\n}\n'),
  raw('a method of the same name', [], 'package a\n\nimport _ "k8s.io/client-go/kubernetes"\n\ntype loader struct{}\n\nfunc (loader) ClientConfig() (int, error) { return 0, nil }\n\nfunc f(l loader) {\n\tn, _ := l.ClientConfig()\n\t_ = n\n}\n'),
  raw('no client at all', [], 'package a\n\nimport "sigs.k8s.io/controller-runtime/pkg/log"\n\nfunc f() {\n\tlog.Log.Info("x")\n}\n'),
  raw('envtest', [], 'package a\n\nimport (\n\t"k8s.io/client-go/kubernetes"\n\t"sigs.k8s.io/controller-runtime/pkg/envtest"\n)\n\nfunc f() {\n\tenv := &envtest.Environment{}\n\tcfg, err := env.Start()\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\t_ = kubernetes.NewForConfigOrDie(cfg)\n}\n'),
  raw('a parameter from elsewhere', [], 'package a\n\nimport (\n\t"k8s.io/client-go/kubernetes"\n\t"k8s.io/client-go/rest"\n)\n\nfunc F(cfg *rest.Config) {\n\t_ = kubernetes.NewForConfigOrDie(cfg)\n}\n'),
  raw('other names of the imports', ['client-limit: qps-50,qps-own,qps-none'], 'package a\n\nimport (\n\tk8s "k8s.io/client-go/kubernetes"\n\trestclient "k8s.io/client-go/rest"\n)\n\nfunc f() error {\n\tc, err := restclient.InClusterConfig()\n\tif err != nil {\n\t\treturn err\n\t}\n\t_ = k8s.NewForConfigOrDie(c)\n\treturn nil\n}\n'),
];
