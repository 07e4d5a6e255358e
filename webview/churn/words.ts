/** The texts of the changes page. Pure. */
import { age, count, digits } from '../../src/base/format';
import type { ChangeEvent, ChurnFacts } from '../../src/protocol/churn';

/** "42 s recorded, 340 changes of 21 objects". */
export function factsText({ state, start, now, events, objects }: ChurnFacts): string {
  if (state === 'starting') return 'listing what there is…';
  const time =
    `${age(now - start)} ` +
    `${state === 'stopped' ? 'recorded, stopped' : state === 'paused' ? 'recorded, the picture stands still' : 'recorded'}`;
  return events === 0
    ? `${time}, nothing changed`
    : `${time}, ${count(events, 'change')} of ${count(objects, 'object')}`;
}

/** "3.2/s", "12/min", '' for nothing in the last minute. */
export function rateText(perSecond: number): string {
  if (perSecond <= 0) return '';
  return perSecond >= 0.95
    ? `${digits(Number(perSecond.toPrecision(2)))}/s`
    : `${Math.max(1, Math.round(perSecond * 60))}/min`;
}

/** "3 s ago"; "now" within the second. */
export function agoText(at: number, now: number): string {
  return now - at < 1000 ? 'now' : `${age(now - at)} ago`;
}

const WORTH: Readonly<Record<ChangeEvent['worth'], string>> = {
  change: '',
  heartbeat: 'a known heartbeat',
  time: 'only a time moved',
  nothing: 'nothing changed',
};
const TYPE: Readonly<Record<ChangeEvent['type'], string>> = { add: 'made', update: 'updated', delete: 'deleted' };

/** "14:05:02.120 updated by red, Update of status: only a time moved". */
export function eventText({ at, type, manager, operation, subresource, worth, times }: ChangeEvent): string {
  const d = new Date(at);
  const clock = `${[d.getHours(), d.getMinutes(), d.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':')}.${String(d.getMilliseconds()).padStart(3, '0')}`;
  const how = operation === '' ? '' : `, ${operation}${subresource === '' ? '' : ` of ${subresource}`}`;
  const what = WORTH[worth];
  return (
    `${clock} ` +
    `${TYPE[type]}${type === 'delete' ? '' : ` by ${manager}${how}`}${times > 1 ? `, ${times} times while nobody watched` : ''}${what === '' ? '' : `: ${what}`}`
  );
}

/** Splits a text at its backticks; what stands between two of them is code. */
export function pieces(text: string): readonly { readonly text: string; readonly code: boolean }[] {
  return text
    .split('`')
    .map((part, i) => ({ text: part, code: i % 2 === 1 }))
    .filter((p) => p.text !== '');
}

/**
 * Bars of a sparkline, as one path in a box of 60 × 14: one second each, scaled to the highest. '' when all are zero.
 */
export function sparkPath(values: readonly number[]): string {
  const most = Math.max(...values, 0);
  if (most === 0) return '';
  return values
    .map((v, i) => (v === 0 ? '' : `M${i + 0.5},14V${(14 - Math.max(1.5, (v / most) * 13)).toFixed(1)}`))
    .join('');
}
