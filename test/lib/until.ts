/** The one way in which tests wait for something: they look again until it is there, and give up late. */
import { setTimeout as pause } from 'node:timers/promises';
import { SLOWNESS } from '../../scripts/lib/slowness.mjs';

export { SLOWNESS };

/**
 * ms that a test waits for what has to come. What is there is seen at once, so a long one costs nothing but in a test
 * that fails.
 */
export const PATIENCE = 60_000 * SLOWNESS;

/**
 * ms between two looks: a twentieth of what was waited so far, since each costs the machine something that others wait
 * for.
 */
const pauseAfter = (waited: number): number => Math.min(500, Math.max(20, waited / 20));

/**
 * Looks until there is something (neither false nor undefined), and gives it. `what`: for the error, "the tunnel to be
 * closed"; without it, the look's own text. What the look throws fails the wait at once.
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
