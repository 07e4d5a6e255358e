import type { Unit } from '../units';

/** A panel: a query, what it shows and where it comes from. */
export interface Panel {
  /** Stable: kept in settings and in the address of a page. */
  readonly id: string;
  readonly group: Group;
  /** Sentence case, without the unit. */
  readonly title: string;
  readonly unit: Unit;
  /** In the part of PromQL that both sources evaluate; `$window` stands for the range of a rate: see fill. */
  readonly promql: string;
  /** What it shows, in a sentence or two. */
  readonly tells: string;
  /** Where the metric or the query comes from: a source file, a document. */
  readonly from: string;
  /** Horizontal lines, in the panel's unit, each with its reason. */
  readonly thresholds?: readonly { readonly value: number; readonly text: string }[];
  /** Names of the series that the query reads: if one is missing, the panel stays empty. */
  readonly needs: readonly string[];
}

export type Group =
  | 'Essentials'
  | 'kube-controller-manager'
  | 'Workqueue'
  | 'Reconcile'
  | 'Client'
  | 'Leader election'
  | 'Process'
  | 'Go runtime'
  | 'API Priority and Fairness'
  | 'Argo CD'
  | 'MOCO'
  | 'cert-manager'
  | 'kubbernecker';
