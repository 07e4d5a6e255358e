/** The host's side of the metrics page, without the editor. */
import type { Page } from 'playwright-core';
import {
  fromMetricsPage,
  METRICS_PROTOCOL,
  type FromMetricsPage,
  type ChartData,
  type MetricsFacts,
  type PanelInfo,
  type PipelineView,
  type ToMetricsPage,
} from '../../../src/protocol/metrics';
import { chartOf, completions, FACTS, FAMILIES, PANELS, spanOf, THROTTLED } from './metricsdata';
import { PageHost, type Body } from './pagehost';

export interface MetricsOptions {
  readonly view?: 'pipeline' | 'charts' | 'explore';
  readonly pipeline?: PipelineView;
  readonly panels?: readonly PanelInfo[];
  readonly facts?: MetricsFacts;
  /** Instead of the two series of each panel. */
  readonly chart?: (panel: string, range: ReturnType<typeof spanOf>) => ChartData;
  /** Instead of the first message. */
  readonly first?: Body<ToMetricsPage>;
}

export class MetricsHost extends PageHost<FromMetricsPage, ToMetricsPage> {
  protected readonly version = METRICS_PROTOCOL;
  private constructor(
    page: Page,
    private readonly options: MetricsOptions,
  ) {
    super(page);
  }

  static async open(page: Page, url: string, options: MetricsOptions = {}): Promise<MetricsHost> {
    const host = new MetricsHost(page, options);
    await host.load(url);
    if (!options.first) await page.locator('#app[data-state=ready]').waitFor();
    return host;
  }

  get watch(): Extract<FromMetricsPage, { type: 'watch' }> {
    const all = this.of('watch');
    return all[all.length - 1]!;
  }

  protected read(raw: unknown): FromMetricsPage | undefined {
    return fromMetricsPage(raw);
  }

  protected async answer(m: FromMetricsPage): Promise<void> {
    switch (m.type) {
      case 'ready':
        await this.send(
          this.options.first ?? {
            type: 'init',
            facts: this.options.facts ?? FACTS,
            panels: this.options.panels ?? PANELS,
            view: this.options.view ?? 'pipeline',
            range: { seconds: 300 },
          },
        );
        break;
      case 'watch':
        if (m.view === 'pipeline') await this.send({ type: 'pipeline', pipeline: this.options.pipeline ?? THROTTLED });
        if (m.view === 'charts')
          await this.send({
            type: 'charts',
            range: spanOf(m.range),
            charts: m.panels.map((p) => ({
              revision: 1,
              chart: (this.options.chart ?? chartOf)(p, spanOf(m.range)),
            })),
          });
        break;
      case 'families':
        await this.send({ type: 'families', id: m.id, families: FAMILIES });
        break;
      case 'complete':
        await this.send({ type: 'completed', id: m.id, words: completions(m.kind, m.name, m.label) });
        break;
      case 'query':
        if (/\){4}/.test(m.promql))
          await this.send({
            type: 'problem',
            id: m.id,
            problem: {
              code: 'metrics.promql',
              message: 'The query has a bracket too many at character 12.',
              next: 'Take it away.',
            },
          });
        else await this.send({ type: 'queried', id: m.id, chart: chartOf('query', spanOf(m.range)) });
        break;
      default:
        break;
    }
  }
}
