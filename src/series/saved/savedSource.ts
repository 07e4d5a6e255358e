/** A saved file as a source: one exposition, or the run of scrapes that "Save these metrics" wrote. */
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { bytes as sizeText, count, duration } from '../../base/format';
import { Problem } from '../../base/problem';
import { evaluate, parsed } from '../../metrics/promql/index';
import { parseScrape } from '../../metrics/formats/scrape';
import type { Family, Matcher, QueryResult, RangeQuery, Scrape, SeriesSource } from '../../metrics/types';
import { SavedStore, type SavedSpan } from './store';

export interface SavedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** When it was last written, s since the epoch: the time of a scrape without timestamps. */
  readonly modified: number;
}

/**
 * Largest file after decompression, bytes. An hour of 500 series every 2 s is 75 MB; while it is read, its text, points
 * and labels take about five times the file in memory.
 */
export const MAX_SAVED_BYTES = 256 << 20;
/** How much to look at to tell cut-off OpenMetrics from the older text format, bytes. */
const HEAD = 1 << 16;

export class SavedSource implements SeriesSource {
  readonly kind = 'file';

  private constructor(
    readonly label: string,
    readonly store: SavedStore,
    private readonly known: ReadonlyMap<string, Family>,
    readonly warnings: readonly string[],
  ) {}

  /**
   * Throws Problem `metrics.saved.tooBig`, `.empty`, `.html`, `.notMetrics`, `.truncated`; each says what the file is
   * and what to choose instead. Memory: see MAX_SAVED_BYTES.
   */
  static async open({ name, bytes, modified }: SavedFile, maxBytes = MAX_SAVED_BYTES): Promise<SavedSource> {
    const body = await unpacked(name, bytes, maxBytes);
    try {
      const { samples, families, warnings } = parseScrape(
        body,
        cutOpenMetrics(body) ? 'application/openmetrics-text' : '',
        modified,
      );
      if (samples.length === 0) throw new Problem('metrics.empty', '');
      return new SavedSource(name, SavedStore.of(samples, modified), families, warnings);
    } catch (e) {
      throw ofFile(name, e);
    }
  }

  get span(): SavedSpan {
    return this.store.span;
  }

  /** "one scrape", "180 scrapes in 6 min". */
  get summary(): string {
    const { start, end, scrapes } = this.span;
    return scrapes < 2
      ? "one scrape: what needs two, such as a rate, can't be told"
      : `${count(scrapes, 'scrape')} in ${duration((end - start) * 1e9)}`;
  }

  async query(query: RangeQuery, signal: AbortSignal): Promise<QueryResult> {
    signal.throwIfAborted();
    return evaluate(parsed(query.promql), this.store, query);
  }

  async families(): Promise<readonly Family[]> {
    return [...this.familiesNow().values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  familiesNow(): ReadonlyMap<string, Family> {
    return this.known;
  }

  /** Its last values, for the list of all families. */
  lastScrapes(): readonly Scrape[] {
    return [this.store.lastLook(this.known)];
  }

  async labelValues(label: string, name: string | undefined): Promise<readonly string[]> {
    const matchers: readonly Matcher[] = name === undefined ? [] : [{ label: '__name__', op: '=', value: name }];
    const values = new Set<string>();
    for (const { labels } of this.store.select(matchers)) {
      const value = labels[label];
      if (value !== undefined) values.add(value);
    }
    return [...values].sort();
  }
}

const inflate = promisify(gunzip) as (
  data: Uint8Array,
  options: { readonly maxOutputLength: number },
) => Promise<Uint8Array>;

async function unpacked(name: string, raw: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const tooBig = (): Problem =>
    new Problem(
      'metrics.saved.tooBig',
      `${name} is larger than ${sizeText(maxBytes)}${raw[0] === 0x1f ? ' after decompression' : ''}.`,
      { next: 'Save a shorter time, or fewer series.' },
    );
  if (raw.length > maxBytes) throw tooBig();
  if (raw[0] !== 0x1f || raw[1] !== 0x8b) return raw;
  try {
    return await inflate(raw, { maxOutputLength: maxBytes });
  } catch (e) {
    if ((e as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooBig();
    throw new Problem(
      'metrics.saved.truncated',
      `${name} is packed with gzip and ends before it is complete, or is damaged.`,
      { next: 'Save or copy it again.', cause: e },
    );
  }
}

/**
 * OpenMetrics without its end looks like the older text format, and would be read up to the cut without a warning. Only
 * OpenMetrics has timestamps with a fraction, and families with a unit or an end.
 */
function cutOpenMetrics(body: Uint8Array): boolean {
  return /^(# UNIT |# EOF|[^#\n][^\n]*[ }](NaN|[+-]?Inf|[-+0-9.eE]+|\{count:[^\n]*\}) \d{1,11}\.\d+$)/m.test(
    new TextDecoder().decode(body.subarray(0, HEAD)),
  );
}

/** Rewords a Problem of the reader for a file; the reader words it for a process that answers. */
function ofFile(name: string, e: unknown): Problem {
  const p = Problem.from(e, 'metrics.saved.broken');
  const rest = { cause: e, ...(p.detail !== undefined && { detail: p.detail }) };
  switch (p.code) {
    case 'metrics.empty':
      return new Problem('metrics.saved.empty', `${name} holds no metrics: it is empty, or has comments only.`, {
        ...rest,
        next: 'Choose a file that has an answer of /metrics, or one that "Save these metrics" wrote.',
      });
    case 'metrics.html':
      return new Problem('metrics.saved.html', `${name} is a web page and no metrics.`, {
        ...rest,
        next: 'It may be the login page that came instead of them: save /metrics again, signed in or with a token.',
      });
    case 'metrics.truncated': {
      const end = /without the line/.test(p.message)
        ? 'without the line "# EOF", which OpenMetrics has last'
        : 'in the middle of a line';
      return new Problem('metrics.saved.truncated', `${name} ends ${end}: it is not complete.`, {
        ...rest,
        next: 'Save or copy it again.',
      });
    }
    case 'metrics.notExposition':
      return new Problem('metrics.saved.notMetrics', `${name} is not in a format that metrics are exposed in.`, {
        ...rest,
        next: 'Choose a file with text or OpenMetrics, as /metrics answers, or one that "Save these metrics" wrote.',
      });
  }
  return new Problem('metrics.saved.broken', `${name} could not be read as metrics: ${p.message}`, {
    ...rest,
    next: 'Save or copy it again.',
  });
}
