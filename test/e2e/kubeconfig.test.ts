/**
 * What stands in the way of a connection, each with what to do about it; one window, whose kubeconfig changes under it.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLUSTER_DIR, KUBECONFIG, SAMPLES } from './lib/env';
import { photographFailures, Workbench } from './lib/workbench';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'controller-tuner-kubeconfig-'));
const config = path.join(dir, 'config');
let vscode: Workbench;
photographFailures(() => vscode);
beforeAll(async () => {
  vscode = await Workbench.open({ name: 'kubeconfig', folder: SAMPLES, kubeconfig: config });
});
afterAll(async () => {
  await vscode?.close();
  fs.rmSync(dir, { recursive: true, force: true });
});

/** All that the view says, in full; what is drawn may be cut short. */
const said = async (): Promise<string> => {
  const view = vscode.view('Clusters');
  const rows = await view
    .locator('.monaco-list-row')
    .evaluateAll((all) => all.map((row) => row.getAttribute('aria-label') ?? ''));
  return [await view.innerText(), ...rows].join('\n').replaceAll('\u00a0', ' ');
};

test('no kubeconfig: the empty view says where it looked, and offers a file, a local process, a profile', async () => {
  await vscode.showSideBar();
  const view = vscode.view('Clusters');
  await view.getByRole('button', { name: 'Add Kubeconfig File' }).waitFor();
  await view.getByRole('button', { name: 'Attach to a Local Process' }).waitFor();
  expect(await said()).toMatch(/KUBECONFIG[^]*~\/\.kube\/config/);
  await vscode.shot('none');
  await vscode.command('Controller Tuner: Profile CPU');
  await vscode.toast(/kubeconfig/i).waitFor();
  await vscode.shot('none-palette');
  await vscode.clearToasts();
});

test('one that does not parse: the view names the file, and the line', async () => {
  fs.writeFileSync(
    config,
    'apiVersion: v1\nclusters: [\n  {name: a, cluster: {server: "https://127.0.0.1:1"}\ncontexts: oops: no',
  );
  await expect.poll(said).toContain(config);
  await vscode.shot('broken');
});

test('a context without a cluster, and a server that is not there', async () => {
  fs.writeFileSync(
    config,
    [
      'apiVersion: v1',
      'kind: Config',
      'current-context: dead',
      'clusters: [{name: dead, cluster: {server: "https://127.0.0.1:1"}}]',
      'users: [{name: me, user: {token: x}}]',
      'contexts: [{name: dead, context: {cluster: dead, user: me}}, {name: lost, context: {cluster: elsewhere, user: me}}]',
    ].join('\n'),
  );
  await vscode.row('context dead, current').waitFor();
  await expect.poll(said).toMatch(/127\.0\.0\.1:1/);
  await vscode.expand(vscode.row('context lost'));
  await expect.poll(said).toContain('elsewhere');
  await vscode.shot('not-usable');
});

test('an account that may read one namespace gets that namespace, and is told what it may not', async () => {
  fs.copyFileSync(path.join(CLUSTER_DIR, 'limited.kubeconfig'), config);
  await vscode.row('context tuner-test, current, connected').waitFor();
  await vscode.row('namespace widgets-system').waitFor();
  expect(await vscode.row('namespace gadgets-system').count()).toBe(0);
  await vscode.expand(vscode.row('namespace widgets-system'));
  await vscode.expand(vscode.row('Deployment widgets-controller in widgets-system'));
  await vscode.row(/^…-.*leader/).waitFor();
  await vscode.shot('limited');
  await vscode.inline(vscode.row(/^…-.*leader/), 'Capture Goroutines');
  await vscode.ready();
  await vscode.shot('limited-goroutines');
});

test('an account that may read nothing is told what is missing', async () => {
  await vscode.closeEditors();
  fs.copyFileSync(path.join(CLUSTER_DIR, 'noaccess.kubeconfig'), config);
  await expect.poll(said).toMatch(/workshop:nobody may list nothing/);
  await vscode.shot('noaccess');
});

test('a good one is picked up without a reload', async () => {
  fs.copyFileSync(KUBECONFIG, config);
  await vscode.row('namespace gadgets-system').waitFor();
  await vscode.shot('good');
});
