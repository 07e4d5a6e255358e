import { describe, expect, it } from 'vitest';
import { duration } from '../../../src/base/format';

describe('a duration', () => {
  it.each([
    [130, '2 min 10 s'],
    [120, '2 min'],
    [179, '2 min 59 s'],
    [3600, '1 h'],
    [7380, '2 h 3 min'],
    [65, '65 s'],
    [-130, '-2 min 10 s'],
  ])('of %d s is %s', (seconds, text) => {
    expect(duration(seconds * 1e9)).toBe(text);
    // As minutes that were divided before.
    expect(duration((seconds / 60) * 60e9)).toBe(text);
  });
});
