// `npm run bench`: measures the figures that the project promises, each beside a peer in the same run.
//
// The cases are in test/bench/cases, one file each. Our code and the peer take turns, so that a slowdown of the machine
// affects both; figures are medians. They mean nothing on a busy machine, so the load is printed first.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ensureInstalled, root } from './ensure.mjs';
import { ensureNode24 } from './node24.mjs';

const HELP = `Usage: npm run bench -- [options]

  --only NAME        run these cases: activation, tree, capture, looks, open, draw, metrics, hour, ticks, charts, source, vsix; may be
                     given more than once, or with commas between them
  --json FILE        write {"cases":[{"name","value","unit","peer","peerValue","ratio","limit","ok"}]};
                     without a peer its fields and the ratio are null, without a limit that is null
  --kubeconfig FILE  measure against this running cluster instead of starting test clusters: its current context, as it
                     is; pods are changed only where npm run cluster -- fill made them
  --all              the biggest sizes too: 5,000 pods, a profile of 500,000 samples, a capture of 30 s
  --quick            few repeats and small sizes: shows that the cases work, not how fast we are
  --help

activation  our activate(), with its code's loading, against that of an empty extension in the same extension host
tree        500 workloads and 10,000 pods: first paint, memory, 1,000 pod changes a second; peer: client-node's informers
capture     a profile over the tunnel to a pod, against curl to the process's own port
looks       what a look at /metrics costs the controller that is looked at: bytes and CPU time, without a peer
open        bytes of a profile until they are drawn in Chromium, against go tool pprof -top on the same file
metrics     39,000 series of text to samples, against Go's expfmt and npm's parser; what the ring of scrapes holds
hour        two hours of looks at 100,000 series by a fast clock: memory, sockets, listeners, without a peer
ticks       what a look brings to 12 charts of an hour: bytes and time, against all of them anew each time
charts      new points for 12 charts of 20 series and 1,000 points each, without a peer
source      the first look at a Go file, a keystroke, a module of 500 files cold and warm, against gofmt -l
draw        one frame of the flame graph of 500,000 nodes, without a peer
vsix        the size of what ships

Each case gets what it needs as npm test does: Chromium, code-server, Node 24; Go builds the test cluster. The exit status is
1 when a figure misses its limit or a case could not run.`;

let options;
try {
  options = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      kubeconfig: { type: 'string' },
      all: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
} catch (e) {
  console.error(`${e.message}\n\n${HELP}`);
  process.exit(1);
}
if (options.help) {
  console.log(HELP);
  process.exit(0);
}

/** The cases connect to the cluster themselves, which needs Node 24, the Node of the extension host. */
async function handOver(node) {
  // A separate process group, and each signal is forwarded once: the child takes a second signal as a request to exit
  // at once, with cleanup half done.
  const child = spawn(node, [import.meta.filename, ...process.argv.slice(2)], {
    cwd: process.cwd(),
    stdio: 'inherit',
    detached: process.platform !== 'win32',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      child.kill(signal);
    });
  process.exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

try {
  await ensureInstalled();
  const node = await ensureNode24();
  if (node !== process.execPath) await handOver(node);
  else {
    const { bundle } = await import('../test/bench/bundle.mjs');
    const { main } = await import(await bundle('test/bench/main.ts', 'main.mjs'));
    process.exitCode = await main({
      root,
      only: options.only
        .flatMap((n) => n.split(','))
        .map((n) => n.trim())
        .filter((n) => n !== ''),
      json: options.json,
      kubeconfig: options.kubeconfig,
      all: options.all,
      quick: options.quick,
    });
    // Anything still open here was not closed properly; it must not keep the process alive and hang a run.
    process.exit();
  }
} catch (e) {
  console.error(e instanceof Error ? e.message : e);
  process.exit(1);
}
