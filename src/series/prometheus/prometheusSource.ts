/** History and queries from a Prometheus, or from a system that speaks its API: Thanos, Mimir, VictoriaMetrics. */
import type { PrometheusConnectionOptions, PrometheusDriver } from 'prometheus-query';
import { age } from '../../base/format';
import { Problem } from '../../base/problem';
import type { Family, QueryResult, RangeQuery, SeriesSource } from '../../metrics/types';
import type { PrometheusClient } from './client';
import { envelopeOf, wayProblem, type Envelope } from './problems';
import { readFamilies, readResult } from './result';

/** axios' own types, through the package that depends on it. */
type Asked = Parameters<NonNullable<PrometheusConnectionOptions['requestInterceptor']>['onFulfilled']>[0];
type Answered = Parameters<NonNullable<PrometheusConnectionOptions['responseInterceptor']>['onFulfilled']>[0];

export interface PrometheusOptions {
  /** Longest silence, and longest evaluation asked for; ms. Default 60 s. */
  readonly timeoutMs?: () => number;
  /** Longest answer, bytes, before and after decompression. Default 64 MiB: 20 series × 11,000 points are 6 MB. */
  readonly maxBytes?: () => number;
  /** ms since the epoch. */
  readonly now?: () => number;
}

const TIMEOUT_MS = 60_000;
const MAX_BYTES = 64 << 20;
/** How far back to ask for label values and names, s: everything there ever was can be slow, and nobody looks at it. */
const LOOK_BACK = 24 * 3600;
/** A larger difference of the clocks is reported, s: the newest samples are then missing, or in the future. */
const CLOCKS_DIFFER = 60;

export class PrometheusSource implements SeriesSource {
  readonly kind = 'prometheus';
  readonly label: string;
  readonly #timeoutMs: () => number;
  readonly #maxBytes: () => number;
  readonly #now: () => number;
  /** Its clock minus ours, s. */
  #skew = 0;

  constructor(
    private readonly client: PrometheusClient,
    { timeoutMs, maxBytes, now }: PrometheusOptions = {},
    label = `Prometheus ${client.label}`,
  ) {
    this.label = label;
    this.#timeoutMs = timeoutMs ?? (() => TIMEOUT_MS);
    this.#maxBytes = maxBytes ?? (() => MAX_BYTES);
    this.#now = now ?? Date.now;
  }

