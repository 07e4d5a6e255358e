/** A page full of charts: what new points for all of them cost it, as each look brings them. Without a peer. */
import { summary } from '../lib/stats';
import type { Case } from '../types';

/** The first ones of a page run before the compiler has seen them. */
const WARM_UP = 5;

export const charts: Case = {
  name: 'charts',
  async run(bench, tell) {
    await bench.chromium();
    // Loaded now: it looks for Chromium when it is loaded.
    const { PageServer } = await import('../../pages/harness/browser');
    const { MetricsHost } = await import('../../pages/harness/metricshost');
    const { CHARTS, MANY_PANELS, MANY_SIZE, ManyCharts, POINTS, SERIES } =
      await import('../../pages/harness/manycharts');
    const server = bench.own(await PageServer.start({ metrics: 'webview/metrics/main.ts' }));
    const page = await server.newPage(MANY_SIZE);
    const host = await MetricsHost.open(page, `${server.origin}/metrics`, { view: 'charts', panels: MANY_PANELS });
    await page
      .locator('.panel canvas')
      .nth(CHARTS - 1)
      .waitFor();
    const rounds = bench.repeats(30);
    const many = await ManyCharts.of(page, WARM_UP + rounds);
    const all = [];
    for (let i = 0; i < WARM_UP + rounds; i++) all.push(await many.update());
    if (host.complaints.length > 0) throw new Error(host.complaints.join('\n'));
    await server.stop();
    const updates = all.slice(WARM_UP);
    const what = `${CHARTS} charts of ${SERIES} series and ${POINTS.toLocaleString('en')} points`;
    tell({
      name: `charts: an update of ${what}`,
      ...summary(updates.map((u) => u.millis)),
      unit: 'ms',
      limit: { most: 33, of: 'value' },
    });
    tell({ name: "charts: of that, the page's own time in script", ...summary(updates.map((u) => u.own)), unit: 'ms' });
  },
};
