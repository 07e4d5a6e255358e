/** What happened to a workload's processes between two looks, as far as the user wants it marked in a chart. */
import type { ContainerRecord, Replica } from './types';

export interface Happened {
  readonly kind: 'restart' | 'leader' | 'setting';
  /** "…-bd87l leads now". */
  readonly text: string;
  /** ms since the epoch. */
  readonly at: number;
}

/**
 * `label`: the name of a pod in a text. `now`: ms since the epoch; a new pod counts from its creation. The first look,
 * when `before` is empty, reports nothing.
 */
export function happened(
  before: readonly Replica[],
  after: readonly Replica[],
  label: (pod: string) => string,
  now: number,
): Happened[] {
  if (before.length === 0) return [];
  const out: Happened[] = [];
  const old = new Map(before.map((r) => [r.pod.uid, r]));
  for (const { pod } of after) {
    const was = old.get(pod.uid);
    if (!was)
      out.push({
        kind: 'restart',
        text: `${label(pod.name)} was started`,
        at: pod.createdAt > 0 ? Math.min(pod.createdAt, now) : now,
      });
    else if (pod.restarts > was.pod.restarts)
      out.push({ kind: 'restart', text: `${label(pod.name)} restarted`, at: now });
    old.delete(pod.uid);
  }
  for (const { pod } of old.values()) out.push({ kind: 'restart', text: `${label(pod.name)} ended`, at: now });
  const [led, leads] = [leader(before), leader(after)];
  if (leads !== undefined && leads.pod.uid !== led?.pod.uid)
    out.push({
      kind: 'leader',
      text: `${label(leads.pod.name)} leads${led ? `, no longer ${label(led.pod.name)}` : ''}`,
      at: now,
    });
  const text = settings(newest(before), newest(after));
  if (text !== '') out.push({ kind: 'setting', text, at: now });
  return out;
}

function leader(replicas: readonly Replica[]): Replica | undefined {
  return replicas.find((r) => r.leader);
}

/** The youngest pod: during a rollout it has the new settings. */
function newest(replicas: readonly Replica[]): Replica | undefined {
  return replicas.reduce<Replica | undefined>(
    (a, b) => (a === undefined || b.pod.createdAt > a.pod.createdAt ? b : a),
    undefined,
  );
}

function settings(before: Replica | undefined, after: Replica | undefined): string {
  if (!before || !after || before.pod.uid === after.pod.uid) return '';
  const changed = after.pod.containers.flatMap((now) => {
    const was = before.pod.containers.find((c) => c.name === now.name);
    return was
      ? [...(was.image === now.image ? [] : [`image ${tag(was.image)} → ${tag(now.image)}`]), ...flags(was, now)]
      : [`container ${now.name}`];
  });
  return changed.length === 0 ? '' : `Changed: ${changed.join(', ')}`;
}

function tag(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1);
}

/** Only numbers, durations, switches and addresses of this machine may be shown; anything else may be a secret. */
const PLAIN = /^(true|false|-?[\d.]+(ms|s|m|h|Mi|Gi|[kKMG])?|(localhost|127\.0\.0\.1|0\.0\.0\.0)?:\d+)$/;

function flags(before: ContainerRecord, after: ContainerRecord): string[] {
  const [was, now] = [readFlags(before.args), readFlags(after.args)];
  const shown = (value: string): string => (value === '' ? 'set' : PLAIN.test(value) ? value : '…');
  return [...new Set([...was.keys(), ...now.keys()])].flatMap((name) => {
    const [a, b] = [was.get(name), now.get(name)];
    return a === b ? [] : [`${name} ${a === undefined ? 'unset' : shown(a)} → ${b === undefined ? 'unset' : shown(b)}`];
  });
}

/** `--name=value` and `--name value`. */
function readFlags(args: readonly string[]): Map<string, string> {
  const out = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const m = /^(--?[a-zA-Z][\w.-]*)(?:=(.*))?$/s.exec(args[i] ?? '');
    if (!m) continue;
    const next = args[i + 1];
    out.set(m[1] ?? '', m[2] ?? (next !== undefined && !next.startsWith('-') ? next : ''));
  }
  return out;
}
