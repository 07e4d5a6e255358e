/** A row of the Clusters tree: what it stands for and how it looks. */
import type { ProblemData } from '../../base/problem';
import type { FoundEndpoint } from '../../cluster/endpoints';
import type { Replica, RunningController, Workload } from '../../controllers/types';
import type { ContextEntry } from '../clusters';
import type { ProcessFacts } from '../processes/processes';

/** What a row stands for, and what its commands apply to. */
export type Item =
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
  /** A message line; `about` is what its command applies to. */
  | { readonly kind: 'message'; readonly about: Item | undefined; readonly problem: ProblemData | undefined };

export type ItemOf<K extends Item['kind']> = Extract<Item, { kind: K }>;

/** A theme icon by name, with a theme colour or none. */
export interface Icon {
  readonly id: string;
  readonly color?: string;
}

export interface Appearance {
  readonly label: string;
  /** '' = none. */
  readonly description: string;
  readonly icon: Icon | undefined;
  /** For the `when` clauses of menus: the kind, then words: "replica leader". */
  readonly contextValue: string;
  /** The accessible label, in place of label and description. */
  readonly spoken: string;
  readonly collapsible: 'none' | 'collapsed' | 'expanded';
  /** Runs on click; its only argument is the row's node. */
  readonly command: { readonly id: string; readonly title: string } | undefined;
}

export interface TreeRow {
  /** Unique and stable, so that expansion and selection survive updates. */
  readonly id: string;
  readonly item: Item;
  readonly appearance: Appearance;
  /** Markdown, computed on hover. */
  readonly tooltip: () => string;
}

/** All that the tree is drawn from. */
export interface TreeData {
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

/** True when the user would see no difference. */
export function sameAppearance(a: Appearance, b: Appearance): boolean {
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
