/** Which functions match a text, and how much of the profile passes through them. */
import { Problem } from '../base/problem';
import type { Model } from './model';
import type { SearchResult } from './types';

/** Names are matched up to this length, so that a pattern cannot run for minutes over a name of 64 kB. */
const LONGEST = 4096;

/** `text` as plain text without regard to case, or between slashes as a regular expression. Throws `profile.pattern`. */
export function matcher(text: string): (name: string) => boolean {
  const pattern = /^\/(.+)\/i?$/s.exec(text)?.[1];
  if (pattern !== undefined) {
    let re: RegExp;
    try { re = new RegExp(pattern, 'i'); } catch (e) {
      throw new Problem('profile.pattern', `${text} is not a regular expression.`, { next: 'Mend it, or leave out the slashes to search for the text itself.', cause: e });
    }
    return (name) => re.test(name.length > LONGEST ? name.slice(0, LONGEST) : name);
  }
  const lower = text.toLowerCase();
  return (name) => name.toLowerCase().includes(lower);
}

/** Searches names of functions. A sample counts once, by its absolute value, so the share never exceeds one. */
export function search(model: Model, text: string, sampleType: number): SearchResult {
  const none = { ids: new Uint32Array(), value: 0, share: 0 };
  if (text === '') return none;
  const matches = matcher(text);
  const hit = new Uint8Array(model.functions);
  const ids: number[] = [];
  for (let id = 0; id < model.functions; id++) if (matches(model.name(id))) { hit[id] = 1; ids.push(id); }
  if (ids.length === 0) return none;

  const { lineAt, stackAt, stack, samples, locAddress } = model.columns;
  const locHit = new Uint8Array(locAddress.length);
  for (let l = 0; l < locHit.length; l++) {
    for (let k = lineAt[l] as number; k < (lineAt[l + 1] as number); k++) if (hit[model.lineId[k] as number] === 1) locHit[l] = 1;
  }
  const values = model.values(sampleType);
  let value = 0;
  for (let i = 0; i < samples; i++) {
    for (let j = stackAt[i] as number, end = stackAt[i + 1] as number; j < end; j++) {
      if (locHit[stack[j] as number] === 1) { value += Math.abs(values[i] as number); break; }
    }
  }
  const total = model.totals[model.type(sampleType)]?.size ?? 0;
  return { ids: Uint32Array.from(ids), value, share: total === 0 ? 0 : Math.min(1, value / total) };
}
