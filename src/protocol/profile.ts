/**
 * What the two pages of a profile have in common: the facts line, and the messages that both of them send and receive.
 */
import type { ProblemData } from '../base/problem';
import type { StackFrame } from '../profile/types';
import type { Shapes } from './channel';
import { flag, list, number, object, optional, problem, text, oneOf, type Shape } from './shape';

export type PageName = 'flame' | 'goroutines';

/** The facts line of a page: what a reader needs before the picture. */
export interface PageFacts {
  /** "CPU gadgets-controller-manager" or the file's name. */
  readonly title: string;
  /** "gadgets-7c9d-x2x4p, leader, 30 s, today 14:32": ready to show; '' = nothing known. */
  readonly subtitle: string;
  /** Modules of the open workspace, for "your module". */
  readonly ownModules: readonly string[];
  /** Pages that can show this file; the segments of the toolbar. */
  readonly pages: readonly PageName[];
  /** True for one of our captures, which can be taken again ("Capture again"); absent for any other file. */
  readonly again?: boolean;
}

export type ToProfilePage =
  | { readonly type: 'loading'; readonly title: string; readonly text: string }
  | { readonly type: 'failed'; readonly title: string; readonly problem: ProblemData };

export type FromProfilePage =
  /** Shows the same file in the other page. */
  | { readonly type: 'show'; readonly page: PageName }
  | { readonly type: 'openSource'; readonly frame: StackFrame }
  | { readonly type: 'captureAgain' }
  /** The picture is drawn, this long after the page got the profile. */
  | { readonly type: 'drawn'; readonly millis: number };

const pageName: Shape<PageName> = oneOf('flame', 'goroutines');

export const pageFacts = object<PageFacts>({
  title: text,
  subtitle: text,
  ownModules: list(text),
  pages: list(pageName),
  again: optional(flag),
});

export const stackFrame = object<StackFrame>({ name: text, file: text, line: number });

export const TO_PROFILE_PAGE: Shapes<ToProfilePage> = {
  loading: { title: text, text },
  failed: { title: text, problem },
};

export const FROM_PROFILE_PAGE: Shapes<FromProfilePage> = {
  show: { page: pageName },
  openSource: { frame: stackFrame },
  captureAgain: {},
  drawn: { millis: number },
};
