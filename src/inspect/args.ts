/** The command line, read into one job. */
import { parseArgs } from 'node:util';
import { GO_KINDS, isGoKind, kindOfEntry, records } from '../captures/kinds';
import type { PprofKind } from '../captures/types';
import type { CaptureJob, ChurnJob, ClusterArgs, Job, TokenChoice } from './jobs';
import { combineOf, outputOf, partOf } from './profileargs';
import { usage } from './usage';

export const USAGE = `Usage: npm run -s inspect -- COMMAND

  profile FILE.. [--base FILE | --diff-base FILE] [--normalize total|duration] [--sample-index NAME|N]
      [--focus RE] [--ignore RE] [--hide RE] [--show RE] [--show-from RE] [--tagfocus K=V] [--tagignore K=V] [--tagroot K,K]
      [--tagleaf K,K] [--granularity functions|filefunctions|files|lines|addresses|packages] [--noinlines] [--cut]
      [--json | --top | --peek RE | --tags | --split | --folded | --proto OUT]
      Sample types and functions of a pprof file or a goroutine dump, sorted by their own value. Several files are added up, a base is
      subtracted. Words and numbers are those of go tool pprof. --cut: each controller's Reconcile is a root. --split: what each
      controller costs. --proto: the part as a file that go tool pprof opens.
  goroutines FILE [--json]
      Goroutines of a dump (debug=1, debug=2, both in one file, or pprof), grouped by stack.
  workers FILE.. [--json]
      The worker pools of the controllers in goroutine dumps, and what each worker does. Several: in the order they were taken.
  growth FILE FILE.. [--json]
      What grew from the first goroutine dump of a process to the last, a minute too, who is stuck, and the leak if there is one.
  metrics FILE [--json]
      Families of a saved answer of /metrics (text, OpenMetrics or protobuf, packed or not) with their series.
  query FILE.. --every 2s --promql QUERY [--json]
      A query over saved answers of /metrics: each is a scrape, at that spacing from 0 on; evaluated at each.
  controllers [--kubeconfig FILE] [--context C] [-n NS] [--all] [--stated] [--json]
      The controllers of a cluster with their replicas and endpoints. --all: other workloads too.
      --stated: ask no process, take what the objects say.
  capture KIND [--kubeconfig FILE] [--context C] --workload NS/NAME [--replica POD] [--seconds N] -o FILE
  capture KIND --url http://127.0.0.1:6060 [--seconds N] -o FILE
      Captures a profile. KIND: ${GO_KINDS.join(', ')},
      or the name of a profile that the program keeps itself. --seconds N: how long CPU (30) and trace (5) are recorded; of the
      others, only what changed within that time.
      --all-replicas -o DIR   of every replica at once, a file each; one that fails leaves the others alone
      --endpoint http://:6060/debug/pprof/   the endpoint to use, instead of looking for it

  pipeline [--kubeconfig FILE] [--context C] --controller NS/NAME [--seconds N] [--json]
      Scrapes all replicas for N (20) seconds: what goes through each station, and which one holds the controller back.
  churn [--kubeconfig FILE] [--context C] [--kind K.GROUP].. [-n NS | -A] [-l SELECTOR] [--seconds N] [--json]
      Watches kinds (all that you may, without --kind) for N (20) seconds: adds, updates and deletes of each object, which manager
      changed which fields, and who undoes whom or writes for nothing.
      --kubbernecker [--object NS/NAME]   what kubbernecker watch prints, or of that object (with one --kind) its blame
  source PATH.. [--apply RULE[/FIX]] [--json]
      What the editor finds in Go and YAML sources: limits of clients, workers, queues, caches, pprof. Folders are walked.
      --apply: write the first fix of that rule, or the one with that id, wherever it was found.
  rules [RULE]
      What is looked for in sources, as Markdown; the whole text of one rule.

  For processes that ask for a token (controllers, capture, pipeline):
      --service-account NS/NAME   make a short-lived token of this service account
      --token own                 send the kubeconfig's own token
  Limits: --max-mib N (512) after decompression, --timeout N (15) seconds of silence.

  Without --json a table for people. Errors go to standard error, with exit status 1.`;

const OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  'sample-index': { type: 'string' },
  'max-mib': { type: 'string' },
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  namespace: { type: 'string', short: 'n' },
  all: { type: 'boolean' },
  stated: { type: 'boolean' },
  workload: { type: 'string' },
  replica: { type: 'string' },
  seconds: { type: 'string' },
  output: { type: 'string', short: 'o' },
  url: { type: 'string' },
  endpoint: { type: 'string' },
  'service-account': { type: 'string' },
  token: { type: 'string' },
  timeout: { type: 'string' },
  base: { type: 'string', multiple: true },
  'diff-base': { type: 'string', multiple: true },
  normalize: { type: 'string' },
  focus: { type: 'string' },
  ignore: { type: 'string' },
  hide: { type: 'string' },
  show: { type: 'string' },
  'show-from': { type: 'string' },
  tagfocus: { type: 'string', multiple: true },
  tagignore: { type: 'string', multiple: true },
  tagroot: { type: 'string' },
  tagleaf: { type: 'string' },
  granularity: { type: 'string' },
  noinlines: { type: 'boolean' },
  cut: { type: 'boolean' },
  top: { type: 'boolean' },
  peek: { type: 'string' },
  tags: { type: 'boolean' },
  split: { type: 'boolean' },
  folded: { type: 'boolean' },
  proto: { type: 'string' },
  every: { type: 'string' },
  controller: { type: 'string' },
  promql: { type: 'string' },
  apply: { type: 'string' },
  'all-replicas': { type: 'boolean' },
  kind: { type: 'string', multiple: true },
  'all-namespaces': { type: 'boolean', short: 'A' },
  selector: { type: 'string', short: 'l' },
  kubbernecker: { type: 'boolean' },
  object: { type: 'string' },
} as const;

const COMMON = ['json', 'help'] as const;
/** Options that each command takes; any other is reported as a mistake. */
const TAKES = {
  profile: [
    ...COMMON,
    'sample-index',
    'max-mib',
    'base',
    'diff-base',
    'normalize',
    'focus',
    'ignore',
    'hide',
    'show',
    'show-from',
    'tagfocus',
    'tagignore',
    'tagroot',
    'tagleaf',
    'granularity',
    'noinlines',
    'cut',
    'top',
    'peek',
    'tags',
    'split',
    'folded',
    'proto',
  ],
  goroutines: [...COMMON, 'max-mib'],
  workers: [...COMMON, 'max-mib'],
  growth: [...COMMON, 'max-mib'],
  metrics: [...COMMON, 'max-mib'],
  query: [...COMMON, 'every', 'promql', 'max-mib'],
  controllers: [...COMMON, 'kubeconfig', 'context', 'namespace', 'all', 'stated', 'service-account', 'token'],
  pipeline: [...COMMON, 'kubeconfig', 'context', 'controller', 'seconds', 'service-account', 'token'],
  churn: [
    ...COMMON,
    'kubeconfig',
    'context',
    'kind',
    'namespace',
    'all-namespaces',
    'selector',
    'seconds',
    'kubbernecker',
    'object',
  ],
  source: [...COMMON, 'apply'],
  rules: ['help'],
  capture: [
    ...COMMON,
    'kubeconfig',
    'context',
    'workload',
    'replica',
    'all-replicas',
    'seconds',
    'output',
    'url',
    'endpoint',
    'service-account',
    'token',
    'timeout',
    'max-mib',
  ],
} as const;

/** Default length of a CPU profile, s: the same as pprof's and the setting's. */
const CPU_SECONDS = 30;
/** Default length of an execution trace, s: one second of a busy process takes a few MB. */
const TRACE_SECONDS = 5;
/** Default time to watch a pipeline, s: a verdict needs 15. */
const WATCH_SECONDS = 20;

