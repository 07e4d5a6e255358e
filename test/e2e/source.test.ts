/**
 * Hints and quick fixes in a real editor: what stands there, what is offered, and what the files are afterwards, to the
 * byte.
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../lib/until';
import { KUBECONFIG } from './lib/env';
import { SHOP } from './lib/shop';
import { TextEditor } from './lib/sources';
import { photographFailures, Workbench, workspace } from './lib/workbench';

let vscode: Workbench;
let editor: TextEditor;
photographFailures(() => vscode);

const folder = workspace(SHOP);
const onDisk = (file: string): string => fs.readFileSync(path.join(folder, file), 'utf8');
const before = (file: string): string => SHOP[file] ?? '';
const MAIN = 'shop/cmd/main.go';
/** From 1. */
const lineOf = (file: string, text: string): number =>
  before(file)
    .split('\n')
    .findIndex((l) => l.includes(text)) + 1;
const column = (file: string, text: string): number =>
  (
    before(file)
      .split('\n')
      .find((l) => l.includes(text)) ?? ''
  ).indexOf(text) + 1;
const becomes = (file: string, text: string): Promise<unknown> =>
  until(() => onDisk(file) === text, `${file} to be as expected`).catch(() => {
    expect(onDisk(file)).toBe(text);
  });

beforeAll(async () => {
  vscode = await Workbench.open({ name: 'source', folder, kubeconfig: KUBECONFIG });
  editor = new TextEditor(vscode);
});
afterAll(async () => {
  await vscode?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** kubebuilder's own line, which has no variable to set QPS on, and what it becomes. */
const FIXED = before(MAIN).replace(
  '\tmgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{',
  `\tcfg := ctrl.GetConfigOrDie()
	cfg.QPS = 50
	cfg.Burst = 100
	mgr, err := ctrl.NewManager(cfg, ctrl.Options{`,
);

describe('one fix', () => {
  test('the hint says what the limit is here, with the version', async () => {
    await editor.open(MAIN, lineOf(MAIN, 'ctrl.NewManager('), 20);
    await editor.lens(/QPS 20/).waitFor();
    await editor.nextHint(/^This client is limited to 20 requests\/s, burst 30 \(.*controller-runtime v0\.20\.4/);
    await vscode.shot('hint');
    await vscode.page.keyboard.press('Escape');
    await editor.open(MAIN, lineOf(MAIN, 'ctrl.NewManager('), column(MAIN, 'GetConfigOrDie'));
  });

  test('the light bulb has it first, and a preview of it changes nothing by itself', async () => {
    const offered = await editor.bulb();
    await vscode.shot('bulb');
    expect(offered).toEqual([
      'Set QPS to 50 and Burst to 100',
      'Set QPS from what is measured in a cluster…',
      'Set QPS and Burst to values of your own',
      'Make QPS and Burst flags (flag): --kube-api-qps, --kube-api-burst',
      'No client-side limit (QPS −1): rely on API Priority and Fairness',
      ...offered.slice(5, -2),
      'Everywhere in the Module: Set QPS to 50 and Burst to 100…',
      'More for This Line…',
    ]);
    expect(offered.length).toBeLessThanOrEqual(10);
    await editor.choose('Set QPS to 50 and Burst to 100', 'Control+Enter');
    await editor.preview().waitFor();
    await vscode.shot('preview');
    expect(onDisk(MAIN)).toBe(before(MAIN));
  });

  test('applied and saved the file is as expected', async () => {
    await editor.apply();
    await editor.lens(/QPS 50/).waitFor();
    await vscode.shot('fixed');
    await editor.save();
    await becomes(MAIN, FIXED);
  });

  test('one undo gives the bytes back', async () => {
    await vscode.page.keyboard.press('Control+z');
    await editor.lens(/QPS 20/).waitFor();
    await editor.save();
    await becomes(MAIN, before(MAIN));
  });
});

test('values that one may type over are a fix too, indented as the file is', async () => {
  await editor.open(MAIN, lineOf(MAIN, 'ctrl.NewManager('), column(MAIN, 'GetConfigOrDie'));
  await editor.bulb();
  await editor.choose('Set QPS and Burst to values of your own');
  await editor.lens(/QPS 50/).waitFor();
  // The first value is selected: what one types stands in its place.
  await vscode.page.keyboard.type('75');
  await editor.lens(/QPS 75/).waitFor();
  await vscode.shot('own-values');
  await editor.save();
  await becomes(MAIN, FIXED.replace('cfg.QPS = 50', 'cfg.QPS = 75'));
  await vscode.command('File: Revert File');
  fs.writeFileSync(path.join(folder, MAIN), before(MAIN));
  await editor.lens(/QPS 20/).waitFor();
});

describe('a fix everywhere in the module', () => {
  const SWEEP = 'shop/cmd/sweep/main.go';
  const SWEPT = before(SWEEP).replace(
    '\tclients, err :=',
    '\tconfig.QPS = 50\n\tconfig.Burst = 100\n\tclients, err :=',
  );

  test('is told with its files before, and changes all of them', async () => {
    await editor.open(SWEEP, lineOf(SWEEP, 'InClusterConfig'), column(SWEEP, 'InClusterConfig'));
    await editor.bulb();
    await editor.choose('Everywhere in the Module: Set QPS to 50 and Burst to 100…');
    const asked = vscode.page.locator('.monaco-dialog-box', {
      hasText: 'Set QPS to 50 and Burst to 100 in 2 files of example.com/shop?',
    });
    await asked.waitFor();
    expect(await asked.textContent()).toMatch(/cmd\/main\.go.*cmd\/sweep\/main\.go/s);
    await vscode.shot('everywhere');
    await vscode.page.keyboard.press('Enter');
    await becomes(SWEEP, SWEPT);
    await becomes(MAIN, FIXED);
  });

  test('one undo gives the bytes of all of them back', async () => {
    await editor.focus();
    await vscode.page.keyboard.press('Control+z');
    await editor.lens(/QPS 5 /).waitFor();
    await vscode.page.locator('.editor-group-container .tab.dirty').nth(1).waitFor();
    await vscode.command('File: Save All');
    await becomes(SWEEP, before(SWEEP));
    await becomes(MAIN, before(MAIN));
  });
});

describe('a manifest', () => {
  const PARAMS = 'shop/config/argocd-cmd-params-cm.yaml';
  const RAISED = before(PARAMS).replace('"20"', '"50"');

  test('has the same hints, light bulb and preview', async () => {
    await editor.open(PARAMS, lineOf(PARAMS, 'controller.status.processors'), 35);
    await editor.nextHint(/^controller\.status\.processors is 20; upstream's default is 20/);
    await vscode.shot('yaml-hint');
    await vscode.page.keyboard.press('Escape');
    await editor.open(PARAMS, lineOf(PARAMS, 'controller.status.processors'), 35);
    expect(await editor.bulb()).toContain('Set controller.status.processors to 50');
    await vscode.shot('yaml-bulb');
    await editor.choose('Set controller.status.processors to 50', 'Control+Enter');
    await editor.apply();
    await editor.save();
    await becomes(PARAMS, RAISED);
    await editor.focus();
    await vscode.page.keyboard.press('Control+z');
    await editor.save();
    await becomes(PARAMS, before(PARAMS));
  });
});

describe('all of a line, and all of a module', () => {
  const PPROF = before(MAIN).replace(
    '\t\tHealthProbeBindAddress: probeAddr, // the kubelet asks there\n',
    (line) => `${line}\t\tPprofBindAddress:       "127.0.0.1:6060",\n`,
  );

  test('what does not fit into the light bulb is behind its last entry', async () => {
    await vscode.setTheme('light');
    await editor.open(MAIN, lineOf(MAIN, 'ctrl.NewManager('), column(MAIN, 'NewManager'));
    await editor.bulb();
    await vscode.shot('light-bulb');
    await editor.choose('More for This Line…');
    await vscode.pickRow('Serve profiles on 127.0.0.1:6060').waitFor();
    await vscode.shot('more');
    await vscode.pick('Serve profiles on 127.0.0.1:6060');
    await editor.lens(/pprof 127\.0\.0\.1:6060/).waitFor();
    await vscode.command('File: Save');
    await becomes(MAIN, PPROF);
    await editor.focus();
    await vscode.page.keyboard.press('Control+z');
    await editor.save();
    await becomes(MAIN, before(MAIN));
  });

  test('the lens leads to the table of settings', async () => {
    await editor
      .lens(/QPS 20 · burst 30 · controller-runtime v0\.20\.4$/)
      .locator('a', { hasText: 'QPS 20' })
      .click();
    const hover = vscode.page.locator('.monaco-hover', { hasText: 'In force' });
    await hover.waitFor();
    expect(await hover.locator('table').first().innerText()).toMatch(/QPS\s+20\s+20.*default\s+Burst\s+30/s);
    // The hover goes with the pointer; opened by keys it stays.
    await vscode.page.mouse.move(700, 893);
    await hover.waitFor({ state: 'hidden' });
    await vscode.page.keyboard.press('Control+k');
    await vscode.page.keyboard.press('Control+i');
    await hover.waitFor();
    await vscode.shot('table');
    await vscode.page.keyboard.press('Escape');
  });

  test('the review lists what the module sets up, and leads there', async () => {
    await vscode.command('Controller Tuner: Review Settings of This Module');
    await vscode.row(/example\.com\/shop/, 'Settings in Sources').waitFor();
    await vscode.row(/^Findings \(\d+\)/, 'Settings in Sources').waitFor();
    const controller = vscode.row(/Controller configmap/, 'Settings in Sources');
    await vscode.expand(controller);
    await vscode.row(/MaxConcurrentReconciles: 1/, 'Settings in Sources').waitFor();
    await vscode.shot('review');
    await controller.click();
    await vscode.tab('order_controller.go').waitFor();
    await vscode.setTheme('dark');
    await vscode.showExplorer();
  });
});
