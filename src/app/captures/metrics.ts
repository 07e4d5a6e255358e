/** The metrics of a process over the window of the captures beside them, as the metrics page saves and opens them. */
import { pause } from '../../base/abort';
import type { CaptureProgress } from '../../captures/take';
import { writeOpenMetrics } from '../../metrics/formats/write';
import { Scraper, type Scraped, type ScraperOptions } from '../../series/scraper';

export type Pace = Omit<ScraperOptions, 'keepSeconds' | 'now'>;

/**
 * Scrapes for so many seconds, all that the process exports. Throws what the first scrape failed by when none came in.
 */
export async function recordMetrics(
  process: Scraped,
  seconds: number,
  pace: Pace,
  signal: AbortSignal,
  onProgress: (progress: CaptureProgress) => void,
): Promise<Uint8Array> {
  const scraper = new Scraper({ ...pace, keepSeconds: seconds + 60 });
  let bytes = 0;
  scraper.onDidScrape((report) => {
    bytes += report.bytes.wire;
  });
  try {
    scraper.want(undefined, true);
    scraper.set([process]);
    scraper.start();
    const ends = Date.now() + seconds * 1000;
    for (let left = seconds * 1000; left > 0 || scraper.reports.length === 0; left = ends - Date.now()) {
      onProgress({ phase: 'recording', secondsLeft: Math.max(0, Math.ceil(left / 1000)), bytes });
      await pause(Math.min(500, Math.max(50, left)), signal);
      const [report] = scraper.reports;
      // It did not answer at all: there is nothing to wait for.
      if (report?.problem && scraper.ring.size === 0) throw report.problem;
    }
    onProgress({ phase: 'saving', secondsLeft: 0, bytes });
    return Buffer.from(writeOpenMetrics(scraper.ring.select([]), scraper.familiesNow()));
  } finally {
    scraper.dispose();
  }
}
