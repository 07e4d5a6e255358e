// `npm start`: a real VS Code with the extension in it, connected to a real cluster.
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { cachePath, isCached } from './cache.mjs';
import { ensureInstalled, isInstalled, root } from './ensure.mjs';
import { Children, onInterrupt } from './lib/children.mjs';
import { findDesktopCode, openBrowser, openDesktop } from './lib/editor.mjs';
import { kubeconfigFile } from './lib/kubeconfig-file.mjs';
import { optionsOf } from './lib/options.mjs';
import { Steps } from './lib/steps.mjs';

const HELP = `Usage: npm start [-- options]

  --kubeconfig FILE   use this kubeconfig's cluster; without it a test cluster with sample controllers is started
                      (needs Go 1.26; built once, about 15 minutes on two cores)
  --port N            port of VS Code in the browser, where the desktop's "code" is not on the PATH; default 8787,
                      or a free one when that is taken
  --no-open           do not open the browser; the address is printed either way
  --help

Ctrl-C ends everything that this has started. A test cluster that was running before is left running.`;

const children = new Children();
/** What to stop at the end, last first. */
const endings = [];
/** Set by Ctrl-C: whatever ends from then on was stopped on purpose, and the handler exits when everything is gone. */
let interrupted = false;
const forever = () => new Promise(() => undefined);

async function end() {
  for (const stop of endings.splice(0).reverse())
    await Promise.resolve(stop()).catch((e) => {
      console.error(e.message);
    });
  await children.stopAll();
}

async function main() {
  const options = readOptions();
  onInterrupt(async () => {
    interrupted = true;
    console.error('\nEnding what was started…');
    await end();
    console.error('Ended.');
  });
  const code = findDesktopCode();
  const own = options.kubeconfig !== undefined;
  const steps = new Steps(own ? 3 : 5);

  await steps.run('Installing packages', isInstalled() ? '' : '30 s', (report) => ensureInstalled(report));
  const vsix = await steps.run(
    code === undefined ? 'Building and packing the extension' : 'Building the extension',
    '5 s',
    () => (code === undefined ? pack() : build()),
  );
  const { kubeconfig, running } = own ? { kubeconfig: options.kubeconfig, running: false } : await testCluster(steps);

  const folder = path.join(root, 'test/cluster/controllers');
  if (code !== undefined) {
    const editor = await steps.run('Opening VS Code', '5 s', () =>
      openDesktop({ code, root, folder, kubeconfig, children }),
    );
    endings.push(() => editor.stop());
    say(kubeconfig, running, "VS Code opens with the extension and a sample controller's source.");
    await editor.exited;
    if (interrupted) await forever();
    console.log('The VS Code window was closed.');
    return 0;
  }

  const { CODE_SERVER_FOLDER, startCodeServer } = await import('./vscode.mjs');
  const server = await steps.run(
    'Starting VS Code for the browser',
    isCached(CODE_SERVER_FOLDER) ? '5 s' : '30 s the first time',
    async (report) =>
      startCodeServer({
        vsix,
        folder,
        env: { KUBECONFIG: kubeconfig },
        data: cachePath('start', 'browser'),
        ownHome: false,
        port: await portOf(options.port),
        log: report,
      }),
  );
  endings.push(() => server.stop());
  say(kubeconfig, running, `Open this address:\n\n    ${server.pageUrl()}\n`);
  if (options.open) openBrowser(server.pageUrl());
  const status = await server.exited;
  if (interrupted) await forever();
  console.error(
    `VS Code for the browser has ended (status ${status}). Its log: ${path.join(server.data, 'code-server.log')}`,
  );
  return 1;
}

function readOptions() {
  const values = optionsOf({
    help: HELP,
    options: { kubeconfig: { type: 'string' }, port: { type: 'string' }, 'no-open': { type: 'boolean' } },
  });
  if (
    values.port !== undefined &&
    !(Number.isInteger(Number(values.port)) && Number(values.port) > 0 && Number(values.port) < 65_536)
  )
    throw new Error(`--port ${values.port} is not a port. Name one from 1 to 65535.`);
  return {
    open: values['no-open'] !== true,
    port: values.port === undefined ? undefined : Number(values.port),
    kubeconfig: values.kubeconfig === undefined ? undefined : kubeconfigFile(values.kubeconfig),
  };
}

/** The given port; otherwise 8787, so that the URL stays the same between runs, or a free port if that is taken. */
async function portOf(asked) {
  const { freePort, isFree } = await import('./vscode.mjs');
  if (asked !== undefined && !(await isFree(asked)))
    throw new Error(`Port ${asked} is taken. Name another: npm start -- --port ${asked + 1}`);
  return asked ?? ((await isFree(8787)) ? 8787 : freePort());
}

function build() {
  const r = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, encoding: 'utf8' });
  if (r.status !== 0) throw new Error(`The build failed.\n${r.stderr}`);
  return undefined;
}

/** The browser runs the packaged extension, exactly as a user installs it. */
async function pack() {
  const { packageVsix } = await import('./package.mjs');
  return (await packageVsix()).file;
}

async function testCluster(steps) {
  const { startForPerson } = await import('./lib/test-cluster.mjs');
  return startForPerson(steps, endings);
}

function say(kubeconfig, running, what) {
  console.log(`\n${what}`);
  console.log(`In the activity bar: Controller Tuner. The cluster: KUBECONFIG=${kubeconfig}`);
  console.log(
    running
      ? 'The test cluster was running already and is left running. Ctrl-C ends VS Code.'
      : 'Ctrl-C ends everything that this has started.',
  );
}

try {
  const status = await main();
  await end();
  process.exit(status);
} catch (e) {
  if (interrupted) await forever();
  console.error(`\n${e instanceof Error ? e.message : e}`);
  await end();
  process.exit(1);
}
