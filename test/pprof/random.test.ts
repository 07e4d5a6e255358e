/** Profiles and questions at random, all answered as `go tool pprof` does. */
import { afterAll, describe, expect, it } from 'vitest';
import { openProfile } from '../../src/profile/open';
import { Random } from '../fuzz/random';
import { asked, differing, type Case } from './ours';
import { randomPart, randomProfile } from './random';
import { Pprof } from './tool';

/** `npm run test:long` asks for more. */
const COUNT = Number(process.env['PPROF_COUNT'] ?? 200);
const PARTS = 3;
/** What one test runs, so that a failure is told soon. */
const BATCH = 50;
/** pprof processes at a time. */
const TOGETHER = 4;

const pprof = new Pprof();
afterAll(() => {
  pprof.dispose();
});

describe(`${COUNT} random profiles`, () => {
  it.each(Array.from({ length: COUNT / BATCH }, (_, b) => b * BATCH + 1))('from seed %i on', async (from) => {
    const found: string[] = [];
    const seeds = Array.from({ length: BATCH }, (_, i) => from + i);
    const next = async (): Promise<void> => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) found.push(...(await one(seed)));
    };
    await Promise.all(Array.from({ length: TOGETHER }, next));
    expect(found.slice(0, 3)).toEqual([]);
  });
});

async function one(seed: number): Promise<string[]> {
  const r = new Random(seed);
  const { bytes, types, mapped } = randomProfile(r, seed % 3 === 0);
  const cases: Case[] = [];
  for (let i = 0; i < PARTS; i++) {
    const part = i === 0 ? {} : randomPart(r, !mapped);
    const sampleType = r.below(types);
    for (const command of ['top', 'top -cum', 'peek', 'tags', 'proto'] as const)
      cases.push({ sampleType, part, command });
    if (i === 0) cases.push({ sampleType, part, command: 'dot' });
  }
  const open = openProfile(bytes);
  const answers = await pprof.ask(
    [pprof.save(bytes)],
    cases.map((c) => asked(c, 'minimum')),
  );
  const found: string[] = [];
  for (const [i, c] of cases.entries()) {
    const wrong = await differing(open, c, answers[i]).catch((e: unknown) => String(e instanceof Error ? e.stack : e));
    if (wrong !== '')
      found.push(`seed ${seed}: ${c.command} of type ${c.sampleType}, ${JSON.stringify(c.part)}\n${wrong}`);
  }
  return found;
}
