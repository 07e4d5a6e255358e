/**
 * Readers of JSON whose shape can't be trusted. Each returns an empty value when the field is missing or of another
 * type.
 */

export type Json = Readonly<Record<string, unknown>>;

const NOTHING: Json = Object.freeze({});

export function isObject(v: unknown): v is Json {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

export function object(v: unknown): Json {
  return isObject(v) ? v : NOTHING;
}

export function list(v: unknown): readonly unknown[] {
  return Array.isArray(v) ? (v as unknown[]) : [];
}

export function text(v: unknown): string {
  return typeof v === 'string' ? v : '';
}

export function number(v: unknown): number {
  return typeof v === 'number' && Number.isFinite(v) ? v : 0;
}

/** RFC 3339 (with micro- or nanoseconds too) as ms since the epoch; 0 = missing or not a time. */
export function time(v: unknown): number {
  const t = typeof v === 'string' ? Date.parse(v) : NaN;
  return Number.isNaN(t) ? 0 : t;
}
