/** The command line, read into one job. */
import { parseArgs } from 'node:util';
import { Problem } from '../base/problem';
import { CAPTURE_KINDS, isKind } from '../captures/names';
import type { CaptureKind } from '../captures/types';

export interface ProfileJob { readonly job: 'profile'; readonly file: string; readonly sampleIndex: string | undefined; readonly json: boolean; readonly maxMiB: number }
export interface GoroutinesJob { readonly job: 'goroutines'; readonly file: string; readonly json: boolean; readonly maxMiB: number }
export interface MetricsJob { readonly job: 'metrics'; readonly file: string; readonly json: boolean; readonly maxMiB: number }

export interface ClusterArgs {
  /** Kubeconfig file; undefined: KUBECONFIG and ~/.kube/config. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

export interface ControllersJob extends ClusterArgs {
  readonly job: 'controllers';
  readonly namespace: string | undefined;
  /** Workloads that don't look like controllers too. */
  readonly all: boolean;
  /** Only what the objects state: no process is asked. */
  readonly stated: boolean;
  readonly token: TokenChoice;
  readonly json: boolean;
}

export type TokenChoice = { readonly kind: 'none' } | { readonly kind: 'own' } | { readonly kind: 'serviceAccount'; readonly namespace: string; readonly name: string };

export interface CaptureJob extends ClusterArgs {
  readonly job: 'capture';
  readonly kind: CaptureKind;
  readonly out: string;
  /** s; 0 for kinds that answer at once. */
  readonly seconds: number;
  readonly from: { readonly url: string } | { readonly namespace: string; readonly workload: string; readonly replica: string | undefined; readonly endpoint: string | undefined };
  readonly token: TokenChoice;
  /** ms that the process may stay silent beyond `seconds`. */
  readonly idleTimeoutMs: number;
  readonly maxMiB: number;
  readonly json: boolean;
}

export interface QueryJob {
  readonly job: 'query';
  /** Each a scrape, in this order. */
  readonly files: readonly string[];
  /** s between two. */
  readonly every: number;
  readonly promql: string;
  readonly json: boolean;
  readonly maxMiB: number;
}

export interface PipelineJob extends ClusterArgs {
  readonly job: 'pipeline';
  readonly namespace: string;
  readonly workload: string;
  /** How long it is watched, s. */
  readonly seconds: number;
  readonly token: TokenChoice;
  readonly json: boolean;
}

export interface SourceJob {
  readonly job: 'source';
  /** Files and folders; folders are walked. */
  readonly paths: readonly string[];
  /** RULE or RULE/FIX-ID to write; undefined: nothing is written. */
  readonly apply: string | undefined;
  readonly json: boolean;
}

export type Job = ProfileJob | GoroutinesJob | MetricsJob | QueryJob | ControllersJob | CaptureJob | PipelineJob | SourceJob | { readonly job: 'help' };

export const USAGE = `Usage: npm run -s inspect -- COMMAND

  profile FILE [--sample-index NAME|N] [--json]
      Sample types and functions of a pprof file, sorted by their own value.
  goroutines FILE [--json]
      Goroutines of a dump (debug=1, debug=2, both in one file, or pprof), grouped by stack.
  metrics FILE [--json]
      Families of a saved answer of /metrics (text, OpenMetrics or protobuf, packed or not) with their series.
  query FILE.. --every 2s --promql QUERY [--json]
      A query over saved answers of /metrics: each is a scrape, at that spacing from 0 on; evaluated at each.
  controllers [--kubeconfig FILE] [--context C] [-n NS] [--all] [--stated] [--json]
      The controllers of a cluster with their replicas and endpoints. --all: other workloads too.
      --stated: ask no process, take what the objects say.
  capture KIND [--kubeconfig FILE] [--context C] --workload NS/NAME [--replica POD] [--seconds N] -o FILE
  capture KIND --url http://127.0.0.1:6060 [--seconds N] -o FILE
      Captures a profile. KIND: ${CAPTURE_KINDS.join(', ')}.
      --endpoint http://:6060/debug/pprof/   the endpoint to use, instead of looking for it

  pipeline [--kubeconfig FILE] [--context C] --controller NS/NAME [--seconds N] [--json]
      Scrapes all replicas for N (20) seconds: what goes through each station, and which one holds the controller back.
  source PATH.. [--apply RULE[/FIX]] [--json]
      What the editor finds in Go and YAML sources: limits of clients, workers, queues, caches, pprof. Folders are walked.
      --apply: write the first fix of that rule, or the one with that id, wherever it was found.

  For processes that ask for a token (controllers, capture, pipeline):
      --service-account NS/NAME   make a short-lived token of this service account
      --token own                 send the kubeconfig's own token
  Limits: --max-mib N (512) after decompression, --timeout N (15) seconds of silence.

  Without --json a table for people. Errors go to standard error, with exit status 1.`;

