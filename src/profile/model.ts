/**
 * What all questions about one open profile share: the ids of functions, totals, recently used parts, and the line to
 * open for a function. Each is made on first use.
 */
import { NONE, type Columns } from './columns';
import { layerOf } from './layers/layer';
import { originOf, packageOf } from './names';
import { labelSets, type LabelSets } from './part/labels';
import { Nodes, WHOLE } from './part/nodes';
import { viewOf, type View } from './part/view';
import { withLabelFrames } from './part/labelframes';
import type { Combined, Frame, Part, ProfileSummary } from './types';

/** The base's values of a difference, by sample; after = the columns' values + before. */
export interface Difference {
  readonly before: readonly Float64Array[];
  /** What percentages refer to, for each sample type. */
  readonly totals: readonly number[];
  /** Sum of before and after: the width of the root. */
  readonly widths: readonly number[];
}

/** How many parts are cached: a page asks several questions about one part, and goes back to the previous one. */
const VIEWS = 4;

export class Model {
  readonly nodes = new Nodes();
  /** Sum of the samples' absolute values, and their plain sum, for each sample type. */
  readonly totals: readonly { readonly size: number; readonly net: number }[];
  readonly #views = new Map<string, View>();
  readonly #labelled = new Map<string, Columns>();
  #labels: LabelSets | undefined;
  #places: Places | undefined;

  constructor(
    readonly columns: Columns,
    readonly difference?: Difference,
    private readonly combined?: Combined,
  ) {
    this.totals = columns.values.map((values) => {
      let size = 0;
      let net = 0;
      for (let i = 0; i < values.length; i++) {
        const v = values[i] as number;
        net += v;
        size += v < 0 ? -v : v;
      }
      return { size, net };
    });
  }

  /** What percentages refer to. */
  total(sampleType: number): number {
    const type = this.type(sampleType);
    return this.difference?.totals[type] ?? this.totals[type]?.size ?? 0;
  }

