/** The job `workers`: the worker pools in goroutine dumps. */
import path from 'node:path';
import { count } from '../base/format';
import { Problem } from '../base/problem';
import type { GoroutineDump, WorkerPool } from '../profile/types';
import type { WorkersJob } from './jobs';
import { dumpOf, opened } from './files';
import { table } from './table';

interface Read {
  readonly file: string;
  readonly dump: GoroutineDump;
}

/**
 * Without `--json` a table for each file. What could not be read or determined goes to standard error with `--json`,
 * otherwise above the table.
 */
export async function workers(job: WorkersJob, tell: (line: string) => void): Promise<string> {
  const read: Read[] = [];
  for (const file of job.files) {
    try {
      read.push({ file, dump: await opened({ file, maxMiB: job.maxMiB }, (open) => dumpOf(open, file)) });
    } catch (e) {
      // Adds which of several files it was, unless the message already names the file.
      if (!(e instanceof Problem) || e.message.includes(file)) throw e;
      throw new Problem(e.code, `${file}: ${e.message}`, {
        ...(e.next !== undefined && { next: e.next }),
        ...(e.detail !== undefined && { detail: e.detail }),
        cause: e,
      });
    }
  }
  if (job.json) {
    for (const { file, dump } of read) for (const w of [...dump.warnings, ...dump.workers.notes]) tell(`${file}: ${w}`);
    return JSON.stringify(
      read.flatMap(({ file, dump }) =>
        dump.workers.pools.map((p) => row(p, dump, job.files.length > 1 ? file : undefined)),
      ),
    );
  }
  return read
    .map(({ file, dump }) => [...(read.length > 1 ? [path.basename(file)] : []), text(dump)].join('\n'))
    .join('\n\n');
}

/**
 * The eight fields that scripts rely on come first. `other` includes external calls, so that the states add up to the
 * workers.
 */
function row(p: WorkerPool, dump: GoroutineDump, file: string | undefined): Record<string, unknown> {
  const { idle, reconciling, throttled, waitingForApi, locked, external, other } = p.counts;
  return {
    controller: p.controller ?? UNKNOWN,
    workers: p.workers,
    idle,
    reconciling,
    throttled,
    waitingForApi,
    locked,
    other: other + external,
    known: p.controller !== undefined,
    from: p.from,
    kind: p.kind,
    external,
    ...(file !== undefined && { file }),
    stacks: p.stacks.map((s) => {
      const group = dump.groups[s.group];
      return {
        state: s.state,
        count: s.count,
        wait: group?.state ?? '',
        minutes: group?.minutes ?? 0,
        stack: group?.stack.map(({ name, file: at, line }) => ({ name, file: at, line })) ?? [],
      };
    }),
  };
}

const UNKNOWN = '(unknown)';

const COLUMNS = [
  ['idle', 'idle'],
  ['reconciling', 'reconciling'],
  ['throttled', 'rate limiter'],
  ['waitingForApi', 'API server'],
  ['locked', 'lock'],
  ['external', 'external call'],
  ['other', 'other'],
] as const;

function text(dump: GoroutineDump): string {
  const { pools, notes } = dump.workers;
  const head = [...dump.warnings, ...notes].map((w) => `warning: ${w}`);
  if (pools.length === 0)
    return [
      ...head,
      `No worker pool in ${count(dump.total, 'goroutine')}: no goroutine waits in a workqueue or runs a known ` +
        'controller loop.',
    ].join('\n');
  const rows = pools.map((p) => [
    p.controller ?? UNKNOWN,
    String(p.workers),
    ...COLUMNS.map(([state]) => (p.counts[state] === 0 ? '' : String(p.counts[state]))),
    p.kind,
    p.from,
  ]);
  const sum = (of: (p: WorkerPool) => number): string => String(pools.reduce((n, p) => n + of(p), 0));
  const total = [['total', sum((p) => p.workers), ...COLUMNS.map(([state]) => sum((p) => p.counts[state]))]];
  return [
    ...head,
    `${count(pools.length, 'worker pool')} in ${count(dump.total, 'goroutine')}`,
    '',
    table(
      [
        { title: 'controller' },
        { title: 'workers', right: true },
        ...COLUMNS.map(([, title]) => ({ title, right: true })),
        { title: 'loop' },
        { title: 'name from' },
      ],
      [...rows, ...(pools.length > 1 ? total : [])],
    ),
  ].join('\n');
}
