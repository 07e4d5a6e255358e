/** Small things that the suites share. */
import * as Mocha from 'mocha';

/** Adds a suite with these tests to `parent`. */
export function describe(parent: Mocha.Suite, title: string, tests: Readonly<Record<string, (this: Mocha.Context) => Promise<void>>>): void {
  const suite = Mocha.Suite.create(parent, title);
  for (const [name, body] of Object.entries(tests)) suite.addTest(new Mocha.Test(name, body));
}

/** Asks `get` until it gives something; throws with `what` after `ms`. */
export async function eventually<T>(get: () => Promise<T | undefined> | T | undefined, what: string, ms = 20_000): Promise<T> {
  for (const end = Date.now() + ms; ;) {
    const value = await get();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`Waited ${ms / 1000} s for ${what}.`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

export const EXTENSION = 'controller-tuner.controller-tuner';
