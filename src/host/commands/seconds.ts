/** The length of the next CPU profile. Pure. */

/**
 * What the person typed last, as long as the setting is what it was then; once it is changed, the setting counts.
 * `stored` is `{ seconds, setting }`, or whatever else lies in the storage.
 */
export function rememberedSeconds(stored: unknown, setting: number): number {
  if (typeof stored !== 'object' || stored === null) return setting;
  const { seconds, setting: then } = stored as Record<string, unknown>;
  return typeof seconds === 'number' && then === setting ? seconds : setting;
}
