/** The host's side of the metrics page, without the editor. */
import type { Page } from 'playwright-core';
import { fromMetricsPage, METRICS_PROTOCOL, type FromMetricsPage, type ChartData, type MetricsFacts, type PanelInfo, type PipelineView, type ToMetricsPage } from '../../../src/protocol/metrics';
import { chartOf, completions, FACTS, FAMILIES, PANELS, spanOf, THROTTLED } from './metricsdata';

type Body = ToMetricsPage extends infer T ? T extends ToMetricsPage ? Omit<T, 'v'> : never : never;

export interface MetricsOptions {
  readonly view?: 'pipeline' | 'charts' | 'explore';
  readonly pipeline?: PipelineView;
  readonly panels?: readonly PanelInfo[];
  readonly facts?: MetricsFacts;
  /** Instead of the two series of each panel. */
  readonly chart?: (panel: string, range: ReturnType<typeof spanOf>) => ChartData;
  /** Instead of the first message. */
  readonly first?: Body;
}

export class MetricsHost {
  /** All that the page sent, oldest first. */
  readonly sent: FromMetricsPage[] = [];
  /** What the page did wrong by its policy, or threw. */
  readonly complaints: string[] = [];
  private constructor(readonly page: Page, private readonly options: MetricsOptions) {}

  static async open(page: Page, url: string, options: MetricsOptions = {}): Promise<MetricsHost> {
    const host = new MetricsHost(page, options);
    page.on('console', (m) => { if (m.type() === 'error' || /Content Security Policy/.test(m.text())) host.complaints.push(m.text()); });
    page.on('pageerror', (e) => { host.complaints.push(e.message); });
    await page.exposeFunction('toHost', (m: unknown) => host.#receive(m));
    await page.addInitScript(() => {
      const w = window as unknown as { acquireVsCodeApi: unknown; toHost: (m: unknown) => void };
      w.acquireVsCodeApi = () => ({
        postMessage: (m: unknown) => { w.toHost(m); },
        getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
        setState: (s: unknown) => { sessionStorage.setItem('state', JSON.stringify(s)); },
      });
    });
    await page.goto(url);
    if (!options.first) await page.locator('#app[data-state=ready]').waitFor();
    return host;
  }

  of<T extends FromMetricsPage['type']>(type: T): Extract<FromMetricsPage, { type: T }>[] { return this.sent.filter((m): m is Extract<FromMetricsPage, { type: T }> => m.type === type); }
  get watch(): Extract<FromMetricsPage, { type: 'watch' }> { const all = this.of('watch'); return all[all.length - 1]!; }

  /** One text for the whole message; columns as their bytes, as the editor sends them. */
  async send(m: Body): Promise<void> {
    const text = JSON.stringify({ v: METRICS_PROTOCOL, ...m }, (_, value: unknown) => (value instanceof Float64Array ? { float64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') } : value));
    await this.page.evaluate((json) => {
      window.postMessage(JSON.parse(json, (_, value: unknown) => {
        const v = value as { float64?: string } | null;
        return typeof v?.float64 === 'string' ? new Float64Array(Uint8Array.from(atob(v.float64), (c) => c.charCodeAt(0)).buffer) : value;
      }));
    }, text);
  }

  async #receive(raw: unknown): Promise<void> {
    const m = fromMetricsPage(raw);
    if (!m) { this.complaints.push(`not a message of the protocol: ${JSON.stringify(raw)}`); return; }
    this.sent.push(m);
    switch (m.type) {
      case 'ready': await this.send(this.options.first ?? { type: 'init', facts: this.options.facts ?? FACTS, panels: this.options.panels ?? PANELS, view: this.options.view ?? 'pipeline', range: { seconds: 300 } }); break;
      case 'watch':
        if (m.view === 'pipeline') await this.send({ type: 'pipeline', pipeline: this.options.pipeline ?? THROTTLED });
        if (m.view === 'charts') await this.send({ type: 'charts', range: spanOf(m.range), charts: m.panels.map((p) => (this.options.chart ?? chartOf)(p, spanOf(m.range))) });
        break;
      case 'families': await this.send({ type: 'families', id: m.id, families: FAMILIES }); break;
      case 'complete': await this.send({ type: 'completed', id: m.id, words: completions(m.kind, m.name, m.label) }); break;
      case 'query':
        if (/\){4}/.test(m.promql)) await this.send({ type: 'problem', id: m.id, problem: { code: 'metrics.promql', message: 'The query has a bracket too many at character 12.', next: 'Take it away.' } });
        else await this.send({ type: 'queried', id: m.id, chart: chartOf('query', spanOf(m.range)) });
        break;
      default: break;
    }
  }
}
