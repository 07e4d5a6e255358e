/** What goes between a file's thread and the host. Requests carry an id, answers the same one; 0 is the opening. */
import type { ProblemData } from '../../base/problem';
import type { FlameQuery, OpenOptions, ProfileSummary } from '../types';

/** To a thread that was started ahead of its file. Not answered. */
export interface PractiseRequest { readonly practise: true }

export interface OpenRequest { readonly bytes: Uint8Array; readonly options: OpenOptions }

export type Request =
  | { readonly id: number; readonly ask: 'flame'; readonly query: FlameQuery }
  | { readonly id: number; readonly ask: 'search'; readonly query: { readonly text: string; readonly sampleType: number } }
  | { readonly id: number; readonly ask: 'top'; readonly query: { readonly sampleType: number } }
  | { readonly id: number; readonly ask: 'goroutines' }
  | { readonly id: number; readonly ask: 'encode' };

export type Answer =
  | { readonly id: 0; readonly summary: ProfileSummary }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly problem: ProblemData };
