/**
 * While a thread waits for its file, it reads a made-up one, so that the engine compiles the code. Code that has run
 * before is several times faster: 10,000 samples are read in 30 ms instead of 110.
 */
import { openProfile } from '../open';

const SAMPLES = 800;
const DEPTH = 20;
/** Few enough that an id fits in one byte, so that a nested message is written like a list of numbers. */
const FUNCTIONS = 120;
/** More rounds gain nothing. */
const ROUNDS = 6;

/**
 * Reads the made-up profile in rounds of some 10 ms, with time for messages between them, while `wanted` returns true.
 */
export function warmUp(wanted: () => boolean): void {
  const bytes = madeUp();
  let left = ROUNDS;
  const round = (): void => {
    if (left-- === 0 || !wanted()) return;
    const open = openProfile(bytes);
    void open.flame({ sampleType: 0, zoom: [], minShare: 1 / 4000, ownModules: [] });
    open.dispose();
    setImmediate(round);
  };
  setImmediate(round);
}

/** A profile.proto of stacks that share their roots, unpacked: what `go tool pprof` would read. */
export function madeUp(): Uint8Array {
  const out: number[] = [];
  const put = (to: number[], n: number): void => {
    let v = n;
    while (v >= 128) {
      to.push((v % 128) | 128);
      v = Math.floor(v / 128);
    }
    to.push(v);
  };
  const message = (field: number, fields: readonly (readonly [number, number | readonly number[]])[]): void => {
    const body: number[] = [];
    for (const [f, v] of fields) {
      if (typeof v === 'number') {
        put(body, f << 3);
        put(body, v);
        continue;
      }
      const packed: number[] = [];
      for (const x of v) put(packed, x);
      put(body, (f << 3) | 2);
      put(body, packed.length);
      body.push(...packed);
    }
    put(out, (field << 3) | 2);
    put(out, body.length);
    out.push(...body);
  };
  message(1, [
    [1, 1],
    [2, 2],
  ]);
  for (let i = 0; i < SAMPLES; i++) {
    // Deterministic; deeper frames differ more from sample to sample.
    const stack = Array.from(
      { length: DEPTH - (i % 7) },
      (_, d) => 1 + ((d * 17 + ((i * 31) % (1 + d * d))) % FUNCTIONS),
    );
    message(2, [
      [1, stack.reverse()],
      [2, [1 + (i % 3)]],
    ]);
  }
  for (let l = 1; l <= FUNCTIONS; l++)
    message(4, [
      [1, l],
      [3, l * 16],
      [4, [8, l, 16, 1]],
    ]);
  for (let f = 1; f <= FUNCTIONS; f++)
    message(5, [
      [1, f],
      [2, 2 + f],
      [4, 2 + f],
    ]);
  for (const s of [
    '',
    'samples',
    'count',
    ...Array.from({ length: FUNCTIONS }, (_, i) => `example.com/made/up${i % 9}.(*Type).Method${i}`),
  ]) {
    const text = new TextEncoder().encode(s);
    put(out, (6 << 3) | 2);
    put(out, text.length);
    out.push(...text);
  }
  return Uint8Array.from(out);
}
