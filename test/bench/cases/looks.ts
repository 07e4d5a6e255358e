/**
 * What looking costs the controller that is looked at: bytes on the wire, and its own CPU time for each answer. Without
 * a peer.
 */
import fs from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { NO_AUTH, podTarget } from '../../../src/cluster/reach';
import { createKubeconfigs } from '../../../src/kube/index';
import { pipelineQueries } from '../../../src/metrics/pipeline/index';
import { namesIn, Scraper, type ScrapeReport } from '../../../src/series/scraper';
import { median } from '../lib/stats';
import { Missing, type Case } from '../types';

interface PodProcess {
  readonly namespace: string;
  readonly pod: string;
  readonly program: string;
  readonly pid: number;
}

const PORT = 8080;
/** Of Linux' /proc/PID/stat, a second. */
const TICKS = 100;
/** Between two looks, s: the setting's default. */
const EVERY_S = 2;

export const looks: Case = {
  name: 'looks',
  async run(bench, tell) {
    const cluster = await bench.cluster(0, 0);
    if (cluster.dir === undefined || !fs.existsSync('/proc/self/stat'))
      throw new Missing(
        'CPU time of the processes behind the pods can be read on Linux and in a test cluster only. Leave --kubeconfig out.',
      );
    const all = JSON.parse(fs.readFileSync(`${cluster.dir}/processes.json`, 'utf8')) as readonly PodProcess[];
    const widgets = all.find((p) => p.program === 'widgets');
    if (!widgets) throw new Missing('The sample widgets does not run in this cluster.');
    const kubeconfigs = createKubeconfigs({ only: cluster.kubeconfig });
    const scraper = new Scraper({
      everyMs: () => 1,
      maxBytes: () => 64 << 20,
      idleTimeoutMs: () => 10_000,
      keepSeconds: 60,
    });
    try {
      const { contexts } = await kubeconfigs.load();
      const session = await kubeconfigs.session(contexts.find((c) => c.current)?.name ?? '');
      const place = {
        target: podTarget(session, widgets.namespace, widgets.pod, { port: PORT, scheme: 'http' }, NO_AUTH),
        path: '/metrics',
      };
      const process = { id: widgets.pod, labels: { pod: widgets.pod }, find: () => Promise.resolve(place) };
      scraper.want(namesIn(pipelineQueries({ window: 60 }).map((q) => q.promql)), false);
      const reports: ScrapeReport[] = [];
      const count = bench.repeats(200);
      bench.log(`looks: ${count} looks at ${widgets.pod}, and as long without any`);
      // The process has work of its own: what it takes meanwhile is what it takes for as long without a look.
      const [before, started] = [cpu(widgets.pid), performance.now()];
      for (let i = 0; i < count; i++) reports.push(await scraper.scrape(process, place, bench.ended));
      const [between, took] = [cpu(widgets.pid), performance.now() - started];
      await pause(took, undefined, { signal: bench.ended });
      const own = cpu(widgets.pid) - between;
      const failed = reports.find((r) => r.problem)?.problem;
      if (failed) throw failed;
      const millis = Math.max(0, between - before - own) / count;
      tell({ name: 'looks: a look takes of the wire', value: median(reports.map((r) => r.bytes.wire)), unit: 'bytes' });
      tell({ name: 'looks: unpacked', value: median(reports.map((r) => r.bytes.body)), unit: 'bytes' });
      tell({ name: 'looks: CPU time of the controller for a look', value: millis, unit: 'ms' });
      tell({
        name: `looks: of one of its cores, at a look each ${EVERY_S} s`,
        value: millis / EVERY_S / 10,
        unit: '%',
      });
    } finally {
      scraper.dispose();
      kubeconfigs.dispose();
    }
  },
};

/** CPU time of a process so far, its own and the kernel's for it, ms. */
function cpu(pid: number): number {
  // The name, which may hold blanks, ends with the last bracket; utime and stime are the 12th and 13th after it.
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * (1000 / TICKS);
}
