/** Reads locations, their lines and functions into columns; fills the gaps of broken or stripped files. */
import { count as counted } from '../base/format';
import { Growing, Interner, NONE, UNKNOWN, type Columns, type Mapping } from './columns';
import { BYTES, type Cursor, VARINT } from './proto';
import { internWide, SMALL } from './samples';
import type { Strings } from './strings';

type Table = Pick<
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
>;

interface Fn {
  readonly name: number;
  readonly system: number;
  readonly file: number;
  readonly start: number;
}

export class Symbols {
  readonly locations = new Interner();
  readonly #functions = new Interner();
  /**
   * Location messages in the file's order, six numbers each: dense index, mapping (dense, NONE), address (two halves),
   * folded, first line.
   */
  readonly #locs = new Growing(new Uint32Array(6 * 256));
  readonly #mappings = new Interner();
  /** Ids of the mappings in dense order. */
  readonly #mappingIds: bigint[] = [];
  readonly #fns: (Fn | undefined)[] = [];
  /** Function (dense) and number of each line, in the file's order. */
  readonly #lineFn = new Growing(new Uint32Array(256));
  readonly #lineNo = new Growing(new Float64Array(256));

  /** Reads a Location message; the cursor's window is the message. */
  location(c: Cursor): void {
    const { end } = c;
    let index = NONE;
    let mapping = NONE;
    let low = 0;
    let high = 0;
    let folded = 0;
    const first = this.#lineFn.length;
    while (c.more) {
      const key = c.key();
      if (key === ((1 << 3) | VARINT)) index = id(this.locations, c);
      else if (key === ((2 << 3) | VARINT)) mapping = this.#mapping(c.unsigned(), c);
      else if (key === ((3 << 3) | VARINT)) {
        c.wide();
        ({ low, high } = c);
      } else if (key === ((5 << 3) | VARINT)) folded = c.unsigned() === 0 ? 0 : 1;
      else if (key === ((4 << 3) | BYTES)) {
        c.end = c.length('a line') + c.pos;
        this.#line(c);
        c.pos = c.end;
        c.end = end;
      } else c.skip(key);
    }
    // Nothing can refer to a location without an id, so its lines are skipped.
    if (index === NONE) {
      this.#lineFn.length = this.#lineNo.length = first;
      return;
    }
    const locs = this.#locs.room(6);
    const at = this.#locs.length;
    locs[at] = index;
    locs[at + 1] = mapping;
    locs[at + 2] = low;
    locs[at + 3] = high;
    locs[at + 4] = folded;
    locs[at + 5] = first;
    this.#locs.length = at + 6;
  }

