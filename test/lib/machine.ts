/**
 * Whether the machine has enough CPU time for the test cluster: on a starved machine, verdicts about a controller are
 * really about the machine.
 */
import fs from 'node:fs';
import os from 'node:os';

/**
 * The machine counts as starved when, for at least this share of the observed time, some task waited for a core. With
 * all loads on, the share is 0.15 to 0.45 on two otherwise idle cores, and 0.7 to 0.97 beside a compiler.
 */
const WAITED = 0.6;
/**
 * Where the kernel lacks /proc/pressure: the load average per core over the last minute (running and waiting tasks).
 */
const LOAD = 3;

/** `waited` is a share of the time; undefined if it can't be measured. */
export interface Strain {
  readonly starved: boolean;
  readonly waited: number | undefined;
  readonly load: number;
}

/** Measures from now on until the result is called. */
export function strain(): () => Strain {
  const [before, began] = [stalled(), performance.now()];
  return () => {
    const after = stalled();
    const waited =
      before === undefined || after === undefined ? undefined : (after - before) / 1000 / (performance.now() - began);
    const load = (os.loadavg()[0] ?? 0) / os.availableParallelism();
    return { waited, load, starved: waited === undefined ? load > LOAD : waited > WAITED };
  };
}

/** False if the machine was starved, so that timings say nothing about the product; logs that this was not judged. */
export function judged({ starved }: Strain, what: string): boolean {
  if (starved) tellUnjudged(what);
  return !starved;
}

/** The stage counts these lines (scripts/lib/stages.mjs). */
export function tellUnjudged(what: string): void {
  console.log(`NOT JUDGED on a starved machine: ${what}`);
}

/** µs so far in which at least one task waited for a core. */
function stalled(): number | undefined {
  try {
    return Number(/^some .*total=(\d+)$/m.exec(fs.readFileSync('/proc/pressure/cpu', 'utf8'))?.[1] ?? NaN) || undefined;
  } catch {
    return undefined;
  }
}
