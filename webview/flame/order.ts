/** Sorting rows in slices, so that 100,000 of them keep nobody waiting. Pure but for the pauses. */

/** A slice takes no longer than this, ms. */
const SLICE_MS = 8;

/**
 * `rows` sorted anew by `compare`, equals as they stood. Undefined when `stale` says, between two slices, that nobody
 * wants it any more. A merge from runs of 64 upwards: each merge can be left off and taken up again.
 */
export async function sorted(
  rows: Uint32Array,
  compare: (a: number, b: number) => number,
  stale: () => boolean,
): Promise<Uint32Array | undefined> {
  let from = rows.slice();
  let to = new Uint32Array(rows.length);
  let began = performance.now();
  const pause = async (): Promise<boolean> => {
    if (performance.now() - began < SLICE_MS) return true;
    await new Promise((resolve) => {
      setTimeout(resolve);
    });
    began = performance.now();
    return !stale();
  };
  for (let at = 0; at < from.length; at += RUN) {
    from.subarray(at, at + RUN).sort(compare);
    if (!(await pause())) return undefined;
  }
  for (let width = RUN; width < from.length; width *= 2) {
    for (let at = 0; at < from.length; at += 2 * width) {
      const middle = Math.min(at + width, from.length);
      const end = Math.min(at + 2 * width, from.length);
      let i = at,
        j = middle;
      for (let k = at; k < end; k++) {
        to[k] = i < middle && (j >= end || compare(from[i]!, from[j]!) <= 0) ? from[i++]! : from[j++]!;
        if ((k & 4095) === 4095 && !(await pause())) return undefined;
      }
    }
    [from, to] = [to, from];
    if (!(await pause())) return undefined;
  }
  return from;
}

const RUN = 64;
