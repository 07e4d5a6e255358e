/** Merges the columns of several files: symbols are equal by content, samples by their stacks and labels. */
import { NONE, type Columns, type Label, type Mapping } from '../columns';
import { labelSets } from '../part/labels';
import type { Difference } from '../model';
import type { ValueType } from '../types';
import { Stacks } from './stacks';

/** pprof rounds the size of a mapping up to this when it looks for the same one. */
const PAGE = 4096n;

export class Merged {
  readonly #mappings: Mapping[] = [];
  readonly #mappingIds = new Map<string, number>();
  readonly #fnIds = new Map<string, number>();
  readonly #fn: { name: string; system: string; file: string; start: number; known: boolean }[] = [];
  readonly #locIds = new Map<string, number>();
  readonly #lineAt: number[] = [0];
  readonly #lineFn: number[] = [];
  readonly #lineNo: number[] = [];
  readonly #address: bigint[] = [];
  readonly #locMapping: number[] = [];
  readonly #folded: number[] = [];
  readonly #stacks: Stacks;
  readonly #setIds = new Map<string, number>([['[]', 0]]);
  readonly #sets: (readonly Label[])[] = [[]];
  readonly #values: Float64Array[];
  readonly #before: Float64Array[];

  constructor(
    private readonly types: readonly ValueType[],
    samples: number,
    private readonly difference: boolean,
  ) {
    this.#stacks = new Stacks(samples);
    this.#values = types.map(() => new Float64Array(samples));
    this.#before = difference ? types.map(() => new Float64Array(samples)) : [];
  }

