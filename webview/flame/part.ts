/**
 * The part of the profile that is shown, as chips: one for each option that is set, with pprof's name and its meaning.
 * Pure: makes chips from a part and a part from chips.
 */
import type { Granularity, Part } from '../../src/profile/types';
import { foldTypeArguments, splitName } from './labels';

type TextWord = 'focus' | 'ignore' | 'hide' | 'show' | 'showFrom' | 'tagFocus' | 'tagIgnore' | 'tagRoot' | 'tagLeaf';

export interface Word {
  readonly key: TextWord;
  /** pprof's name for it. */
  readonly word: string;
  readonly title: string;
  readonly does: string;
  readonly placeholder: string;
}

/** In the order of the chips. */
export const WORDS: readonly Word[] = [
  {
    key: 'focus',
    word: 'focus',
    title: 'Focus',
    does: 'Only stacks with a frame that matches',
    placeholder: 'Reconcile',
  },
  {
    key: 'ignore',
    word: 'ignore',
    title: 'Ignore',
    does: 'No stacks with a frame that matches',
    placeholder: 'runtime\\.gcBgMarkWorker',
  },
  {
    key: 'showFrom',
    word: 'show_from',
    title: 'Show from',
    does: 'Stacks begin at the first frame that matches; those without one go',
    placeholder: '\\.Reconcile$',
  },
  {
    key: 'hide',
    word: 'hide',
    title: 'Hide',
    does: 'Frames that match are left out, their callees stay',
    placeholder: '^runtime\\.',
  },
  { key: 'show', word: 'show', title: 'Show', does: 'Only frames that match are left', placeholder: 'example\\.com/' },
  {
    key: 'tagFocus',
    word: 'tagfocus',
    title: 'Tag focus',
    does: 'Only samples with a pprof label that matches: key=value, or a range of a number',
    placeholder: 'controller=widget',
  },
  {
    key: 'tagIgnore',
    word: 'tagignore',
    title: 'Tag ignore',
    does: 'No samples with a pprof label that matches',
    placeholder: 'controller=widget',
  },
  {
    key: 'tagRoot',
    word: 'tagroot',
    title: 'Tag root',
    does: 'The values of these pprof labels become frames at the root',
    placeholder: 'controller',
  },
  {
    key: 'tagLeaf',
    word: 'tagleaf',
    title: 'Tag leaf',
    does: 'The values of these pprof labels become frames at the leaves',
    placeholder: 'bytes',
  },
];

/** What a frame stands for; the first one is the default. */
export const GRANULARITIES: readonly { readonly id: Granularity; readonly title: string }[] = [
  { id: 'functions', title: 'Functions' },
  { id: 'filefunctions', title: 'Functions and files' },
  { id: 'files', title: 'Files' },
  { id: 'lines', title: 'Lines' },
  { id: 'packages', title: 'Packages' },
  { id: 'addresses', title: 'Addresses' },
];

export interface Chip {
  readonly key: keyof Part;
  /** "focus", "hide", "granularity", "noinlines". */
  readonly word: string;
  /** Short; the whole text is `text`. */
  readonly shown: string;
  readonly text: string;
  readonly does: string;
  /** Undefined when there is no text to edit. */
  readonly edits: Word | undefined;
}

export function chipsOf(part: Part): Chip[] {
  const chips: Chip[] = [];
  for (const w of WORDS) {
    const text = textOf(part, w);
    if (text !== '') chips.push({ key: w.key, word: w.word, shown: shortPattern(text), text, does: w.does, edits: w });
  }
  const g = GRANULARITIES.find((x) => x.id === part.granularity);
  if (g && g !== GRANULARITIES[0])
    chips.push({
      key: 'granularity',
      word: 'granularity',
      shown: g.id,
      text: g.id,
      does: `A frame stands for: ${g.title.toLowerCase()}`,
      edits: undefined,
    });
  if (part.noInlines === true)
    chips.push({
      key: 'noInlines',
      word: 'noinlines',
      shown: '',
      text: '',
      does: 'Inlined functions count as the function that holds them',
      edits: undefined,
    });
  return chips;
}

/** The text to edit for a word: patterns as they are, names of labels separated by commas; '' when it isn't set. */
export function textOf(part: Part, { key }: Word): string {
  const v = part[key];
  return v === undefined ? '' : typeof v === 'string' ? v : v.join(',');
}

/** `part` with the text typed for a word; '' removes the word. */
export function withText(part: Part, { key }: Word, text: string): Part {
  if (text === '') return without(part, key);
  if (key === 'tagRoot' || key === 'tagLeaf')
    return {
      ...part,
      [key]: text
        .split(',')
        .map((k) => k.trim())
        .filter((k) => k !== ''),
    };
  return { ...part, [key]: key === 'tagFocus' || key === 'tagIgnore' ? [text] : text };
}

export function without(part: Part, key: keyof Part): Part {
  const next: { -readonly [K in keyof Part]?: Part[K] } = { ...part };
  delete next[key];
  return next;
}

export function withGranularity(part: Part, granularity: Granularity): Part {
  return granularity === 'functions' ? without(part, 'granularity') : { ...part, granularity };
}

/** `part` with a switch toggled. */
export function toggled(part: Part, key: 'cut' | 'noInlines'): Part {
  return part[key] === true ? without(part, key) : { ...part, [key]: true };
}

/**
 * `part` with `name` (a whole function name) under a word that takes a pattern. For `hide` and `ignore` it is added to
 * the existing pattern.
 */
export function withFunction(part: Part, key: 'focus' | 'ignore' | 'hide' | 'showFrom', name: string): Part {
  const exact = exactly(name);
  const before = part[key];
  return {
    ...part,
    [key]:
      before !== undefined && (key === 'hide' || key === 'ignore') && before !== exact ? `${before}|${exact}` : exact,
  };
}

/** A pattern, in the syntax of Go's regexp, that only this name matches. */
export function exactly(name: string): string {
  return `^${name.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')}$`;
}

/** A pattern short enough for a chip: one that matches a whole name is shown as the name's short form. */
function shortPattern(text: string): string {
  return text
    .split('|')
    .map((one) => {
      const name = /^\^(.*)\$$/.exec(one)?.[1]?.replace(/\\(.)/g, '$1');
      if (name === undefined || exactly(name) !== one) return one;
      const { pkg, rest } = splitName(name);
      const short = foldTypeArguments(rest);
      return pkg === '' || short.startsWith('(') ? short : `${pkg}.${short}`;
    })
    .join(' | ');
}

/** Reads a stored part and checks each word: an older version may have written it. */
export function readPart(raw: unknown): Part {
  const p = (typeof raw === 'object' && raw !== null ? raw : {}) as Readonly<Record<string, unknown>>;
  const part: Record<string, unknown> = {};
  for (const { key } of WORDS) {
    const v = p[key];
    if (
      key.startsWith('tag')
        ? Array.isArray(v) && v.length > 0 && v.every((k) => typeof k === 'string')
        : typeof v === 'string' && v !== ''
    )
      part[key] = v;
  }
  const g = GRANULARITIES.find((x) => x.id === p['granularity']);
  if (g && g.id !== 'functions') part['granularity'] = g.id;
  if (p['noInlines'] === true) part['noInlines'] = true;
  if (p['cut'] === true) part['cut'] = true;
  return part;
}

export function isWhole(part: Part): boolean {
  return Object.keys(part).length === 0;
}
