/** A part as columns of its own, for a file that has nothing else: frames and samples that were left out are gone. */
import { NONE, type Columns } from '../columns';
import type { View } from './view';

/** As `go tool pprof -proto` writes it: whatever the granularity, functions keep their lines and addresses. */
export function filtered(view: View): Columns {
  const { columns: c, nodeOf, ends, samples } = view;
  const locOf = new Uint32Array(c.lineFn.length);
  for (let l = 0; l < c.locAddress.length; l++) locOf.fill(l, c.lineAt[l], c.lineAt[l + 1]);
  const picked = samples ?? Uint32Array.from({ length: c.samples }, (_, i) => i);
  const table = new Locations(c, locOf);
  let room = 0;
  for (const i of picked) room += (ends[i] as number) - (c.frameAt[i] as number);
  const frames = new Uint32Array(room);
  const frameAt = new Uint32Array(picked.length + 1);
  let to = 0;
  let deepest = 0;
  for (let s = 0; s < picked.length; s++) {
    const i = picked[s] as number;
    const from = to;
    for (let j = c.frameAt[i] as number, end = ends[i] as number; j < end; j++)
      if (nodeOf[c.frames[j] as number] !== NONE) frames[to++] = c.frames[j] as number;
    // Lines of a location follow each other, outwards; a line that doesn't begins another location.
    for (let first = from, j = from + 1; first < to; j++) {
      const k = frames[j] as number;
      if (j < to && k > (frames[j - 1] as number) && locOf[k] === locOf[frames[j - 1] as number]) continue;
      table.place(frames, first, j);
      first = j;
    }
    frameAt[s + 1] = to;
    deepest = Math.max(deepest, to - from);
  }
  const pick = (values: Float64Array) => Float64Array.from(picked, (i) => values[i] as number);
  return {
    ...c,
    ...table.columns(),
    samples: picked.length,
    values: c.values.map(pick),
    frameAt,
    frames: frames.subarray(0, to),
    labels: (s) => c.labels(picked[s] as number),
    maxDepth: deepest,
  };
}

/** Locations with their remaining lines, each combination once. */
class Locations {
  /** First new line, by what is left of the location: its innermost line and the number of lines. */
  readonly #known = new Map<number, number>();
  readonly #lineAt: number[] = [0];
  readonly #lines: number[] = [];
  readonly #locs: number[] = [];

  constructor(
    private readonly c: Columns,
    private readonly locOf: Uint32Array,
  ) {}

  /** Replaces `frames[from .. to)`, all of one location, by its new lines. */
  place(frames: Uint32Array, from: number, to: number): void {
    const first = frames[from] as number;
    // Which lines in between are left out is the same for the whole part, so the key needs only the first line and the
    // number.
    const key = first * 65_536 + (to - from);
    let at = this.#known.get(key);
    if (at === undefined) {
      this.#known.set(key, (at = this.#lines.length));
      for (let j = from; j < to; j++) this.#lines.push(frames[j] as number);
      this.#lineAt.push(this.#lines.length);
      this.#locs.push(this.locOf[first] as number);
    }
    for (let j = from; j < to; j++) frames[j] = at + j - from;
  }

  columns(): Pick<Columns, 'lineAt' | 'lineFn' | 'lineNo' | 'locAddress' | 'locMapping' | 'locFolded'> {
    const { c } = this;
    const locs = this.#locs;
    return {
      lineAt: Uint32Array.from(this.#lineAt),
      lineFn: Uint32Array.from(this.#lines, (k) => c.lineFn[k] as number),
      lineNo: Float64Array.from(this.#lines, (k) => c.lineNo[k] as number),
      locAddress: BigUint64Array.from(locs, (l) => c.locAddress[l] as bigint),
      locMapping: Uint32Array.from(locs, (l) => c.locMapping[l] as number),
      locFolded: Uint8Array.from(locs, (l) => c.locFolded[l] as number),
    };
  }
}
