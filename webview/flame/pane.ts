/**
 * The interface between the page and each of its views. Only the visible view is updated: a hidden one asks and draws
 * nothing.
 */
import type { Frame, Part, ProfileSummary } from '../../src/profile/types';
import type { PageFacts } from '../../src/protocol/profile';
import type { ColourMode } from './colours';
import type { LegendEntry } from './foot';
import type { Figures } from './words';

/** What is shown, the same for all views. */
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
  /** Changes with the question: what a view has for an earlier version is stale. */
  readonly version: number;
}

export interface Pane {
  readonly element: HTMLElement;
  /** The element that takes the keyboard focus. */
  readonly target: HTMLElement;
  /** True when a focused `target` is the view itself, not one of its controls. */
  holds(target: Element): boolean;
  /** The view becomes visible, or the subject changes while it is visible. */
  show(subject: Subject): void;
  /** The view is hidden. */
  hide(): void;
  /** The search has a new answer. */
  searched(): void;
  /** The theme or the meaning of the colours has changed. */
  recolour(): void;
  /** Handles a key; `onView`: the focus is in the view or nowhere. Returns true when the view used the key. */
  key(e: KeyboardEvent, onView: boolean): boolean;
}

/** The selected function, which every view shows. */
export interface Selected {
  readonly frame: Frame;
  readonly figures: Figures;
  /** What percentages refer to. */
  readonly of: number;
  /** One sentence for screen readers; undefined when the view announces it by itself. */
  readonly spoken: string | undefined;
}

/** What views tell the page. */
export interface PaneEvents {
  selected(selected: Selected): void;
  /** A part of the saved state changed. */
  changed(): void;
  legend(entries: readonly LegendEntry[]): void;
  openSource(frame: Frame): void;
  /** The menu of a function, at this position in the window, px. */
  menu(frame: Frame, x: number, y: number): void;
  failed(e: unknown): void;
}
