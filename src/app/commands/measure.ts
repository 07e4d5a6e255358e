/** Measures the workload that runs a program, for the advice in its sources. Only runs when the user asks. */
import { pause } from '../../base/abort';
import { Problem } from '../../base/problem';
import { measuredFrom, MEASURE_QUERIES } from '../../series/measure';
import type { Workload } from '../../controllers/types';
import { resembles } from '../../series/resembles';
import { namesIn, Scraper } from '../../series/scraper';
import type { Measured } from '../../advice/types';
import { localSubject, readSubject, workloadSubject, type SubjectId } from '../metrics/subject';
import type { Parts } from '../parts';
import { pickWorkload } from '../processes/pick';

/** Program (`programOf`) → the workload chosen for it. */
const CHOSEN = 'controllerTuner.modules.v1';
/** How long to scrape, s: fifteen scrapes at the default interval, enough for a rate. */
const SECONDS = 30;

export interface MeasureRequest {
  /** The program that the sources build, as `programOf` names it. */
  readonly program: string;
  /** For display. */
  readonly called: string;
  /** Ask which workload to measure, even if one is already known. */
  readonly choose?: boolean;
}

/** Returns undefined when the user cancels. Throws a Problem when none of the processes could be scraped. */
export async function measure(
  parts: Parts,
  { program, called, choose }: MeasureRequest,
): Promise<Measured | undefined> {
  const { editor } = parts;
  const chosen = (editor.workspaceStore.get(CHOSEN) ?? {}) as Record<string, unknown>;
  const likely = (w: Workload): boolean =>
    resembles(called, [w.name, w.namespace, ...w.replicas.flatMap((r) => r.pod.containers.map((c) => c.image))]);
  const id =
    (choose === true ? undefined : readSubject(chosen[program])) ??
    (await pickWorkload(
      { picker: editor.picker, clusters: parts.clusters, locals: () => parts.locals.urls, likely },
      `Which controller runs ${called}?`,
      {},
    ));
  await editor.workspaceStore.set(CHOSEN, { ...chosen, [program]: id });
  return editor.progress.run(`Measuring ${nameOf(id)}`, async (signal, report) => {
    try {
      return await scrapeFor(parts, id, signal, report);
    } catch (e) {
      if (signal.aborted) return undefined;
      throw e;
    }
  });
}

/** Scrapes the processes for a while and evaluates the measurements. */
async function scrapeFor(
  parts: Parts,
  id: SubjectId,
  signal: AbortSignal,
  report: (message: string, increment: number) => void,
): Promise<Measured> {
  if ('context' in id) {
    report('connecting…', 0);
    await parts.clusters.connect(id.context, signal);
  }
  const subject = 'url' in id ? localSubject(id.url) : 'context' in id ? workloadSubject(parts, id) : undefined;
  if (!subject)
    throw new Problem('measure.file', 'A saved file is not measured.', { next: 'Choose a controller of a cluster.' });
  const { settings } = parts.editor;
  const scraper = new Scraper({
    everyMs: () => settings.scrapeMs,
    maxBytes: () => settings.maxScrapeBytes,
    idleTimeoutMs: () => settings.idleTimeoutMs,
    keepSeconds: SECONDS + 60,
  });
  try {
    const { processes } = subject;
    if (processes.length === 0)
      throw new Problem('measure.noReplica', `${subject.title} has no running replica.`, {
        next: 'Scale it up, or choose another controller.',
      });
    scraper.want(namesIn(MEASURE_QUERIES), false);
    scraper.set(processes);
    scraper.start();
    for (let left = SECONDS; left > 0; left--) {
      report(`${left} s left`, 100 / SECONDS);
      await pause(1000, signal);
      const { reports } = scraper;
      const [first] = reports;
      // No process answers: waiting longer is pointless.
      if (first?.problem && reports.length === processes.length && reports.every((r) => r.problem)) throw first.problem;
    }
    return await measuredFrom(
      scraper,
      {
        of:
          `${subject.title}, ${subject.subtitle.split(' · ')[0] ?? ''}, ${SECONDS} s until ` +
          `${new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}`,
        seconds: SECONDS,
        process: [],
        now: Date.now() / 1000,
      },
      signal,
    );
  } finally {
    scraper.dispose();
    subject.dispose();
  }
}

function nameOf(id: SubjectId): string {
  return 'url' in id ? id.url : 'file' in id ? id.file : id.workload.slice(id.workload.lastIndexOf('/') + 1);
}
