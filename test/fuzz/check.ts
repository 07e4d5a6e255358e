/**
 * Opens damaged bytes and asks for all that is shown of a file: an answer or a Problem with words for a person, and
 * soon.
 */
import { Problem } from '../../src/base/problem';
import { MAX_BYTES, openProfile } from '../../src/profile/open';

/** CPU time of one file, ms: what somebody may be kept waiting by a file of a few kB that makes no sense. */
export const LIMIT = 2000;

/** What is wrong with how the bytes were taken; undefined: nothing. `took`: CPU time, ms. */
export async function check(
  bytes: Uint8Array,
): Promise<{ readonly wrong: string | undefined; readonly took: number; readonly opened: boolean }> {
  const started = process.cpuUsage();
  let wrong: string | undefined;
  let opened = false;
  try {
    const open = openProfile(bytes, { maxBytes: MAX_BYTES });
    opened = true;
    for (let sampleType = 0; sampleType < Math.min(2, open.summary.sampleTypes.length); sampleType++) {
      await open.flame({ sampleType, zoom: [], minShare: 0, ownModules: [] });
      await open.search({ text: 'a', sampleType });
      await open.top({ sampleType });
    }
    await open.goroutines();
    // What is saved of it has to open again, or a rename of the file would lose it.
    openProfile(await open.encode(), { maxBytes: MAX_BYTES });
  } catch (e) {
    wrong = complaint(e);
  }
  const { user, system } = process.cpuUsage(started);
  const took = (user + system) / 1000;
  return { wrong: wrong ?? (took > LIMIT ? `It took ${took.toFixed(0)} ms.` : undefined), took, opened };
}

/** A Problem is right, but for one that hides a mistake of ours or blames the machine's memory for a small file. */
function complaint(e: unknown): string | undefined {
  if (!(e instanceof Problem)) return `It threw ${e instanceof Error ? (e.stack ?? e.message) : String(e)}`;
  const { cause } = e;
  if (e.code === 'profile.outOfMemory')
    return `It ran out of memory: ${cause instanceof Error ? (cause.stack ?? '') : ''}`;
  if (e.code === 'profile.broken' && (cause instanceof TypeError || cause instanceof ReferenceError))
    return `A mistake of ours is told as damage: ${cause.stack ?? cause.message}`;
  return undefined;
}
