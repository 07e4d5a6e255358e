/** The job `growth`: what grew between goroutine dumps. */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { count, digits, duration } from '../base/format';
import { infoFromName, parseInfo, sidecarOf } from '../captures/names';
import type { CaptureInfo } from '../captures/types';
import { growthOf } from '../profile/goroutines/growth/growth';
import type { DumpAt, GrownStack, Growth } from '../profile/goroutines/growth/types';
import type { StackFrame } from '../profile/types';
import type { GrowthJob } from './jobs';
import { dumpOf, opened } from './files';
import { table } from './table';

/** How many rows of growth the table shows; --json gives all. */
const SHOWN = 20;

/**
 * Dumps in the order of the arguments. What could not be determined goes to standard error with `--json`, otherwise
 * above the table.
 */
export async function growth(job: GrowthJob, tell: (line: string) => void): Promise<string> {
  const dumps: DumpAt[] = [];
  const undated: string[] = [];
  for (const file of job.files) {
    const { dated, ...when } = await taken(file);
    if (!dated) undated.push(path.basename(file));
    dumps.push({ ...when, dump: await opened({ file, maxMiB: job.maxMiB }, (open) => dumpOf(open, file)) });
  }
  const grown = growthOf(dumps);
  const notes = [
    ...grown.notes,
    ...(grown.minutes === undefined || undated.length === 0
      ? []
      : [
          `${undated.join(', ')} ${undated.length === 1 ? 'tells' : 'tell'} no time of ` +
            `${undated.length === 1 ? 'its' : 'their'} own: the time of the file is taken, which a copy changes. ` +
            'The minutes, and who stands still, are only as good as that.',
        ]),
  ];
  const last = (dumps.at(-1) as DumpAt).dump;
  const verdict = grown.verdict && {
    ...stackOf(grown.stacks[grown.verdict.stack] as GrownStack, grown),
    leak: grown.verdict.leak ?? null,
  };
  if (job.json) {
    for (const note of notes) tell(note);
    return JSON.stringify({
      totals: grown.totals,
      minutes: grown.minutes ?? null,
      verdict: verdict ?? null,
      stacks: grown.stacks.map((s) => stackOf(s, grown)),
      stuck: grown.stuck.map((s) => {
        const group = last.groups[s.group];
        return {
          why: s.why,
          controller: s.pool === undefined ? null : (last.workers.pools[s.pool]?.controller ?? null),
          goroutines: s.ids,
          still: s.still,
          minutes: group?.minutes ?? 0,
          wait: group?.state ?? '',
          stack: group?.stack.map(plain) ?? [],
        };
      }),
    });
  }
  const rows = grown.stacks
    .slice(0, SHOWN)
    .map((s) => [
      s.change > 0 ? `+${s.change}` : String(s.change),
      ...(grown.minutes === undefined ? [] : [digits(s.change / grown.minutes)]),
      s.counts.join(' '),
      s.state,
      leaf(s),
      s.createdBy?.name ?? '',
    ]);
  return [
    `${count(grown.totals.at(-1) ?? 0, 'goroutine')}, ${grown.totals[0] ?? 0} at ` +
      `first${grown.minutes === undefined ? '' : `, ${duration(grown.minutes * 60e9)} before`}`,
    ...notes.map((n) => `warning: ${n}`),
    ...(verdict
      ? [
          `${verdict.leak === null ? 'Most of the growth' : `A leak (${verdict.leak})`}: ` +
            `${leaf(grown.stacks[grown.verdict?.stack ?? 0] as GrownStack)}${verdict.createdBy === null ? '' : `, created by ${verdict.createdBy.name}`}`,
        ]
      : []),
    '',
    table(
      [
        { title: 'change', right: true },
        ...(grown.minutes === undefined ? [] : [{ title: 'a minute', right: true }]),
        { title: 'counts' },
        { title: 'state' },
        { title: 'at' },
        { title: 'created by' },
      ],
      rows,
    ),
  ].join('\n');
}

/**
 * From a capture's sidecar, otherwise from its name, otherwise from the file's modification time, which doesn't date
 * the dump.
 */
async function taken(file: string): Promise<Pick<DumpAt, 'at' | 'process'> & { readonly dated: boolean }> {
  const notes = await fs.readFile(sidecarOf(file), 'utf8').catch(() => undefined);
  const modified = await fs.stat(file).then(
    (s) => s.mtimeMs,
    () => 0,
  );
  const info: CaptureInfo =
    (notes === undefined ? undefined : parseInfo(notes)) ?? infoFromName(path.basename(file), NaN);
  // NaN: neither its name nor its sidecar has the time.
  const dated = Number.isFinite(info.at);
  return {
    at: dated ? info.at : modified,
    dated,
    process: info.pod === '' ? info.url : [info.context, info.namespace, info.pod].join('/'),
  };
}

function stackOf(
  s: GrownStack,
  { minutes }: Growth,
): Record<string, unknown> & { readonly createdBy: StackFrame | null } {
  return {
    change: s.change,
    perMinute: minutes === undefined ? null : s.change / minutes,
    counts: s.counts,
    ended: s.ended ?? null,
    wait: s.state,
    createdBy: s.createdBy ? plain(s.createdBy) : null,
    stack: s.stack.map(plain),
  };
}

/** The first frame that is not the runtime's own. */
function leaf(s: GrownStack): string {
  return (s.stack.find((f) => !f.name.startsWith('runtime.')) ?? s.stack[0])?.name ?? '';
}

function plain({ name, file, line }: StackFrame): StackFrame {
  return { name, file, line };
}
