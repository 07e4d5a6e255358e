/** Sorts rows in slices, so that 100,000 of them don't block the page. Pure except for the pauses. */

/** A slice takes no longer than this, ms. */
const SLICE_MS = 8;

/**
 * A sorted copy of `rows`; the sort is stable. Undefined when `stale` returns true between two slices, so the result is
 * no longer needed. It is a merge sort from runs of 64 upwards, because a merge can be interrupted and resumed.
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
