/** Keeps settings in their range: settings.json takes whatever somebody types. */

/** `v` between `min` and `max`; `fallback` for what is no number. */
export function within(v: unknown, min: number, max: number, fallback: number): number {
  return typeof v === 'number' && !Number.isNaN(v) ? Math.min(max, Math.max(min, v)) : fallback;
}
