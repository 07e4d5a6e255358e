/** A form in which a component's settings are written: flags of a container, its environment, keys of a map, … */
import type { Edit, Span } from '../../types';
import type { YamlText } from '../yamlText';
import type { Knob } from '../types';

export interface Stated {
  /** As it is read; undefined: it is set, but not to something that can be known from this file. */
  readonly value: string | undefined;
  /** Name and value, in the source's offsets. */
  readonly span: Span;
  /** It is set more than once here. */
  readonly twice: boolean;
  /** Types over the value; `stop`: a person may type over it in turn. Undefined when that can't be done safely. */
  edit(value: string, stop: boolean): Edit | undefined;
}

export interface Change {
  readonly knob: Knob;
  readonly value: string;
  readonly stop: boolean;
}

export interface Form {
  readonly source: YamlText;
  /** As the knob is called in this form; undefined when it can't be set in it. */
  label(knob: Knob): string | undefined;
  stated(knob: Knob): Stated | undefined;
  /** True when something that can't be read here may set the knob: a template, a merge, `envFrom`. */
  mayHideSettings(knob: Knob): boolean;
  /**
   * Adds what isn't stated yet. All changes are of knobs that have a label here. Undefined when it can't be done
   * safely.
   */
  add(changes: readonly Change[]): Edit[] | undefined;
}
