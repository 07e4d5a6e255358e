/** Labels as frames: pprof's `-tagroot` and `-tagleaf` (internal/driver/tagroot.go). */
import { NONE, UNKNOWN, type Columns, type Label } from '../columns';
import type { LabelSets } from './labels';
import { scaled } from './scale';

/**
 * The frame's file is the label's key. A sample without the label gets a frame without a name, which pprof prints as
 * <unknown>.
 */
export function withLabelFrames(
  c: Columns,
  labels: LabelSets,
  roots: readonly string[],
  leaves: readonly string[],
): Columns {
  const added = new Added(c);
  const rootFrames = labels.sets.map((set) => [...roots].reverse().map((key) => added.line(set, key)));
  const leafFrames = labels.sets.map((set) => [...leaves].reverse().map((key) => added.line(set, key)));
  const extra = roots.length + leaves.length;
  const frameAt = new Uint32Array(c.samples + 1);
  const frames = new Uint32Array((c.frameAt[c.samples] as number) + c.samples * extra);
  let to = 0;
  for (let i = 0; i < c.samples; i++) {
    const set = labels.of[i] as number;
    for (const k of leafFrames[set] ?? []) frames[to++] = k;
    const from = c.frameAt[i] as number;
    const end = c.frameAt[i + 1] as number;
    frames.set(c.frames.subarray(from, end), to);
    to += end - from;
    for (const k of rootFrames[set] ?? []) frames[to++] = k;
    frameAt[i + 1] = to;
  }
  return { ...c, ...added.table(), frameAt, frames, maxDepth: c.maxDepth + extra };
}

/** The added locations, each of one line, for one value of one key. */
class Added {
  readonly #lines = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #files: string[] = [];

  constructor(private readonly c: Columns) {}

  line(set: readonly Label[], key: string): number {
    const text = set.filter((l) => l.key === key);
    const values = [
      ...text.filter((l) => typeof l.value === 'string'),
      ...text.filter((l) => typeof l.value === 'number'),
    ].map((l) => (typeof l.value === 'string' ? l.value : scaled(l.value, l.unit, l.unit === '' ? '' : 'minimum')));
    const name = values.length === 0 ? UNKNOWN : values.join(',');
    const id = `${key}\n${name}`;
    let at = this.#lines.get(id);
    if (at === undefined) {
      this.#lines.set(id, (at = this.#names.length));
      this.#names.push(name);
      this.#files.push(key);
    }
    return this.c.lineFn.length + at;
  }

  table(): Pick<
    Columns,
    | 'lineAt'
    | 'lineFn'
    | 'lineNo'
    | 'locAddress'
    | 'locMapping'
    | 'locFolded'
    | 'fnKnown'
    | 'fnName'
    | 'fnSystemName'
    | 'fnFile'
    | 'fnStart'
  > {
    const { c } = this;
    const n = this.#names.length;
    // Functions of the file keep their indexes and come before the placeholders; the new ones go in between.
    const moved = (f: number) => (f < c.fnKnown ? f : f + n);
    const into = <T>(old: readonly T[], more: readonly T[]): T[] => [
      ...old.slice(0, c.fnKnown),
      ...more,
      ...old.slice(c.fnKnown),
    ];
    const zeros = Array.from({ length: n }, () => 0);
    return {
      lineAt: Uint32Array.from([...c.lineAt, ...zeros.map((_, i) => c.lineFn.length + i + 1)]),
      lineFn: Uint32Array.from([...Array.from(c.lineFn, moved), ...zeros.map((_, i) => c.fnKnown + i)]),
      lineNo: Float64Array.from([...c.lineNo, ...zeros]),
      locAddress: BigUint64Array.from([...c.locAddress, ...zeros.map(() => 0n)]),
      locMapping: Uint32Array.from([...c.locMapping, ...zeros.map(() => NONE)]),
      locFolded: Uint8Array.from([...c.locFolded, ...zeros]),
      fnKnown: c.fnKnown + n,
      fnName: into(c.fnName, this.#names),
      fnSystemName: into(
        c.fnSystemName,
        this.#names.map(() => ''),
      ),
      fnFile: into(c.fnFile, this.#files),
      fnStart: Float64Array.from(into(Array.from(c.fnStart), zeros)),
    };
  }
}
