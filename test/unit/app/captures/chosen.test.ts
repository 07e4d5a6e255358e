import { describe, expect, it } from 'vitest';
import { capturesOf, chosenRows, deleteQuestion, groupOfRows } from '../../../../src/app/captures/chosen';
import type { GroupRow } from '../../../../src/captures/groups';
import type { Capture } from '../../../../src/captures/types';

const capture = (name: string): Capture => ({ file: `/${name}`, info: { name } }) as Capture;
const a = capture('a');
const b = capture('b');
const group = { group: { id: 'g', name: 'G', kind: 'pair' }, members: [a, b] } as unknown as GroupRow;

describe('what a command is about', () => {
  it('is all that is selected when one of them was clicked, else what was clicked, else the selection', () => {
    expect(chosenRows([], a, [a, b])).toEqual([a, b]);
    expect(chosenRows([], a, [b])).toEqual([a]);
    expect(chosenRows([b], a, undefined)).toEqual([a]);
    expect(chosenRows([b], undefined, undefined)).toEqual([b]);
    expect(chosenRows([b], { not: 'a row' }, [])).toEqual([b]);
  });

  it('is each capture once, with those of a group', () => {
    expect(capturesOf([a, group])).toEqual([a, b]);
    expect(groupOfRows([group])).toBe(group);
    expect(groupOfRows([group, a])).toBeUndefined();
    expect(groupOfRows([a])).toBeUndefined();
  });
});

it.each([
  [[a], undefined, 0, 'Delete the capture "a"?', /^The file is removed for good\. Export it first to keep it\.$/],
  [[a], undefined, 1, 'Delete the capture "a"?', / Its tab is closed\.$/],
  [[a], undefined, 2, 'Delete the capture "a"?', / The 2 tabs that show it are closed\.$/],
  [[a, b], undefined, 1, 'Delete 2 captures?', / The tab that shows one of them is closed\.$/],
  [[a, b], 'G', 2, 'Delete the 2 captures of "G"?', /^The files are.* The 2 tabs that show them are closed\.$/],
] as const)('asks before deleting: %#', (captures, of, tabs, title, detail) => {
  const question = deleteQuestion(captures as readonly [Capture, ...Capture[]], of, tabs);
  expect(question.title).toBe(title);
  expect(question.detail).toMatch(detail);
});
