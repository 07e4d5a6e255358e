/** A folder that nobody trusts: no program is run for it, and its settings lead nowhere. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../lib/until';
import { CLUSTER_DIR, KUBECONFIG } from './lib/env';
import { photographFailures, Workbench, workspace } from './lib/workbench';

let vscode: Workbench;
photographFailures(() => vscode);
/**
 * What lies outside of the folder: the person's kubeconfig, the plugin that it names, a go command, and what these two
 * note of each run.
 */
const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'controller-tuner-untrusted-'));
const [runs, bin, config] = ['runs', 'bin', 'config'].map((name) => path.join(outside, name)) as [
  string,
  string,
  string,
];
const ran = (program: string): boolean =>
  fs.existsSync(runs) && fs.readFileSync(runs, 'utf8').split('\n').includes(program);
let folder: string;

/** A program that notes that it ran. */
function program(name: string, ...lines: readonly string[]): void {
  fs.mkdirSync(bin, { recursive: true });
  fs.writeFileSync(path.join(bin, name), ['#!/bin/sh', `echo ${name} >> '${runs}'`, ...lines, ''].join('\n'), {
    mode: 0o755,
  });
}

beforeAll(async () => {
  const [own, fixtures] = [fs.readFileSync(KUBECONFIG, 'utf8'), path.resolve('test/fixtures')];
  const pki = (name: string): string => fs.readFileSync(path.join(CLUSTER_DIR, 'pki', name), 'utf8');
  const credential = path.join(outside, 'credential.json');
  fs.writeFileSync(
    credential,
    JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { clientCertificateData: pki('admin.crt'), clientKeyData: pki('admin.key') },
    }),
  );
  program('plugin', `cat '${credential}'`);
  program('go', 'exit 1');
  const exec = `    exec: {apiVersion: client.authentication.k8s.io/v1, command: '${path.join(bin, 'plugin')}', interactiveMode: Never}\n`;
  fs.writeFileSync(
    config,
    own
      .replace(/^contexts:\n/m, '$&- context: {cluster: tuner-test, user: plugin}\n  name: by-plugin\n')
      .replace(/^users:\n/m, (line) => `${line}- name: plugin\n  user:\n${exec}`),
  );
  folder = workspace({
    'cpu.prof': fs.readFileSync(path.join(fixtures, 'cpu.prof')),
    'go.mod': fs.readFileSync(path.join(fixtures, 'make/go.mod')),
    'busy/busy.go': fs.readFileSync(path.join(fixtures, 'make/busy/busy.go')),
    kubeconfig: own.replaceAll('tuner-test', 'from-the-folder'),
  });
  fs.mkdirSync(path.join(folder, '.vscode'));
  fs.writeFileSync(
    path.join(folder, '.vscode/settings.json'),
    JSON.stringify({
      'controllerTuner.kubeconfigs': [path.join(folder, 'kubeconfig')],
      'controllerTuner.endpoints': { 'widgets-system/widgets-controller': { pprof: 'http://:1/debug/pprof/' } },
      'controllerTuner.prometheus': [{ name: 'Of the Folder', url: 'http://127.0.0.1:1' }],
    }),
  );
  // VSCODE_CLI: the PATH is taken as it is, and not from a login shell.
  vscode = await Workbench.open({
    name: 'untrusted',
    folder,
    kubeconfig: config,
    untrusted: true,
    env: { PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`, VSCODE_CLI: '1' },
  });
});
afterAll(async () => {
  await vscode?.close();
  for (const dir of [folder, outside]) fs.rmSync(dir, { recursive: true, force: true });
});

const labels = (): Promise<string[]> =>
  vscode
    .view('Clusters')
    .locator('.monaco-list-row')
    .evaluateAll((all) => all.map((row) => row.getAttribute('aria-label') ?? ''));
const pprofOf = async (): Promise<string> => {
  await vscode.expand(vscode.row('namespace widgets-system'));
  await vscode.expand(vscode.row('Deployment widgets-controller in widgets-system'));
  await vscode.expand(vscode.row(/^…-.*leader/));
  return until(
    async () => (await labels()).find((l) => /^pprof endpoint, http, port \d+/.test(l) && !l.includes('looking')),
    'the pprof endpoint',
  );
};
/** What the metrics page of the widgets controller offers as a source. */
const offered = async (): Promise<string[]> => {
  await vscode.inline(vscode.row('Deployment widgets-controller in widgets-system'), 'Show Metrics');
  const source = (await vscode.ready()).getByLabel('Source').locator('option');
  return until(async () => {
    const all = await source.allTextContents();
    return all.some((t) => t.includes('monitoring/prometheus')) && all;
  }, 'the sources of the page');
};
/** Goes to a function of Go's own library, which lies where `go env` says. */
async function goToLibrary(): Promise<void> {
  await vscode.showExplorer();
  await vscode.openFile('cpu.prof');
  const page = await vscode.ready();
  await page.getByLabel('Search frames').fill('/^strings\\.Repeat$/');
  await page.locator('#matches', { hasText: '1 frame' }).waitFor();
  await page.getByLabel('Search frames').press('Enter');
  await page.locator('#focused', { hasText: 'Repeat' }).waitFor();
  await page.locator('#focused-source').click();
  await until(
    async () => (await vscode.tab('strings.go').isVisible()) || (await vscode.toast(/not on this machine/).isVisible()),
    'the source, or where it was looked for',
  );
}

test('the folder is not trusted', async () => {
  await vscode.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
});

test('the context that logs in by a plugin says that it is not run, and what to do', async () => {
  await vscode.showSideBar();
  await vscode.row('context tuner-test').waitFor();
  await vscode.expand(vscode.row('context by-plugin'));
  await expect
    .poll(async () => `${await vscode.view('Clusters').innerText()}\n${(await labels()).join('\n')}`)
    .toMatch(/programs are not run for a workspace that is not trusted/);
  await vscode.shot('plugin');
  expect(ran('plugin')).toBe(false);
});

test('the settings of the folder that name kubeconfigs, endpoints and Prometheus servers are not honoured', async () => {
  await vscode.expand(vscode.row('context tuner-test'));
  expect(await pprofOf()).toMatch(/port 6060/);
  expect((await labels()).join('\n')).not.toContain('from-the-folder');
  expect((await offered()).join('\n')).not.toContain('Of the Folder');
  await vscode.shot('settings');
});

test('no go command is run for the sources of a profile', async () => {
  await goToLibrary();
  await vscode.shot('source');
  expect(fs.existsSync(runs), 'nothing ran').toBe(false);
});

test('trusted, the plugin runs, go is asked, and the settings of the folder count', async () => {
  await vscode.command('Workspaces: Manage Workspace Trust');
  await vscode.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
  await vscode.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor({ state: 'hidden' });
  // The editor of trust lies over the window.
  const over = vscode.page.locator('.monaco-modal-editor-block');
  await over.locator('.codicon-close').first().click();
  await over.waitFor({ state: 'hidden' });
  await vscode.closeEditors();
  await vscode.showSideBar();
  // What is in it takes all the room.
  await vscode.collapse(vscode.row('context tuner-test'));
  await vscode.row('context from-the-folder').waitFor();
  await until(() => ran('plugin'), 'the plugin to run');
  await vscode.row('context by-plugin, connected').waitFor();
  await vscode.shot('trusted');
  await goToLibrary();
  await until(() => ran('go'), 'go to be asked');
  await vscode.closeEditors();
  await vscode.showSideBar();
  await vscode.expand(vscode.row('context tuner-test'));
  await expect.poll(pprofOf).toMatch(/port 1, did not answer/);
  await until(async () => (await offered()).some((t) => t.includes('Of the Folder')), 'the Prometheus of the folder');
});
