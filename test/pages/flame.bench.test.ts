/** How long a frame of the picture takes with 500,000 nodes: printed, not judged by a clock that other work shares. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, PageServer } from './harness/browser';

interface Result { readonly nodes: number; readonly modelMs: number; readonly hitsMs: number; readonly frames: Record<string, number> }

describe.skipIf(noBrowser())('flame graph, 500,000 frames', () => {
  let server: PageServer;
  beforeAll(async () => { server = await PageServer.start({ bench: 'test/pages/bench/flame.ts' }); });
  afterAll(async () => { await server.stop(); });

  it('draws from the parts in view only', async () => {
    const page = await server.newPage({ width: 1400, height: 900 });
    await page.goto(`${server.origin}/bench`);
    const r = await page.evaluate((n) => (window as unknown as { run: (nodes: number) => Result }).run(n), 500_000);
    const rows: [string, number][] = [['index the tree', r.modelMs], ['mark the matches', r.hitsMs], ...Object.entries(r.frames).map(([k, v]): [string, number] => [`draw: ${k}`, v])];
    for (const [name, ms] of rows) console.log(`${name.padEnd(32)} ${ms.toFixed(1).padStart(8)} ms`);
    expect(r.nodes).toBe(500_000);
    expect(Object.values(r.frames).every((ms) => ms > 0)).toBe(true);
  });
});
