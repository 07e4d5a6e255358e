/** The files of a command, and the job `goroutines`. */
import * as fs from 'node:fs/promises';
import { count } from '../base/format';
import { Problem } from '../base/problem';
import { codeOf } from '../captures/atomic';
import { openProfile } from '../profile/open';
import type { CombineOptions, GoroutineDump, OpenProfile } from '../profile/types';
import type { GoroutinesJob } from './jobs';
import { table } from './table';

const MIB = 1024 * 1024;

export async function goroutines(job: GoroutinesJob): Promise<string> {
  return opened(job, async (open) => {
    const dump = await dumpOf(open, job.file);
    if (job.json) {
      return JSON.stringify({
        total: dump.total,
        groups: dump.groups.map((g) => ({
          count: g.count,
          state: g.state,
          minutes: g.minutes,
          labels: g.labels,
          createdBy: g.createdBy?.name ?? null,
          stack: g.stack.map(({ name, file, line }) => ({ name, file, line })),
        })),
      });
    }
    const rows = dump.groups.map((g) => [
      String(g.count),
      g.state,
      g.minutes > 0 ? `${g.minutes} min` : '',
      Object.entries(g.labels)
        .map(([k, v]) => `${k}=${v}`)
        .join(' '),
      g.stack[0]?.name ?? '',
      g.createdBy?.name ?? '',
    ]);
    return [
      `${count(dump.total, 'goroutine')} in ${count(dump.groups.length, 'group')}`,
      ...dump.warnings.map((w) => `warning: ${w}`),
      '',
      table(
        [
          { title: 'count', right: true },
          { title: 'state' },
          { title: 'longest wait', right: true },
          { title: 'labels' },
          { title: 'at' },
          { title: 'created by' },
        ],
        rows,
      ),
    ].join('\n');
  });
}

/** Throws a Problem for a profile of another kind. */
export async function dumpOf(open: OpenProfile, file: string): Promise<GoroutineDump> {
  const dump = await open.goroutines();
  if (dump) return dump;
  throw new Problem(
    'inspect.noGoroutines',
    `${file} holds no goroutines but ${open.summary.sampleTypes.map((t) => t.type).join(', ')}.`,
    { next: 'Use "profile" for it.' },
  );
}

export async function opened<T>(
  job: { readonly file: string; readonly maxMiB: number },
  use: (open: OpenProfile) => Promise<T>,
): Promise<T> {
  return openedAll({ files: [job.file], maxMiB: job.maxMiB }, use);
}

/** Opens several files as one, as `combine` says. */
export async function openedAll<T>(
  job: { readonly files: readonly string[]; readonly maxMiB: number; readonly combine?: CombineOptions },
  use: (open: OpenProfile) => Promise<T>,
): Promise<T> {
  const bytes: Uint8Array[] = [];
  for (const file of job.files) bytes.push(await read(file));
  const open = openProfile(bytes, { maxBytes: job.maxMiB * MIB, ...(job.combine && { combine: job.combine }) });
  try {
    return await use(open);
  } finally {
    open.dispose();
  }
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await fs.readFile(file);
  } catch (e) {
    const code = codeOf(e);
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : code === 'EACCES'
            ? 'you may not read it'
            : String(e);
    throw new Problem('inspect.read', `${file} could not be read: ${why}.`, { next: 'Check the path.', cause: e });
  }
}
