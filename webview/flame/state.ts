/** What of the page survives hiding its tab and a reload of the window. */
import type { ColourMode } from './colours';

export type View = 'flame' | 'tree';

export interface PageState {
  view: View;
  /** "type/unit" of the values shown; '' = the profile's default. By name, so that it fits a file written anew. */
  sampleType: string;
  /** Function ids down to the zoomed frame; [] = all. */
  zoom: readonly number[];
  /** Lengths of the earlier zooms on the way, shortest first: where Escape goes back to. All shorter than `zoom`. */
  marks: readonly number[];
  /** Function ids down to the focused frame. */
  focus: readonly number[];
  search: string;
  colour: ColourMode;
  /** True: the root at the bottom. */
  flipped: boolean;
}

export const FRESH: Readonly<PageState> = { view: 'flame', sampleType: '', zoom: [], marks: [], focus: [], search: '', colour: 'package', flipped: false };

/** State as it was left, each part checked: an older version may have written it. */
export function readState(raw: unknown): PageState {
  const s = (typeof raw === 'object' && raw !== null ? raw : {}) as Partial<Record<keyof PageState, unknown>>;
  const zoom = ids(s.zoom);
  return {
    view: s.view === 'tree' ? 'tree' : 'flame',
    sampleType: typeof s.sampleType === 'string' ? s.sampleType : '',
    zoom,
    marks: ids(s.marks).filter((n, i, all) => n < zoom.length && (i === 0 || n > all[i - 1]!)),
    focus: ids(s.focus),
    search: typeof s.search === 'string' ? s.search : '',
    colour: s.colour === 'own' ? 'own' : 'package',
    flipped: s.flipped === true,
  };
}

function ids(raw: unknown): number[] { return Array.isArray(raw) && raw.every((n) => Number.isInteger(n) && n >= 0) ? raw as number[] : []; }

/** Zooming to `path`, which lies above or below the frame zoomed now: deeper leaves a mark to go back to, higher drops those passed. */
export function zoomed(state: Pick<PageState, 'zoom' | 'marks'>, path: readonly number[]): Pick<PageState, 'zoom' | 'marks'> {
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
