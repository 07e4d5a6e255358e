/** What a file holds: the jobs `profile` and `goroutines`. */
import * as fs from 'node:fs/promises';
import { count, duration, percent, value } from '../base/format';
import { Problem } from '../base/problem';
import { codeOf } from '../captures/atomic';
import { openProfile } from '../profile/open';
import type { OpenProfile, ProfileSummary } from '../profile/types';
import type { GoroutinesJob, ProfileJob } from './args';
import { table } from './table';

const MIB = 1024 * 1024;
/** Functions that a person is shown; --json gives all. */
const SHOWN = 40;

export async function profile(job: ProfileJob): Promise<string> {
  return opened(job, async (open) => {
    const { summary } = open;
    const index = sampleIndex(summary, job.sampleIndex);
    // Sorted by flat already.
    const rows = await open.top({ sampleType: index });
    const type = summary.sampleTypes[index];
    if (job.json) {
      return JSON.stringify({
        sampleTypes: summary.sampleTypes.map(({ type: t, unit, total }) => ({ type: t, unit, total })), sampleType: type?.type ?? '',
        samples: summary.samples, durationNanos: summary.durationNanos, top: rows.map(({ name, file, line, flat, cum }) => ({ name, file, line, flat, cum })),
      });
    }
    const unit = type?.unit ?? '';
    const total = type?.total ?? 0;
    const share = (n: number): string => (total === 0 ? '' : percent(n / total));
    const head = [
      `${count(summary.samples, 'sample')}${summary.durationNanos > 0 ? ` in ${duration(summary.durationNanos)}` : ''}`,
      ...summary.sampleTypes.map((t, i) => `${i === index ? '*' : ' '} ${t.type}: ${value(t.total, t.unit)}`), ...summary.warnings.map((w) => `warning: ${w}`),
    ];
    const body = table(
      [{ title: 'flat', right: true }, { title: 'flat %', right: true }, { title: 'cum', right: true }, { title: 'cum %', right: true }, { title: 'function' }],
      rows.slice(0, SHOWN).map((r) => [value(r.flat, unit), share(r.flat), value(r.cum, unit), share(r.cum), r.name]),
    );
    const more = rows.length > SHOWN ? [`… and ${count(rows.length - SHOWN, 'more function', 'more functions')} (--json lists all)`] : [];
    return [...head, '', body, ...more].join('\n');
  });
}

export async function goroutines(job: GoroutinesJob): Promise<string> {
  return opened(job, async (open) => {
    const dump = await open.goroutines();
    if (!dump) {
      throw new Problem('inspect.noGoroutines', `${job.file} holds no goroutines but ${open.summary.sampleTypes.map((t) => t.type).join(', ')}.`, { next: 'Use "profile" for it.' });
    }
    if (job.json) {
      return JSON.stringify({
        total: dump.total,
        groups: dump.groups.map((g) => ({
          count: g.count, state: g.state, minutes: g.minutes, labels: g.labels, createdBy: g.createdBy?.name ?? null,
          stack: g.stack.map(({ name, file, line }) => ({ name, file, line })),
        })),
      });
    }
    const rows = dump.groups.map((g) => [
      String(g.count), g.state, g.minutes > 0 ? `${g.minutes} min` : '', Object.entries(g.labels).map(([k, v]) => `${k}=${v}`).join(' '), g.stack[0]?.name ?? '', g.createdBy?.name ?? '',
    ]);
    return [
      `${count(dump.total, 'goroutine')} in ${count(dump.groups.length, 'group')}`, ...dump.warnings.map((w) => `warning: ${w}`), '',
      table([{ title: 'count', right: true }, { title: 'state' }, { title: 'longest wait', right: true }, { title: 'labels' }, { title: 'at' }, { title: 'created by' }], rows),
    ].join('\n');
  });
}

async function opened<T>(job: { readonly file: string; readonly maxMiB: number }, use: (open: OpenProfile) => Promise<T>): Promise<T> {
  let bytes: Buffer;
  try { bytes = await fs.readFile(job.file); } catch (e) {
    const code = codeOf(e);
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code === 'EACCES' ? 'you may not read it' : String(e);
    throw new Problem('inspect.read', `${job.file} could not be read: ${why}.`, { next: 'Check the path.', cause: e });
  }
  const open = openProfile(bytes, { maxBytes: job.maxMiB * MIB });
  try { return await use(open); } finally { open.dispose(); }
}

/** By name or by number, as `go tool pprof -sample_index` takes it. */
function sampleIndex({ sampleTypes, defaultSampleType }: ProfileSummary, wanted: string | undefined): number {
  if (wanted === undefined) return defaultSampleType;
  const byName = sampleTypes.findIndex((t) => t.type === wanted);
  if (byName >= 0) return byName;
  if (/^\d+$/.test(wanted) && Number(wanted) < sampleTypes.length) return Number(wanted);
  throw new Problem('inspect.sampleIndex', `The profile has no sample type "${wanted}".`, { next: `It has: ${sampleTypes.map((t) => t.type).join(', ')}.` });
}
