/** Captures that do not come to their end: cancelled, refused, cut off. Nothing is left that looks like a whole one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deletePod, openTunnels, pods, portsOf } from './lib/cluster';
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
  await vscode.type(String(seconds), 'Seconds to record');
}

test('cancel ends the request itself, at once', async () => {
  await until(async () => (await openTunnels()) === 0, 'a cluster without open tunnels');
  await profile('blue', 20);
  const toast = vscode.toast(/CPU of blue-.*s left/);
  await toast.waitFor();
  await until(async () => (await openTunnels()) === 1, 'the tunnel to be open');
  await toast.getByRole('button', { name: 'Cancel' }).click();
  await toast.waitFor({ state: 'hidden', timeout: 3000 });
  // kwok keeps its own connection to the process for the rest of the 20 s; what the API server says is what we ended.
  await until(async () => (await openTunnels()) === 0, 'the API server to see the end of the request', 5000);
  expect(await vscode.page.locator('.notifications-toasts .notification-list-item').count(), 'a cancel is no error').toBe(0);
  expect(vscode.captures()).toEqual([]);
  await vscode.shot('cancelled');
});

test('a process that is profiled by somebody else says so', async () => {
  const port = portsOf('gadgets-system', 'gadgets-controller-manager')[6060] ?? 0;
  const other = new AbortController();
  const running = fetch(`http://127.0.0.1:${port}/debug/pprof/profile?seconds=60`, { signal: other.signal }).then((r) => r.arrayBuffer()).catch(() => undefined);
  try {
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
  await profile('leaky', 60);
  await vscode.toast(/CPU of leaky-0.*s left/).waitFor();
  await deletePod('leaky-system', 'leaky-0');
  // kwok keeps a tunnel open when the process behind it goes: what tells is the watch, long before the 60 s are over.
  const error = vscode.page.locator('.notifications-toasts .notification-list-item', { has: vscode.page.locator('.codicon-error') }).first();
  await error.waitFor({ timeout: 20_000 });
  await vscode.shot('pod-deleted');
  expect(await error.innerText()).toMatch(/leaky-0/);
  await error.getByRole('button', { name: 'Choose Replica' }).waitFor();
  expect(vscode.captures(), 'no half file').toEqual([]);
});
