// Runs the mocha tests of this folder inside a real extension host, with the extension from this checkout's dist/:
// node test/inhost/run.mjs REPORT. The report has the shape of scripts/lib/results.mjs.
import * as esbuild from 'esbuild';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium, EDITOR_WINDOW } from '../../scripts/chromium.mjs';
import { SLOWNESS } from '../../scripts/lib/slowness.mjs';
import { startCodeServer } from '../../scripts/vscode.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '../..');
const [report] = process.argv.slice(2);
if (report === undefined) throw new Error('Usage: node test/inhost/run.mjs REPORT');
/**
 * Of the whole run in the host, below that of its stage (scripts/lib/stages.mjs); each test has a limit of its own
 * (index.ts).
 */
const LIMIT_MS = 780_000 * SLOWNESS;
/** Until the editor's page answers; it takes less than 1 s on a quiet machine. */
const PAGE_MS = 120_000 * SLOWNESS;

const bundle = path.join(root, 'dist/inhost/index.js');
await esbuild.build({
  absWorkingDir: root,
  entryPoints: ['test/inhost/index.ts'],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode', 'mocha'],
  sourcemap: 'inline',
  logLevel: 'warning',
});

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'controller-tuner-inhost-'));
fs.copyFileSync(path.join(root, 'test/fixtures/cpu.prof'), path.join(folder, 'cpu.pprof'));
// What the profile is of, as it was: built elsewhere, in /src/fixtures.
fs.cpSync(path.join(root, 'test/fixtures/make/busy'), path.join(folder, 'busy'), { recursive: true });
fs.copyFileSync(path.join(root, 'test/fixtures/make/go.mod'), path.join(folder, 'go.mod'));
const server = await startCodeServer({
  extensionDevelopmentPath: root,
  folder,
  smokeTestDriver: true,
  // A browser's default is to save by itself after a second: what is then undone is not as it was saved.
  settings: { 'files.autoSave': 'off' },
  // The extension host has the PATH of a login shell, which may be without Go.
  env: {
    INHOST_REPORT: report,
    INHOST_PATH: process.env.PATH ?? '',
    ...(process.env.KUBECONFIG_TEST !== undefined && { KUBECONFIG: process.env.KUBECONFIG_TEST }),
  },
});
// What is to be done at the end is done on `exit`, which a signal alone does not bring about.
process.once('SIGTERM', () => {
  process.exit(143);
});
let browser;
try {
  browser = await chromium.launch({ ...EDITOR_WINDOW, executablePath: findChromium() });
  const page = await browser.newPage();
  const ended = new Promise((resolve, reject) => {
    setTimeout(() => {
      reject(new Error(`The tests in the extension host did not end within ${LIMIT_MS / 1000} s.`));
    }, LIMIT_MS).unref();
    page.exposeFunction('codeAutomationExit', resolve).catch(reject);
    // Native parts of code-server that are not built (see scripts/vscode.mjs) complain here; they are not ours.
    page
      .exposeFunction('codeAutomationLog', (type, args) => {
        if (type === 'error' && !/spdlog|watchdog|bindings file/.test(String(args[0]))) console.error(...args);
      })
      .catch(reject);
  });
  await page.goto(server.pageUrl({ payload: [['extensionTestsPath', server.remote(bundle)]] }), {
    timeout: PAGE_MS,
    waitUntil: 'commit',
  });
  const code = await ended;
  console.log(`The extension host ended with ${code}.`);
  process.exitCode = code === 0 ? 0 : 1;
} catch (e) {
  console.error(e);
  for (const [name, text] of Object.entries(server.logs())) console.error(`--- ${name}\n${text.slice(-3000)}`);
  process.exitCode = 1;
} finally {
  await browser?.close();
  await server.stop();
  fs.rmSync(folder, { recursive: true, force: true });
}
