/** What is known of upstream components, and what is told of a YAML file. */
import type { FileReport, Span } from '../types';

export type KnobKind = 'qps' | 'burst' | 'concurrency' | 'pprof' | 'log' | 'other';

/** One setting of a component, under every name that it has. */
export interface Knob {
  readonly kind: KnobKind;
  /** Command line flag, without its dashes; the first is the one that is written, the others are read too. */
  readonly flags?: readonly string[];
  /** Environment variable. */
  readonly env?: string;
  /** Key of a ConfigMap's data that the component reads, as `controller.status.processors`. */
  readonly param?: string;
  /** Path in the component's own configuration file, as `clientConnection.qps`. */
  readonly config?: string;
  /** As upstream states it at the version read; '' means unset. */
  readonly default: string;
  /**
   * The lowest version whose source was read and has it so; the component's, when it isn't given. Below it nothing is
   * known.
   */
  readonly since?: string;
  /** Other defaults of versions from `from` up to, but without, `to`. */
  readonly earlier?: readonly { readonly from: string; readonly to: string; readonly default: string }[];
  /** What it means: a sentence. */
  readonly tells: string;
  /** Where the default is stated: module@version/file:line. */
  readonly source: string;
  /** The default is low for a large cluster: values to offer instead, the first one first. */
  readonly raise?: readonly string[];
  /** Of pprof: the value that turns it on. */
  readonly on?: string;
}

/** A pair that limits the requests of one kind of client. */
export interface Limit {
  readonly qps: Knob;
  readonly burst?: Knob;
  /** Burst when it isn't stated: this many times QPS, rather than the knob's default. */
  readonly burstPerQps?: number;
  /** What the limited requests are, after "limited to 20 requests/s": '' for those to the API server. */
  readonly of: string;
  /** Upstream takes the limit away by itself under this condition: a sentence. Then nothing is found at the default. */
  readonly unless?: string;
}

export interface Component {
  readonly id: string;
  /** As upstream calls the program. */
  readonly name: string;
  /** Version whose source was read: what `default` of the knobs is true of. */
  readonly read: string;
  /** The lowest version whose source was read too, and says the same where `Knob.since` says nothing else. */
  readonly since: string;
  /** The image's repository without registry and tag, e.g. `jetstack/cert-manager-controller`. */
  readonly images: RegExp;
  /** Words of the command line (without folders) of which one must be there; undefined: any. */
  readonly commands?: readonly string[];
  /** Words that make it another program of the same image. */
  readonly notWith?: readonly string[];
  /** Names of the workload or container, where there is no image: a patch. */
  readonly names: readonly string[];
  readonly knobs: readonly Knob[];
  readonly limits: readonly Limit[];
  /** Name of the ConfigMap whose keys are `param`s. */
  readonly params?: string;
  /** The component's own configuration file. */
  readonly configs?: { readonly apiVersion: RegExp; readonly kind: string };
  /** What has to happen for a change to count: a sentence. */
  readonly restart: string;
  /** Upstream's advice on how to choose a concurrency: a sentence, with its source. */
  readonly advice?: string;
}

export interface Hover {
  readonly span: Span;
  readonly markdown: string;
}

export interface YamlReport extends FileReport {
  readonly hovers: readonly Hover[];
}