/** Throws Problem `inspect.usage`. */
export function parse(argv: readonly string[]): Job {
  const { values, positionals } = read(argv);
  const [command, ...rest] = positionals;
  if (values.help === true || command === 'help') return { job: 'help' };
  if (command === undefined) throw usage('No command was given.');
  if (!(command in TAKES)) throw usage(`There is no command "${command}".`);
  const takes: readonly string[] = TAKES[command as keyof typeof TAKES];
  for (const name of Object.keys(values))
    if (!takes.includes(name)) throw usage(`"${command}" does not take --${name}.`);
  const json = values.json === true;
  const maxMiB = number('max-mib', values['max-mib'], 512, 1, 1_000_000);
  const cluster: ClusterArgs = { kubeconfig: values.kubeconfig, context: values.context };
  switch (command as keyof typeof TAKES) {
    case 'profile':
      if (rest.length === 0) throw usage('Give a file.');
      return {
        job: 'profile',
        files: rest,
        ...combineOf(values),
        part: partOf(values),
        sampleIndex: values['sample-index'],
        output: outputOf(values),
        maxMiB,
      };
    case 'goroutines':
      return { job: 'goroutines', file: only(rest, 'a file'), json, maxMiB };
    case 'workers':
      if (rest.length === 0) throw usage('Give at least one goroutine dump.');
      return { job: 'workers', files: rest, json, maxMiB };
    case 'growth':
      if (rest.length < 2) throw usage('Give at least two goroutine dumps, the oldest first.');
      return { job: 'growth', files: rest, json, maxMiB };
    case 'metrics':
      return { job: 'metrics', file: only(rest, 'a file'), json, maxMiB };
    case 'query':
      if (rest.length === 0) throw usage('Give at least one file.');
      if (values.promql === undefined || values.promql.trim() === '')
        throw usage('--promql QUERY says what to evaluate.');
      return { job: 'query', files: rest, every: spacing(values.every), promql: values.promql, json, maxMiB };
    case 'source':
      if (rest.length === 0) throw usage('Give at least one file or folder.');
      if (values.apply !== undefined && !/^[a-z0-9-]+(\/[a-z0-9.-]+)?$/.test(values.apply))
        throw usage(`--apply takes RULE or RULE/FIX, not "${values.apply}".`);
      return { job: 'source', paths: rest, apply: values.apply, json };
    case 'rules':
      if (rest.length > 1) throw usage(`Give one rule at a time: "${rest[1] ?? ''}" is one too many.`);
      return { job: 'rules', rule: rest[0] };
    case 'controllers':
      if (rest.length > 0) throw usage(`"controllers" takes no "${rest.join(' ')}".`);
      return {
        job: 'controllers',
        ...cluster,
        namespace: values.namespace,
        all: values.all === true,
        stated: values.stated === true,
        token: token(values['service-account'], values.token),
        json,
      };
    case 'pipeline': {
      if (rest.length > 0) throw usage(`"pipeline" takes no "${rest.join(' ')}".`);
      if (values.controller === undefined) throw usage('--controller NS/NAME says which workload to watch.');
      const [namespace, workload] = pair('controller', values.controller);
      return {
        job: 'pipeline',
        ...cluster,
        namespace,
        workload,
        seconds: number('seconds', values.seconds, WATCH_SECONDS, 5, 3600),
        token: token(values['service-account'], values.token),
        json,
      };
    }
    case 'churn':
      return churn(rest, values, cluster, json);
    case 'capture': {
      const kind = kindOf(only(rest, `a kind (${GO_KINDS.join(', ')}, or a name that the process lists)`));
      if (values.output === undefined || values.output === '') throw usage('-o FILE says where the capture is saved.');
      return {
        job: 'capture',
        ...cluster,
        kind,
        out: values.output,
        from: from(values),
        token: token(values['service-account'], values.token),
        json,
        maxMiB,
        seconds: number(
          'seconds',
          values.seconds,
          kind === 'cpu' ? CPU_SECONDS : kind === 'trace' ? TRACE_SECONDS : 0,
          records(kind) ? 1 : 0,
          3600,
        ),
        idleTimeoutMs: number('timeout', values.timeout, 15, 1, 3600) * 1000,
      };
    }
  }
}

