/** What a node of the Clusters tree is about and how it looks, as plain records: the editor's types come in at the edge only. */
import type { ProblemData } from '../../base/problem';
import type { FoundEndpoint } from '../../cluster/endpoints';
import type { Replica, RunningController, Workload } from '../../controllers/types';
import type { ContextEntry } from '../clusters';

export type Subject =
  | { readonly kind: 'context'; readonly context: string }
  | { readonly kind: 'namespace'; readonly context: string; readonly namespace: string }
  | { readonly kind: 'workload'; readonly context: string; readonly workload: Workload }
  | { readonly kind: 'replica'; readonly context: string; readonly workload: Workload; readonly replica: Replica }
  | {
      readonly kind: 'endpoint';
      readonly context: string;
      readonly workload: Workload;
      readonly replica: Replica;
      readonly endpoint: FoundEndpoint;
    }
  | {
      readonly kind: 'running';
      readonly context: string;
      readonly workload: Workload;
      readonly replica: Replica;
      readonly running: RunningController;
    }
  | { readonly kind: 'hidden'; readonly context: string; readonly problems: readonly ProblemData[] }
  | { readonly kind: 'locals' }
  | { readonly kind: 'local'; readonly url: string }
  /** A line that tells something; `about` is what its command works on. */
  | { readonly kind: 'message'; readonly about: Subject | undefined; readonly problem: ProblemData | undefined };

export type SubjectOf<K extends Subject['kind']> = Extract<Subject, { kind: K }>;

/** A theme icon by name, with a theme colour or none. */
export interface Icon {
  readonly id: string;
  readonly color?: string;
}

export interface Look {
  readonly label: string;
  /** '' = none. */
  readonly description: string;
  readonly icon: Icon | undefined;
  /** What menus look at: the kind, then words: "replica leader". */
  readonly contextValue: string;
  /** Read aloud in place of label and description. */
  readonly spoken: string;
  readonly collapsible: 'none' | 'collapsed' | 'expanded';
  /** Run on click; its one argument is the node. */
  readonly command: { readonly id: string; readonly title: string } | undefined;
}

export interface Spec {
  /** Unique and stable, so that what is open and selected stays so. */
  readonly id: string;
  readonly subject: Subject;
  readonly look: Look;
  /** Markdown, worked out when somebody hovers. */
  readonly tooltip: () => string;
}

/** What is known of a process from asking it. */
export interface ProcessFacts {
  readonly state: 'unknown' | 'looking' | 'looked';
  readonly endpoints: readonly FoundEndpoint[];
  /** Undefined: metrics could not be read, or were not yet. */
  readonly controllers: readonly RunningController[] | undefined;
  readonly problems: readonly ProblemData[];
  /** For people: whose token is sent, "" = none. */
  readonly auth: string;
}

/** All that the tree is drawn from. */
export interface World {
  /** False until the kubeconfig files were read. */
  readonly loaded: boolean;
  readonly contexts: readonly ContextEntry[];
  readonly problems: readonly ProblemData[];
  readonly locals: readonly string[];
  readonly groupBy: 'namespace' | 'workload';
  readonly showAll: boolean;
  /** ms since the epoch. */
  readonly now: number;
  entry(context: string): ContextEntry | undefined;
  facts(context: string, workload: Workload, replica: Replica): ProcessFacts;
}

/** True when a person would see no difference. */
export function sameLook(a: Look, b: Look): boolean {
  return (
    a.label === b.label &&
    a.description === b.description &&
    a.contextValue === b.contextValue &&
    a.collapsible === b.collapsible &&
    a.icon?.id === b.icon?.id &&
    a.icon?.color === b.icon?.color &&
    a.command?.id === b.command?.id &&
    a.spoken === b.spoken
  );
}
