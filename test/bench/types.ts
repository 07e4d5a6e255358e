/** What a case measures, and what it is given to do so. */
import type { Bench } from './lib/bench';

/** What must hold: of the figure itself, or of its ratio to the peer's. */
export type Limit =
  | { readonly most: number; readonly of: 'value' | 'ratio' }
  | { readonly least: number; readonly of: 'value' | 'ratio' };

export interface Row {
  /** "tree: first paint, 10,000 pods". */
  readonly name: string;
  readonly value: number;
  /** "ms", "MB" (of 10^6 bytes), "x", "a second", "bytes", "" = a count. */
  readonly unit: string;
  /** What it is held against, measured in the same run and unit; absent: nothing. */
  readonly peer?: string;
  readonly peerValue?: number;
  /** Absent: shown, not judged. */
  readonly limit?: Limit;
  /** Of the repeats: least and most. Absent: there was one. */
  readonly spread?: readonly [number, number];
}

export interface Case {
  readonly name: string;
  /** Rows are told as they are there, so that an error later on loses none. Throws when it can't run. */
  run(bench: Bench, tell: (row: Row) => void): Promise<void>;
}

/** Something that the machine lacks; the message says how to get it. */
export class Missing extends Error {}
