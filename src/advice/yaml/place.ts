/**
 * One place where a component is set up: which component, at which version, and the forms that its settings are written
 * in.
 */
import type { Edit, Span } from '../types';
import { editInFile, isTemplated, spanInFile, type YamlText } from './yamlText';
import type { Change, Form } from './forms/form';
import type { Component, Knob } from './types';
import { defaultAt } from './versions';

export interface PlaceData {
  readonly component: Component;
  /** As the image's tag or the file states it. */
  readonly version: string | undefined;
  /** Forms by precedence: what the first states holds. */
  readonly forms: readonly Form[];
  /** Where new settings go, when not into the first form that has them. */
  readonly preferred?: Form;
  /** What isn't stated is at its default: the file is no patch. */
  readonly complete: boolean;
  /** What is marked for something that isn't stated; and all of the place, for hovers. In the source's offsets. */
  readonly mark: Span;
  readonly whole: Span;
  readonly source: YamlText;
  /** Number of replicas and where it is, of a workload. */
  readonly replicas?: { readonly value: number; readonly span: Span };
  readonly kind?: string;
}

/** A setting in force. */
export interface InForce {
  readonly knob: Knob;
  /** Undefined: can't be known from this file. */
  readonly value: string | undefined;
  readonly from: 'default' | 'set' | 'unknown';
  /** As it is called where it is, or would be, set. */
  readonly label: string;
  /** Where it is set, in the file's offsets. */
  readonly span: Span | undefined;
  readonly twice: boolean;
}

export interface Wanted {
  readonly knob: Knob;
  readonly value: string;
  readonly stop?: boolean;
}

export class Place {
  readonly component: Component;
  readonly version: string | undefined;
  /** In the file's offsets. */
  readonly mark: Span;
  readonly whole: Span;

  constructor(readonly data: PlaceData) {
    this.component = data.component;
    this.version = data.version;
    this.mark = spanInFile(data.source, data.mark);
    this.whole = spanInFile(data.source, data.whole);
  }

  /** What isn't stated here is at its default. */
  get complete(): boolean {
    return this.data.complete && this.data.source.templates.length === 0;
  }

  /** Undefined where the setting isn't known to be there at this version. */
  default(knob: Knob): string | undefined {
    return defaultAt(this.component, knob, this.version);
  }

  /** Undefined when none of the forms here has the knob. */
  inForce(knob: Knob): InForce | undefined {
    let label = this.data.preferred?.label(knob);
    let elsewhere = false;
    for (const form of this.data.forms) {
      const name = form.label(knob);
      if (name === undefined) continue;
      label ??= name;
      const stated = form.stated(knob);
      if (stated !== undefined)
        return {
          knob,
          value: elsewhere ? undefined : stated.value,
          from: stated.value === undefined || elsewhere ? 'unknown' : 'set',
          label: name,
          span: spanInFile(form.source, stated.span),
          twice: stated.twice && form.source.templates.length === 0,
        };
      elsewhere ||= form.mayHideSettings(knob);
    }
    if (label === undefined) return undefined;
    const byDefault = this.default(knob);
    const known = this.complete && !elsewhere && byDefault !== undefined;
    return {
      knob,
      value: known ? byDefault : undefined,
      from: known ? 'default' : 'unknown',
      label,
      span: undefined,
      twice: false,
    };
  }

  /**
   * Edits that set all of these, each where it is set now or else in the first form that has it. Undefined when one of
   * them can't be set safely.
   */
  set(wanted: readonly Wanted[]): Edit[] | undefined {
    const edits: Edit[] = [];
    const added = new Map<Form, Change[]>();
    for (const { knob, value, stop = false } of wanted) {
      const form =
        this.data.forms.find((f) => f.stated(knob) !== undefined) ??
        [...(this.data.preferred === undefined ? [] : [this.data.preferred]), ...this.data.forms].find(
          (f) => f.label(knob) !== undefined,
        );
      if (form === undefined) return undefined;
      const stated = form.stated(knob);
      if (stated === undefined) {
        // A program does not start with a flag that it doesn't know.
        if (this.default(knob) === undefined) return undefined;
        const list = added.get(form);
        if (list === undefined) added.set(form, [{ knob, value, stop }]);
        else list.push({ knob, value, stop });
        continue;
      }
      // With two of them it can't be told which one a reader takes.
      if (stated.twice || isTemplated(form.source, stated.span)) return undefined;
      if (stated.value === value && !stop) continue;
      const edit = stated.edit(value, stop);
      if (edit === undefined) return undefined;
      edits.push(editInFile(form.source, edit));
    }
    for (const [form, changes] of added) {
      const more = form.add(changes);
      if (more === undefined) return undefined;
      edits.push(...more.map((e) => editInFile(form.source, e)));
    }
    return edits;
  }
}
