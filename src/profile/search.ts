/** Which functions match a text, and how much of the profile passes through them. */
import { Problem } from '../base/problem';
import { NONE } from './columns';
import type { Model } from './model';
import type { Asked, SearchResult } from './types';

/** Names are matched up to this length, so that a pattern cannot run for minutes over a name of 64 kB. */
const LONGEST = 4096;

/**
 * `text` as plain text without regard to case, or between slashes as a regular expression. Throws `profile.pattern`.
 */
function matcher(text: string): (name: string) => boolean {
  const pattern = /^\/(.+)\/i?$/s.exec(text)?.[1];
  if (pattern !== undefined) {
    let re: RegExp;
    try {
      re = new RegExp(pattern, 'i');
    } catch (e) {
      throw new Problem('profile.pattern', `${text} is not a regular expression.`, {
        next: 'Mend it, or leave out the slashes to search for the text itself.',
        cause: e,
      });
    }
    return (name) => re.test(name.length > LONGEST ? name.slice(0, LONGEST) : name);
  }
  const lower = text.toLowerCase();
  return (name) => name.toLowerCase().includes(lower);
}

/** Searches names of functions. A sample counts once, by its absolute value, so the share never exceeds one. */
export function search(model: Model, { text, sampleType, part }: Asked & { readonly text: string }): SearchResult {
  const none = { ids: new Uint32Array(), value: 0, share: 0 };
  if (text === '') return none;
  const matches = matcher(text);
  const {
    columns: { frames, frameAt, samples: all },
    nodeOf,
    nodes,
    ends,
    samples,
  } = model.view(part);
  const used = new Uint8Array(nodes.count);
  for (const id of nodeOf) if (id !== NONE) used[id] = 1;
  const hit = new Uint8Array(nodes.count);
  const ids: number[] = [];
  for (let id = 0; id < hit.length; id++)
    if (used[id] === 1 && matches(nodes.names[id] as string)) {
      hit[id] = 1;
      ids.push(id);
    }
  if (ids.length === 0) return none;

  const lineHit = Uint8Array.from(nodeOf, (id) => (id === NONE ? 0 : (hit[id] as number)));
  const values = model.values(sampleType);
  const before = model.before(sampleType);
  let value = 0;
  for (let k = 0, n = samples?.length ?? all; k < n; k++) {
    const i = samples ? (samples[k] as number) : k;
    for (let j = frameAt[i] as number, end = ends[i] as number; j < end; j++) {
      if (lineHit[frames[j] as number] === 0) continue;
      value += before ? (values[i] as number) + 2 * (before[i] as number) : Math.abs(values[i] as number);
      break;
    }
  }
  return { ids: Uint32Array.from(ids), value, share: share(value, model, sampleType) };
}

function share(value: number, model: Model, sampleType: number): number {
  const type = model.type(sampleType);
  const all = model.difference?.widths[type] ?? model.totals[type]?.size ?? 0;
  return all === 0 ? 0 : Math.min(1, value / all);
}
