import { describe, expect, it } from 'vitest';
import { SLOWNESS } from '../../lib/until';
import { baseOf, place, type FileValues, type FunctionValues } from '../../../src/lines/place';

const BUILT = `package work

import "fmt"

var table = func() { fmt.Println() }

func first() {
	one()
	two()
}

func (w *W) Do(n int) {
	f := func(i int) { mix(i) }
	each(n, f)
	return
}

func last() { third() }
`;

const fn = (name: string, start: number, lines: readonly number[]): FunctionValues => ({
  name: `example.com/app/work.${name}`,
  start,
  lines,
  flat: 1,
  cum: 2,
  inlined: false,
});
const PROFILE: FileValues = {
  functions: [
    fn('first', 7, [8, 9]),
    fn('(*W).Do', 12, [13, 14]),
    fn('(*W).Do.func1', 13, [13]),
    fn('last', 18, [18]),
    fn('init.func1', 5, [5]),
  ],
  lines: new Map([
    [5, { flat: 5, cum: 5 }],
    [8, { flat: 8, cum: 80 }],
    [9, { flat: 0, cum: 90 }],
    [13, { flat: 13, cum: 13 }],
    [14, { flat: 0, cum: 14 }],
    [18, { flat: 18, cum: 18 }],
  ]),
};
/** The text of each line with a value, and its cum. */
const shown = (text: string, base = BUILT, profile = PROFILE): string[] =>
  place([profile], baseOf(base), text).lines.map((l) => `${text.split('\n')[l.line - 1]?.trim()} ${l.cum}`);
const ALL = [
  'var table = func() { fmt.Println() } 5',
  'one() 80',
  'two() 90',
  'f := func(i int) { mix(i) } 13',
  'each(n, f) 14',
  'func last() { third() } 18',
];

describe('place', () => {
  it('takes lines as they are in the text that was built', () => {
    expect(shown(BUILT)).toEqual(ALL);
    const placed = place([PROFILE], baseOf(BUILT), BUILT);
    expect(placed).toMatchObject({ moved: 0, gone: [] });
    expect(placed.functions.map((f) => `${f.at.key} ${f.at.line}`)).toEqual(['first 7', 'W.Do 12', 'last 18']);
    // A closure and what it stands in meet on line 13: its value is not doubled.
    expect(placed.lines.find((l) => l.line === 13)).toMatchObject({
      cum: 13,
      names: ['example.com/app/work.(*W).Do', 'example.com/app/work.(*W).Do.func1'],
    });
  });

  it('follows edits: lines above, inside of a function, and undo', () => {
    const above = BUILT.replace('import "fmt"\n', 'import (\n\t"fmt"\n\t"os"\n)\n');
    expect(shown(above)).toEqual(ALL);
    expect(shown(BUILT.replace('\ttwo()\n', '\tzero()\n\n\ttwo()\n'))).toEqual(ALL);
    expect(shown(BUILT.replace('\tone()\n', ''))).toEqual(ALL.filter((l) => !l.startsWith('one')));
    expect(shown(BUILT)).toEqual(ALL);
  });

  it('keeps the value of a line that is changed in place or parted, and drops what is replaced', () => {
    expect(shown(BUILT.replace('one()', 'one(ctx)'))).toContain('one(ctx) 80');
    expect(shown(BUILT.replace('\teach(n, f)', '\teach(\n\t\tn, f)'))).toContain('each( 14');
    expect(
      shown(BUILT.replace('\tone()\n\ttwo()\n', '\ta()\n\tb()\n\tc()\n')).filter((l) => /^[abc]\(/.test(l)),
    ).toEqual([]);
  });

  it('follows a function that is moved in the file', () => {
    const first = /func first[^]*?\n}\n\n/.exec(BUILT)?.[0] ?? '';
    const moved = `${BUILT.replace(first, '')}\n${first}`;
    expect(shown(moved).sort()).toEqual([...ALL].sort());
  });

  it('says which functions are gone', () => {
    expect(place([PROFILE], baseOf(BUILT), BUILT.replace('func last', 'func final')).gone).toEqual([
      'example.com/app/work.last',
    ]);
    expect(place([PROFILE], baseOf('package work\n'), 'package work\n').lines).toEqual([]);
  });

  it('finds functions of an older build by where each began, and says that they moved', () => {
    const newer = BUILT.replace('import "fmt"\n', 'import "fmt"\n\n// A comment.\ntype W struct{}\n');
    const placed = place([PROFILE], baseOf(newer), newer);
    expect(placed.moved).toBe(3);
    // A function of a variable has no start of its own to go by.
    expect(shown(newer, newer)).toEqual(ALL.slice(1));
    expect(placed.gone).toEqual(['example.com/app/work.init.func1']);
  });

  it('says of which lines it is not sure: those of functions that got longer or shorter since the build', () => {
    const shorter = BUILT.replace('\tone()\n\ttwo()\n', '\tone()\n');
    expect(
      place([PROFILE], baseOf(shorter), shorter)
        .lines.filter((l) => l.unsure)
        .map((l) => l.line),
    ).toEqual([8, 9]);
    expect(place([PROFILE], baseOf(BUILT), shorter).lines.filter((l) => l.unsure)).toEqual([]);
  });

  it('leaves out lines that lie beyond their function', () => {
    expect(
      place(
        [{ functions: [fn('first', 7, [400])], lines: new Map([[400, { flat: 1, cum: 1 }]]) }],
        baseOf(BUILT),
        BUILT,
      ).lines,
    ).toEqual([]);
  });

  it('takes lines without a start only where the function is there', () => {
    const without = { ...PROFILE, functions: PROFILE.functions.map((f) => ({ ...f, start: 0 })) };
    expect(shown(BUILT, BUILT, without)).toEqual(ALL.slice(1));
    const newer = BUILT.replace('import "fmt"\n', `import "fmt"\n${'// text\n'.repeat(20)}`);
    expect(shown(newer, newer, without)).toEqual([]);
  });

  it('adds up what two builds say of one file', () => {
    expect(place([PROFILE, PROFILE], baseOf(BUILT), BUILT).lines.find((l) => l.line === 8)?.cum).toBe(160);
  });

  it('is quick in long files', () => {
    const long = `package p\n\n${Array.from({ length: 2000 }, (_, i) => `func f${i}() {\n\tg(${i})\n}\n`).join('\n')}`;
    const functions = Array.from({ length: 2000 }, (_, i) => ({ ...fn(`f${i}`, 3 + i * 4, [4 + i * 4]) }));
    const profile = {
      functions,
      lines: new Map(functions.flatMap((f) => f.lines.map((l) => [l, { flat: 1, cum: 1 }] as const))),
    };
    const before = process.cpuUsage();
    expect(place([profile], baseOf(long), `// new\n${long}`).lines).toHaveLength(2000);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(3000 * SLOWNESS);
  });
});
