/**
 * What all questions about one open profile share: functions merged by name and file, the functions of each location, totals,
 * and the line to open for a function. Each part is made when it is first needed.
 */
import { NONE, type Columns } from './columns';
import { originOf, packageOf } from './names';
import type { Frame, ProfileSummary } from './types';

export class Model {
  /** Function id (merged) of each line, parallel to `columns.lineFn`. */
  readonly lineId: Uint32Array;
  /** A function of the file (index into `fn…` columns) that stands for each merged id. */
  readonly #sample: Uint32Array;
  /** True when some location has several lines: frames were inlined. */
  readonly inlined: boolean;
  readonly functions: number;
  /** Sum of the samples' absolute values, and their plain sum, for each sample type. */
  readonly totals: readonly { readonly size: number; readonly net: number }[];
  #lines: Float64Array | undefined;

  constructor(readonly columns: Columns) {
    const { fnName, fnFile, lineFn } = columns;
    const ids = new Map<string, Map<string, number>>();
    const sample: number[] = [];
    const idOf = new Uint32Array(fnName.length);
    for (let f = 0; f < fnName.length; f++) {
      const name = fnName[f] as string;
      const file = fnFile[f] as string;
      let files = ids.get(name);
      if (!files) ids.set(name, files = new Map<string, number>());
      let id = files.get(file);
      if (id === undefined) {
        files.set(file, id = sample.length);
        sample.push(f);
      }
      idOf[f] = id;
    }
    this.functions = sample.length;
    this.#sample = Uint32Array.from(sample);
    this.lineId = new Uint32Array(lineFn.length);
    for (let i = 0; i < lineFn.length; i++) this.lineId[i] = idOf[lineFn[i] as number] as number;
    this.inlined = lineFn.length > columns.locAddress.length;
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

  name(id: number): string { return this.columns.fnName[this.#sample[id] as number] ?? ''; }
  file(id: number): string { return this.columns.fnFile[this.#sample[id] as number] ?? ''; }

  /**
   * The line to open for a function: of its lines the one in which most of the default sample type's value passes, since that
   * is where a reader wants to look; the function's first line when the file has no line numbers; 0 when it has neither.
   */
  line(id: number): number { return (this.#lines ??= this.#busiestLines())[id] ?? 0; }

  frame(id: number, ownModules: readonly string[]): Frame & { readonly id: number } {
    const name = this.name(id);
    const file = this.file(id);
    return { id, name, pkg: packageOf(name), file, line: this.line(id), origin: originOf(name, file, ownModules) };
  }

  #busiestLines(): Float64Array {
    const { stackAt, stack, values, defaultSampleType, lineAt, lineNo, samples, fnStart, locAddress } = this.columns;
    const v = values[defaultSampleType] as Float64Array;
    const weight = new Float64Array(locAddress.length);
    for (let i = 0; i < samples; i++) {
      const w = Math.abs(v[i] as number);
      if (w === 0) continue;
      for (let j = stackAt[i] as number, end = stackAt[i + 1] as number; j < end; j++) {
        const l = stack[j] as number;
        weight[l] = (weight[l] as number) + w;
      }
    }
    // Several locations (call sites, program counters) share a line: add them up before comparing.
    const sums = new Map<number, number>();
    for (let l = 0; l < weight.length; l++) {
      for (let k = lineAt[l] as number; k < (lineAt[l + 1] as number); k++) {
        const no = lineNo[k] as number;
        if (no === 0 || no >= LINES) continue;
        const key = (this.lineId[k] as number) * LINES + no;
        sums.set(key, (sums.get(key) ?? 0) + (weight[l] as number));
      }
    }
    const best = new Float64Array(this.functions);
    const most = new Float64Array(this.functions).fill(-1);
    for (const [key, w] of sums) {
      const no = key % LINES;
      const id = (key - no) / LINES;
      // The upper one of two equal lines, whatever the file's order.
      if (w > (most[id] as number) || (w === most[id] && no < (best[id] as number))) { most[id] = w; best[id] = no; }
    }
    for (let id = 0; id < best.length; id++) if ((most[id] as number) < 0) best[id] = fnStart[this.#sample[id] as number] ?? 0;
    return best;
  }

  summary(kind: ProfileSummary['kind']): ProfileSummary {
    const c = this.columns;
    return {
      kind,
      sampleTypes: c.sampleTypes.map((t, i) => ({ ...t, total: this.totals[i]?.size ?? 0 })),
      defaultSampleType: c.defaultSampleType,
      samples: c.samples,
      timeMillis: Number(c.timeNanos / 1_000_000n),
      durationNanos: c.durationNanos,
      maxDepth: c.maxDepth,
      warnings: c.warnings,
    };
  }

  /** Values of a sample type; the default one for an index that there is not. */
  values(sampleType: number): Float64Array {
    return this.columns.values[this.type(sampleType)] as Float64Array;
  }

  type(sampleType: number): number {
    return sampleType in this.columns.values ? sampleType : this.columns.defaultSampleType;
  }
}

/** No file has as many lines; a function and a line then fit into one exact number. */
const LINES = 2 ** 21;

/** Id of the root row. */
export const ROOT = NONE;