  #mapping(v: number, c: Cursor): number {
    if (v === 0) return NONE;
    const exact = v <= Number.MAX_SAFE_INTEGER;
    const dense = exact ? this.#mappings.large(Math.floor(v / 4294967296), v >>> 0) : internWide(this.#mappings, c, v);
    this.#mappingIds[dense] ??= exact ? BigInt(v) : (BigInt(c.high) << 32n) | BigInt(c.low);
    return dense;
  }

  #line(c: Cursor): void {
    let fn = NONE;
    let line = 0;
    while (c.more) {
      const key = c.key();
      if (key === ((1 << 3) | VARINT)) fn = id(this.#functions, c, NONE);
      else if (key === ((2 << 3) | VARINT)) line = c.signed();
      else c.skip(key);
    }
    this.#lineFn.push(fn);
    this.#lineNo.push(line > 0 ? line : 0);
  }

  /** Reads a Function message. */
  function(c: Cursor): void {
    let index = NONE;
    const n = [0, 0, 0, 0, 0, 0];
    while (c.more) {
      const key = c.key();
      const field = key >>> 3;
      if (key === ((1 << 3) | VARINT)) index = id(this.#functions, c, NONE);
      else if ((key & 7) === VARINT && field <= 5) n[field] = field === 5 ? c.signed() : c.unsigned();
      else c.skip(key);
    }
    if (index !== NONE) this.#fns[index] = { name: n[2] ?? 0, system: n[3] ?? 0, file: n[4] ?? 0, start: n[5] ?? 0 };
  }

  finish(strings: Strings, mappings: readonly Mapping[], warnings: string[]): Table {
    const fnName: string[] = [];
    const fnSystemName: string[] = [];
    const fnFile: string[] = [];
    const starts: number[] = [];
    const add = (name: string, system: string, file: string, start: number) => {
      fnSystemName.push(system);
      fnFile.push(file);
      starts.push(start > 0 ? start : 0);
      return fnName.push(name) - 1;
    };
    let noFunction = 0;
    let nameless = 0;
    for (let i = 0; i < this.#functions.count; i++) {
      const f = this.#fns[i];
      if (!f) {
        noFunction++;
        add(UNKNOWN, '', '', 0);
        continue;
      }
      const name = strings.get(f.name) || strings.get(f.system) || '';
      if (name === '') nameless++;
      add(name || UNKNOWN, strings.get(f.system) ?? '', strings.get(f.file) ?? '', f.start);
    }

    const fnKnown = fnName.length;
    // Where there is no function, the binary's name stands in for it, as in `go tool pprof`.
    const standIns = new Map<string, number>();
    const standIn = (mapping: number): number => {
      const file = mapping === NONE ? '' : (mappings[mapping]?.file ?? '');
      const name = file === '' ? UNKNOWN : `[${file.slice(file.lastIndexOf('/') + 1)}]`;
      let fn = standIns.get(name);
      if (fn === undefined) standIns.set(name, (fn = add(name, '', '', 0)));
      return fn;
    };

    const byId = new Map(mappings.map((m, i) => [m.id, i]));
    const mappingOf = this.#mappingIds.map((m) => byId.get(m) ?? NONE);
    const n = this.locations.count;
    const lineAt = new Uint32Array(n + 1);
    const lineFn = new Growing(new Uint32Array(this.#lineFn.length + 16));
    const lineNo = new Growing(new Float64Array(this.#lineFn.length + 16));
    const locAddress = new BigUint64Array(n);
    // All platforms that the engine runs on are little-endian.
    const halves = new Uint32Array(locAddress.buffer);
    const locMapping = new Uint32Array(n).fill(NONE);
    const locFolded = new Uint8Array(n);
    const messages = this.#locs.done();
    // Where each location's message is; if several have the same id, the last one counts.
    const messageOf = new Uint32Array(n).fill(NONE);
    for (let at = 0; at < messages.length; at += 6) messageOf[messages[at] as number] = at;
    let noLocation = 0;
    let noMapping = 0;
    for (let l = 0; l < n; l++) {
      const at = messageOf[l] as number;
      let first = 0;
      let last = 0;
      if (at === NONE) noLocation++;
      else {
        first = messages[at + 5] as number;
        last = messages[at + 11] ?? this.#lineFn.length;
        const told = messages[at + 1] as number;
        const m = told === NONE ? NONE : (mappingOf[told] as number);
        if (m === NONE && (told !== NONE || first === last)) noMapping++;
        locMapping[l] = m;
        halves[2 * l] = messages[at + 2] as number;
        halves[2 * l + 1] = messages[at + 3] as number;
        locFolded[l] = messages[at + 4] as number;
      }
      for (let k = first; k < last; k++) {
        const fn = this.#lineFn.array[k] as number;
        lineFn.push(fn === NONE ? standIn(locMapping[l] as number) : fn);
        lineNo.push(this.#lineNo.array[k] as number);
      }
      if (first === last) {
        lineFn.push(standIn(locMapping[l] as number));
        lineNo.push(0);
      }
      lineAt[l + 1] = lineFn.length;
    }
    const missing = (k: number, what: string) => {
      if (k > 0)
        warnings.push(
          `${counted(k, what)} that the profile refers to ${k === 1 ? 'is' : 'are'} missing from it; shown as ` +
            `${UNKNOWN}.`,
        );
    };
    missing(noLocation, 'location');
    missing(noFunction, 'function');
    if (nameless > 0)
      warnings.push(
        `${counted(nameless, 'function')} ${nameless === 1 ? 'has' : 'have'} no name; shown as ${UNKNOWN}.`,
      );
    if (noMapping > 0)
      warnings.push(`${counted(noMapping, 'location')} ${noMapping === 1 ? 'belongs' : 'belong'} to no known binary.`);
    return {
      lineAt,
      lineFn: lineFn.done(),
      lineNo: lineNo.done(),
      locAddress,
      locMapping,
      locFolded,
      fnKnown,
      fnName,
      fnSystemName,
      fnFile,
      fnStart: Float64Array.from(starts),
    };
  }
}

/** Reads an id and gives its dense index; `zero` (if given) for id 0, which means none. */
function id(ids: Interner, c: Cursor, zero?: number): number {
  const v = c.unsigned();
  if (v === 0 && zero !== undefined) return zero;
  return v <= SMALL ? ids.small(v) : internWide(ids, c, v);
}
