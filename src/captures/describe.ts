/** What captures are called, on pages and in the tree. Pure. */
import { age, bytes, count } from '../base/format';
import { KIND_LABEL } from './names';
import type { Capture, CaptureInfo } from './types';

/** The name that a new capture gets: "gadgets-controller-7c9d · CPU". */
export function defaultName(info: Pick<CaptureInfo, 'kind' | 'pod' | 'workload' | 'url'>): string {
  return `${info.pod || info.workload || info.url.replace(/^https?:\/\//, '') || 'process'} · ${KIND_LABEL[info.kind]}`;
}

/** Facts under a page's title: "30 s, today 14:32, leader, gadgets:v1.2". Only what is known. */
export function subtitle(info: CaptureInfo, now: number): string {
  return [
    info.seconds > 0 ? `${info.seconds} s` : '', when(info.at, now), info.leader ? 'leader' : '',
    [info.context, info.namespace].filter((s) => s !== '').join(' / ') || info.url, imageVersion(info.image),
  ].filter((s) => s !== '').join(', ');
}

/** The same from the file's own facts, for one without notes. Times in ms and ns; 0 = unknown. */
export function fileSubtitle(facts: { readonly timeMillis: number; readonly durationNanos: number }, now: number): string {
  return [facts.durationNanos > 0 ? `${+(facts.durationNanos / 1e9).toFixed(1)} s` : '', facts.timeMillis > 0 ? when(facts.timeMillis, now) : ''].filter((s) => s !== '').join(', ');
}

/** Dim text behind the name in the tree: "today 14:32 · leader · 213 KiB". */
export function treeDescription(capture: Capture, now: number): string {
  const { info } = capture;
  return [when(info.at, now), info.leader ? 'leader' : '', bytes(capture.bytes)].filter((s) => s !== '').join(' · ');
}

/** Lines of the tooltip: what, from where, when, the file. */
export function tooltipLines(capture: Capture, now: number): readonly string[] {
  const { info } = capture;
  const from = info.pod !== '' ? [info.context, info.namespace, info.pod].filter((s) => s !== '').join(' / ') : info.url;
  return [
    `${KIND_LABEL[info.kind]}${info.seconds > 0 ? `, ${count(info.seconds, 'second')}` : ''}`,
    from === '' ? '' : `From ${from}${info.leader ? ' (leader)' : ''}`,
    info.image === '' ? '' : `Image ${info.image}`,
    `${when(info.at, now)}, ${age(now - info.at)} ago`,
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
