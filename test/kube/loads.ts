/** The loads of the shared test cluster, for files whose tests need some, or none. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

interface Loads {
  load(cluster: unknown, names: readonly string[], on: boolean): Promise<unknown>;
  loadsOf(cluster: unknown): readonly string[] | undefined;
  only(cluster: unknown, names: readonly string[]): Promise<unknown>;
}

/**
 * For the tests of this file the cluster is as `up` leaves it: two widgets and gadgets a second, red and blue at the
 * same paints. After them what was switched on before is on again. Takes no time where nothing was switched.
 */
export function asUpLeavesIt(kubeconfig: string): void {
  let before: readonly string[] | undefined;
  const cluster = async (): Promise<{ readonly loads: Loads; readonly running: unknown }> => {
    const of = (name: string): Promise<unknown> => import(pathToFileURL(path.resolve('test/cluster', name)).href);
    const { findRunning } = (await of('cluster.mjs')) as { findRunning: (dir: string) => unknown };
    const dir = process.env['CLUSTER_DIR'] ?? path.dirname(kubeconfig);
    const running = findRunning(dir);
    if (running === undefined) throw new Error(`No test cluster runs in ${dir}.`);
    return { loads: (await of('loads.mjs')) as Loads, running };
  };
  beforeAll(async () => {
    const { loads, running } = await cluster();
    before = loads.loadsOf(running);
    if (before !== undefined) await loads.load(running, ['healthy'], false);
  });
  afterAll(async () => {
    if (before === undefined) return;
    const { loads, running } = await cluster();
    await loads.only(running, before);
  });
}
