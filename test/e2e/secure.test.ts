/** Endpoints behind TLS and a token: kube-controller-manager, and the metrics of a controller-runtime manager. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KUBECONFIG, SAMPLES } from './lib/env';
import { goTop } from './lib/pprof';
import { photographFailures, until, Workbench } from './lib/workbench';

let vscode: Workbench;
photographFailures(() => vscode);
beforeAll(async () => { vscode = await Workbench.open({ name: 'secure', theme: 'light', folder: SAMPLES, kubeconfig: KUBECONFIG }); });
afterAll(async () => { await vscode?.close(); });

test('metrics that need a token say so, refuse an account without the right, and are read by one that has it', async () => {
  await vscode.showSideBar();
  await vscode.expand(vscode.row('namespace gadgets-system'));
  await vscode.expand(vscode.row('Deployment gadgets-controller-manager in gadgets-system'));
  await vscode.expand(vscode.row('replica gadgets-controller-manager-'));
  await vscode.row('pprof endpoint, http, port 6060, answers').waitFor();
  const metrics = vscode.row('metrics endpoint, https, port 8443, needs a token');
  await metrics.waitFor();
  await vscode.shot('needs-token');

  await metrics.click();
  await vscode.pickRow('Service account').waitFor();
  await vscode.shot('whose-token');
  await vscode.pick('Service account');
  await vscode.pickRow('gadgets-controller-manager').waitFor();
  await vscode.shot('accounts');
  await vscode.pick(/^default/);
  const refused = vscode.toast(/may not read \/metrics.*403/);
  await refused.waitFor();
  await vscode.shot('refused');
  await refused.getByRole('button', { name: 'Copy RBAC' }).click();
  await expect.poll(() => vscode.page.evaluate(() => navigator.clipboard.readText()), { timeout: 10_000 }).toMatch(/kind: ClusterRole[^]*\/metrics/);

  await vscode.row('metrics endpoint, https, port 8443').click();
  await vscode.pick('Service account');
  await vscode.pick('Another namespace');
  await vscode.type('kube-system', 'Namespace of the service account');
  await vscode.pick('metrics-reader');
  await vscode.row('metrics endpoint, https, port 8443, answers').waitFor();
  await vscode.row(/^gadget.*worker/).waitFor();
  await vscode.shot('answers');
});

test('kube-controller-manager is profiled with the token of a service account', async () => {
  await vscode.command('Controller Tuner: Profile CPU');
  await vscode.pick('kube-controller-manager');
  await vscode.type('2', 'Seconds to record');
  await vscode.pick('Service account');
  await vscode.shot('kcm-accounts');
  await vscode.pick('metrics-reader');
  const page = await vscode.ready();
  await vscode.shot('kcm-flame');
  expect(await page.locator('.facts').textContent()).toContain('kube-controller-manager');
  const [file] = vscode.captures();
  await until(() => file !== undefined, 'a capture');
  expect(goTop(file ?? '').text).toContain('File: kube-controller-manager');
});
