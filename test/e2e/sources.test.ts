/** Metrics from elsewhere than a pod: a saved file, and a Prometheus by its address with a password. */
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../lib/until';
import { photographFailures, Workbench, workspace } from './lib/workbench';

/** Ten minutes of a controller, as "Save these metrics" writes it. */
function saved(): string {
  const times = Array.from({ length: 300 }, (_, i) => 1_700_000_000 + i * 2);
  const of = (name: string, labels: string, value: (i: number) => number): string[] =>
    times.map(
      (t, i) =>
        `${name}{${labels},namespace="widgets-system",pod="widgets-0",instance="widgets-0",job="widgets"} ${value(i)} ${t.toFixed(3)}`,
    );
  return [
    '# TYPE controller_runtime_active_workers gauge',
    ...of('controller_runtime_active_workers', 'controller="widget"', () => 1),
    '# TYPE controller_runtime_max_concurrent_reconciles gauge',
    ...of('controller_runtime_max_concurrent_reconciles', 'controller="widget"', () => 2),
    '# TYPE workqueue_adds counter',
    ...of('workqueue_adds_total', 'name="widget",controller="widget"', (i) => i * 6),
    '# TYPE workqueue_depth gauge',
    ...of('workqueue_depth', 'name="widget",controller="widget"', (i) => i % 7),
    '# EOF',
    '',
  ].join('\n');
}

let vscode: Workbench;
let folder: string;
let server: http.Server;
const seen: (string | undefined)[] = [];
photographFailures(() => vscode);
beforeAll(async () => {
  const text = saved();
  folder = workspace({
    'widgets.openmetrics.txt': text,
    'half.openmetrics.txt': text.slice(0, text.length >> 1),
    'login.txt': '<!doctype html><title>Sign in</title><p>Sign in',
  });
  server = http.createServer((req, res) => {
    seen.push(req.headers.authorization);
    if (req.headers.authorization !== `Basic ${Buffer.from('jane:geheim').toString('base64')}`) {
      res.writeHead(401, { 'WWW-Authenticate': 'Basic' }).end('Unauthorized');
      return;
    }
    res.setHeader('Content-Type', 'application/json');
    res.end(
      JSON.stringify({
        status: 'success',
        data: (req.url ?? '').includes('buildinfo') ? { version: '3.16.0' } : { resultType: 'matrix', result: [] },
      }),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  vscode = await Workbench.open({ name: 'sources', folder, kubeconfig: undefined });
});
afterAll(async () => {
  await vscode?.close();
  server.closeAllConnections();
  server.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** By the editor's own box for paths, as there is no desktop here. */
async function openSaved(name: string): Promise<void> {
  await vscode.command('Controller Tuner: Open Saved Metrics…');
  // It begins in the folder that is open.
  await vscode.pickRow(name).click();
}

test('a run of scrapes opens over its own time: the pipe, the charts, and all families', async () => {
  await openSaved('widgets.openmetrics.txt');
  const page = await vscode.ready();
  await page.locator('.facts', { hasText: '300 scrapes in 9 min 58 s' }).waitFor();
  await until(
    async () => /3\.0*\/s|3\/s/.test((await page.locator('.card').first().textContent()) ?? ''),
    'three events a second',
  );
  await vscode.shot('file-pipeline');
  await page.getByRole('tab', { name: 'Charts' }).click();
  await page.locator('.uplot canvas').first().waitFor();
  await page.locator('.legend', { hasText: 'widget' }).first().waitFor();
  expect(await page.getByRole('button', { name: 'Profile now' }).isVisible()).toBe(false);
  await vscode.shot('file-charts');
  await page.getByRole('tab', { name: 'Explore' }).click();
  await page.getByText('workqueue_depth').first().waitFor();
});

test('half a file and a login page say what they are', async () => {
  await openSaved('half.openmetrics.txt');
  await vscode.toast(/half\.openmetrics\.txt ends .* not complete\. Save or copy it again\./).waitFor();
  await vscode.clearToasts();
  await openSaved('login.txt');
  await vscode.toast(/login\.txt is a web page and no metrics\./).waitFor();
  await vscode.shot('no-metrics');
  await vscode.clearToasts();
});

test('a Prometheus is added by its address; the password is asked for when it is wanted, and stands in no settings', async () => {
  const { port } = server.address() as AddressInfo;
  await vscode.command('Controller Tuner: Add Prometheus…');
  await vscode.type(`127.0.0.1:${port}/graph`, 'Its address');
  await vscode.pickRow('User and Password…').waitFor();
  expect(seen[0]).toBeUndefined();
  await vscode.shot('asks-for-credentials');
  await vscode.pick('User and Password…');
  await vscode.type('jane', 'User name');
  await vscode.type('geheim', 'Password of jane');
  await vscode.type('Our Prometheus', 'What the metrics page calls it');
  await vscode.toast(/Our Prometheus answers \(3\.16\.0\)\./).waitFor();
  await vscode.shot('added');
  await vscode.clearToasts();
  // The settings of the machine on which the extension runs.
  const written = JSON.parse(
    fs.readFileSync(path.join(vscode.server.data, 'data/Machine/settings.json'), 'utf8'),
  ) as Record<string, unknown>;
  expect(written['controllerTuner.prometheus']).toEqual([
    { name: 'Our Prometheus', url: `http://127.0.0.1:${port}`, auth: 'basic', username: 'jane' },
  ]);
  // No settings, no state and no log of the editor has the password.
  const files = fs
    .readdirSync(path.join(vscode.server.data, 'data'), { recursive: true })
    .map((f) => path.join(vscode.server.data, 'data', String(f)));
  // The editor goes on writing: some are gone when they are read.
  const holds = (f: string): boolean => {
    try {
      return fs.statSync(f).isFile() && fs.statSync(f).size < 20e6 && fs.readFileSync(f).includes('geheim');
    } catch {
      return false;
    }
  };
  expect(files.filter(holds)).toEqual([]);
});

test('what is kept for it is listed, and forgotten', async () => {
  const { port } = server.address() as AddressInfo;
  await vscode.command('Controller Tuner: Forget Prometheus Credentials…');
  await vscode.pick(`http://127.0.0.1:${port} as jane`);
  await vscode.toast(/Forgot the credentials of/).waitFor();
  await vscode.clearToasts();
  await vscode.command('Controller Tuner: Forget Prometheus Credentials…');
  await vscode.toast('No credentials of a Prometheus are kept.').waitFor();
});
