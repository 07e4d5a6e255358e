/** The job `query`: a query over saved answers of /metrics, each a scrape. */
import { metricNames, evaluate, parsePromql } from '../metrics/promql/index';
import { Ring } from '../metrics/store/ring';
import type { ResultSeries } from '../metrics/types';
import type { QueryJob } from './jobs';
import { readScrape } from './metrics';
import { table } from './table';

/** The files as scrapes at 0, every, 2·every, … s; the query is evaluated at each. */
export async function query(job: QueryJob, signal: AbortSignal, tell: (line: string) => void): Promise<string> {
  // Parsed before any file is read, so that a mistake in the query is reported at once.
  const expr = parsePromql(job.promql);
  const names = metricNames(expr);
  const wanted = names && new Set(names);
  const end = (job.files.length - 1) * job.every;
  const ring = new Ring({
    seconds: end + job.every + 1,
    maxSeries: Infinity,
    ...(wanted && { wants: (name: string) => wanted.has(name) }),
  });
  for (const [i, file] of job.files.entries()) {
    signal.throwIfAborted();
    const scrape = await readScrape(file, job.maxMiB, i * job.every);
    for (const warning of scrape.warnings) tell(`${file}: ${warning}`);
    ring.add(scrape, {});
  }
  const { series, warnings } = evaluate(expr, ring, { start: 0, end, step: job.every });
  for (const warning of [...ring.warnings, ...warnings]) tell(`warning: ${warning}`);
  if (job.json) return JSON.stringify({ result: series.map((s) => ({ labels: s.labels, values: values(s) })) });
  if (series.length === 0) return 'No series.';
  return table(
    [{ title: 't, s', right: true }, { title: 'value', right: true }, { title: 'labels' }],
    series.flatMap((s) => values(s).map(([t, v]) => [String(t), String(v), labelText(s.labels)])),
  );
}

/** JSON has no NaN and no Infinity, so these are strings, as Prometheus writes them. */
function values({ times, values: all }: ResultSeries): [number, number | string][] {
  return Array.from(times, (t, i) => {
    const v = all[i] ?? NaN;
    return [t, Number.isFinite(v) ? v : Number.isNaN(v) ? 'NaN' : v > 0 ? '+Inf' : '-Inf'];
  });
}

function labelText(labels: ResultSeries['labels']): string {
  return `{${Object.entries(labels)
    .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
    .join(', ')}}`;
}