function churn(
  rest: readonly string[],
  values: ReturnType<typeof parseAll>['values'],
  cluster: ClusterArgs,
  json: boolean,
): ChurnJob {
  if (rest.length > 0) throw usage(`"churn" takes no "${rest.join(' ')}".`);
  if (values.namespace !== undefined && values['all-namespaces'] === true)
    throw usage('-n and -A are two choices; give one.');
  const kinds = values.kind ?? [];
  const [namespace = '', name = ''] = values.object === undefined ? [] : kindless(values.object);
  if (values.object !== undefined && (values.kubbernecker !== true || kinds.length !== 1))
    throw usage('--object goes with --kubbernecker and one --kind.');
  return {
    job: 'churn',
    ...cluster,
    kinds,
    namespace: values.namespace,
    selector: values.selector,
    seconds: number('seconds', values.seconds, WATCH_SECONDS, 1, 86_400),
    json,
    kubbernecker: values.kubbernecker === true,
    object: values.object === undefined ? undefined : { namespace, name },
  };
}

/** NAMESPACE/NAME, or only NAME for objects without a namespace. */
function kindless(text: string): [string, string] {
  return text.includes('/') ? pair('object', text) : ['', text];
}

function read(argv: readonly string[]): { values: ReturnType<typeof parseAll>['values']; positionals: string[] } {
  try {
    return parseAll(argv);
  } catch (e) {
    throw usage(e instanceof Error ? e.message.replace(/\. To specify a positional.*$/, '.') : String(e));
  }
}

function parseAll(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
}

function only(rest: readonly string[], what: string): string {
  const [first, second] = rest;
  if (first === undefined) throw usage(`Give ${what}.`);
  if (second !== undefined) throw usage(`Give one at a time: "${second}" is one too many.`);
  return first;
}

/** Any name may be a profile that the program registered; only the process knows. */
function kindOf(word: string): PprofKind {
  const kind = isGoKind(word) ? word : kindOfEntry(word);
  if (kind === undefined)
    throw usage(`"${word}" is not a profile. Kinds: ${GO_KINDS.join(', ')}, or a name that the process lists.`);
  return kind;
}

function from(values: {
  readonly url?: string | undefined;
  readonly workload?: string | undefined;
  readonly replica?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly 'all-replicas'?: boolean | undefined;
}): CaptureJob['from'] {
  const { url, workload, replica, endpoint, 'all-replicas': all = false } = values;
  if (all && (url !== undefined || replica !== undefined))
    throw usage(`--all-replicas and --${url !== undefined ? 'url' : 'replica'} are two choices; give one.`);
  if (url !== undefined) {
    if (workload !== undefined) throw usage('--url and --workload name two places; give one.');
    return { url };
  }
  if (workload === undefined) throw usage('--workload NS/NAME or --url says what to capture from.');
  const [namespace, name] = pair('workload', workload);
  return { namespace, workload: name, replica, endpoint, all };
}

function token(serviceAccount: string | undefined, which: string | undefined): TokenChoice {
  if (serviceAccount !== undefined && which !== undefined)
    throw usage('--service-account and --token are two choices; give one.');
  if (serviceAccount !== undefined) {
    const [namespace, name] = pair('service-account', serviceAccount);
    return { kind: 'serviceAccount', namespace, name };
  }
  if (which === undefined) return { kind: 'none' };
  // A token on a command line can be read by every user of the machine, so none is taken.
  if (which !== 'own') throw usage('--token takes only "own": the kubeconfig\'s own token is sent.');
  return { kind: 'own' };
}

function pair(option: string, text: string): [string, string] {
  const m = /^([^/\s]+)\/([^/\s]+)$/.exec(text);
  if (!m) throw usage(`--${option} is written NAMESPACE/NAME, not "${text}".`);
  return [m[1] ?? '', m[2] ?? ''];
}

/** "2s", "500ms", "1m" or a number of seconds, as s. Default 2, the default interval of scrapes. */
function spacing(text = '2s'): number {
  const m = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text);
  const seconds = Number(m?.[1]) * ({ ms: 0.001, m: 60 }[m?.[2] ?? ''] ?? 1);
  if (!m || !(seconds >= 0.001)) throw usage(`--every takes a time such as 2s or 500ms, not "${text}".`);
  return seconds;
}

function number(option: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (text === undefined) return fallback;
  const n = Number(text);
  if (!Number.isInteger(n) || n < min || n > max)
    throw usage(`--${option} takes a whole number from ${min} to ${max}, not "${text}".`);
  return n;
}
