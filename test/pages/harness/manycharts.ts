/** A page full of charts, with new points for all of them at once, as each scrape brings them. */
import type { CDPSession, Page } from 'playwright-core';
import { METRICS, type PanelInfo } from '../../../src/protocol/metrics';
import { NOW } from './metricsdata';

export const CHARTS = 12,
  SERIES = 20,
  POINTS = 1000;
export const MANY_PANELS: readonly PanelInfo[] = Array.from({ length: CHARTS }, (_, i) => ({
  id: `p${i}`,
  group: 'All',
  title: `Panel ${i}`,
  unit: 'perSecond',
  promql: `x${i}`,
  tells: '',
  from: '',
}));
/** Window size, px: all charts are visible. */
export const MANY_SIZE = { width: 1600, height: 1300 };

export interface Update {
  /** From the message until all charts are drawn, ms. */
  readonly millis: number;
  /**
   * Script time of the page's own thread for that and what follows, ms: unaffected by what else runs on the machine.
   */
  readonly own: number;
}

export class ManyCharts {
  #round = 0;
  private constructor(
    private readonly page: Page,
    private readonly client: CDPSession,
    private readonly rounds: number,
  ) {}

  /** For a page that shows MANY_PANELS. `rounds`: the number of updates. */
  static async of(page: Page, rounds: number): Promise<ManyCharts> {
    const client = await page.context().newCDPSession(page);
    await client.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.evaluate(
      ([now, count, charts, series, points, protocol]) => {
        const make = (shift: number): unknown => {
          const xs = Float64Array.from({ length: points }, (_, i) => now - points + i + shift);
          const body = {
            type: 'charts',
            range: { start: now - points + shift, end: now + shift },
            charts: Array.from({ length: charts }, (_, p) => ({
              revision: shift,
              chart: {
                panel: `p${p}`,
                times: xs,
                warnings: [],
                series: Array.from({ length: series }, (__, s) => ({
                  label: `s${s}`,
                  labels: {},
                  values: xs.map((x) => 10 + s + Math.sin(x / 20 + s) * 3 + ((x * 7919) % 5) / 5),
                })),
              },
            })),
          };
          return { page: protocol.page, v: protocol.version, kind: 'message', body };
        };
        (window as unknown as { rounds: unknown[] }).rounds = Array.from({ length: count }, (_, i) => make(i));
      },
      [NOW, rounds, CHARTS, SERIES, POINTS, { page: METRICS.page, version: METRICS.version }] as const,
    );
    return new ManyCharts(page, client, rounds);
  }

  async update(): Promise<Update> {
    if (this.#round >= this.rounds) throw new Error(`There were ${this.rounds} updates.`);
    const before = await this.#script();
    const millis = await this.page.evaluate(async (r) => {
      const { rounds } = window as unknown as { rounds: unknown[] };
      const began = performance.now();
      window.dispatchEvent(new MessageEvent('message', { data: rounds[r] }));
      // uPlot draws in a microtask.
      await Promise.resolve();
      await Promise.resolve();
      const took = performance.now() - began;
      await new Promise((done) => {
        requestAnimationFrame(() => {
          setTimeout(done, 30);
        });
      });
      return took;
    }, this.#round++);
    return { millis, own: (await this.#script()) - before };
  }

  /** Script time of the page's thread so far, ms. */
  async #script(): Promise<number> {
    return (
      ((await this.client.send('Performance.getMetrics')).metrics.find((m) => m.name === 'ScriptDuration')?.value ??
        NaN) * 1000
    );
  }
}
