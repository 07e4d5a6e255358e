/**
 * What every view of the profile is to the page. Only the one in sight is told anything: a hidden one asks and draws
 * nothing.
 */
import type { Frame, Part, ProfileSummary } from '../../src/profile/types';
import type { PageFacts } from '../../src/protocol/profile';
import type { ColourMode } from './colours';
import type { LegendEntry } from './foot';
import type { Figures } from './words';

/** What is looked at, the same for all views. */
export interface Subject {
  readonly facts: PageFacts;
  readonly summary: ProfileSummary;
  readonly sampleType: number;
  /** Unit of the values. */
  readonly unit: string;
  /** Which part of the profile. */
  readonly part: Part;
  /** What the colours mean now. */
  readonly colour: ColourMode;
  /** Another number, another question: what a view holds for an earlier one is stale. */
  readonly version: number;
}

export interface Pane {
  readonly element: HTMLElement;
  /** What takes the keyboard. */
  readonly target: HTMLElement;
  /** Whether the keyboard, when it is at `target`, is in the view itself and not in a control of it. */
  holds(target: Element): boolean;
  /** Comes into sight, or is in sight while the subject changes. */
  show(subject: Subject): void;
  /** Goes out of sight. */
  hide(): void;
  /** The search has another answer. */
  searched(): void;
  /** Another theme, or another meaning of the colours. */
  recolour(): void;
  /** A key press; `onView`: the keyboard is in the view or nowhere. True when it was the view's. */
  key(e: KeyboardEvent, onView: boolean): boolean;
}

/** A function that is selected: every view shows it from then on. */
export interface Selected {
  readonly frame: Frame;
  readonly figures: Figures;
  /** What per cents are of. */
  readonly of: number;
  /** For a screen reader, one sentence; undefined where the view reads it out by itself. */
  readonly spoken: string | undefined;
}

/** What views tell the page. */
export interface PaneEvents {
  selected(selected: Selected): void;
  /** Something of the kept state changed. */
  changed(): void;
  legend(entries: readonly LegendEntry[]): void;
  openSource(frame: Frame): void;
  /** The menu of a function, at this place of the window, px. */
  menu(frame: Frame, x: number, y: number): void;
  failed(e: unknown): void;
}
