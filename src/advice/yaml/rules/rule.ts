/** What a rule for YAML is. One rule = one file in this folder and one line in index.ts. */
import type { Edit, Finding, Fix, Measured } from '../../types';
import type { Place, Wanted } from '../place';
import { isMinimal } from '../verify';

export interface YamlContext {
  readonly text: string;
  readonly place: Place;
  readonly measured: Measured | undefined;
}

export interface YamlRule {
  /** Kebab case; the diagnostic's code. */
  readonly id: string;
  readonly title: string;
  /** Markdown: what it means and where it is known from. */
  readonly explains: string;
  check(context: YamlContext): Iterable<Finding>;
}

/** A fix that sets these values here; none when it can't be done without touching anything else. */
export function fixOf(
  { text, place }: YamlContext,
  id: string,
  title: string,
  wanted: readonly Wanted[],
  preferred = false,
): Fix[] {
  const edits: readonly Edit[] | undefined = place.set(wanted);
  if (edits === undefined || edits.length === 0 || !isMinimal(text, edits, wanted.length)) return [];
  return [{ id, title, edits, ...(preferred && { preferred }) }];
}

/** A number as flags state it; undefined for anything else. */
export function numberOf(value: string | undefined): number | undefined {
  if (value === undefined || !/^[-+]?\d+(\.\d+)?$/.test(value.trim())) return undefined;
  return Number(value);
}
