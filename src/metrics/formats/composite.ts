/**
 * A native histogram as a value in text, in the form of the draft of OpenMetrics 2.0:
 * `{count:…,sum:…,schema:…,zero_threshold:…, zero_count:…,positive_spans:[offset:length,…],positive_buckets:[…]}`, with
 * the counts of single buckets. Earlier formats have none.
 * https://github.com/prometheus/docs/blob/main/docs/specs/om/open_metrics_spec_2_0.md
 */
import { floatLabel, parseGoFloat } from '../labels';
import { MAX_SCHEMA, MIN_SCHEMA } from './native';
import type { Buckets, NativeHistogram } from '../types';

export function writeComposite({
  count,
  sum,
  schema,
  zeroThreshold,
  zeroCount,
  positive,
  negative,
}: NativeHistogram): string {
  const side = (name: string, { index, count: counts }: Buckets): string =>
    index.length === 0
      ? ''
      : `,${name}_spans:[${spansOf(index)}],${name}_buckets:[${Array.from(counts, floatLabel).join(',')}]`;
  const head = `count:${floatLabel(count)},sum:${floatLabel(sum)},schema:${schema}`;
  const zero = `zero_threshold:${floatLabel(zeroThreshold)},zero_count:${floatLabel(zeroCount)}`;
  return `{${head},${zero}${side('negative', negative)}${side('positive', positive)}}`;
}

/**
 * Runs of adjacent buckets: the index of the first one, then the number of buckets between the end of one run and the
 * next.
 */
function spansOf(index: Int32Array): string {
  const spans: string[] = [];
  let end = 0;
  for (let i = 0; i < index.length;) {
    const from = index[i] as number;
    let length = 1;
    while (i + length < index.length && index[i + length] === from + length) length++;
    spans.push(`${from - end}:${length}`);
    end = from + length;
    i += length;
  }
  return spans.join(',');
}

/** Undefined for anything that is no native histogram: a classic one or a summary in that form, or half of one. */
export function readComposite(text: string): NativeHistogram | undefined {
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  const fields = new Map<string, string>();
  let at = 1;
  while (at < text.length - 1) {
    const colon = text.indexOf(':', at);
    if (colon < 0) return undefined;
    const list = text[colon + 1] === '[';
    const close = list ? text.indexOf(']', colon) + 1 : ending(text, colon);
    if (close <= 0) return undefined;
    fields.set(text.slice(at, colon), list ? text.slice(colon + 2, close - 1) : text.slice(colon + 1, close));
    at = close + 1;
  }
  const number = (name: string): number => parseGoFloat(fields.get(name) ?? '') ?? Infinity;
  const [count, sum, schema, zeroThreshold, zeroCount] = ['count', 'sum', 'schema', 'zero_threshold', 'zero_count'].map(
    number,
  ) as [number, number, number, number, number];
  if (
    !fields.has('sum') ||
    !Number.isInteger(schema) ||
    schema < MIN_SCHEMA ||
    schema > MAX_SCHEMA ||
    ![count, zeroThreshold, zeroCount].every(Number.isFinite)
  )
    return undefined;
  const positive = bucketsOf(fields, 'positive');
  const negative = bucketsOf(fields, 'negative');
  return positive && negative && { schema, zeroThreshold, zeroCount, count, sum, positive, negative };
}

function ending(text: string, from: number): number {
  const comma = text.indexOf(',', from);
  return comma < 0 ? text.length - 1 : comma;
}

function bucketsOf(fields: ReadonlyMap<string, string>, side: string): Buckets | undefined {
  const items = (name: string): readonly string[] => {
    const list = fields.get(`${side}_${name}`) ?? '';
    return list === '' ? [] : list.split(',');
  };
  const counts = items('buckets').map((v) => parseGoFloat(v) ?? NaN);
  const spans = items('spans').map((v) => v.split(':').map(Number) as [number, number]);
  const spanned = spans.reduce((sum, [, length]) => sum + length, 0);
  // Checked before walking them: a length may be any number.
  if (
    spanned !== counts.length ||
    counts.some((n) => Number.isNaN(n)) ||
    !spans.every(([offset, length]) => Number.isInteger(offset) && Number.isInteger(length) && length >= 0)
  )
    return undefined;
  const index: number[] = [];
  const count: number[] = [];
  let bucket = 0;
  let next = 0;
  for (const [offset, length] of spans) {
    bucket += offset;
    for (let i = 0; i < length; i++, bucket++) {
      const n = counts[next++] as number;
      if (n === 0) continue;
      index.push(bucket);
      count.push(n);
    }
  }
  return { index: Int32Array.from(index), count: Float64Array.from(count) };
}
