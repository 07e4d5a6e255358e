/** The job `metrics`: what a saved answer of /metrics contains. */
import * as fs from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { bytes as sizeText, count } from '../base/format';
import { Problem } from '../base/problem';
import { codeOf } from '../captures/atomic';
import { seriesKey } from '../metrics/labels';
import { parseScrape, type ParsedScrape } from '../metrics/formats/scrape';
import type { Family } from '../metrics/types';
import type { MetricsJob } from './jobs';
import { table } from './table';

const MIB = 1024 * 1024;
/** Characters of a help text in the table; --json gives all. */
const HELP = 80;

interface Row extends Family {
  series: number;
  samples: number;
}

export async function metrics(job: MetricsJob): Promise<string> {
  const scrape = await readScrape(job.file, job.maxMiB);
  const families = rows(scrape);
  const series = families.reduce((n, f) => n + f.series, 0);
  if (job.json) {
    return JSON.stringify({
      families: families.map((f) => ({
        name: f.name,
        type: f.type,
        help: f.help,
        unit: f.unit,
        series: f.series,
        samples: f.samples,
      })),
      series,
      samples: scrape.samples.length,
      warnings: scrape.warnings,
    });
  }
  const format = { text: 'text', openmetrics: 'OpenMetrics', protobuf: 'protobuf' }[scrape.format];
  return [
    `${count(families.length, 'family', 'families')}, ${count(series, 'series', 'series')}, ` +
      `${count(scrape.samples.length, 'sample')} in ${sizeText(scrape.bytes.body)} of ${format}`,
    ...scrape.warnings.map((w) => `warning: ${w}`),
    '',
    table(
      [{ title: 'series', right: true }, { title: 'type' }, { title: 'unit' }, { title: 'family' }, { title: 'help' }],
      families.map((f) => [String(f.series), f.type, f.unit, f.name, short(f.help)]),
    ),
  ].join('\n');
}

/**
 * The whole file as a scrape at `time`, default 0; its bytes say which format it has. Throws Problem `inspect.read`,
 * `metrics.tooBig` or what parseScrape throws.
 */
export async function readScrape(file: string, maxMiB: number, time = 0): Promise<ParsedScrape> {
  let raw: Buffer;
  try {
    raw = await fs.readFile(file);
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
  const body = unpacked(raw, maxMiB);
  return parseScrape(body, '', time, { wire: raw.length });
}

function unpacked(raw: Buffer, maxMiB: number): Uint8Array {
  const tooBig = (): Problem =>
    new Problem('metrics.tooBig', `The metrics are larger than ${maxMiB} MiB.`, { next: 'Give a higher --max-mib.' });
  if (raw[0] !== 0x1f || raw[1] !== 0x8b) {
    if (raw.length > maxMiB * MIB) throw tooBig();
    return raw;
  }
  try {
    return gunzipSync(raw, { maxOutputLength: maxMiB * MIB });
  } catch (e) {
    if (codeOf(e) === 'ERR_BUFFER_TOO_LARGE') throw tooBig();
    throw new Problem(
      'metrics.truncated',
      `The file is packed with gzip and ends before it is complete, or is damaged.`,
      { next: 'Save the metrics again.', cause: e },
    );
  }
}

/** Suffixes of samples whose family has the name without the suffix. */
const SUFFIXES = ['_bucket', '_sum', '_count', '_total', '_info', '_gsum', '_gcount'];

/** Families by name, with their counts; samples without a family get one with their own name. */
function rows({ families, samples }: ParsedScrape): Row[] {
  const byName = new Map<string, Row>();
  for (const f of families.values()) byName.set(f.name, { ...f, series: 0, samples: 0 });
  const keys = new Map<Row, Set<string>>();
  for (const sample of samples) {
    const { name } = sample;
    let row = byName.get(name);
    for (const suffix of row === undefined ? SUFFIXES : [])
      if (name.endsWith(suffix)) row ??= byName.get(name.slice(0, -suffix.length));
    if (row === undefined)
      byName.set(name, (row = { name, type: 'unknown', help: '', unit: '', series: 0, samples: 0 }));
    row.samples++;
    let of = keys.get(row);
    if (of === undefined) keys.set(row, (of = new Set()));
    of.add(`${name}\u0000${seriesKey(sample.labels)}`);
  }
  for (const [row, of] of keys) row.series = of.size;
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function short(help: string): string {
  const line = help.replaceAll(/\s+/g, ' ');
  return line.length > HELP ? `${line.slice(0, HELP - 1)}…` : line;
}
