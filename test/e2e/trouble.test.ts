/**
 * Captures that do not come to their end: cancelled, refused, cut off; nothing is left that looks like a whole one.
 * Then endpoints behind TLS and a token: kube-controller-manager, and the metrics of a controller-runtime manager.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SLOWNESS, until } from '../lib/until';
import { deletePod, openTunnels, pods, portsOf } from './lib/cluster';
import { KUBECONFIG, SAMPLES } from './lib/env';
import { goTop } from './lib/pprof';
import { photographFailures, Workbench } from './lib/workbench';

let vscode: Workbench;
photographFailures(() => vscode);
beforeAll(async () => {
  vscode = await Workbench.open({ name: 'trouble', theme: 'light', folder: SAMPLES, kubeconfig: KUBECONFIG });
});
afterAll(async () => {
  await vscode?.close();
});

/** Longer than any wait for what ends a capture before its time, s; the box takes 600 at most. */
const LONG = Math.min(600, 120 * SLOWNESS);

async function profile(workload: string, seconds: number): Promise<void> {
  await vscode.command('Controller Tuner: Profile CPU');
  await vscode.pickRow(workload).waitFor();
  await vscode.pick(workload);
  await vscode.type(String(seconds), 'Seconds to record');
}

test('cancel ends the request itself, at once', async () => {
  await until(async () => (await openTunnels()) === 0, 'a cluster without open tunnels');
  await profile('blue', LONG);
  const toast = vscode.toast(/CPU of blue-.*s left/);
  await toast.waitFor();
  await until(async () => (await openTunnels()) === 1, 'the tunnel to be open');
  await toast.getByRole('button', { name: 'Cancel' }).click();
  await toast.waitFor({ state: 'hidden' });
  // kwok keeps its own connection to the process for the rest of the time; what the API server says is what we ended.
  await until(async () => (await openTunnels()) === 0, 'the API server to see the end of the request');
  expect(
    await vscode.page.locator('.notifications-toasts .notification-list-item').count(),
    'a cancel is no error',
  ).toBe(0);
  expect(vscode.captures()).toEqual([]);
  await vscode.shot('cancelled');
});

test('a process that is profiled by somebody else says so', async () => {
  const port = portsOf('gadgets-system', 'gadgets-controller-manager')[6060] ?? 0;
  const other = new AbortController();
  const taken = (seconds: number): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/debug/pprof/profile?seconds=${seconds}`, { signal: other.signal });
  // Begun again when the process refused it: somebody else's was not over.
  const running = (async () => {
    while (!other.signal.aborted) await taken(3 * LONG).then((r) => r.arrayBuffer());
  })().catch(() => undefined);
  try {
    await until(async () => (await taken(1)).status === 500, 'the process to refuse a second profile');
    await profile('gadgets-controller-manager', 2);
    await vscode.toast(/being taken already|already in use/i).waitFor();
    await vscode.shot('in-use');
  } finally {
    other.abort();
    await running;
  }
  await vscode.clearToasts();
  expect(vscode.captures()).toEqual([]);
});

test('a pod that is deleted in the middle of a capture ends it, with what happened and what to do', async () => {
  expect(await pods('leaky-system')).toEqual(['leaky-0']);
  // It states no port anywhere: the well-known ones are tried, and 8081 answers.
  await profile('leaky', LONG);
  await vscode.toast(/CPU of leaky-0.*s left/).waitFor();
  await deletePod('leaky-system', 'leaky-0');
  // kwok keeps a tunnel open when the process behind it goes: what tells is the watch, long before the time is over.
  const error = vscode.page
    .locator('.notifications-toasts .notification-list-item', { has: vscode.page.locator('.codicon-error') })
    .first();
  await error.waitFor();
  await vscode.shot('pod-deleted');
  expect(await error.innerText()).toMatch(/leaky-0/);
  await error.getByRole('button', { name: 'Choose Replica' }).waitFor();
  expect(vscode.captures(), 'no half file').toEqual([]);
});

test('metrics that need a token say so, refuse an account without the right, and are read by one that has it', async () => {
  await vscode.clearToasts();
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
  await expect
    .poll(() => vscode.page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/kind: ClusterRole[^]*\/metrics/);

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
  const file = await until(() => vscode.captures()[0], 'a capture');
  expect(goTop(file).text).toContain('File: kube-controller-manager');
});
