/**
 * Whether the machine has time for the test cluster: what is said of a controller on one that has none is about the
 * machine.
 */
import fs from 'node:fs';
import os from 'node:os';

/**
 * Share of a look's time in which something waited for a core, from which on the machine is taken for starved. With all
 * loads on it is 0.15 to 0.45 on two cores that nobody else uses, and 0.7 to 0.97 beside a compiler.
 */
const WAITED = 0.6;
/**
 * Where the kernel does not tell that (/proc/pressure): what runs and what waits to, for each core, over the last
 * minute.
 */
const LOAD = 3;

/** `waited` is a share of the time; undefined where nothing tells. */
export interface Strain {
  readonly starved: boolean;
  readonly waited: number | undefined;
  readonly load: number;
}

/** From now on until the result is called. */
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

/** False where the machine was starved, and what a test times is about the machine: the run says so. */
export function judged({ starved }: Strain, what: string): boolean {
  if (starved) tellUnjudged(what);
  return !starved;
}

/** The line of the stage counts these (scripts/lib/stages.mjs). */
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
