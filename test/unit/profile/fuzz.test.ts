/** A short run of what `npm run fuzz` does at length. */
import path from 'node:path';
import { expect, it } from 'vitest';
import { check } from '../../fuzz/check';
import { mutated } from '../../fuzz/mutate';
import { Random } from '../../fuzz/random';
import { seeds } from '../../fuzz/seeds';

const COUNT = 400;

it(`${COUNT} damaged profiles and dumps open or say what is wrong with them`, async () => {
  const from = seeds(path.resolve(import.meta.dirname, '../../fixtures'));
  let opened = 0;
  for (let seed = 1; seed <= COUNT; seed++) {
    const found = await check(mutated(from, new Random(seed)));
    expect(found.wrong, `npm run fuzz -- --from ${seed} --count 1`).toBeUndefined();
    if (found.opened) opened++;
  }
  // Damage that nothing survives would find nothing behind the first look at the bytes.
  expect(opened).toBeGreaterThan(COUNT / 5);
  expect(opened).toBeLessThan(COUNT);
});
