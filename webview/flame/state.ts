/** The page's state that survives hiding its tab and reloading the window. */
import type { Part } from '../../src/profile/types';
import type { ColourMode } from './colours';
import { readPart } from './part';

export const VIEWS = ['flame', 'tree', 'sandwich', 'top'] as const;
export type View = (typeof VIEWS)[number];

/** How the table of functions is sorted: by the name of a column. */
export interface TopSort {
  readonly by: string;
  readonly descending: boolean;
}

export interface PageState {
  view: View;
  /**
   * "type/unit" of the values shown; '' = the profile's default. By name, so that it is still valid when the file is
   * written anew.
   */
  sampleType: string;
  part: Part;
  /** Name of the selected function, which all views show; '' = none. */
  selected: string;
  /** The open file's id for it, once a view knows it; not saved. */
  selectedId: number | undefined;
  /** Function ids down to the zoomed frame; [] = all. */
  zoom: readonly number[];
  /** Lengths of the earlier zooms on the way, shortest first: Escape goes back to them. All are shorter than `zoom`. */
  marks: readonly number[];
  /** Function ids down to the focused frame of the call tree. */
  focus: readonly number[];
  search: string;
  /** '' = automatic: by change for a comparison, otherwise by layer. */
  colour: ColourMode | '';
  /** True: the root at the bottom. */
  flipped: boolean;
  top: TopSort;
}

export const FRESH: Readonly<PageState> = {
  view: 'flame',
  sampleType: '',
  part: {},
  selected: '',
  selectedId: undefined,
  zoom: [],
  marks: [],
  focus: [],
  search: '',
  colour: '',
  flipped: false,
  top: { by: 'flat', descending: true },
};

const COLOURS: readonly ColourMode[] = ['layer', 'package', 'own', 'change'];

/** The effective colour mode: by change only if there is a base. */
export function colourOf({ colour }: Pick<PageState, 'colour'>, compared: boolean): ColourMode {
  if (colour === '') return compared ? 'change' : 'layer';
  return colour === 'change' && !compared ? 'layer' : colour;
}

/** The stored state, with each part checked: an older version may have written it. */
export function readState(raw: unknown): PageState {
  const s = (typeof raw === 'object' && raw !== null ? raw : {}) as Partial<Record<keyof PageState, unknown>>;
  const zoom = ids(s.zoom);
  return {
    view: VIEWS.find((v) => v === s.view) ?? 'flame',
    sampleType: text(s.sampleType),
    part: readPart(s.part),
    selected: text(s.selected),
    selectedId: undefined,
    zoom,
    marks: ids(s.marks).filter((n, i, all) => n < zoom.length && (i === 0 || n > all[i - 1]!)),
    focus: ids(s.focus),
    search: text(s.search),
    colour: COLOURS.find((c) => c === s.colour) ?? '',
    flipped: s.flipped === true,
    top: sortOf(s.top),
  };
}

function text(raw: unknown): string {
  return typeof raw === 'string' ? raw : '';
}

function sortOf(raw: unknown): TopSort {
  const { by, descending } = (typeof raw === 'object' && raw !== null ? raw : {}) as Readonly<Record<string, unknown>>;
  return typeof by === 'string' && typeof descending === 'boolean' ? { by, descending } : FRESH.top;
}

function ids(raw: unknown): number[] {
  return Array.isArray(raw) && raw.every((n) => Number.isInteger(n) && n >= 0) ? (raw as number[]) : [];
}

/**
 * Zooms to `path`, which is above or below the zoomed frame. Going deeper leaves a mark to go back to; going up drops
 * the marks that are passed.
 */
export function zoomed(
  state: Pick<PageState, 'zoom' | 'marks'>,
  path: readonly number[],
): Pick<PageState, 'zoom' | 'marks'> {
  const { zoom, marks } = state;
  if (path.length > zoom.length) return { zoom: path, marks: [...marks, zoom.length] };
  return { zoom: path, marks: marks.filter((n) => n < path.length) };
}

/** The zoom before this one; undefined when there is none. */
export function backed(state: Pick<PageState, 'zoom' | 'marks'>): Pick<PageState, 'zoom' | 'marks'> | undefined {
  if (state.zoom.length === 0) return undefined;
  const length = state.marks[state.marks.length - 1] ?? 0;
  return { zoom: state.zoom.slice(0, length), marks: state.marks.slice(0, -1) };
}
