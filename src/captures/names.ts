import type { CaptureInfo, CaptureKind } from './types';

/** Every kind, in the order in which a person is offered them. */
export const CAPTURE_KINDS: readonly CaptureKind[] = ['cpu', 'goroutine', 'heap', 'allocs', 'block', 'mutex', 'threadcreate'];

/** What the kinds are called on buttons and pages. */
export const KIND_LABEL: Readonly<Record<CaptureKind, string>> = {
  cpu: 'CPU', goroutine: 'Goroutines', heap: 'Heap', allocs: 'Allocations', block: 'Blocking', mutex: 'Mutex contention', threadcreate: 'Thread creation',
};

/** True for a word that names a kind. */
export function isKind(s: unknown): s is CaptureKind {
  return typeof s === 'string' && (CAPTURE_KINDS as readonly string[]).includes(s);
}

/** Endings of files that may hold a capture. */
const ENDINGS = ['.pb.gz', '.goroutines.txt', '.pprof', '.prof'] as const;

/** True for a file name that is listed as a capture: not a sidecar, not a temporary file. */
export function isCaptureFile(name: string): boolean {
  return !name.startsWith('.') && ENDINGS.some((e) => name.length > e.length && name.endsWith(e));
}

/**
 * `<pod>.<kind>.<yyyy-mm-ddThh-mm-ss>.pb.gz`, or `.goroutines.txt` for goroutines; the time is this machine's. Without a pod
 * the host of the URL stands there. `n` > 1 sets a second capture of the same second apart.
 */
export function fileName(info: CaptureInfo, n = 1): string {
  // 150 leaves room for the rest of the name within the 255 bytes that file systems allow.
  const from = safe(info.pod || hostOf(info.url) || info.workload || 'process').slice(0, 150);
  const tail = info.kind === 'goroutine' ? 'goroutines.txt' : 'pb.gz';
  return `${from}.${info.kind}.${stamp(info.at)}${n > 1 ? `-${n}` : ''}.${tail}`;
}

/** The sidecar of a capture file. */
export function sidecarOf(file: string): string { return `${file}.json`; }

/** What a file's own name tells, for one whose sidecar is gone. */
export function infoFromName(name: string, modifiedAt: number): CaptureInfo {
  const m = /^(.+)\.([a-z]+)\.(\d{4})-(\d\d)-(\d\d)T(\d\d)-(\d\d)-(\d\d)(?:-\d+)?\.(?:pb\.gz|goroutines\.txt)$/.exec(name);
  const kind = m?.[2];
  const known = m !== null && isKind(kind);
  const at = known ? new Date(Number(m[3]), Number(m[4]) - 1, Number(m[5]), Number(m[6]), Number(m[7]), Number(m[8])).getTime() : modifiedAt;
  return {
    version: 1, name: known ? `${KIND_LABEL[kind]} ${m[1]}` : name,
    kind: known ? kind : name.endsWith('.goroutines.txt') ? 'goroutine' : 'cpu',
    at, seconds: 0, context: '', namespace: '', workload: '', pod: known ? (m[1] ?? '') : '', url: '', leader: false, image: '',
  };
}

/** A sidecar's text as info; undefined when it isn't one of ours or is damaged. Unknown fields are passed over. */
export function parseInfo(text: string): CaptureInfo | undefined {
  let o: unknown;
  try { o = JSON.parse(text); } catch { return undefined; }
  if (typeof o !== 'object' || o === null) return undefined;
  const f = o as Record<string, unknown>;
  if (f['version'] !== 1 || typeof f['name'] !== 'string' || !isKind(f['kind']) || typeof f['at'] !== 'number' || !Number.isFinite(f['at'])) return undefined;
  const text_ = (k: string): string => (typeof f[k] === 'string' ? f[k] : '');
  const seconds = f['seconds'];
  return {
    version: 1, name: f['name'], kind: f['kind'], at: f['at'], seconds: typeof seconds === 'number' && seconds > 0 ? seconds : 0,
    context: text_('context'), namespace: text_('namespace'), workload: text_('workload'), pod: text_('pod'), url: text_('url'),
    leader: f['leader'] === true, image: text_('image'),
  };
}

function hostOf(url: string): string {
  try { return new URL(url).host; } catch { return ''; }
}

/** Only what every file system takes; no leading dot, which would hide the file. */
function safe(s: string): string { return s.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^\.+/, ''); }

function stamp(at: number): string {
  const d = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}-${two(d.getMinutes())}-${two(d.getSeconds())}`;
}
