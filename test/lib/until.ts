/** The one way in which tests wait for something: they look again until it is there, and give up late. */
import { setTimeout as pause } from 'node:timers/promises';
import { SLOWNESS } from '../../scripts/lib/slowness.mjs';

export { SLOWNESS };

/** ms that a test waits for what has to come. What is there is seen at once, so a long one costs nothing but in a test that fails. */
export const PATIENCE = 60_000 * SLOWNESS;

/** ms between two looks. */
const EVERY = 50;

/**
 * Looks until there is something (neither false nor undefined), and gives it. `what`: for the error, "the tunnel to be closed";
 * without it, the look's own text. What the look throws fails the wait at once.
 */
export async function until<T>(look: () => T | Promise<T>, what?: string, patience: number = PATIENCE): Promise<Exclude<T, false | undefined>> {
  for (const end = Date.now() + patience; ;) {
    const found = await look();
    if (found !== false && found !== undefined) return found as Exclude<T, false | undefined>;
    if (Date.now() > end) throw new Error(`Waited ${patience / 1000} s for ${what ?? look.toString().slice(0, 200)}.`);
    await pause(EVERY);
  }
}
