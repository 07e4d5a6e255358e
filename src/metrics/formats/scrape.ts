/** Reads the body of an answer to /metrics as a Scrape: finds the format, and calls its reader. */
import { Problem } from '../../base/problem';
import { expectExposition } from './expect';
import { beginsAsProtobuf, readProtobuf } from './protobuf';
import type { KeyedSample, Read, ReadOptions } from './sample';
import { readText } from './text';
import type { Scrape } from '../types';

/**
 * What to ask a process for: protobuf first, for its native histograms, then as Prometheus 3 does with
 * `scrape_native_histograms` (config.DefaultProtoFirstScrapeProtocols; weights by scrape.acceptHeader).
 */
export const ACCEPT = [
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7',
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6',
  'application/openmetrics-text;version=0.0.1;q=0.5',
  'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4',
  'text/plain;version=0.0.4;q=0.3',
  '*/*;q=0.2',
].join(',');

export type Format = 'text' | 'openmetrics' | 'protobuf';

export interface ParseOptions extends ReadOptions {
  /** Read every sample, wanted or not ("Explore"). Default: false. */
  readonly all?: boolean;
  /** Bytes on the wire, where the body was compressed. Default: the body's. */
  readonly wire?: number;
}

export interface ParsedScrape extends Scrape {
  readonly samples: readonly KeyedSample[];
  readonly format: Format;
  /** Samples in the body: more than `samples` if not all were wanted. */
  readonly counted: number;
  /** True when every sample was read. */
  readonly whole: boolean;
}

/**
 * Reads a decompressed body. `contentType` is the answer's own ('' = unknown: the bytes decide); `time` is when it was
 * requested, s since the epoch. Labels are read on first use, and until then keep the body in memory. A series that
 * appears twice with the same text is kept once; the Ring finds one whose labels come in two orders.
 *
 * Throws a Problem and nothing else: `metrics.empty`, `metrics.html`, `metrics.notExposition`, `metrics.truncated`,
 * `metrics.broken`, `metrics.encoding`.
 */
export function parseScrape(
  body: Uint8Array,
  contentType: string,
  time: number,
  options: ParseOptions = {},
): ParsedScrape {
  try {
    const format = formatOf(body, contentType);
    const whole = options.all === true || options.wants === undefined;
    const wanted: ReadOptions = whole || options.wants === undefined ? {} : { wants: options.wants };
    const { samples, families, counted, warnings } = read(body, format, wanted);
    return {
      time,
      samples,
      families,
      counted,
      whole,
      format,
      warnings,
      bytes: { wire: options.wire ?? body.length, body: body.length },
    };
  } catch (e) {
    if (e instanceof Problem) throw e;
    throw new Problem('metrics.broken', 'The metrics could not be read.', {
      next: 'Choose another port or path.',
      detail: e instanceof Error ? e.message : String(e),
      cause: e,
    });
  }
}

function read(body: Uint8Array, format: Format, options: ReadOptions): Read {
  if (body.length === 0) expectExposition('');
  if (format === 'protobuf') return readProtobuf(body, options);
  const text = new TextDecoder().decode(body);
  // A line that was cut off proves nothing about the others.
  const lines = text.slice(0, text.lastIndexOf('\n') + 1);
  expectExposition(lines.length > 0 ? lines : text);
  return readText(text, format, options, body);
}

/** By the content type, or by the bytes where that is unknown. Throws Problem `metrics.encoding`. */
function formatOf(body: Uint8Array, contentType: string): Format {
  const [media = '', ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((p) => p.trim());
  if (media === 'application/openmetrics-text') return 'openmetrics';
  if (media === 'application/vnd.google.protobuf') {
    const encoding = parameters
      .find((p) => p.startsWith('encoding='))
      ?.slice('encoding='.length)
      .replaceAll('"', '');
    if (encoding !== undefined && encoding !== 'delimited') {
      throw new Problem(
        'metrics.encoding',
        `The process answered with protobuf in the encoding "${encoding}", which can't be read.`,
        { next: 'It should offer "delimited", as Prometheus asks for, or text.' },
      );
    }
    return 'protobuf';
  }
  if (media === 'text/plain') return 'text';
  if (beginsAsProtobuf(body)) return 'protobuf';
  return endsAsOpenMetrics(body) ? 'openmetrics' : 'text';
}

/** True when the last line is `# EOF`. */
function endsAsOpenMetrics(body: Uint8Array): boolean {
  return /(^|\n)# EOF\s*$/.test(new TextDecoder().decode(body.subarray(Math.max(0, body.length - 32))));
}
