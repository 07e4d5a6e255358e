/** The tree that the parser makes of a query. */
import type { Matcher } from '../types';

export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string';

/** `at` of every node: its start in the text, from 0. */
export type Expr = NumberExpr | StringExpr | SelectorExpr | CallExpr | AggregateExpr | BinaryExpr | NegateExpr;

export interface NumberExpr {
  readonly kind: 'number';
  readonly at: number;
  readonly value: number;
}
export interface StringExpr {
  readonly kind: 'string';
  readonly at: number;
  readonly value: string;
}

export interface SelectorExpr {
  readonly kind: 'selector';
  readonly at: number;
  /** One of them is for `__name__` if the query names the metric. */
  readonly matchers: readonly Matcher[];
  /** Length of the window, ms; undefined = an instant vector. */
  readonly range: number | undefined;
  /** How far to look back, ms; negative = forward. */
  readonly offset: number;
}

export interface CallExpr {
  readonly kind: 'call';
  readonly at: number;
  readonly name: string;
  readonly args: readonly Expr[];
}

export type AggregateOp =
  'sum' | 'avg' | 'min' | 'max' | 'count' | 'group' | 'stddev' | 'stdvar' | 'topk' | 'bottomk' | 'quantile';

export interface AggregateExpr {
  readonly kind: 'aggregate';
  readonly at: number;
  readonly op: AggregateOp;
  /** k of topk and bottomk, φ of quantile. */
  readonly param: Expr | undefined;
  readonly of: Expr;
  readonly without: boolean;
  readonly labels: readonly string[];
}

export type ArithmeticOp = '+' | '-' | '*' | '/' | '%' | '^';
export type CompareOp = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type SetOp = 'and' | 'or' | 'unless';
export type BinaryOp = ArithmeticOp | CompareOp | SetOp;

export interface Matching {
  /** True: on(labels), else ignoring(labels). */
  readonly on: boolean;
  readonly labels: readonly string[];
  /** The side that may have several series per match: group_left, group_right. */
  readonly many: 'left' | 'right' | undefined;
  /** Labels taken from the "one" side. */
  readonly include: readonly string[];
}

export interface BinaryExpr {
  readonly kind: 'binary';
  readonly at: number;
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
  readonly bool: boolean;
  readonly matching: Matching;
}

export interface NegateExpr {
  readonly kind: 'negate';
  readonly at: number;
  readonly of: Expr;
}

export const COMPARE: ReadonlySet<string> = new Set<CompareOp>(['==', '!=', '<', '<=', '>', '>=']);
export const SET_OPS: ReadonlySet<string> = new Set<SetOp>(['and', 'or', 'unless']);