const OPTIONS = {
  'json': { type: 'boolean' }, 'help': { type: 'boolean', short: 'h' }, 'sample-index': { type: 'string' }, 'max-mib': { type: 'string' },
  'kubeconfig': { type: 'string' }, 'context': { type: 'string' }, 'namespace': { type: 'string', short: 'n' }, 'all': { type: 'boolean' }, 'stated': { type: 'boolean' },
  'workload': { type: 'string' }, 'replica': { type: 'string' }, 'seconds': { type: 'string' }, 'output': { type: 'string', short: 'o' }, 'url': { type: 'string' },
  'endpoint': { type: 'string' }, 'service-account': { type: 'string' }, 'token': { type: 'string' }, 'timeout': { type: 'string' },
  'every': { type: 'string' }, 'controller': { type: 'string' }, 'promql': { type: 'string' }, 'apply': { type: 'string' },
} as const;

const COMMON = ['json', 'help'] as const;
/** Options that each command takes; any other is a mistake that is told, not passed over. */
const TAKES = {
  profile: [...COMMON, 'sample-index', 'max-mib'],
  goroutines: [...COMMON, 'max-mib'],
  metrics: [...COMMON, 'max-mib'],
  query: [...COMMON, 'every', 'promql', 'max-mib'],
  controllers: [...COMMON, 'kubeconfig', 'context', 'namespace', 'all', 'stated', 'service-account', 'token'],
  pipeline: [...COMMON, 'kubeconfig', 'context', 'controller', 'seconds', 'service-account', 'token'],
  source: [...COMMON, 'apply'],
  capture: [...COMMON, 'kubeconfig', 'context', 'workload', 'replica', 'seconds', 'output', 'url', 'endpoint', 'service-account', 'token', 'timeout', 'max-mib'],
} as const;

/** Default length of a CPU profile, s: that of pprof itself and of the setting. */
const CPU_SECONDS = 30;
/** Default time that a pipeline is watched, s: a verdict takes 15. */
const WATCH_SECONDS = 20;

