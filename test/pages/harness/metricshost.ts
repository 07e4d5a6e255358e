/** The host's side of the metrics page, without the editor. */
import type { Page } from 'playwright-core';
import { Problem } from '../../../src/base/problem';
import type { Handlers } from '../../../src/protocol/channel';
import {
  METRICS,
  type FromMetricsPage,
  type ChartData,
  type MetricsFacts,
  type MetricsReplies,
  type MetricsWatch,
  type PanelInfo,
  type PipelineView,
  type ToMetricsPage,
} from '../../../src/protocol/metrics';
import { chartOf, completions, FACTS, FAMILIES, PANELS, spanOf, THROTTLED } from './metricsdata';
import { ChannelHost } from './channelhost';

export interface MetricsOptions {
  readonly view?: 'pipeline' | 'charts' | 'explore';
  readonly pipeline?: PipelineView;
  readonly panels?: readonly PanelInfo[];
  readonly facts?: MetricsFacts;
  /** Replaces the two default series of each panel. */
  readonly chart?: (panel: string, range: ReturnType<typeof spanOf>) => ChartData;
  /** Replaces the first message. */
  readonly first?: ToMetricsPage;
}

export class MetricsHost extends ChannelHost<ToMetricsPage, FromMetricsPage, MetricsReplies> {
  private constructor(
    page: Page,
    private readonly options: MetricsOptions,
  ) {
    super(page, METRICS);
  }

  static async open(page: Page, url: string, options: MetricsOptions = {}): Promise<MetricsHost> {
    const host = new MetricsHost(page, options);
    await host.load(url);
    if (!options.first) await page.locator('#app[data-state=ready]').waitFor();
    return host;
  }

  get watch(): MetricsWatch {
    const all = this.of('watch');
    return all[all.length - 1]!;
  }

  protected handlers(): Handlers<FromMetricsPage, MetricsReplies> {
    const { options } = this;
    const heard = (): void => undefined;
    return {
      ready: () =>
        this.send(
          options.first ?? {
            type: 'init',
            facts: options.facts ?? FACTS,
            panels: options.panels ?? PANELS,
            view: options.view ?? 'pipeline',
            range: { seconds: 300 },
          },
        ),
      watch: async (m) => {
        if (m.view === 'pipeline') await this.send({ type: 'pipeline', pipeline: options.pipeline ?? THROTTLED });
        if (m.view === 'charts')
          await this.send({
            type: 'charts',
            range: spanOf(m.range),
            charts: m.panels.map((p) => ({
              revision: 1,
              chart: (options.chart ?? chartOf)(p, spanOf(m.range)),
            })),
          });
      },
      families: () => FAMILIES,
      complete: (m) => completions(m.kind, m.name, m.label),
      query: (m) => {
        if (/\){4}/.test(m.promql))
          throw new Problem('metrics.promql', 'The query has a bracket too many at character 12.', {
            next: 'Take it away.',
          });
        return chartOf('query', spanOf(m.range));
      },
      resend: heard,
      source: heard,
      act: heard,
      span: heard,
      save: heard,
      copy: heard,
      retry: heard,
    };
  }
}
