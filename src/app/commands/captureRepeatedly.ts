/** Asks what to capture repeatedly, how often, and how many rounds to keep. */
import type { RepeatedCaptures } from '../captures/repeated';
import type { Picker } from '../editor';
import type { Parts } from '../parts';
import type { Preselected } from '../processes/place';
import { ASK, choose } from './capture';

const KEY = 'controllerTuner.lastSeries';
const TITLE = 'Capture repeatedly';
/** The first defaults keep one hour, enough to see a leak. */
const FIRST = { everyMinutes: 5, keep: 12 };
/** The most rounds that are kept, so that the list stays readable. */
const MAX_KEEP = 200;

/** Rejects with AbortError when the user cancels. */
export async function startSeries(parts: Parts, list: RepeatedCaptures, preselected: Preselected): Promise<void> {
  const { places, plan } = await choose(parts, TITLE, preselected, { ...ASK, how: 'once' });
  const before = { ...FIRST, ...(parts.editor.store.get(KEY) as Partial<typeof FIRST> | undefined) };
  const everyMinutes = await number(
    parts.editor.picker,
    'Minutes from one capture to the next, 1 to 1440',
    before.everyMinutes,
    1,
    1440,
  );
  const keep = await number(
    parts.editor.picker,
    `How many times to keep, 2 to ${MAX_KEEP}; older captures of this series are deleted`,
    before.keep,
    2,
    MAX_KEEP,
  );
  await parts.editor.store.set(KEY, { everyMinutes, keep });
  list.start({ places, plan, everyMinutes, keep });
}

async function number(picker: Picker, prompt: string, value: number, min: number, max: number): Promise<number> {
  return Number(
    await picker.input({
      title: TITLE,
      prompt,
      value: String(value),
      validate: (t) =>
        /^\d+$/.test(t.trim()) && Number(t) >= min && Number(t) <= max
          ? undefined
          : `A whole number from ${min} to ${max}.`,
    }),
  );
}
