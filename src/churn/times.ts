/** Values that are nothing but a point in time. */

/** RFC 3339, as Kubernetes and Go write it (`metav1.Time`, `MicroTime`, time.RFC3339Nano), and Go's time.String(). */
const WRITTEN =
  /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|UTC|[+-]\d\d:?\d\d))?( UTC| [A-Z]{3,4})?( m=[+-][\d.]+)?$/;
/** Seconds, milli-, micro- or nanoseconds since the epoch, of the years 2001 to 2096. */
const COUNTED = /^(\d{10}|\d{13}|\d{16}|\d{19})(\.\d+)?$/;
const SECONDS = [1e9, 4e9] as const;

function isTime(v: unknown): boolean {
  if (typeof v !== 'string' && typeof v !== 'number') return false;
  const text = String(v);
  if (WRITTEN.test(text)) return true;
  const [whole = ''] = COUNTED.exec(text)?.slice(1, 2) ?? [];
  const seconds = Number(whole.slice(0, 10));
  return whole !== '' && seconds >= SECONDS[0] && seconds < SECONDS[1];
}

/** True when one time replaced another. */
export function timeMoved(before: unknown, after: unknown): boolean {
  return isTime(before) && isTime(after);
}
