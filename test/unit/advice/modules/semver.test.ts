import { expect, test } from 'vitest';
import { atLeast, compareVersions, isPseudo, parseVersion } from '../../../../src/advice/modules/semver';

test("versions come in Go's order", () => {
  // https://semver.org/#spec-item-11 and https://go.dev/ref/mod#pseudo-versions
  const sorted = [
    'v0.0.0-20240102150405-0123456789ab',
    'v0.9.0',
    'v0.10.0',
    'v0.20.4',
    'v0.21.0-alpha.0',
    'v0.21.0-beta.0',
    'v0.21.0-beta.0.0.20250501000000-0123456789ab',
    'v0.21.0-beta.1',
    'v0.21.0-rc.1',
    'v0.21.0',
    'v0.21.1-0.20250501000000-0123456789ab',
    'v0.21.1',
    'v1.0.0-alpha',
    'v1.0.0-alpha.1',
    'v1.0.0-alpha.beta',
    'v1.0.0-beta',
    'v1.0.0-beta.2',
    'v1.0.0-beta.11',
    'v1.0.0-rc.1',
    'v1.0.0',
    'v1.5.2+incompatible',
    'v12.0.0+incompatible',
    'v99999999999999999999.0.0',
  ];
  for (let i = 0; i < sorted.length; i++)
    for (let j = 0; j < sorted.length; j++)
      expect(Math.sign(compareVersions(sorted[i] ?? '', sorted[j] ?? '')), `${sorted[i]} and ${sorted[j]}`).toBe(
        Math.sign(i - j),
      );
});

test('what is no version comes first and is never at least anything', () => {
  expect(compareVersions('main', 'v0.0.0-20240102150405-0123456789ab')).toBeLessThan(0);
  expect(compareVersions('main', 'master')).toBe(0);
  expect(atLeast('main', 'v0.21.0')).toBeUndefined();
  expect(atLeast(undefined, 'v0.21.0')).toBeUndefined();
  expect(atLeast('v0.21.0', 'v0.21.0')).toBe(true);
  expect(atLeast('v0.21.0-beta.0', 'v0.21.0')).toBe(false);
});

test.each(['0.1.0', 'v1', 'v1.2', 'v01.2.3', 'v1.2.3-', 'v1.2.3-01', 'v1.2.3 ', 'v1.2.3-a..b', ''])(
  '%j is no version',
  (text) => expect(parseVersion(text)).toBeUndefined(),
);

test('pseudo-versions in their three forms', () => {
  for (const v of [
    'v0.0.0-20240102150405-0123456789ab',
    'v1.2.3-pre.0.20240102150405-0123456789ab',
    'v1.2.4-0.20240102150405-0123456789ab',
    'v2.0.1-0.20240102150405-0123456789ab+incompatible',
  ])
    expect(isPseudo(v), v).toBe(true);
  for (const v of ['v1.2.3', 'v1.2.3-beta.0', 'v1.2.3-20240102', 'v0.0.0-20240102150405-abc'])
    expect(isPseudo(v), v).toBe(false);
});