  /**
   * `columns`: index of the file's column for each type. Scaled values are rounded as pprof does it, unless they are
   * rates.
   */
  add(
    c: Columns,
    columns: readonly number[],
    factors: readonly number[],
    role: 'source' | 'base',
    rounded: boolean,
  ): void {
    const lines = this.#lines(c);
    const labels = labelSets(c);
    const sets = labels.sets.map((set) => this.#set(set));
    const values = columns.map((k) => c.values[k] as Float64Array);
    const scaled = factors.some((f) => f !== 1);
    const one = new Float64Array(columns.length);
    const frames = new Uint32Array(c.maxDepth);
    for (let i = 0; i < c.samples; i++) {
      let some = false;
      for (let t = 0; t < one.length; t++) {
        const v = (values[t] as Float64Array)[i] as number;
        const f = factors[t] as number;
        one[t] = scaled && f !== 1 ? (rounded ? round(v * f) : v * f) : v;
        some ||= one[t] !== 0;
      }
      // pprof drops samples whose values are all zero when it merges.
      if (!some) continue;
      const from = c.frameAt[i] as number;
      const n = (c.frameAt[i + 1] as number) - from;
      for (let j = 0; j < n; j++) frames[j] = lines[c.frames[from + j] as number] as number;
      const s = this.#stacks.intern(frames, n, sets[labels.of[i] as number] as number);
      for (let t = 0; t < one.length; t++) {
        const v = one[t] as number;
        const to = this.#values[t] as Float64Array;
        if (role === 'source') {
          to[s] = (to[s] as number) + v;
          continue;
        }
        to[s] = (to[s] as number) - v;
        const before = this.#before[t] as Float64Array;
        before[s] = (before[s] as number) + v;
      }
    }
  }

  finish(
    files: readonly Columns[],
    sources: number,
    ofBase: boolean,
  ): { readonly columns: Columns; readonly difference: Difference | undefined } {
    const [first] = files as readonly [Columns, ...Columns[]];
    const { count, frameAt, frames, sets } = this.#stacks.finish();
    const values = this.#values.map((v) => v.slice(0, count));
    const before = this.#before.map((v) => v.slice(0, count));
    // Placeholders come last, as in a file.
    const known = this.#fn.filter((f) => f.known);
    const place = new Map([...known, ...this.#fn.filter((f) => !f.known)].map((f, i) => [f, i]));
    const fns = [...place.keys()];
    const labels = this.#sets;
    const chosen = first.sampleTypes[first.defaultSampleType]?.type;
    const named = this.types.findIndex((t) => t.type === chosen);
    const times = files
      .slice(0, sources)
      .map((c) => c.timeNanos)
      .filter((t) => t !== 0n);
    const columns: Columns = {
      sampleTypes: this.types,
      defaultSampleType: named >= 0 ? named : this.types.length - 1,
      samples: count,
      values,
      frameAt,
      frames,
      lineAt: Uint32Array.from(this.#lineAt),
      lineFn: Uint32Array.from(this.#lineFn, (f) => place.get(this.#fn[f] as (typeof fns)[number]) as number),
      lineNo: Float64Array.from(this.#lineNo),
      locAddress: BigUint64Array.from(this.#address),
      locMapping: Uint32Array.from(this.#locMapping),
      locFolded: Uint8Array.from(this.#folded),
      fnKnown: known.length,
      fnName: fns.map((f) => f.name),
      fnSystemName: fns.map((f) => f.system),
      fnFile: fns.map((f) => f.file),
      fnStart: Float64Array.from(fns, (f) => f.start),
      mappings: this.#mappings,
      labels: (i) => labels[sets[i] as number] ?? [],
      labelKeys: [...new Set(labels.flat().map((l) => l.key))].sort(),
      // pprof: the earliest start, the sum of the lengths, the longest period.
      timeNanos: times.reduce((a, b) => (b < a ? b : a), times[0] ?? 0n),
      durationNanos: files.slice(0, sources).reduce((n, c) => n + c.durationNanos, 0),
      period: Math.max(...files.map((c) => c.period)),
      periodType: first.periodType,
      comments: [...new Set(files.flatMap((c) => c.comments))],
      docUrl: first.docUrl,
      maxDepth: Math.max(...files.map((c) => c.maxDepth)),
      warnings: [...new Set(files.flatMap((c) => c.warnings))],
    };
    if (!this.difference) return { columns, difference: undefined };
    const size = (v: Float64Array) => v.reduce((n, x) => n + Math.abs(x), 0);
    const bases = before.map(size);
    const totals = values.map((v, t) => (ofBase && (bases[t] as number) > 0 ? (bases[t] as number) : size(v)));
    return {
      columns,
      difference: {
        before,
        totals,
        widths: values.map((v, t) => v.reduce((n, x, i) => n + x + 2 * ((before[t] as Float64Array)[i] as number), 0)),
      },
    };
  }

  /** The merged line of each line of a file. */
  #lines(c: Columns): Uint32Array {
    const fns = c.fnName.map((name, f) =>
      this.#function(name, c.fnSystemName[f] ?? '', c.fnFile[f] ?? '', c.fnStart[f] ?? 0, f < c.fnKnown),
    );
    const mappings = c.mappings.map((m) => this.#mapping(m));
    const out = new Uint32Array(c.lineFn.length);
    for (let l = 0; l < c.locAddress.length; l++) {
      const from = c.lineAt[l] as number;
      const to = c.lineAt[l + 1] as number;
      const told = c.locMapping[l] as number;
      const mapping = told === NONE ? NONE : (mappings[told] as number);
      // Where a program lies in memory differs from run to run, so addresses are compared relative to the mapping's
      // start.
      const start = told === NONE ? 0n : (c.mappings[told]?.start ?? 0n);
      let key = `${mapping}:${(c.locAddress[l] as bigint) - start}:${c.locFolded[l]}`;
      for (let k = from; k < to; k++) key += `|${fns[c.lineFn[k] as number]},${c.lineNo[k]}`;
      let at = this.#locIds.get(key);
      if (at === undefined) {
        this.#locIds.set(key, (at = this.#lineFn.length));
        for (let k = from; k < to; k++) {
          this.#lineFn.push(fns[c.lineFn[k] as number] as number);
          this.#lineNo.push(c.lineNo[k] as number);
        }
        this.#lineAt.push(this.#lineFn.length);
        this.#address.push(
          mapping === NONE
            ? (c.locAddress[l] as bigint)
            : BigInt.asUintN(64, (c.locAddress[l] as bigint) - start + (this.#mappings[mapping]?.start ?? 0n)),
        );
        this.#locMapping.push(mapping);
        this.#folded.push(c.locFolded[l] as number);
      }
      for (let k = from; k < to; k++) out[k] = at + k - from;
    }
    return out;
  }

  #function(name: string, system: string, file: string, start: number, known: boolean): number {
    const key = `${known ? '' : '?'}${name}\n${system}\n${file}\n${start}`;
    let id = this.#fnIds.get(key);
    if (id === undefined) {
      this.#fnIds.set(key, (id = this.#fn.length));
      this.#fn.push({ name, system, file, start, known });
    }
    return id;
  }

  #mapping(m: Mapping): number {
    const size = (m.limit - m.start + PAGE - 1n) / PAGE;
    const key = `${size}:${m.offset}:${m.buildId !== '' ? m.buildId : m.file}`;
    let id = this.#mappingIds.get(key);
    if (id === undefined) {
      this.#mappingIds.set(key, (id = this.#mappings.length));
      this.#mappings.push({ ...m, id: BigInt(id + 1) });
    }
    return id;
  }

  #set(set: readonly Label[]): number {
    if (set.length === 0) return 0;
    const sorted = [...set].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    const key = JSON.stringify(sorted);
    let id = this.#setIds.get(key);
    if (id === undefined) {
      this.#setIds.set(key, (id = this.#sets.length));
      this.#sets.push(set);
    }
    return id;
  }
}

/** Like Go's math.Round: halves are rounded away from zero. */
function round(v: number): number {
  return v < 0 ? -Math.round(-v) : Math.round(v);
}
