/** Real profiles of each kind, asked in every way that pprof has a word for. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openProfile } from '../../src/profile/open';
import type { Part } from '../../src/profile/types';
import { fixture } from '../unit/profile/fixtures';
import { asked, differing, type Case } from './ours';
import { Pprof } from './tool';

const pprof = new Pprof();
afterAll(() => {
  pprof.dispose();
});

const FILES = readdirSync(path.join(__dirname, '../fixtures')).filter((f) => /\.(prof|pb\.gz)$/.test(f));
/** In which values come whole. */
const UNITS: Readonly<Record<string, string>> = { nanoseconds: 'ns', bytes: 'B', count: 'minimum' };

const PARTS: readonly Part[] = [
  {},
  { focus: 'busy|main' },
  { focus: 'runtime', ignore: 'gc[A-Z]' },
  { ignore: 'runtime' },
  { hide: '^runtime\\.|testing' },
  { show: 'busy|main' },
  { showFrom: 'busy\\.[A-Z]|main\\.main' },
  { hide: 'Hash|mix', showFrom: 'TestBusy' },
  { focus: 'busy\\.go' },
  { tagFocus: ['controller=widget'] },
  { tagFocus: ['gadget,namespace'] },
  { tagIgnore: ['controller=widget'] },
  { tagFocus: ['bytes=16kb:'] },
  { tagIgnore: ['bytes=:512b'] },
  { tagRoot: ['controller'] },
  { tagRoot: ['namespace', 'controller'], focus: 'busy' },
  { tagLeaf: ['controller', 'bytes'] },
  { noInlines: true },
  { noInlines: true, hide: 'rotate|Hash' },
  { granularity: 'filefunctions' },
  { granularity: 'lines' },
  { granularity: 'addresses' },
  { granularity: 'lines', noInlines: true, focus: 'busy' },
  { granularity: 'addresses', hide: 'mix' },
];

describe.each(FILES)('%s', (file) => {
  const open = openProfile(fixture(file));
  it.each(open.summary.sampleTypes.map((t, sampleType) => ({ ...t, sampleType })))(
    '$type',
    async ({ unit, sampleType }) => {
      const cases = PARTS.flatMap((part): Case[] =>
        (['top', 'top -cum', 'peek', 'tags', 'dot', 'proto'] as const)
          .filter((c) => c !== 'proto' || part.granularity === undefined)
          .map((command) => ({ sampleType, part, command })),
      );
      const whole = UNITS[unit] ?? 'minimum';
      // Labels are printed in the unit of values: it is left to pprof where they are numbers.
      const answers = await pprof.ask(
        [pprof.save(fixture(file))],
        cases.map((c) => asked(c, c.command === 'tags' && whole === 'B' ? 'minimum' : whole)),
      );
      const found: string[] = [];
      for (const [i, c] of cases.entries()) {
        if (c.command === 'tags' && whole === 'B') continue;
        const differs = await differing(open, c, answers[i]);
        if (differs !== '') found.push(`${c.command}, ${JSON.stringify(c.part)}\n${differs}`);
      }
      expect(found.slice(0, 3)).toEqual([]);
    },
  );

  it('files: what pprof counts for each of their functions adds up', async () => {
    const { unit } = open.summary.sampleTypes[open.summary.defaultSampleType] ?? { unit: '' };
    const c: Case = { sampleType: open.summary.defaultSampleType, part: { granularity: 'files' }, command: 'top' };
    const [text = ''] = await pprof.ask([pprof.save(fixture(file))], [asked(c, UNITS[unit] ?? 'minimum')]);
    const { parseTop } = await import('./parse');
    const flat = new Map<string, number>();
    for (const r of parseTop(text).rows) flat.set(r.text, (flat.get(r.text) ?? 0) + r.flat);
    const ours = await open.top(c);
    expect(new Map(ours.names.map((name, i) => [name, ours.flat[i]] as const))).toEqual(flat);
  });
});
