import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/base/problem';
import { within } from '../../../src/app/limits';
import { withNextStep } from '../../../src/app/problems';

describe('what a person is told', () => {
  it('has a next step, whatever was thrown', () => {
    expect(withNextStep(new Error('ENOSPC: no space left'), 'x.y')).toMatchObject({
      code: 'x.y',
      sentence: 'ENOSPC: no space left. Try again; the log has more.',
    });
    expect(withNextStep(new Problem('a.b', 'It broke.', { detail: 'd', status: 500 }))).toMatchObject({
      code: 'a.b',
      detail: 'd',
      status: 500,
      next: 'Try again; the log has more.',
    });
    expect(withNextStep(undefined).sentence).toBe('undefined. Try again; the log has more.');
  });

  it('stays as it is when it says what to do', () => {
    const p = new Problem('a.b', 'It broke.', { next: 'Mend it.' });
    expect(withNextStep(p)).toBe(p);
  });
});

describe('a number in the settings', () => {
  it.each([
    [512, 512],
    [0, 1],
    [-3, 1],
    [999_999, 4096],
    [Infinity, 4096],
    ['7', 512],
    [null, 512],
    [NaN, 512],
  ])('%s counts as %s', (v, out) => {
    expect(within(v, 1, 4096, 512)).toBe(out);
  });
});
