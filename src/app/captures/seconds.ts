/** The length of the next capture. Pure. */
import type { Plan } from './plan';

/**
 * What the user typed last, as long as the setting is what it was then; once it is changed, the setting counts.
 * `stored` is `{ seconds, setting }`, or whatever else lies in the storage.
 */
export function rememberedSeconds(stored: unknown, setting: number): number {
  if (typeof stored !== 'object' || stored === null) return setting;
  const { seconds, setting: then } = stored as Record<string, unknown>;
  return typeof seconds === 'number' && then === setting ? seconds : setting;
}

/** A second of a busy process's trace has some MB, and the viewer takes minutes for many. */
const TRACE_SECONDS = 5;

/**
 * How the length of a plan is asked for: what is remembered apart, what is offered first (s; `setting` is
 * `cpuSeconds`), and in which words.
 */
export function secondsOf(
  { what, how }: Pick<Plan, 'what' | 'how'>,
  setting: number,
): { readonly key: string; readonly first: number; readonly prompt: string } {
  if (what === 'trace')
    return {
      key: 'controllerTuner.lastTraceSeconds',
      first: TRACE_SECONDS,
      prompt: 'Seconds to record, 1 to 600; each second of a busy process has some MiB',
    };
  if (how === 'once')
    return { key: 'controllerTuner.lastCpuSeconds', first: setting, prompt: 'Seconds to record, 1 to 600' };
  return {
    key: 'controllerTuner.lastApartSeconds',
    first: setting,
    prompt:
      how === 'pair'
        ? 'Seconds between the two captures, 1 to 600'
        : 'Seconds over which the process compares itself, 1 to 600',
  };
}
