/** Medians, and taking turns. */

/** Of a list that is not empty; the mean of the middle two when their number is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error('There is no median of nothing.');
  return (low + high) / 2;
}

export function spread(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** `value` and `spread` of a row. */
export function summary(values: readonly number[]): {
  readonly value: number;
  readonly spread: readonly [number, number];
} {
  return { value: median(values), spread: spread(values) };
}

/** Runs both `pairs` times by turns, each the first one every other time, so that whatever drifts hits both. */
export async function byTurns<A, B>(
  pairs: number,
  ours: (i: number) => Promise<A>,
  peer: (i: number) => Promise<B>,
): Promise<{ readonly ours: readonly A[]; readonly peer: readonly B[] }> {
  const [a, b]: [A[], B[]] = [[], []];
  for (let i = 0; i < pairs; i++) {
    if (i % 2 === 0) a.push(await ours(i));
    b.push(await peer(i));
    if (i % 2 === 1) a.push(await ours(i));
  }
  return { ours: a, peer: b };
}

/** Time of some work, ms. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
