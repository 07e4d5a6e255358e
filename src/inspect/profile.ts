/** The job `profile`: the contents of files, or a part of them, in one of the forms of `go tool pprof`. */
import * as fs from 'node:fs/promises';
import { count, duration, percent, value } from '../base/format';
import { Problem } from '../base/problem';
import type { OpenProfile, Peek, ProfileSummary, Split, Tags, TopTable } from '../profile/types';
import type { ProfileJob } from './jobs';
import { openedAll } from './files';
import { table } from './table';

/** How many functions are listed; --json and --top give all. */
const SHOWN = 40;

interface Asked {
  readonly open: OpenProfile;
  readonly job: ProfileJob;
  readonly sampleType: number;
  readonly unit: string;
}

export async function profile(job: ProfileJob): Promise<string> {
  const several = job.files.length + job.base.length > 1;
  const combine = { sources: job.files.length, ofBase: job.ofBase, normalize: job.normalize };
  return openedAll(
    { files: [...job.files, ...job.base], maxMiB: job.maxMiB, ...(several && { combine }) },
    async (open) => {
      const sampleType = sampleIndex(open.summary, job.sampleIndex);
      const asked = { open, job, sampleType, unit: open.summary.sampleTypes[sampleType]?.unit ?? '' };
      const query = { sampleType, part: job.part };
      switch (job.output.as) {
        case 'table':
          return shortTable(asked, await open.top(query));
        case 'json':
          return json(asked, await open.top(query));
        case 'top':
          return topTable(asked, await open.top(query), Infinity);
        case 'peek':
          return peekText(asked, await open.peek({ ...query, match: job.output.match }), job.output.match);
        case 'tags':
          return tagsText(asked, await open.tags(query));
        case 'split':
          return splitText(asked, await open.split(query));
        case 'folded':
          return new TextDecoder().decode(await open.folded(query)).trimEnd();
        case 'proto':
          await fs.writeFile(job.output.file, await open.encode({ part: job.part }));
          return `${job.output.file} is written.`;
      }
    },
  );
}

function json({ open: { summary }, sampleType }: Asked, top: TopTable): string {
  const change = top.change;
  return JSON.stringify({
    sampleTypes: summary.sampleTypes.map(({ type, unit, total }) => ({ type, unit, total })),
    sampleType: summary.sampleTypes[sampleType]?.type ?? '',
    samples: summary.samples,
    durationNanos: summary.durationNanos,
    ...(summary.combined && { combined: summary.combined }),
    top: top.names.map((name, i) => ({
      name,
      file: top.files[i] ?? '',
      line: top.lines[i] ?? 0,
      flat: top.flat[i] ?? 0,
      cum: top.cum[i] ?? 0,
      ...(change && {
        flatBefore: change.flat.before[i],
        flatAfter: change.flat.after[i],
        cumBefore: change.cum.before[i],
        cumAfter: change.cum.after[i],
      }),
    })),
  });
}

function shortTable(asked: Asked, top: TopTable): string {
  const {
    open: { summary },
    sampleType,
  } = asked;
  const head = [
    `${count(summary.samples, 'sample')}${summary.durationNanos > 0 ? ` in ${duration(summary.durationNanos)}` : ''}`,
    ...summary.sampleTypes.map((t, i) => `${i === sampleType ? '*' : ' '} ${t.type}: ${value(t.total, t.unit)}`),
    ...summary.warnings.map((w) => `warning: ${w}`),
  ];
  const more =
    top.names.length > SHOWN
      ? [`… and ${count(top.names.length - SHOWN, 'more function', 'more functions')} (--top lists all)`]
      : [];
  return [...head, '', topTable(asked, top, SHOWN), ...more].join('\n');
}

