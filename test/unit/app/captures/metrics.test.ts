import { expect, it } from 'vitest';
import { recordMetrics } from '../../../../src/app/captures/metrics';
import { PATIENCE } from '../../../lib/until';
import { closedPort, openSockets, serveHttp, target } from '../../target/servers';

const pace = { everyMs: () => 100, maxBytes: () => 1 << 20, idleTimeoutMs: () => PATIENCE };
const process = (port: number) => ({
  id: 'p',
  labels: { pod: 'gadgets-0' },
  find: () => Promise.resolve({ target: target(port), path: '/metrics' }),
});
const quiet = (): void => undefined;

it('records every scrape of the window, with its time, as one OpenMetrics text', async () => {
  let asked = 0;
  const port = await serveHttp((_req, res) => {
    res.end(`# TYPE reconciles_total counter\nreconciles_total{controller="gadget"} ${++asked}\n`);
  });
  const phases: string[] = [];
  const text = Buffer.from(
    await recordMetrics(process(port), 1, pace, new AbortController().signal, (p) => {
      phases.push(p.phase);
    }),
  ).toString('utf8');
  const samples = text.split('\n').filter((l) => l.startsWith('reconciles_total{'));
  expect(samples[0]).toMatch(/^reconciles_total\{pod="gadgets-0",controller="gadget"\} 1\.0 \d+\.\d{3}$/);
  // One of each answer, in order; the last one may have come when it was over.
  expect(samples.map((l) => Number(l.split(' ')[1]))).toEqual(samples.map((_, i) => i + 1));
  expect(samples.length).toBeGreaterThanOrEqual(asked - 1);
  expect(text.endsWith('# EOF\n')).toBe(true);
  expect([phases[0], phases.at(-1)]).toEqual(['recording', 'saving']);
});

it('fails at once when nothing answers, and does not wait for the window to end', async () => {
  await expect(
    recordMetrics(process(await closedPort()), 600, pace, new AbortController().signal, quiet),
  ).rejects.toMatchObject({ code: 'target.refused' });
});

it('ends its requests when cancelled', async () => {
  const stop = new AbortController();
  const port = await serveHttp(() => {
    stop.abort();
  });
  await expect(recordMetrics(process(port), 600, pace, stop.signal, quiet)).rejects.toMatchObject({
    name: 'AbortError',
  });
  await expect.poll(openSockets).toBe(0);
});
