/** What captures are called, on pages and in the tree. Pure. */
import { bytes, count } from '../base/format';
import { kindLabel, records } from './kinds';
import type { Capture, CaptureInfo } from './types';

/**
 * The name that a new capture gets: "CPU gadgets-controller-manager". A side bar cuts the end off, so what
 * distinguishes captures comes first.
 */
export function defaultName(info: Pick<CaptureInfo, 'kind' | 'seconds' | 'pod' | 'workload' | 'url'>): string {
  return (
    `${kindLabel(info.kind)}${isDelta(info) ? ' delta' : ''} ` +
    `${info.workload || info.pod || info.url.replace(/^https?:\/\//, '') || 'process'}`
  );
}

/**
 * Facts beside a page's title: "gadgets-7c9d-x2x4p, leader, 30 s, today 14:32, kind / prod, gadgets:v1.2". Only what is
 * known; kind and process are always in the title or here, whatever the user called the capture. `recordedNanos` is the
 * profile's own duration, 0 = unknown: a process that ended early recorded less than it was asked for.
 */
export function subtitle(info: CaptureInfo, now: number, recordedNanos = 0): string {
  return [
    info.name.includes(kindLabel(info.kind)) ? '' : kindLabel(info.kind),
    info.name.includes(info.pod) ? '' : info.pod,
    info.leader ? 'leader' : '',
    isDelta(info) ? `what changed in ${info.seconds} s` : recorded(info.seconds, recordedNanos),
    when(info.at, now),
    [info.context, info.namespace].filter((s) => s !== '').join(' / ') || info.url,
    imageVersion(info.image),
  ]
    .filter((s) => s !== '')
    .join(', ');
}

/** True for a capture over some seconds of a kind that answers at once: it says what changed. */
function isDelta({ kind, seconds }: Pick<CaptureInfo, 'kind' | 'seconds'>): boolean {
  return seconds > 0 && kind !== 'metrics' && !records(kind);
}

/**
 * Below this share of the seconds asked for, a recording was cut short: the profiler's own start and stop take less
 * than a tenth.
 */
const CUT_SHORT = 0.9;

function recorded(asked: number, nanos: number): string {
  if (asked <= 0) return '';
  const own = nanos / 1e9;
  return own > 0 && own < asked * CUT_SHORT
    ? `${+own.toFixed(1)} s of the ${asked} s asked for: the process ended early`
    : `${asked} s`;
}

/** The same from the profile's own facts, for a file without a sidecar. Times in ms and ns; 0 = unknown. */
export function fileSubtitle(
  facts: { readonly timeMillis: number; readonly durationNanos: number },
  now: number,
): string {
  return [
    facts.durationNanos > 0 ? `${+(facts.durationNanos / 1e9).toFixed(1)} s` : '',
    facts.timeMillis > 0 ? when(facts.timeMillis, now) : '',
  ]
    .filter((s) => s !== '')
    .join(', ');
}

/** Dim text after the name in the tree: "14:32 · leader · …-x2x4p · 213 KiB"; with the day, unless it is today. */
export function treeDescription(capture: Capture, now: number): string {
  const { info } = capture;
  return [when(info.at, now).replace(/^today /, ''), info.leader ? 'leader' : '', replicaOf(info), bytes(capture.bytes)]
    .filter((s) => s !== '')
    .join(' · ');
}

/** What distinguishes the pod from its siblings, when the name already has the workload: "…-x2x4p", "…-0". */
function replicaOf({ name, pod, workload }: CaptureInfo): string {
  if (pod === '' || name.includes(pod)) return '';
  if (!pod.startsWith(`${workload}-`)) return pod === workload ? '' : pod;
  // A Deployment's pods have the hash of their template before the five letters of their own.
  return `…-${pod.slice(workload.length + 1).replace(/^[a-z0-9]{5,10}-(?=[a-z0-9]{5}$)/, '')}`;
}

/**
 * Lines of the tooltip: what, from where, when, the file. Gives the time of day, not an age: the editor keeps the
 * tooltip, so an age would go stale.
 */
export function tooltipLines(capture: Capture, now: number): readonly string[] {
  const { info } = capture;
  const from =
    info.pod !== '' ? [info.context, info.namespace, info.pod].filter((s) => s !== '').join(' / ') : info.url;
  return [
    `${kindLabel(info.kind)}${isDelta(info) ? `, what changed in ${count(info.seconds, 'second')}` : info.seconds > 0 ? `, ${count(info.seconds, 'second')}` : ''}`,
    from === '' ? '' : `From ${from}${info.leader ? ' (leader)' : ''}`,
    info.image === '' ? '' : `Image ${info.image}`,
    when(info.at, now),
    `${bytes(capture.bytes)}, ${capture.file}`,
    capture.problem ? `${capture.problem.message} ${capture.problem.next ?? ''}`.trim() : '',
  ].filter((s) => s !== '');
}

/** "today 14:32", "yesterday 09:05", "12 Nov 14:32", "12 Nov 2025 14:32"; this machine's time, 24 hours. */
export function when(at: number, now: number): string {
  const d = new Date(at);
  const n = new Date(now);
  const time = `${String(d.getHours()).padStart(2, '0')}:${String(d.getMinutes()).padStart(2, '0')}`;
  const day = (x: Date): number => Math.round(Date.UTC(x.getFullYear(), x.getMonth(), x.getDate()) / 86_400_000);
  const ago = day(n) - day(d);
  if (ago === 0) return `today ${time}`;
  if (ago === 1) return `yesterday ${time}`;
  const month = MONTHS[d.getMonth()] ?? '';
  return `${d.getDate()} ${month}${d.getFullYear() === n.getFullYear() ? '' : ` ${d.getFullYear()}`} ${time}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Last part of an image with its tag; a digest shortened. */
function imageVersion(image: string): string {
  const [name, digest] = image.split('@');
  const last = (name ?? '').split('/').at(-1) ?? '';
  return digest === undefined || last.includes(':') ? last : `${last}@${digest.slice(0, 'sha256:'.length + 12)}`;
}
