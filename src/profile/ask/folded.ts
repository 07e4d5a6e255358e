/** Folded stacks, as flamegraph.pl and speedscope read them: `root;…;leaf value`. */
import { NONE } from '../columns';
import type { Model } from '../model';
import { printed } from './printed';
import type { Asked } from '../types';

/**
 * One line for each stack, in the order in which the stacks first occur. Values are whole numbers, as the readers
 * expect.
 */
export function folded(model: Model, { sampleType, part }: Asked): Uint8Array {
  const {
    columns: { frames, frameAt, samples: all },
    nodes,
    nodeOf,
    ends,
    samples,
  } = model.view(part);
  const values = model.values(sampleType);
  const names: (string | undefined)[] = [];
  // A semicolon in a name would end the frame, and a line break would end the line.
  const name = (id: number) => (names[id] ??= printed(nodes, id).replaceAll(/[;\n]/g, ':'));
  const sums = new Map<string, number>();
  for (let k = 0, n = samples?.length ?? all; k < n; k++) {
    const i = samples ? (samples[k] as number) : k;
    const v = values[i] as number;
    if (v === 0) continue;
    let text = '';
    for (let j = (ends[i] as number) - 1, first = frameAt[i] as number; j >= first; j--) {
      const id = nodeOf[frames[j] as number] as number;
      if (id !== NONE) text = text === '' ? name(id) : `${text};${name(id)}`;
    }
    if (text !== '') sums.set(text, (sums.get(text) ?? 0) + v);
  }
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const [text, v] of sums) {
    if (v === 0) continue;
    const line = encoder.encode(`${text} ${Math.round(v)}\n`);
    parts.push(line);
    length += line.length;
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}
