import { customName, isKind, kindLabel } from './kinds';
import type { CaptureGroup, CaptureInfo, CaptureKind } from './types';

/** Endings of files that may hold a capture. */
const ENDINGS = ['.pb.gz', '.goroutines.txt', '.pprof', '.prof', '.trace', '.openmetrics.txt'] as const;

/** True for a file name that is listed as a capture: not a sidecar, not a temporary file. */
export function isCaptureFile(name: string): boolean {
  return !name.startsWith('.') && ENDINGS.some((e) => name.length > e.length && name.endsWith(e));
}

/**
 * `<pod>.<kind>.<yyyy-mm-ddThh-mm-ss>.pb.gz`, or with another ending when it is not a profile.proto; in local time.
 * Without a pod, the name has the host of the URL or the workload. `n` > 1 distinguishes further captures of the same
 * second.
 */
export function fileName(info: CaptureInfo, n = 1): string {
  // 150 and 60 leave room for the rest of the name within the 255 bytes that file systems allow.
  const from = safe(info.pod || hostOf(info.url) || info.workload || 'process').slice(0, 150);
  return `${from}.${kindInName(info.kind)}.${stamp(info.at)}${n > 1 ? `-${n}` : ''}${endingOf(info)}`;
}

/** The kind without dots, because dots separate the parts of the name. */
function kindInName(kind: CaptureKind): string {
  return safe(customName(kind) ?? kind)
    .replaceAll('.', '_')
    .slice(0, 60);
}

/** Goroutines are kept as text, with states and waits; a delta of them comes as a profile. */
function endingOf({ kind, seconds }: Pick<CaptureInfo, 'kind' | 'seconds'>): string {
  if (kind === 'goroutine' && seconds === 0) return '.goroutines.txt';
  return kind === 'trace' ? '.trace' : kind === 'metrics' ? '.openmetrics.txt' : '.pb.gz';
}

/** The sidecar of a capture file. */
export function sidecarOf(file: string): string {
  return `${file}.json`;
}

/** What the file's name says about a capture whose sidecar is gone. */
export function infoFromName(name: string, modifiedAt: number): CaptureInfo {
  const m =
    /^(.+)\.([\w-]+)\.(\d{4})-(\d\d)-(\d\d)T(\d\d)-(\d\d)-(\d\d)(?:-\d+)?\.(?:pb\.gz|goroutines\.txt|trace|openmetrics\.txt)$/.exec(
      name,
    );
  const named: CaptureKind | undefined = m === null ? undefined : isKind(m[2]) ? m[2] : `custom:${m[2]!}`;
  const at =
    m === null
      ? modifiedAt
      : new Date(Number(m[3]), Number(m[4]) - 1, Number(m[5]), Number(m[6]), Number(m[7]), Number(m[8])).getTime();
  return {
    version: 1,
    name: named === undefined ? name : `${kindLabel(named)} ${m![1]}`,
    kind: named ?? kindFromEnding(name),
    at,
    seconds: 0,
    context: '',
    namespace: '',
    workload: '',
    pod: m?.[1] ?? '',
    url: '',
    leader: false,
    image: '',
  };
}

function kindFromEnding(name: string): CaptureKind {
  return name.endsWith('.goroutines.txt')
    ? 'goroutine'
    : name.endsWith('.trace')
      ? 'trace'
      : name.endsWith('.openmetrics.txt')
        ? 'metrics'
        : 'cpu';
}

/** A sidecar's text as info; undefined when it isn't one of ours or is damaged. Unknown fields are ignored. */
export function parseInfo(text: string): CaptureInfo | undefined {
  let o: unknown;
  try {
    o = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof o !== 'object' || o === null) return undefined;
  const f = o as Record<string, unknown>;
  if (
    f['version'] !== 1 ||
    typeof f['name'] !== 'string' ||
    !isKind(f['kind']) ||
    typeof f['at'] !== 'number' ||
    !Number.isFinite(f['at'])
  )
    return undefined;
  const text_ = (k: string): string => (typeof f[k] === 'string' ? f[k] : '');
  const seconds = f['seconds'];
  return {
    version: 1,
    name: f['name'],
    kind: f['kind'],
    at: f['at'],
    seconds: typeof seconds === 'number' && seconds > 0 ? seconds : 0,
    context: text_('context'),
    namespace: text_('namespace'),
    workload: text_('workload'),
    pod: text_('pod'),
    url: text_('url'),
    leader: f['leader'] === true,
    image: text_('image'),
    ...groupOf(f['group']),
  };
}

const GROUP_KINDS: ReadonlySet<unknown> = new Set<CaptureGroup['kind']>(['replicas', 'everything', 'pair', 'series']);

/** A group of a kind that only a later version knows is ignored: the capture is then listed without a group. */
function groupOf(v: unknown): { readonly group?: CaptureGroup } {
  if (typeof v !== 'object' || v === null) return {};
  const { id, name, kind } = v as Record<string, unknown>;
  return typeof id === 'string' && id !== '' && typeof name === 'string' && GROUP_KINDS.has(kind)
    ? { group: { id, name, kind: kind as CaptureGroup['kind'] } }
    : {};
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return '';
  }
}

/** Keeps only characters that every file system accepts, and no leading dot, which would hide the file. */
function safe(s: string): string {
  return s.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^\.+/, '');
}

function stamp(at: number): string {
  const d = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}-${two(d.getMinutes())}-${two(d.getSeconds())}`;
}
