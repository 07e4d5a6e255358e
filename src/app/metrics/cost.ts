/** What scraping costs the scraped process, in words. */
import { bytes, digits, percent } from '../../base/format';
import type { ScrapeReport } from '../../series/scraper';

/** How many of the latest scrapes count, over all replicas. */
const KEPT = 15;

export interface CostText {
  readonly text: string;
  readonly title: string;
}

export class Cost {
  readonly #looks: Pick<ScrapeReport, 'millis' | 'bytes'>[] = [];

  /** Skips failed scrapes: their cost is not typical. */
  add({ millis, bytes: size, problem }: ScrapeReport): void {
    if (problem) return;
    this.#looks.push({ millis, bytes: size });
    if (this.#looks.length > KEPT) this.#looks.shift();
  }

  /** Undefined until a scrape succeeds. `everyMs`: the interval between two scrapes of a process. */
  words(everyMs: number, processes: number): CostText | undefined {
    if (this.#looks.length === 0) return undefined;
    const wire = middle(this.#looks.map((l) => l.bytes.wire));
    const body = middle(this.#looks.map((l) => l.bytes.body));
    const millis = middle(this.#looks.map((l) => l.millis));
    const who = processes > 1 ? 'each process' : 'the process';
    const ms = millis < 1 ? 'less than 1 ms' : `${digits(Number(millis.toPrecision(2)))} ms`;
    const packed = wire < body ? `${round(wire)} on the wire, ${round(body)} unpacked` : round(wire);
    return {
      text: `each look costs ${who} ${round(wire)} and ${ms}`,
      title: [
        `Each look at /metrics takes ${packed}, and ${ms} from the request to the last byte, the way there ` +
          `included (the middle of the last ${this.#looks.length === 1 ? 'look' : `${this.#looks.length} looks`}).`,
        `At every ${everyMs / 1000} s that is ${round(wire / (everyMs / 1000))}/s and about ` +
          `${percent(millis / everyMs)} of one core, or less: most of the time is the way.`,
        'Nothing is asked while no page is seen. The pace is the setting controllerTuner.scrapeSeconds.',
      ].join(' '),
    };
  }
}

/** Two digits, or three from a hundred on, so that the text rarely changes between scrapes. */
function round(n: number): string {
  const unit = 1024 ** Math.floor(Math.log(Math.max(1, n)) / Math.log(1024));
  const v = n / unit;
  return bytes((v >= 10 ? Math.round(v) : Number(v.toPrecision(2))) * unit);
}

function middle(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0;
}
