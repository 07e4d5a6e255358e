import { expect, it } from 'vitest';
import { Back, run, type Step } from '../../../src/app/wizard';

it('goes back to the last step that asked, over those that needed no question', async () => {
  const calls: string[] = [];
  let back = true;
  const step =
    (name: string, asked: boolean): Step<readonly string[]> =>
    (state, frame) => {
      calls.push(`${name} ${frame.step}/${frame.totalSteps}${frame.back ? ' back' : ''}`);
      if (name === 'c' && back) {
        back = false;
        return Promise.reject(new Back());
      }
      return Promise.resolve({ state: [...state, name], asked });
    };
  expect(await run([], [step('a', true), step('b', false), step('c', true)])).toEqual(['a', 'b', 'c']);
  expect(calls).toEqual(['a 1/3', 'b 2/3 back', 'c 2/2 back', 'a 1/3', 'b 2/3 back', 'c 2/2 back']);
});

it('ends with whatever else a step throws', async () => {
  await expect(run(0, [() => Promise.reject(new Error('no'))])).rejects.toThrow('no');
});
