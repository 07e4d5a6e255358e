/** The only way in which tests wait: poll until the condition holds, with a late timeout. */
import { setTimeout as pause } from 'node:timers/promises';
import { SLOWNESS } from '../../scripts/lib/slowness.mjs';

export { SLOWNESS };

/**
 * How long a test waits for something, ms. Polling notices it at once, so a long limit costs time only in a failing
 * test.
 */
export const PATIENCE = 60_000 * SLOWNESS;

/**
 * Interval between two polls, ms: a twentieth of the time waited so far, since each poll uses CPU that others wait for.
 */
const pauseAfter = (waited: number): number => Math.min(500, Math.max(20, waited / 20));

/**
 * Polls until `look` returns something (neither false nor undefined), and returns that. `what`: for the error, "the
 * tunnel to be closed"; default: the source text of `look`. An error in `look` fails the wait at once.
 */
export async function until<T>(
  look: () => T | Promise<T>,
  what?: string,
  patience: number = PATIENCE,
): Promise<Exclude<T, false | undefined>> {
  for (const start = Date.now(); ;) {
    const found = await look();
    if (found !== false && found !== undefined) return found as Exclude<T, false | undefined>;
    const waited = Date.now() - start;
    if (waited > patience) throw new Error(`Waited ${patience / 1000} s for ${what ?? look.toString().slice(0, 200)}.`);
    await pause(pauseAfter(waited));
  }
}
