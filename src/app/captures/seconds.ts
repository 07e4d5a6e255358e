/** The length of the next capture. Pure. */
import type { Plan } from './plan';

/**
 * The length that the user typed last, unless the setting has changed since; then the setting wins. `stored` is `{
 * seconds, setting }`, or anything else found in the storage.
 */
export function rememberedSeconds(stored: unknown, setting: number): number {
  if (typeof stored !== 'object' || stored === null) return setting;
  const { seconds, setting: then } = stored as Record<string, unknown>;
  return typeof seconds === 'number' && then === setting ? seconds : setting;
}

/** One second of a busy process's trace is several MB, and the viewer takes minutes to load many seconds. */
const TRACE_SECONDS = 5;

/**
 * How to ask for the length of a plan: the key it is remembered under, the value offered first (s; `setting` is
 * `cpuSeconds`), and the prompt.
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