  async query({ promql, start, end, step }: RangeQuery, signal: AbortSignal): Promise<QueryResult> {
    const timeout = `${Math.max(1, Math.ceil(this.#timeoutMs() / 1000))}s`;
    const body = await this.#ask(
      (driver) => driver.rangeQuery(promql, start * 1000, end * 1000, step, timeout),
      signal,
    );
    const { series, warnings } = readResult(body, this.client.label);
    return { series, warnings: [...warnings, ...this.#clock()] };
  }

  async families(signal: AbortSignal): Promise<readonly Family[]> {
    const [metadata, names] = await Promise.all([
      this.#ask((driver) => driver.metadata(), signal),
      this.#ask((driver) => driver.labelValues('__name__', undefined, this.#since()), signal),
    ]);
    return readFamilies(metadata.data, names.data);
  }

  async labelValues(label: string, name: string | undefined, signal: AbortSignal): Promise<readonly string[]> {
    const of = name === undefined ? undefined : [`{__name__=${JSON.stringify(name)}}`];
    const body = await this.#ask((driver) => driver.labelValues(labelInPath(label), of, this.#since()), signal);
    return Array.isArray(body.data) ? body.data.filter((v): v is string => typeof v === 'string').sort() : [];
  }

  /** Its version; '' when it names none. Throws when it does not answer as a Prometheus. */
  async version(signal: AbortSignal): Promise<BuildInfo> {
    try {
      const { data } = await this.#ask((driver) => driver.statusBuildinfo(), signal);
      const { version, application } = (data ?? {}) as { version?: unknown; application?: unknown };
      return {
        version: typeof version === 'string' ? version : '',
        application: typeof application === 'string' ? application : '',
      };
    } catch (e) {
      // Older Thanos and Cortex have no such page, but all of them evaluate.
      if (!(e instanceof Problem) || e.code !== 'prometheus.notFound') throw e;
      await this.#ask((driver) => driver.instantQuery('vector(1)', this.#now()), signal);
      return { version: '', application: '' };
    }
  }

  readonly #since = (): Date => new Date(this.#now() - LOOK_BACK * 1000);

  #clock(): string[] {
    if (Math.abs(this.#skew) < CLOCKS_DIFFER) return [];
    return [
      `The clock of ${this.client.label} is ${age(Math.abs(this.#skew) * 1000)} ` +
        `${this.#skew > 0 ? 'ahead of' : 'behind'} this machine's: the newest samples may be missing.`,
    ];
  }

  /**
   * One call of the driver, which words the request. Our adapter, given to axios in the driver's interceptor, sends it
   * with the same tunnel, TLS, limits and errors as everything else, and aborts it with the signal. The answer is taken
   * from the adapter: the driver would drop warnings and native histograms (see result.ts).
   */
  async #ask(call: (driver: PrometheusDriver) => Promise<unknown>, signal: AbortSignal): Promise<Envelope> {
    signal.throwIfAborted();
    const { PrometheusDriver } = await import('prometheus-query');
    let body: Envelope | undefined;
    let failure: unknown;
    const adapter = async (config: Asked): Promise<Answered> => {
      try {
        body = await this.#send(config, signal);
      } catch (e) {
        failure = e;
        throw e;
      }
      return { data: { status: 'success', data: EMPTY }, status: 200, statusText: 'OK', headers: {}, config };
    };
    const driver = new PrometheusDriver({
      endpoint: 'http://prometheus',
      baseURL: '/api/v1/',
      requestInterceptor: {
        onFulfilled: (config) => {
          config.adapter = adapter;
          return config;
        },
      },
    });
    try {
      await call(driver);
    } catch (e) {
      if (failure !== undefined) throw failure;
      throw new Problem(
        'prometheus.failed',
        `The request to ${this.client.label} could not be made: ` +
          `${e instanceof Error ? e.message : String((e as { error?: unknown } | undefined)?.error ?? e)}.`,
        { next: 'Check the query and the time range.', cause: e },
      );
    }
    if (!body) throw new Problem('prometheus.failed', `${this.client.label} was not asked.`, { next: 'Try again.' });
    return body;
  }

  async #send({ url = '', params }: Asked, signal: AbortSignal): Promise<Envelope> {
    const query = String(params ?? '');
    const path = `${this.client.prefix}/api/v1/${url}${query === '' ? '' : `?${query}`}`;
    const maxBytes = this.#maxBytes();
    const asked = this.#now();
    const answer = await this.client
      .ask(path, { signal, idleTimeoutMs: this.#timeoutMs() + 1000, maxBytes })
      .catch((e: unknown) => {
        throw wayProblem(e, maxBytes);
      });
    this.#compareClocks(answer.headers['date'], asked, this.#now());
    return envelopeOf(answer, this.client.label, path);
  }

  /** `date` has whole seconds and was written between the two times. */
  #compareClocks(date: string | undefined, asked: number, answered: number): void {
    const theirs = Date.parse(date ?? '');
    if (Number.isNaN(theirs)) return;
    this.#skew = theirs + 1000 < asked ? (theirs - asked) / 1000 : theirs > answered ? (theirs - answered) / 1000 : 0;
  }
}

export interface BuildInfo {
  readonly version: string;
  /** "Grafana Mimir"; '' for most. */
  readonly application: string;
}

/** A result in which the driver's own readers find nothing. */
const EMPTY = { resultType: 'matrix', result: [] };

/** UTF-8 label names are escaped in the path as in Prometheus 3 (`U__`, each other character as _HEX_, _ doubled). */
function labelInPath(label: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(label)) return label;
  const escaped = [...label].map((c) => {
    if (c === '_') return '__';
    return /[A-Za-z0-9]/.test(c) ? c : `_${c.codePointAt(0)!.toString(16)}_`;
  });
  return `U__${escaped.join('')}`;
}
