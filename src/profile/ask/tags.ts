/** Totals by label: `go tool pprof -tags`. */
import type { Model } from '../model';
import { scaled } from '../part/scale';
import type { Asked, Tag, Tags, TagValue } from '../types';

interface Sum {
  value: number;
  number: number | undefined;
  unit: string;
}

export function tags(model: Model, { sampleType, part }: Asked): Tags {
  const { samples, columns } = model.view(part);
  const { of, sets, units } = model.labels;
  const values = model.values(sampleType);
  const bySet = new Float64Array(sets.length);
  const met = new Uint8Array(sets.length);
  for (let k = 0, n = samples?.length ?? columns.samples; k < n; k++) {
    const i = samples ? (samples[k] as number) : k;
    const set = of[i] as number;
    met[set] = 1;
    bySet[set] = (bySet[set] as number) + (values[i] as number);
  }
  const keys = new Map<string, Map<string, Sum>>();
  sets.forEach((set, s) => {
    if (met[s] === 0) return;
    for (const { key, value } of set) {
      const unit = units.get(key) ?? '';
      const text = typeof value === 'string' ? value : scaled(value, unit);
      let texts = keys.get(key);
      if (!texts) keys.set(key, (texts = new Map<string, Sum>()));
      const number = typeof value === 'string' ? undefined : value;
      const sum = texts.get(text);
      if (!sum) texts.set(text, { value: bySet[s] as number, number, unit });
      else {
        sum.value += bySet[s] as number;
        if (sum.number !== number) sum.number = undefined;
      }
    }
  });
  const list = [...keys].map(([key, texts]): Tag => {
    const found = [...texts].map(([text, { value, number, unit }]): TagValue => ({
      text,
      value,
      ...(number !== undefined && { number, unit }),
    }));
    return {
      key,
      total: found.reduce((n, v) => n + v.value, 0),
      values: found.sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || (a.text < b.text ? -1 : 1)),
    };
  });
  return { tags: list.sort((a, b) => (a.key < b.key ? -1 : 1)), total: model.total(sampleType) };
}
