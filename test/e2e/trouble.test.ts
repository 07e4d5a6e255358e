/** Captures that do not come to their end: cancelled, refused, cut off. Nothing is left that looks like a whole one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deletePod, pods, portsOf, profileStatus } from './lib/cluster';
import { KUBECONFIG, SAMPLES } from './lib/env';
import { photographFailures, until, Workbench } from './lib/workbench';

let vscode: Workbench;
photographFailures(() => vscode);
beforeAll(async () => { vscode = await Workbench.open({ name: 'trouble', folder: SAMPLES, kubeconfig: KUBECONFIG }); });
afterAll(async () => { await vscode?.close(); });

async function profile(workload: string, seconds: number): Promise<void> {
  await vscode.command('Controller Tuner: Profile CPU');
  await vscode.pickRow(workload).waitFor();
  await vscode.pick(workload);
  await vscode.page.locator('.quick-input-widget:visible', { hasText: 'Seconds to record' }).waitFor();
  await vscode.type(String(seconds));
}

test('cancel ends the request itself: the process stops recording', async () => {
  const port = portsOf('gadgets-system', 'gadgets-controller-manager')[6060] ?? 0;
  await until(async () => (await profileStatus(port)) === 200, 'a process that nobody profiles');
  await profile('gadgets-controller-manager', 120);
  const toast = vscode.toast(/CPU of gadgets-controller-manager-.*s left/);
  await toast.waitFor();
  await until(async () => (await profileStatus(port)) === 500, 'the process to record');
  await toast.getByRole('button', { name: 'Cancel' }).click();
  await toast.waitFor({ state: 'hidden' });
  // net/http/pprof ends a CPU profile when its request goes; a tunnel left open would keep it for the 120 s.
  await until(async () => (await profileStatus(port)) === 200, 'the process to stop', 10_000);
  expect(await vscode.page.locator('.notifications-toasts .notification-list-item').count(), 'a cancel is no error').toBe(0);
  expect(vscode.captures()).toEqual([]);
  await vscode.shot('cancelled');
});

test('a process that is profiled by somebody else says so', async () => {
  const port = portsOf('gadgets-system', 'gadgets-controller-manager')[6060] ?? 0;
  const other = new AbortController();
  const running = fetch(`http://127.0.0.1:${port}/debug/pprof/profile?seconds=60`, { signal: other.signal }).then((r) => r.arrayBuffer()).catch(() => undefined);
  try {
    await until(async () => (await profileStatus(port)) === 500, 'the other profile to run');
    await profile('gadgets-controller-manager', 2);
    await vscode.toast(/already|in use|another/i).waitFor();
    await vscode.shot('in-use');
  } finally {
    other.abort();
    await running;
  }
  await vscode.clearToasts();
  expect(vscode.captures()).toEqual([]);
});

test('a pod that is deleted in the middle of a capture ends it, with what happened and what to do', async () => {
  const [pod] = (await pods('paints-system')).filter((name) => name.startsWith('red-'));
  expect(pod).toBeDefined();
  await profile('red', 60);
  await vscode.toast(new RegExp(`CPU of ${pod}.*s left`)).waitFor();
  await deletePod('paints-system', pod ?? '');
  const error = vscode.toast(/deleted|gone|ended|closed|not running|dropped|broke|was cut|stopped/i).filter({ hasNotText: 's left' });
  await error.waitFor();
  await vscode.shot('pod-deleted');
  expect(await error.getByRole('button').count(), 'a next step').toBeGreaterThan(0);
  expect(vscode.captures(), 'no half file').toEqual([]);
});
