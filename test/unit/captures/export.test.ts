import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { encodeCapture, isGoroutineText } from '../../../src/captures/export';
import { openProfile } from '../../../src/profile/open';

it('writes a goroutine dump as a profile with the same goroutines, stacks and labels', async () => {
  const text = readFileSync('test/fixtures/capture.goroutines.txt');
  const bytes = await encodeCapture(text, openProfile, 1e8);
  expect([...bytes.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
  const dump = (await openProfile(text).goroutines())!;
  const again = openProfile(bytes);
  expect(again.summary.kind).toBe('goroutines');
  expect(again.summary.sampleTypes.map((t) => [t.type, t.unit, t.total])).toEqual([['goroutine', 'count', dump.total]]);
  const shape = (d: typeof dump) =>
    d.groups
      .map((g) => [g.count, g.labels, g.stack.map((f) => `${f.name} ${f.line}`).join('\n')])
      .sort((a, b) => String(a[2]).localeCompare(String(b[2])) || Number(a[0]) - Number(b[0]));
  // In a profile the creator is the last frame of the stack.
  const withCreator = {
    ...dump,
    groups: dump.groups.map((g) => ({ ...g, stack: g.createdBy ? [...g.stack, g.createdBy] : g.stack })),
  };
  const got = shape((await again.goroutines())!);
  expect([shape(dump), shape(withCreator)]).toContainEqual(got);
});

it('knows goroutine captures by their name', () => {
  expect(['a.goroutines.txt', 'a.cpu.pb.gz'].map(isGoroutineText)).toEqual([true, false]);
});
