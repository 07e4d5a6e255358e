/** Asks what to capture repeatedly, how often, and how much of it to keep. */
import type { SeriesList } from '../captures/series';
import type { Parts } from '../parts';
import type { Preselected } from '../../app/processes/place';
import { picker } from '../picker';
import { ANY, choose } from './capture';

const KEY = 'controllerTuner.lastSeries';
const TITLE = 'Capture repeatedly';
/** Offered first: a leak shows within an hour, which is what is kept. */
const FIRST = { everyMinutes: 5, keep: 12 };
/** At most so many rounds are kept: the list stays one that a person reads. */
const MAX_KEEP = 200;

/** Rejects with AbortError when the person gave up. */
export async function startSeries(parts: Parts, list: SeriesList, preselected: Preselected): Promise<void> {
  const { places, plan } = await choose(parts, TITLE, preselected, { ...ANY, how: 'once' });
  const before = { ...FIRST, ...parts.context.globalState.get<Partial<typeof FIRST>>(KEY) };
  const everyMinutes = await number('Minutes from one capture to the next, 1 to 1440', before.everyMinutes, 1, 1440);
  const keep = await number(
    `How many times to keep, 2 to ${MAX_KEEP}; older captures of this series are deleted`,
    before.keep,
    2,
    MAX_KEEP,
  );
  await parts.context.globalState.update(KEY, { everyMinutes, keep });
  list.start({ places, plan, everyMinutes, keep });
}

async function number(prompt: string, value: number, min: number, max: number): Promise<number> {
  return Number(
    await picker.input({
      title: TITLE,
      step: 1,
      totalSteps: 1,
      back: false,
      prompt,
      value: String(value),
      validate: (t) =>
        /^\d+$/.test(t.trim()) && Number(t) >= min && Number(t) <= max
          ? undefined
          : `A whole number from ${min} to ${max}.`,
    }),
  );
}