/** Throws Problem `inspect.usage`. */
export function parse(argv: readonly string[]): Job {
  const { values, positionals } = read(argv);
  const [command, ...rest] = positionals;
  if (values.help === true || command === 'help') return { job: 'help' };
  if (command === undefined) throw usage('No command was given.');
  if (!(command in TAKES)) throw usage(`There is no command "${command}".`);
  const takes: readonly string[] = TAKES[command as keyof typeof TAKES];
  for (const name of Object.keys(values)) if (!takes.includes(name)) throw usage(`"${command}" does not take --${name}.`);
  const json = values.json === true;
  const maxMiB = number('max-mib', values['max-mib'], 512, 1, 1_000_000);
  const cluster: ClusterArgs = { kubeconfig: values.kubeconfig, context: values.context };
  switch (command as keyof typeof TAKES) {
    case 'profile': return { job: 'profile', file: only(rest, 'a file'), sampleIndex: values['sample-index'], json, maxMiB };
    case 'goroutines': return { job: 'goroutines', file: only(rest, 'a file'), json, maxMiB };
    case 'metrics': return { job: 'metrics', file: only(rest, 'a file'), json, maxMiB };
    case 'query':
      if (rest.length === 0) throw usage('Give at least one file.');
      if (values.promql === undefined || values.promql.trim() === '') throw usage('--promql QUERY says what to evaluate.');
      return { job: 'query', files: rest, every: spacing(values.every), promql: values.promql, json, maxMiB };
    case 'source':
      if (rest.length === 0) throw usage('Give at least one file or folder.');
      if (values.apply !== undefined && !/^[a-z0-9-]+(\/[a-z0-9.-]+)?$/.test(values.apply)) throw usage(`--apply takes RULE or RULE/FIX, not "${values.apply}".`);
      return { job: 'source', paths: rest, apply: values.apply, json };
    case 'controllers':
      if (rest.length > 0) throw usage(`"controllers" takes no "${rest.join(' ')}".`);
      return { job: 'controllers', ...cluster, namespace: values.namespace, all: values.all === true, stated: values.stated === true, token: token(values['service-account'], values.token), json };
    case 'pipeline': {
      if (rest.length > 0) throw usage(`"pipeline" takes no "${rest.join(' ')}".`);
      if (values.controller === undefined) throw usage('--controller NS/NAME says which workload to watch.');
      const [namespace, workload] = pair('controller', values.controller);
      return { job: 'pipeline', ...cluster, namespace, workload, seconds: number('seconds', values.seconds, WATCH_SECONDS, 5, 3600), token: token(values['service-account'], values.token), json };
    }
    case 'capture': {
      const kind = only(rest, `a kind (${CAPTURE_KINDS.join(', ')})`);
      if (!isKind(kind)) throw usage(`There is no kind "${kind}". Kinds: ${CAPTURE_KINDS.join(', ')}.`);
      if (values.output === undefined || values.output === '') throw usage('-o FILE says where the capture is saved.');
      return {
        job: 'capture', ...cluster, kind, out: values.output, from: from(values), token: token(values['service-account'], values.token), json, maxMiB,
        seconds: number('seconds', values.seconds, kind === 'cpu' ? CPU_SECONDS : 0, kind === 'cpu' ? 1 : 0, 3600),
        idleTimeoutMs: number('timeout', values.timeout, 15, 1, 3600) * 1000,
      };
    }
  }
}

function read(argv: readonly string[]): { values: ReturnType<typeof parseAll>['values']; positionals: string[] } {
  try { return parseAll(argv); } catch (e) { throw usage(e instanceof Error ? e.message.replace(/\. To specify a positional.*$/, '.') : String(e)); }
}

function parseAll(argv: readonly string[]) { return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true }); }

function only(rest: readonly string[], what: string): string {
  const [first, second] = rest;
  if (first === undefined) throw usage(`Give ${what}.`);
  if (second !== undefined) throw usage(`Give one at a time: "${second}" is one too many.`);
  return first;
}

function from({ url, workload, replica, endpoint }: { readonly url?: string | undefined; readonly workload?: string | undefined; readonly replica?: string | undefined; readonly endpoint?: string | undefined }): CaptureJob['from'] {
  if (url !== undefined) {
    if (workload !== undefined) throw usage('--url and --workload name two places; give one.');
    return { url };
  }
  if (workload === undefined) throw usage('--workload NS/NAME or --url says what to capture from.');
  const [namespace, name] = pair('workload', workload);
  return { namespace, workload: name, replica, endpoint };
}

function token(serviceAccount: string | undefined, which: string | undefined): TokenChoice {
  if (serviceAccount !== undefined && which !== undefined) throw usage('--service-account and --token are two choices; give one.');
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

/** "2s", "500ms", "1m" or a number of seconds, as s. Default 2, as scrapes are by default. */
function spacing(text = '2s'): number {
  const m = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text);
  const seconds = Number(m?.[1]) * ({ ms: 0.001, m: 60 }[m?.[2] ?? ''] ?? 1);
  if (!m || !(seconds >= 0.001)) throw usage(`--every takes a time such as 2s or 500ms, not "${text}".`);
  return seconds;
}

function number(option: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (text === undefined) return fallback;
  const n = Number(text);
  if (!Number.isInteger(n) || n < min || n > max) throw usage(`--${option} takes a whole number from ${min} to ${max}, not "${text}".`);
  return n;
}

function usage(message: string): Problem {
  return new Problem('inspect.usage', message, { next: 'See npm run -s inspect -- --help.' });
}