  /** The part, ready to be queried. Throws `profile.pattern`. */
  view(part: Part = {}): View {
    const key = JSON.stringify(part, Object.keys(part).sort());
    let view = this.#views.get(key);
    if (!view) {
      view = viewOf(this.#columnsOf(part), this.nodes, part, () => this.labels);
      for (const oldest of [...this.#views.keys()].slice(0, Math.max(0, this.#views.size - VIEWS + 1)))
        this.#views.delete(oldest);
    }
    this.#views.delete(key);
    this.#views.set(key, view);
    return view;
  }

  get labels(): LabelSets {
    return (this.#labels ??= labelSets(this.columns));
  }

  /** The columns with frames made of labels; the last ones are cached. */
  #columnsOf({ tagRoot = [], tagLeaf = [] }: Part): Columns {
    if (tagRoot.length === 0 && tagLeaf.length === 0) return this.columns;
    const key = JSON.stringify([tagRoot, tagLeaf]);
    let columns = this.#labelled.get(key);
    if (!columns) {
      this.#labelled.clear();
      this.#labelled.set(key, (columns = withLabelFrames(this.columns, this.labels, tagRoot, tagLeaf)));
    }
    return columns;
  }

  frame(id: number, ownModules: readonly string[] = []): Frame & { readonly id: number } {
    const name = this.nodes.names[id] ?? '';
    const { file, line } = this.place(id);
    return {
      id,
      name,
      pkg: packageOf(name),
      file,
      line,
      origin: originOf(name, file, ownModules),
      layer: layerOf(name, file, ownModules),
      fn: this.nodes.functionOf[id] ?? NONE,
    };
  }

  /**
   * The file and line to open for a node: of its lines, the one that most of the default sample type's value passes
   * through, since that is where a reader wants to look. The function's first line when the profile has no line
   * numbers; 0 when it has neither.
   */
  place(id: number): { readonly file: string; readonly line: number } {
    const file = this.nodes.files[id] ?? '';
    const line = this.nodes.lines[id] ?? 0;
    if (line !== WHOLE) return { file, line };
    return (this.#places ??= new Places(this.columns)).of(this.nodes.names[id] ?? '', file);
  }

  summary(kind: ProfileSummary['kind']): ProfileSummary {
    const c = this.columns;
    return {
      kind,
      sampleTypes: c.sampleTypes.map((t, i) => ({ ...t, total: this.total(i) })),
      defaultSampleType: c.defaultSampleType,
      samples: c.samples,
      timeMillis: Number(c.timeNanos / 1_000_000n),
      durationNanos: c.durationNanos,
      maxDepth: c.maxDepth,
      warnings: c.warnings,
      labelKeys: c.labelKeys,
      ...(this.combined && { combined: this.combined }),
    };
  }

  /** Values of a sample type; of the default one when the index is out of range. */
  values(sampleType: number): Float64Array {
    return this.columns.values[this.type(sampleType)] as Float64Array;
  }

  /** The base's values, for a difference. */
  before(sampleType: number): Float64Array | undefined {
    return this.difference?.before[this.type(sampleType)];
  }

  type(sampleType: number): number {
    return sampleType in this.columns.values ? sampleType : this.columns.defaultSampleType;
  }
}

/** The busiest file and line of each function. */
class Places {
  readonly #byName = new Map<string, Map<string, { weight: number; line: number; most: number }>>();

  constructor(c: Columns) {
    const weights = this.#weigh(c);
    // Several places (call sites, program counters) share a line, so they are added up before comparing.
    const sums = new Map<string, number>();
    for (let k = 0; k < weights.length; k++) {
      const f = c.lineFn[k] as number;
      const key = `${f} ${c.lineNo[k]}`;
      sums.set(key, (sums.get(key) ?? 0) + (weights[k] as number));
    }
    const lines = new Map<string, number>();
    for (const [key, w] of sums) {
      const [f = 0, no = 0] = key.split(' ').map(Number);
      const place = this.#place(c, f);
      place.weight += w;
      // The profile may have several functions with the same name and file; a line without a number says nothing.
      if (no === 0) continue;
      const at = `${c.fnName[f]}\n${c.fnFile[f]}\n${no}`;
      const sum = (lines.get(at) ?? 0) + w;
      lines.set(at, sum);
      // The upper one of two equal lines, whatever the file's order.
      if (sum > place.most || (sum === place.most && no < place.line)) {
        place.most = sum;
        place.line = no;
      }
    }
    for (let f = 0; f < c.fnName.length; f++) {
      const place = this.#place(c, f);
      if (place.most < 0 && place.line === 0) place.line = c.fnStart[f] ?? 0;
    }
  }

  #place(c: Columns, f: number): { weight: number; line: number; most: number } {
    const name = c.fnName[f] ?? '';
    const file = c.fnFile[f] ?? '';
    let files = this.#byName.get(name);
    if (!files) this.#byName.set(name, (files = new Map<string, { weight: number; line: number; most: number }>()));
    let place = files.get(file);
    if (!place) files.set(file, (place = { weight: 0, line: 0, most: -1 }));
    return place;
  }

  #weigh({ frameAt, frames, values, defaultSampleType, samples, lineFn }: Columns): Float64Array {
    const v = values[defaultSampleType] as Float64Array;
    const weights = new Float64Array(lineFn.length);
    for (let i = 0; i < samples; i++) {
      const w = Math.abs(v[i] as number);
      if (w === 0) continue;
      for (let j = frameAt[i] as number, end = frameAt[i + 1] as number; j < end; j++) {
        const k = frames[j] as number;
        weights[k] = (weights[k] as number) + w;
      }
    }
    return weights;
  }

  of(name: string, file: string): { readonly file: string; readonly line: number } {
    const files = this.#byName.get(name);
    const one = files?.get(file);
    if (one || file !== '') return { file, line: one?.line ?? 0 };
    let best: { file: string; weight: number; line: number } | undefined;
    for (const [f, { weight, line }] of files ?? [])
      if (!best || weight > best.weight) best = { file: f, weight, line };
    return best ?? { file, line: 0 };
  }
}

/** Id of the root row. */
export const ROOT = NONE;
