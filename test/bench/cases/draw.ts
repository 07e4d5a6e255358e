/** One frame of the flame graph's picture with 500,000 nodes: what panning and zooming cost. */
import type { Case } from '../types';

interface Result {
  readonly nodes: number;
  readonly modelMs: number;
  readonly hitsMs: number;
  readonly frames: Readonly<Record<string, number>>;
}

const NODES = 500_000;

export const draw: Case = {
  name: 'draw',
  async run(bench, tell) {
    await bench.chromium();
    // Loaded now: it looks for Chromium when it is loaded.
    const { PageServer } = await import('../../pages/harness/browser');
    const server = bench.own(await PageServer.start({ bench: 'test/bench/draw/flame.ts' }));
    const page = await server.newPage({ width: 1400, height: 900 });
    await page.goto(`${server.origin}/bench`);
    const r = await page.evaluate((n) => (window as unknown as { run: (nodes: number) => Result }).run(n), NODES);
    if (r.nodes !== NODES) throw new Error(`The picture has ${r.nodes} frames.`);
    await server.stop();
    const nodes = `${NODES.toLocaleString('en')} nodes`;
    tell({ name: `draw: index the tree; ${nodes}`, value: r.modelMs, unit: 'ms' });
    tell({ name: 'draw: mark the matches of a search', value: r.hitsMs, unit: 'ms' });
    for (const [what, ms] of Object.entries(r.frames)) tell({ name: `draw: a frame, ${what}`, value: ms, unit: 'ms' });
  },
};
