/** One target of the ring: when it was scraped, and its series. */
import { ABSENT, BLOCK, Block } from './column';
import {
  FLOAT,
  HISTOGRAM,
  type Labels,
  type NativeHistogram,
  type Points,
  type Scrape,
  type StoredSeries,
} from '../types';

/** Times of a target's scrapes, as far back as they are kept. Slots count from the first one ever. */
export class Timeline {
  /** BLOCK times each. */
  #blocks: Float64Array[] = [];
  /** Slot of the first time that is kept, a multiple of BLOCK; and of the next time to come. */
  first = 0;
  next = 0;
  last = -Infinity;
  /** The series by name, then by the text of the labels. undefined: the series was refused. */
  readonly byText = new Map<string, Map<string, Stored | undefined>>();
  /** Series of the last scrape, without those that have times of their own. */
  active: Stored[] = [];
  /** The last two whole scrapes, the older first. */
  whole: Scrape[] = [];

  constructor(readonly labels: Labels) {}

  /** Gives the slot. */
  add(time: number): number {
    if (this.next % BLOCK === 0) this.#blocks.push(new Float64Array(BLOCK));
    (this.#blocks.at(-1) as Float64Array)[this.next % BLOCK] = time;
    this.last = time;
    return this.next++;
  }

  time(slot: number): number {
    return this.#blocks[Math.floor((slot - this.first) / BLOCK)]?.[slot % BLOCK] ?? NaN;
  }

  /** The first slot whose time is above `time`. */
  after(time: number): number {
    let low = this.first;
    let high = this.next;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.time(middle) > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Drops the blocks that lie wholly before `time`; true if there were any. */
  dropBefore(time: number): boolean {
    let dropped = 0;
    while (this.#blocks.length > dropped + 1 && ((this.#blocks[dropped] as Float64Array)[BLOCK - 1] as number) < time)
      dropped++;
    if (dropped === 0) return false;
    this.#blocks = this.#blocks.slice(dropped);
    this.first += dropped * BLOCK;
    return true;
  }
}

/** A series of one target. */
export class Stored implements StoredSeries {
  #blocks: Block[] = [];
  /** Slot at which its first block begins. */
  #from: number;
  /** The slot of the last scrape that had it. */
  seen = -1;
  /** True when its last point came with a time of its own: then no scrape ends it. */
  timed = false;
  /** The time of its last point. */
  #last = -Infinity;
  #ownTimes = false;

  constructor(
    readonly labels: Labels,
    readonly key: string,
    private readonly line: Timeline,
    slot: number,
  ) {
    this.#from = slot - (slot % BLOCK);
  }

  /** True when no point, end markers included, is left from the first slot that the target keeps. */
  get gone(): boolean {
    return this.#blocks.length === 0;
  }

  /**
   * Adds a point. False: its time is not after that of the last one. Repeating a point with a time of its own adds
   * nothing and is no fault: a process repeats it until there is a newer value.
   */
  put(slot: number, value: number | NativeHistogram, own: number | undefined): boolean {
    if ((own ?? this.line.last) <= this.#last) return own === this.#last;
    const block = this.#block(slot);
    if (typeof value === 'number') block.float(slot % BLOCK, value);
    else block.histogram(slot % BLOCK, value);
    this.#last = own ?? this.line.last;
    if (own !== undefined) {
      block.at(slot % BLOCK, own);
      this.#ownTimes = true;
    }
    return true;
  }

  end(slot: number): void {
    if (this.line.last <= this.#last) return;
    this.#block(slot).stale(slot % BLOCK);
    this.#last = this.line.last;
  }

  dropBefore(first: number): void {
    const n = Math.min((first - this.#from) / BLOCK, this.#blocks.length);
    if (n <= 0) return;
    this.#blocks = this.#blocks.slice(n);
    this.#from = this.#blocks.length === 0 ? first : this.#from + n * BLOCK;
  }

  points(from: number, to: number): Points {
    const { line } = this;
    // A time of its own says nothing about the scrape that brought it.
    const start = this.#ownTimes ? this.#from : Math.max(line.after(from), this.#from);
    const stop = Math.min(this.#ownTimes ? line.next : line.after(to), this.#from + this.#blocks.length * BLOCK);
    const most = Math.max(0, stop - start);
    const times = new Float64Array(most);
    const values = new Float64Array(most);
    const kinds = new Uint8Array(most);
    let histograms: (NativeHistogram | undefined)[] | undefined;
    let plain = true;
    let n = 0;
    for (let slot = start; slot < stop; slot++) {
      const block = this.#blocks[Math.floor((slot - this.#from) / BLOCK)] as Block;
      const at = slot % BLOCK;
      const kind = block.kind(at);
      if (kind === ABSENT) continue;
      const own = this.#ownTimes ? block.time(at) : NaN;
      const time = Number.isNaN(own) ? line.time(slot) : own;
      if (time <= from || time > to) continue;
      times[n] = time;
      values[n] = kind === FLOAT ? block.value(at) : NaN;
      kinds[n] = kind;
      if (kind !== FLOAT) plain = false;
      if (kind === HISTOGRAM)
        (histograms ??= new Array<NativeHistogram | undefined>(n).fill(undefined))[n] = block.histogramAt(at);
      else if (histograms !== undefined) histograms[n] = undefined;
      n++;
    }
    const whole = n === most;
    return {
      times: whole ? times : times.slice(0, n),
      values: whole ? values : values.slice(0, n),
      ...(!plain && { kinds: whole ? kinds : kinds.slice(0, n) }),
      ...(histograms !== undefined && { histograms }),
    };
  }

  #block(slot: number): Block {
    const i = Math.floor((slot - this.#from) / BLOCK);
    if (this.#blocks.length === 0) {
      // Its past was dropped, or it has none.
      this.#from = slot - (slot % BLOCK);
      this.#blocks.push(new Block());
      return this.#blocks[0] as Block;
    }
    while (this.#blocks.length <= i) this.#blocks.push(new Block());
    return this.#blocks[i] as Block;
  }
}

/** A series of a few points that gets no more. */
export function fixedSeries(
  labels: Labels,
  all: readonly (readonly [number, number | NativeHistogram])[],
): StoredSeries {
  return {
    labels,
    points: (from, to) => {
      const some = all.filter(([t]) => t > from && t <= to);
      const native = some.some(([, v]) => typeof v !== 'number');
      return {
        times: Float64Array.from(some, ([t]) => t),
        values: Float64Array.from(some, ([, v]) => (typeof v === 'number' ? v : NaN)),
        ...(native && {
          kinds: Uint8Array.from(some, ([, v]) => (typeof v === 'number' ? FLOAT : HISTOGRAM)),
          histograms: some.map(([, v]) => (typeof v === 'number' ? undefined : v)),
        }),
      };
    },
  };
}
