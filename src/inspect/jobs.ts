/** The jobs of the command line, one for each command. args.ts reads them; the file of the same name does them. */
import type { PprofKind } from '../captures/types';
import type { Normalize, Part } from '../profile/types';

export interface ProfileJob {
  readonly job: 'profile';
  /** Several are added up. */
  readonly files: readonly string[];
  /** Subtracted; with `ofBase`, percentages refer to these. */
  readonly base: readonly string[];
  readonly ofBase: boolean;
  readonly normalize: Normalize;
  readonly part: Part;
  readonly sampleIndex: string | undefined;
  readonly output: ProfileOutput;
  readonly maxMiB: number;
}

export type ProfileOutput =
  | { readonly as: 'table' | 'json' | 'top' | 'tags' | 'split' | 'folded' }
  | { readonly as: 'peek'; readonly match: string }
  | { readonly as: 'proto'; readonly file: string };

export interface GoroutinesJob {
  readonly job: 'goroutines';
  readonly file: string;
  readonly json: boolean;
  readonly maxMiB: number;
}
/** Dumps of one process, at least two, the oldest first. */
export interface GrowthJob {
  readonly job: 'growth';
  readonly files: readonly string[];
  readonly json: boolean;
  readonly maxMiB: number;
}
/** Each file a dump; several of one process in the order in which they were taken. */
export interface WorkersJob {
  readonly job: 'workers';
  readonly files: readonly string[];
  readonly json: boolean;
  readonly maxMiB: number;
}
export interface MetricsJob {
  readonly job: 'metrics';
  readonly file: string;
  readonly json: boolean;
  readonly maxMiB: number;
}

export interface ClusterArgs {
  /** Kubeconfig file; undefined: KUBECONFIG and ~/.kube/config. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

export interface ControllersJob extends ClusterArgs {
  readonly job: 'controllers';
  readonly namespace: string | undefined;
  /** Includes workloads that don't look like controllers. */
  readonly all: boolean;
  /** Only what the Kubernetes objects say: no process is asked. */
  readonly stated: boolean;
  readonly token: TokenChoice;
  readonly json: boolean;
}

export type TokenChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'own' }
  | { readonly kind: 'serviceAccount'; readonly namespace: string; readonly name: string };

export interface CaptureJob extends ClusterArgs {
  readonly job: 'capture';
  readonly kind: PprofKind;
  /** A file; a folder with `all`. */
  readonly out: string;
  /** s; 0 for kinds that answer at once. */
  readonly seconds: number;
  readonly from:
    | { readonly url: string }
    | {
        readonly namespace: string;
        readonly workload: string;
        readonly replica: string | undefined;
        readonly endpoint: string | undefined;
        /** All replicas at once. */
        readonly all: boolean;
      };
  readonly token: TokenChoice;
  /** How long the process may stay silent beyond `seconds`, ms. */
  readonly idleTimeoutMs: number;
  readonly maxMiB: number;
  readonly json: boolean;
}

export interface QueryJob {
  readonly job: 'query';
  /** Each a scrape, in this order. */
  readonly files: readonly string[];
  /** Time between two scrapes, s. */
  readonly every: number;
  readonly promql: string;
  readonly json: boolean;
  readonly maxMiB: number;
}

export interface PipelineJob extends ClusterArgs {
  readonly job: 'pipeline';
  readonly namespace: string;
  readonly workload: string;
  /** How long to watch it, s. */
  readonly seconds: number;
  readonly token: TokenChoice;
  readonly json: boolean;
}

export interface ChurnJob extends ClusterArgs {
  readonly job: 'churn';
  /** `Kind.group`; empty: every kind that may be watched. */
  readonly kinds: readonly string[];
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  /** Label selector, in the API server's syntax. */
  readonly selector: string | undefined;
  /** How long to watch after the first lists, s. */
  readonly seconds: number;
  readonly json: boolean;
  /** Print what kubbernecker prints: `watch`, or with an object `blame`. */
  readonly kubbernecker: boolean;
  readonly object: { readonly namespace: string; readonly name: string } | undefined;
}

export interface SourceJob {
  readonly job: 'source';
  /** Files and folders; folders are walked. */
  readonly paths: readonly string[];
  /** RULE or RULE/FIX-ID to write; undefined: nothing is written. */
  readonly apply: string | undefined;
  readonly json: boolean;
}

/** `rule`: prints the whole text of this rule; undefined: a paragraph for each rule. */
export interface RulesJob {
  readonly job: 'rules';
  readonly rule: string | undefined;
}

export type Job =
  | ProfileJob
  | GoroutinesJob
  | WorkersJob
  | GrowthJob
  | MetricsJob
  | QueryJob
  | ControllersJob
  | CaptureJob
  | PipelineJob
  | ChurnJob
  | SourceJob
  | RulesJob
  | { readonly job: 'help' };
