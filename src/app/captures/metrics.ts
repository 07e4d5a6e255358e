/** Records a process's metrics while the other captures run, in the format that the metrics page saves and opens. */
import { pause } from '../../base/abort';
import type { CaptureProgress } from '../../captures/take';
import { writeOpenMetrics } from '../../metrics/formats/write';
import { Scraper, type Scraped, type ScraperOptions } from '../../series/scraper';

export type Pace = Omit<ScraperOptions, 'keepSeconds' | 'now'>;

/**
 * Scrapes everything that the process exports for this many seconds. Throws the Problem of a failed scrape if none has
 * succeeded yet.
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
      // It never answered: waiting longer is pointless.
      if (report?.problem && scraper.ring.size === 0) throw report.problem;
    }
    onProgress({ phase: 'saving', secondsLeft: 0, bytes });
    return Buffer.from(writeOpenMetrics(scraper.ring.select([]), scraper.familiesNow()));
  } finally {
    scraper.dispose();
  }
}
