/**
 * Several files as one: added up and subtracted as `go tool pprof A B`, `-base`, `-diff_base` and `-normalize` do it.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { openProfile } from '../../src/profile/open';
import type { CombineOptions } from '../../src/profile/types';
import { Random } from '../fuzz/random';
import { fixture } from '../unit/profile/fixtures';
import { asked, differing, type Case } from './ours';
import { randomPart, randomProfile } from './random';
import { Pprof } from './tool';

const pprof = new Pprof();
afterAll(() => {
  pprof.dispose();
});

const WAYS: readonly { readonly flag: string; readonly options: CombineOptions; readonly normalize?: true }[] = [
  { flag: '', options: {} },
  { flag: '-base', options: { sources: 1 } },
  { flag: '-diff_base', options: { sources: 1, ofBase: true } },
  { flag: '-diff_base', options: { sources: 1, ofBase: true, normalize: 'total' }, normalize: true },
];

async function wrong(
  files: readonly Uint8Array[],
  way: (typeof WAYS)[number],
  cases: readonly Case[],
  unit: string,
): Promise<string[]> {
  const paths = files.map((b) => pprof.save(b));
  const [first = '', second = ''] = paths;
  const { flag, options, normalize } = way;
  const answers = await pprof.ask(
    flag === '' ? paths : [first],
    cases.map((c) => asked(c, unit)),
    flag === '' ? [] : [`${flag}=${second}`, ...(normalize ? ['-normalize'] : [])],
  );
  const open = openProfile(files, { maxBytes: 1e9, combine: options });
  const found: string[] = [];
  for (const [i, c] of cases.entries()) {
    const differs = await differing(open, c, answers[i]).catch((e: unknown) =>
      String(e instanceof Error ? e.stack : e),
    );
    if (differs !== '')
      found.push(
        `${flag} ${JSON.stringify(options)} ${c.command} of type ${c.sampleType}, ${JSON.stringify(c.part)}\n${differs}`,
      );
  }
  return found;
}

describe('real files', () => {
  // Two runs of the same tests, built from two folders: what they share is little but real.
  it.each(WAYS)('CPU profiles, $flag $options', async (way) => {
    const cases = ([{}, { focus: 'busy' }, { hide: 'runtime' }, { granularity: 'lines' }] as const).flatMap((part) =>
      (['top', 'top -cum', 'peek', 'tags'] as const).map((command): Case => ({ sampleType: 1, part, command })),
    );
    expect(await wrong([fixture('cpu.prof'), fixture('cpu-trimpath.prof')], way, cases, 'ns')).toEqual([]);
  });

  it.each(WAYS)('heap profiles, of whole and part, $flag $options', async (way) => {
    const cases = [0, 1, 2, 3].flatMap((sampleType) =>
      (['top', 'tags'] as const).map((command): Case => ({ sampleType, part: {}, command })),
    );
    const part = await openProfile(fixture('mem.prof')).encode({ part: { ignore: 'Digest|Grow' } });
    expect(
      await wrong(
        [part, fixture('mem.prof')],
        way,
        cases.filter((c) => c.command === 'top'),
        'B',
      ),
    ).toEqual([]);
  });
});

/** Pairs of files; `npm run test:long` asks for more. */
const COUNT = Number(process.env['PPROF_COUNT'] ?? 200) / 4;

describe(`${COUNT} random pairs`, () => {
  it.each(Array.from({ length: COUNT / 25 }, (_, b) => 5001 + b * 25))('from seed %i on', async (from) => {
    const found: string[] = [];
    for (let seed = from; seed < from + 25; seed++) {
      const r = new Random(seed);
      const way = WAYS[seed % WAYS.length] as (typeof WAYS)[number];
      const a = randomProfile(r, seed % 5 === 0);
      // -normalize wants the same value types of both, all else takes those that both have.
      const b = randomProfile(r, false, way.normalize ? a.types : undefined);
      const part = seed % 3 === 0 ? randomPart(r, !a.mapped && !b.mapped) : {};
      const cases = (['top', 'top -cum', 'peek'] as const).map((command): Case => ({
        sampleType: r.below(Math.min(a.types, b.types)),
        part,
        command,
      }));
      found.push(...(await wrong([a.bytes, b.bytes], way, cases, 'minimum')).map((f) => `seed ${seed}: ${f}`));
    }
    expect(found.slice(0, 3)).toEqual([]);
  });
});
