/**
 * The whole loop of a controller that its client holds back: measured from its source, changed by the light bulb,
 * built, rolled out, and measured again. Some three minutes, of which the product itself measures two times half a
 * minute.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judged, strain } from '../lib/machine';
import { PATIENCE, until } from '../lib/until';
import { load, rollOut, sums } from './lib/cluster';
import { CLUSTER_DIR, KUBECONFIG, SAMPLES } from './lib/env';
import { TextEditor } from './lib/sources';
import { photographFailures, Workbench, workspace } from './lib/workbench';

let vscode: Workbench;
let editor: TextEditor;
photographFailures(() => vscode);

const folder = workspace({});
fs.cpSync(SAMPLES, path.join(folder, 'widgets'), { recursive: true });
const run = promisify(execFile);
const onDisk = (file: string): string => fs.readFileSync(path.join(folder, file), 'utf8');
const becomes = (file: string, text: string): Promise<unknown> =>
  until(() => onDisk(file) === text, `${file} to be as expected`).catch(() => {
    expect(onDisk(file)).toBe(text);
  });

beforeAll(async () => {
  throttle();
  await load('widgets-throttled', true);
  vscode = await Workbench.open({ name: 'tuned', folder, kubeconfig: KUBECONFIG });
  editor = new TextEditor(vscode);
});
afterAll(async () => {
  await vscode?.close();
  await load('healthy', false);
  fs.rmSync(folder, { recursive: true, force: true });
});

/** The sample controller, whose client the load holds to 2 writes a second by a flag, with that limit in its source. */
const WIDGETS = 'widgets/cmd/widgets/main.go';
const LIMIT = '\tcfg.QPS = 2\n\tcfg.Burst = 3\n';
function throttle(): void {
  const text = onDisk(WIDGETS)
    .replace(/\tcfg\.QPS = 5\n[^]*?\n\t}\n/, LIMIT)
    .replace(/.*\bqps\b.*\n/g, (line) => (line.startsWith('//') ? line : ''));
  fs.writeFileSync(path.join(folder, WIDGETS), text);
}

const build = (to: string): Promise<unknown> =>
  run('go', ['build', '-buildvcs=false', '-o', to, './cmd/widgets'], { cwd: path.join(folder, 'widgets') });
const p99 = /^rest_client_rate_limiter_duration_seconds_bucket/;
const waits = (): Promise<ReadonlyMap<string, number>> =>
  sums('widgets-system', 'widgets-controller', 8080, p99, /le="([^"]+)"/);
/** NaN while a process is not there. */
const depth = async (): Promise<number> =>
  (
    await sums('widgets-system', 'widgets-controller', 8080, /^workqueue_depth\{/, /name="([^"]+)"/).catch(
      () => new Map<string, number>(),
    )
  ).get('widget') ?? Number.NaN;
let before: string;
let qps = 0;

test('the light bulb of a limited client measures its controller, and tells what it found', async () => {
  before = onDisk(WIDGETS);
  expect(before).toContain(LIMIT);
  const line = before.split('\n').findIndex((l) => l.includes('GetConfigOrDie')) + 1;
  await editor.open(WIDGETS, line, 15);
  await editor.lens(/QPS 2 /).waitFor();
  await editor.bulb();
  await vscode.shot('measure-bulb');
  await editor.choose('Set QPS from what is measured in a cluster…');
  await vscode.pickRow('widgets-controller').waitFor();
  // The one that is called as the program comes first.
  expect(await vscode.pickRows().first().textContent()).toContain('widgets-controller');
  await vscode.shot('which-controller');
  await vscode.page.keyboard.press('Enter');
  await vscode.toast(/Measuring widgets-controller/).waitFor();
  await vscode
    .toast(
      /Measured \(widgets-controller, widgets-system in tuner-test, 30 s until .*\): limiter p99 .* QPS \d+ and Burst \d+ would carry it/,
    )
    .waitFor({ timeout: 2 * PATIENCE });
  await vscode.shot('measured');
  await vscode.clearToasts();
});

test('the hint tells it, and the fix with its arithmetic is the first', async () => {
  await editor.open(WIDGETS, before.split('\n').findIndex((l) => l.includes('GetConfigOrDie')) + 1, 15);
  await vscode.page.keyboard.press('Control+k');
  await vscode.page.keyboard.press('Control+i');
  await vscode.page.locator('.monaco-hover', { hasText: 'Measure Again' }).waitFor();
  await vscode.shot('measured-hover');
  await vscode.page.keyboard.press('Escape');
  const [first = ''] = await editor.bulb();
  await vscode.shot('measured-bulb');
  const { groups } =
    /^Set QPS from what was measured: (?<qps>\d+), Burst (?<burst>\d+) \(1 worker × [\d.]+ requests ÷ [\d.]+ s = [\d.]+\/s, and 25 % of head room\)$/.exec(
      first,
    ) ?? {};
  expect(groups, first).toBeDefined();
  qps = Number(groups?.['qps']);
  await editor.choose('Set QPS from what was measured');
  await editor.lens(new RegExp(`QPS ${qps} `)).waitFor();
  await editor.save();
  await becomes(WIDGETS, before.replace(LIMIT, `\tcfg.QPS = ${qps}\n\tcfg.Burst = ${groups?.['burst']}\n`));
});

test("built and rolled out, the limiter's p99 is below 50 ms and the queue drains", async () => {
  expect(await depth(), 'the throttled controller has a queue').toBeGreaterThan(20);
  fs.mkdirSync(path.join(CLUSTER_DIR, 'images'), { recursive: true });
  await build(path.join(CLUSTER_DIR, 'images/widgets:v0.4.0'));
  await rollOut('widgets-system', 'widgets-controller', {
    name: 'manager',
    image: 'registry.example/widgets:v0.4.0',
    args: [
      '--leader-elect',
      '--metrics-bind-address=:8080',
      '--health-probe-bind-address=:8081',
      '--pprof-bind-address=:6060',
    ],
  });
  const meanwhile = strain();
  // It begins with all widgets there are.
  await until(
    async () => (await waits().catch(() => new Map<string, number>())).get('+Inf') !== undefined && (await depth()) < 5,
    'the queue to drain',
    5 * PATIENCE,
  );
  const found = await waits();
  const all = found.get('+Inf') ?? 0;
  const bound = [...found]
    .filter(([, n]) => n >= 0.99 * all)
    .map(([le]) => Number(le))
    .sort((a, b) => a - b)[0];
  expect(all).toBeGreaterThan(100);
  if (judged(meanwhile(), 'the p99 of the limiter'))
    expect(bound, JSON.stringify([...found])).toBeLessThanOrEqual(0.05);
});

test('measured again, nothing asks for more', async () => {
  await editor.open(WIDGETS, before.split('\n').findIndex((l) => l.includes('GetConfigOrDie')) + 1, 15);
  await editor.bulb();
  await editor.choose('Measure This Controller Again…');
  const meanwhile = strain();
  const measured = vscode.toast(/Measured \(widgets-controller/);
  await measured.waitFor({ timeout: 2 * PATIENCE });
  if (judged(meanwhile(), 'what is measured again'))
    expect(await measured.textContent()).toMatch(/: limiter p99 0(\.0\d*)? s.* Nothing in it asks for another QPS\./);
  await vscode.shot('measured-again');
});
