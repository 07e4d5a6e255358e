/** Clamps settings to their range: settings.json accepts any value. */

/** `v` clamped to `min`…`max`; `fallback` if it is not a number. */
export function within(v: unknown, min: number, max: number, fallback: number): number {
  return typeof v === 'number' && !Number.isNaN(v) ? Math.min(max, Math.max(min, v)) : fallback;
}