/** Like `go tool pprof -top`, with the values before and after for a difference. */
function topTable({ job, unit }: Asked, top: TopTable, most: number): string {
  const share = (n: number): string => (top.total === 0 ? '' : percent(n / top.total));
  const columns = [...['flat', 'flat %', 'sum %', 'cum', 'cum %'], ...(top.change ? ['before', 'after'] : [])].map(
    (title) => ({ title, right: true }),
  );
  let sum = 0;
  const lines = job.part.granularity === 'lines' || job.part.granularity === 'addresses';
  const rows = top.names.slice(0, most).map((name, i) => {
    const [flat, cum] = [top.flat[i] ?? 0, top.cum[i] ?? 0];
    sum += flat;
    const inlined = ['', ' (partial-inline)', ' (inline)'][top.inlined[i] ?? 0] ?? '';
    const place = lines
      ? ` ${top.files[i]}${(top.lines[i] ?? 0) > 0 ? `:${top.lines[i]}` : ''}`
      : job.part.granularity === 'filefunctions'
        ? ` ${top.files[i]}`
        : '';
    const change = top.change
      ? [value(top.change.cum.before[i] ?? 0, unit), value(top.change.cum.after[i] ?? 0, unit)]
      : [];
    return [
      value(flat, unit),
      share(flat),
      share(sum),
      value(cum, unit),
      share(cum),
      ...change,
      `${name}${place}${inlined}`,
    ];
  });
  return table([...columns, { title: 'function' }], rows);
}

function peekText({ unit }: Asked, { entries, frames, total }: Peek, match: string): string {
  if (entries.length === 0)
    throw new Problem('inspect.noMatch', `No function matches ${match}.`, { next: 'Look for its name with --top.' });
  const names = new Map(frames.map((f) => [f.id, f.name]));
  const share = (n: number, of: number): string => (of === 0 ? '' : percent(n / of));
  return entries
    .map((e) => {
      const call = (c: (typeof e.callers)[number]) =>
        `${value(c.value, unit).padStart(24)} ${share(c.value, e.cum).padStart(8)} |   ` +
        `${names.get(c.id)}${c.inlined ? ' (inline)' : ''}`;
      return [
        ...e.callers.map(call),
        `${value(e.flat, unit).padStart(12)} ${share(e.flat, total).padStart(8)} ` +
          `${value(e.cum, unit).padStart(12)} | ${names.get(e.id)}`,
        ...e.callees.map(call),
      ].join('\n');
    })
    .join(`\n${'-'.repeat(60)}\n`);
}

function tagsText({ unit }: Asked, { tags, total }: Tags): string {
  const share = (n: number): string => (total === 0 ? '' : percent(n / total));
  return table(
    [{ title: 'label' }, { title: 'value' }, { title: 'total', right: true }, { title: '%', right: true }],
    tags.flatMap((t) => [
      [t.key, '', value(t.total, unit), share(t.total)],
      ...t.values.map((v) => ['', v.text, value(v.value, unit), share(v.value)]),
    ]),
  );
}

function splitText({ unit }: Asked, s: Split): string {
  const share = (n: number): string => (s.total === 0 ? '' : percent(n / s.total));
  const row = (what: string, n: number, of = '') => [what, value(n, unit), share(n), of];
  return table(
    [{ title: 'spent by' }, { title: 'value', right: true }, { title: '%', right: true }, { title: 'of that' }],
    [
      ...s.controllers.flatMap((c) => [
        row(
          `${c.controller}: Reconcile`,
          c.reconcile,
          `cache ${value(c.cacheReads, unit)}, encoding ${value(c.coding, unit)}`,
        ),
        ...(c.behalf === 0 ? [] : [row(`${c.controller}: on its behalf`, c.behalf)]),
      ]),
      row('informers', s.informers),
      row('framework and queues', s.framework),
      row('GC', s.gc),
      row('everything else', s.rest),
    ],
  );
}

/** By name or by number, as `go tool pprof -sample_index` takes it. */
function sampleIndex({ sampleTypes, defaultSampleType }: ProfileSummary, wanted: string | undefined): number {
  if (wanted === undefined) return defaultSampleType;
  const byName = sampleTypes.findIndex((t) => t.type === wanted);
  if (byName >= 0) return byName;
  if (/^\d+$/.test(wanted) && Number(wanted) < sampleTypes.length) return Number(wanted);
  throw new Problem('inspect.sampleIndex', `The profile has no sample type "${wanted}".`, {
    next: `It has: ${sampleTypes.map((t) => t.type).join(', ')}.`,
  });
}
