// npm run cluster -- COMMAND: the test cluster by hand.
import { parseArgs } from 'node:util';
import { mistake } from '../../scripts/lib/options.mjs';
import { ensureBinaries } from './build.mjs';
import { load, loadNames, loadsOf } from './loads.mjs';
import { defaultRunDir, down, fill, findRunning, rig, status, up } from './cluster.mjs';

const help = `npm run cluster -- COMMAND [--dir FOLDER]

  build              build the programs (once; kept in the cache)
  up [--rate N]      start the cluster, or find the running one; N objects of each kind a second (2)
  down               end it
  status             what runs, and on which ports
  rate N             change the load: N objects of each kind a second; 0 lets the queues drain
  load NAME.. on|off controllers slow for one reason each, the others calm; see test/cluster/README.md. NAME:
                     ${loadNames.join(', ')}
  fill [--pods 10000] [--workloads 500]
  churn [--rate 1000] [--seconds 30]     change pods of fill
  unfill             remove what fill made

Without --dir: ${defaultRunDir()}`;

const { values, positionals } = read({
  allowPositionals: true,
  options: {
    dir: { type: 'string', default: defaultRunDir() },
    rate: { type: 'string' },
    pods: { type: 'string', default: '10000' },
    workloads: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '30' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** @template {import('node:util').ParseArgsConfig} T @param {T} config */
function read(config) {
  try {
    return parseArgs(config);
  } catch (e) {
    console.error(mistake(e));
    process.exit(1);
  }
}

const stop = new AbortController();
for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(name, () => stop.abort());
const options = { log: (/** @type {string} */ line) => console.error(line), signal: stop.signal };

function running() {
  const cluster = findRunning(values.dir);
  if (!cluster) throw new Error(`No cluster runs in ${values.dir}. Start one with: npm run cluster -- up`);
  return cluster;
}

/** @type {Record<string, () => unknown>} */
const commands = {
  build: () => ensureBinaries(options),
  up: async () => {
    const cluster = await up({ ...options, dir: values.dir, ...(values.rate ? { rate: number(values.rate) } : {}) });
    console.log(`export KUBECONFIG=${cluster.kubeconfig}`);
  },
  down: () => down(values.dir),
  status: () => {
    const found = status(values.dir);
    if (!found) return console.log(`nothing runs in ${values.dir}`);
    console.log(found.whole ? `running in ${found.dir}` : `not whole, in ${found.dir}`);
    for (const one of found.programs)
      console.log(`  ${one.alive ? 'up  ' : 'gone'} ${String(one.pid).padStart(7)}  ${one.name}`);
    for (const one of found.processes) {
      const ports = Object.entries(one.ports)
        .map(([container, port]) => `${container} → 127.0.0.1:${port}`)
        .join(', ');
      if (ports) console.log(`  ${one.namespace}/${one.pod}: ${ports}`);
    }
    const on = found.whole ? loadsOf(running()) : undefined;
    if (on) console.log(`loads: ${on.join(', ') || 'none, all calm'}`);
    if (found.whole) console.log(`export KUBECONFIG=${running().kubeconfig}`);
  },
  rate: () => rig(['rate', '--kubeconfig', running().kubeconfig, String(number(positionals[1]))], options),
  load: async () => {
    const [names, state] = [positionals.slice(1, -1), positionals.at(-1)];
    if (names.length === 0 || (state !== 'on' && state !== 'off'))
      throw new Error('load NAME.. on, or load NAME.. off');
    const on = await load(running(), names, state === 'on', options);
    console.log(
      `loads: ${on.join(', ') || (names.includes('healthy') && state === 'off' ? 'as up leaves it' : 'none, all calm')}`,
    );
  },
  fill: () => fill(running(), { ...options, pods: number(values.pods), workloads: number(values.workloads) }),
  churn: () =>
    rig(
      [
        'churn',
        '--kubeconfig',
        running().kubeconfig,
        '--etcd',
        `http://127.0.0.1:${running().ports.etcd}`,
        '--rate',
        String(number(values.rate ?? '1000')),
        '--seconds',
        String(number(values.seconds)),
      ],
      options,
    ),
  unfill: () => rig(['unfill', '--kubeconfig', running().kubeconfig], options),
};

/** @param {string | undefined} text */
function number(text) {
  const value = Number(text);
  if (!text || !(value >= 0)) throw new Error(`A number of at least 0 is needed here, not "${text ?? ''}".`);
  return value;
}

const command = commands[positionals[0] ?? ''];
if (!command || values.help) {
  if (!values.help && positionals[0] !== undefined) console.error(`There is no command "${positionals[0]}".\n`);
  console.log(help);
  process.exitCode = values.help ? 0 : 2;
} else {
  try {
    await command();
  } catch (error) {
    if (stop.signal.aborted) {
      console.error(positionals[0] === 'up' ? 'stopped; nothing is left running' : 'stopped');
      process.exitCode = 130;
    } else {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
}
