import { describe, expect, it } from 'vitest';
import { pattern } from '../../../src/profile/part/pattern';

describe('expressions as Go has them', () => {
  // What regexp.MatchString of Go 1.26 says of each.
  it.each([
    ['main', 'a.main.b', true],
    ['^main', 'a.main', false],
    ['(?i)MAIN', 'a.main', true],
    ['(?i:M)ain', 'main', true],
    ['(?i:M)AIN', 'mAIN', true],
    ['(?i:M)AIN', 'main', false],
    ['a(?i)b', 'aB', true],
    ['a(?i)b', 'AB', false],
    ['(a(?i)b)c', 'aBC', false],
    ['(?-i)a', 'A', false],
    ['(?i)[a-c]x', 'BX', true],
    ['(?i)[^a]x', 'Ax', false],
    ['\\(\\*Widget\\)', 'pkg.(*Widget).Do', true],
    ['\\Q(*W\\E', 'pkg.(*Widget).Do', true],
    ['[[:upper:]]o', 'pkg.Do', true],
    ['[[:^upper:]]o', 'Do', false],
    ['[^[:alpha:]]', 'abc', false],
    ['(?P<name>x)y', 'xy', true],
    ['(?<name>x)y', 'xy', true],
    ['\\Amain\\z', 'main', true],
    ['\\Amain\\z', 'main\n', false],
    ['a.b', 'a\nb', false],
    ['(?s)a.b', 'a\nb', true],
    ['a.b', 'a\rb', true],
    ['^b$', 'a\nb\nc', false],
    ['(?m)^b$', 'a\nb\nc', true],
    ['\\bDo\\b', 'pkg.Do.func1', true],
    ['\\x2e', '.', true],
    ['\\x{1F600}', '😀', true],
    ['\\101', 'A', true],
    ['\\pL+', 'é', true],
    ['\\p{Greek}', 'α', true],
    ['\\PL', 'a', false],
    ['[\\d\\-]+x', '1-x', true],
    ['[]a]', ']', true],
    ['x{2,3}y', 'xxy', true],
    ['x{,2}', 'x{,2}', true],
    ['{', '{', true],
    [']', ']', true],
    ['\\_\\-\\/', '_-/', true],
    ['[a\\]b]', ']', true],
    ['', 'anything', true],
    ['\\s', '\v', false],
    ['\\S', '\u00a0', true],
    ['a|b|', 'z', true],
    ['(?U)a+', 'aa', true],
    ['[\\W]', 'a', false],
    ['^*x', 'x', true],
    ['W.rk', 'Wörk', true],
    ['[^\\x00-\\x7F]', 'Wörk', true],
  ])('%s in %j: %s', (re, text, matches) => {
    expect(pattern(re, 'focus')(text)).toBe(matches);
  });

  it.each([
    '(',
    ')',
    '[a',
    'a**',
    '*a',
    '(?=a)',
    '(?!a)',
    '(?<=a)',
    '\\1',
    'a\\',
    '[z-a]',
    '[[:nothing:]]',
    '(?x)a',
    'x{3}{2}',
    '\\k',
    '\\xz',
  ])('%s is none', (re) => {
    expect(() => pattern(re, 'focus')).toThrow(
      expect.objectContaining({
        code: 'profile.pattern',
        message: expect.stringContaining(`focus: ${re} is not a regular expression`) as string,
      }) as Error,
    );
  });
});
