import { describe, expect, test } from 'vitest';
import { highest, parseModFile, replacing } from '../../../../src/advice/modules/gomod';

describe('go.mod', () => {
  test('every directive, in blocks and alone, with comments and CRLF', () => {
    const mod = parseModFile(
      [
        '// Deprecated: use v2.',
        'module example.com/app // the app',
        '',
        'go 1.24.0',
        'toolchain go1.26.1',
        'godebug default=go1.21',
        'tool example.com/gen',
        'require k8s.io/client-go v0.37.0',
        'require (',
        '\tsigs.k8s.io/controller-runtime v0.25.2 // pinned: see #12',
        '\tk8s.io/api v0.37.0 // indirect',
        '\t// k8s.io/gone v0.1.0',
        '\t"example.com/quoted" "v1.0.0" // indirect; used by a tool',
        '\tgithub.com/BurntSushi/toml v1.3.2+incompatible',
        ')',
        'exclude k8s.io/api v0.36.9',
        'retract [v1.0.0, v1.2.0] // broken',
        'retract (',
        '\tv0.9.0',
        ')',
        'ignore ./web',
      ].join('\r\n'),
    );
    expect(mod).toMatchObject({ module: 'example.com/app', go: '1.24.0', toolchain: 'go1.26.1', broken: [] });
    expect(mod.require).toEqual([
      { path: 'k8s.io/client-go', version: 'v0.37.0', indirect: false },
      { path: 'sigs.k8s.io/controller-runtime', version: 'v0.25.2', indirect: false },
      { path: 'k8s.io/api', version: 'v0.37.0', indirect: true },
      { path: 'example.com/quoted', version: 'v1.0.0', indirect: true },
      { path: 'github.com/BurntSushi/toml', version: 'v1.3.2+incompatible', indirect: false },
    ]);
    expect(mod.exclude).toEqual([{ path: 'k8s.io/api', version: 'v0.36.9' }]);
  });

  test.each([
    ['replace a.io/x => b.io/y v1.2.3', { from: 'a.io/x', version: undefined, to: 'b.io/y', toVersion: 'v1.2.3' }],
    [
      'replace a.io/x v1.0.0 => b.io/y v1.2.3',
      { from: 'a.io/x', version: 'v1.0.0', to: 'b.io/y', toVersion: 'v1.2.3' },
    ],
    ['replace a.io/x => ../fork', { from: 'a.io/x', version: undefined, to: '../fork', toVersion: undefined }],
    [
      'replace a.io/x v1.0.0 => ./fork // mine',
      { from: 'a.io/x', version: 'v1.0.0', to: './fork', toVersion: undefined },
    ],
    ['replace a.io/x => /src/fork', { from: 'a.io/x', version: undefined, to: '/src/fork', toVersion: undefined }],
    [
      'replace a.io/x => C:\\src\\fork',
      { from: 'a.io/x', version: undefined, to: 'C:\\src\\fork', toVersion: undefined },
    ],
    [
      'replace a.io/x => "C:\\\\my src\\\\fork"',
      { from: 'a.io/x', version: undefined, to: 'C:\\my src\\fork', toVersion: undefined },
    ],
    [
      'replace a.io/x => `..\\my fork`',
      { from: 'a.io/x', version: undefined, to: '..\\my fork', toVersion: undefined },
    ],
    ['replace (\n\ta.io/x => ..\n)', { from: 'a.io/x', version: undefined, to: '..', toVersion: undefined }],
  ])('%s', (text, expected) => {
    expect(parseModFile(text)).toMatchObject({ replace: [expected], broken: [] });
  });

  test('go.work', () => {
    const work = parseModFile(
      'go 1.24\n\nuse ./app\nuse (\n\t./lib // shared\n\t../other\n)\n\nreplace a.io/x => ./x\n',
    );
    expect(work.use).toEqual(['./app', './lib', '../other']);
    expect(work.replace).toHaveLength(1);
  });

  test('a broken line loses itself alone, and says where it is', () => {
    const mod = parseModFile(
      'module m\nrequire (\n\ta.io/x\n\ta.io/y v1.0.0\n\ta.io/z "v1\n)\nreplace a.io/y =>\nreplace a.io/y => b.io/y\nreplace a.io/y => ./y v1.0.0\n<<<<<<< HEAD\nrequire a.io/w v2.0.0\n',
    );
    expect(mod.require.map((r) => r.path)).toEqual(['a.io/y', 'a.io/w']);
    expect(mod.replace).toEqual([]);
    expect(mod.broken.map((b) => b.line)).toEqual([3, 5, 7, 8, 9, 10]);
  });

  test.each(['', 'require (', ')', '(', '=>', 'require ( a v1 )', '\u0000\uFFFF', '"', '`', 'module'])(
    '%j is read without an error',
    (text) => {
      expect(() => parseModFile(text)).not.toThrow();
    },
  );

  test('a hundred thousand lines are read at once', () => {
    const text = `module m\nrequire (\n${Array.from({ length: 100_000 }, (_, i) => `\ta.io/x${i} v1.0.${i}`).join('\n')}\n)\n`;
    expect(parseModFile(text).require).toHaveLength(100_000);
  });

  test('the replacement for a version comes before the one for all', () => {
    const { replace } = parseModFile('replace a.io/x v1.0.0 => ./one\nreplace a.io/x => ./all');
    expect(replacing(replace, 'a.io/x', 'v1.0.0')?.to).toBe('./one');
    expect(replacing(replace, 'a.io/x', 'v1.0.1')?.to).toBe('./all');
    expect(replacing(replace, 'a.io/y', 'v1.0.1')).toBeUndefined();
  });

  test('the highest requirement counts, excluded ones do not', () => {
    const { require, exclude } = parseModFile(
      'require a.io/x v0.9.0\nrequire a.io/x v0.10.0 // indirect\nrequire a.io/x v0.11.0\nexclude a.io/x v0.11.0',
    );
    expect(highest(require, 'a.io/x', exclude)).toEqual({ path: 'a.io/x', version: 'v0.10.0', indirect: false });
  });
});
