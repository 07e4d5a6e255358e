/** A capture as the product takes it, over the tunnel to a pod, against curl to the same process's own port. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { CaptureStore } from '../../../src/captures/store';
import { takeCapture } from '../../../src/captures/take';
import type { PprofKind } from '../../../src/captures/types';
import { NO_AUTH, podTarget } from '../../../src/cluster/reach';
import { createKubeconfigs } from '../../../src/kube/index';
import type { KubeSession } from '../../../src/kube/types';
import { Threads } from '../../../src/profile/thread/client';
import { expectOk } from '../../../src/target/expect';
import { get } from '../../../src/target/get';
import type { Target } from '../../../src/target/types';
import type { Bench } from '../lib/bench';
import { byTurns, median, summary, timed } from '../lib/stats';
import { Missing, type Case } from '../types';

const exec = promisify(execFile);

interface PodProcess {
  readonly namespace: string;
  readonly pod: string;
  readonly program: string;
  readonly ports: Readonly<Record<string, number>>;
}
/** A sample's pprof port: in its pod, and on this machine. */
interface Place {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly local: number;
}

const PPROF = '/debug/pprof/';
/** How long a process may stay silent beyond what was asked for, ms: the setting's default. */
const IDLE_MS = 15_000;

export const capture: Case = {
  name: 'capture',
  async run(bench, tell) {
    await exec('curl', ['--version']).catch(() => {
      throw new Missing('curl is not on the PATH; captures are held against it. Install it (apt-get install curl).');
    });
    const cluster = await bench.cluster(0, 0);
    if (cluster.dir === undefined)
      throw new Missing(
        'The processes behind the pods of this cluster are not on this machine: there is no processes.json beside the kubeconfig. Leave --kubeconfig out.',
      );
    const { dist } = await bench.shipped();
    const { dir } = cluster;
    const kubeconfigs = createKubeconfigs({ only: cluster.kubeconfig });
    try {
      const { contexts } = await kubeconfigs.load();
      const current = contexts.find((c) => c.current);
      if (!current) throw new Missing(`${cluster.kubeconfig} has no current context.`);
      const session = await kubeconfigs.session(current.name);
      const gadgets = place(dir, 'gadgets', 6060);
      const leaky = place(dir, 'leaky', 8081);
      const take = taker(bench, session, path.join(dist, 'profile-thread.js'));

      // CPU profiles one after the other: a process makes but one at a time.
      for (const seconds of bench.options.quick ? [1] : [1, 3, ...(bench.options.all ? [30] : [])]) {
        bench.log(`capture: CPU, ${seconds} s`);
        const pairs = seconds >= 30 ? 1 : bench.repeats(5);
        const cpu = await byTurns(
          pairs,
          () => timed(() => take(gadgets, 'cpu', seconds)),
          () => timed(() => curl(bench, gadgets, [`profile?seconds=${seconds}`])),
        );
        tell({
          name: `capture: CPU, ${seconds} s, taken, checked and saved`,
          ...summary(cpu.ours),
          unit: 'ms',
          peer: 'curl -o FILE to the process',
          peerValue: median(cpu.peer),
          limit: { most: 1.1, of: 'ratio' },
        });
      }

      // Those that answer at once show what the tunnel itself costs: a websocket for each request, through two servers.
      bench.log('capture: what answers at once');
      const pairs = bench.repeats(11);
      for (const [kind, from, name, paths] of [
        ['heap', gadgets, 'heap', ['heap']],
        ['goroutine', leaky, 'goroutines', ['goroutine?debug=1', 'goroutine?debug=2']],
      ] as const) {
        const at = await byTurns(
          pairs,
          () => timed(() => take(from, kind, 0)),
          () => timed(() => curl(bench, from, paths)),
        );
        tell({
          name: `capture: ${name}, taken, checked and saved`,
          ...summary(at.ours),
          unit: 'ms',
          peer: 'curl -o FILE to the process',
          peerValue: median(at.peer),
        });
      }
      const signal = bench.ended;
      for (const [name, from, at] of [
        ['metrics', leaky, '/metrics'],
        ['goroutines', leaky, `${PPROF}goroutine?debug=2`],
      ] as const) {
        const tunnel = podTarget(session, from.namespace, from.pod, { port: from.port, scheme: 'http' }, NO_AUTH);
        const direct: Target = {
          label: 'the process',
          scheme: 'http',
          host: '127.0.0.1',
          port: from.local,
          anyCertificate: false,
        };
        let bytes = 0;
        const ask = async (target: Target): Promise<void> => {
          bytes = expectOk(await get(target, at, { idleTimeoutMs: IDLE_MS, signal }), target, at).body.length;
        };
        const body = await byTurns(
          pairs,
          () => timed(() => ask(tunnel)),
          () => timed(() => ask(direct)),
        );
        tell({
          name: `capture: one GET of ${name}, ${(bytes / 1e6).toFixed(2)} MB`,
          ...summary(body.ours),
          unit: 'ms',
          peer: 'the same GET without the tunnel',
          peerValue: median(body.peer),
        });
      }
    } finally {
      kubeconfigs.dispose();
    }
  },
};

function place(dir: string, program: string, port: number): Place {
  const all = JSON.parse(fs.readFileSync(path.join(dir, 'processes.json'), 'utf8')) as readonly PodProcess[];
  const found = all.find((p) => p.program === program);
  const local = found?.ports[String(port)];
  if (!found || local === undefined)
    throw new Missing(`The sample ${program} does not run in this cluster; start one with npm run cluster -- up.`);
  return { namespace: found.namespace, pod: found.pod, port, local };
}

/** Takes captures as the extension does: over the tunnel, read in a thread, written whole with a note beside. */
function taker(
  bench: Bench,
  session: KubeSession,
  thread: string,
): (from: Place, kind: PprofKind, seconds: number) => Promise<void> {
  const store = new CaptureStore(path.join(bench.dir, 'captures'));
  const threads = new Threads(thread);
  return async ({ namespace, pod, port }, kind, seconds) => {
    await takeCapture({
      target: podTarget(session, namespace, pod, { port, scheme: 'http' }, NO_AUTH),
      basePath: PPROF,
      kind,
      seconds,
      idleTimeoutMs: IDLE_MS,
      signal: bench.ended,
      store,
      open: (bytes, options, signal) => threads.open(bytes, options, signal),
      info: {
        version: 1,
        name: 'bench',
        kind,
        at: Date.now(),
        seconds,
        context: session.context.name,
        namespace,
        workload: '',
        pod,
        url: '',
        leader: false,
        image: '',
      },
    });
  };
}

/** One run of curl for each path, as a person would. */
async function curl(bench: Bench, { local }: Place, paths: readonly string[]): Promise<void> {
  for (const p of paths) {
    const out = path.join(bench.dir, 'curl.out');
    await exec(
      'curl',
      [
        '--silent',
        '--show-error',
        '--fail',
        '--max-time',
        '120',
        '--output',
        out,
        `http://127.0.0.1:${local}${PPROF}${p}`,
      ],
      { signal: bench.ended },
    );
    if (fs.statSync(out).size === 0) throw new Error(`curl got nothing for ${p}.`);
  }
}
