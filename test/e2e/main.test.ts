/** The main job: see the controllers, profile one, read it. One window, from top to bottom, as a person would. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PATIENCE, until } from '../lib/until';
import { KUBECONFIG, SAMPLES } from './lib/env';
import { goTop } from './lib/pprof';
import { photographFailures, Workbench } from './lib/workbench';

let vscode: Workbench;
photographFailures(() => vscode);
beforeAll(async () => {
  vscode = await Workbench.open({ name: 'main', folder: SAMPLES, kubeconfig: KUBECONFIG });
});
afterAll(async () => {
  await vscode?.close();
});

/**
 * The function of the gadgets controller that burns CPU:
 * test/cluster/controllers/internal/controller/gadget_controller.go.
 */
const HOT = 'example.com/tuner-samples/internal/controller.stretch';

describe('the tree', () => {
  test('shows context, namespaces, workloads, replicas with the leader first, endpoints, and the controllers inside', async () => {
    await vscode.showSideBar();
    await vscode.row('context tuner-test, current, connected').waitFor();
    for (const name of ['gadgets-system', 'kube-system', 'paints-system', 'widgets-system'])
      await vscode.row(`namespace ${name}`).waitFor();
    await vscode.shot('namespaces');
    await vscode.expand(vscode.row('namespace widgets-system'));
    await vscode.expand(vscode.row('Deployment widgets-controller in widgets-system, controller, 2/2 ready'));
    const replicas = vscode.view('Clusters').locator('.monaco-list-row[aria-label^="replica widgets-controller-"]');
    const labels = (): Promise<(string | null)[]> =>
      replicas.evaluateAll((all) => all.map((row) => row.getAttribute('aria-label')));
    // A leader may be lost and found again while the machine is busy.
    await expect
      .poll(labels)
      .toEqual([expect.stringMatching(/, leader, ready, v0\.3\.1/), expect.not.stringContaining('leader')]);
    await vscode.expand(replicas.nth(0));
    await vscode.row('pprof endpoint, http, port 6060, answers').waitFor();
    await vscode.row('metrics endpoint, http, port 8080, answers').waitFor();
    await vscode.row(/^widget.*1 worker/).waitFor();
    await vscode.shot('replica');
  });

  test('lists workloads without their namespaces, and the ones that are no controllers, by choice', async () => {
    await vscode.command('Controller Tuner: List Workloads');
    await vscode.row('Deployment gadgets-controller-manager in gadgets-system').waitFor();
    expect(await vscode.row('namespace gadgets-system').isVisible()).toBe(false);
    await vscode.command('Controller Tuner: Show All Workloads');
    await vscode.row('Deployment load in workshop').waitFor();
    await vscode.shot('all-workloads');
    await vscode.command('Controller Tuner: Show Controllers Only');
    await vscode.row('Deployment load in workshop').waitFor({ state: 'hidden' });
    await vscode.command('Controller Tuner: Group by Namespace');
    await vscode.row('namespace gadgets-system').waitFor();
  });
});

describe('a CPU profile from the tree', () => {
  test('counts down, is saved, listed, and drawn', async () => {
    await vscode.expand(vscode.row('namespace gadgets-system'));
    const workload = vscode.row('Deployment gadgets-controller-manager in gadgets-system');
    await workload.waitFor();
    await vscode.inline(workload, 'Profile CPU');
    await vscode.quickInput().waitFor();
    expect(await vscode.quickInput().inputValue()).toBe('30');
    await vscode.shot('seconds');
    await vscode.type('5', 'Seconds to record');
    await vscode.toast(/CPU of gadgets-controller-manager-.*(\d s left|received|waiting|saving)/).waitFor();
    await vscode.shot('countdown');
    const page = await vscode.ready();
    await vscode.shot('flame');
    expect(await page.locator('#total').textContent()).toMatch(
      /of CPU in [\d,]+ samples? \([\d.]+ (% of one core|cores)\)/,
    );
    await vscode.row(/CPU gadgets-controller-manager.*\d\d:\d\d/, 'Captures').waitFor();
    expect(vscode.captures()).toHaveLength(1);
  });

  test('shows the hot function with the share that go tool pprof gives for the same file', async () => {
    const page = await vscode.ready();
    const [file] = vscode.captures();
    const { rows, text } = goTop(file ?? '');
    const hot = rows.get(HOT);
    expect(hot, text).toBeDefined();
    expect(hot?.cum, 'the sample controller burns its CPU there').toBeGreaterThan(20);

    await page.locator('#flame').click({ position: { x: 300, y: 12 } });
    await vscode.page.keyboard.press('/');
    await page.getByLabel('Search frames').fill(`/^${HOT.replaceAll('.', '\\.')}$/`);
    await page.locator('#matches', { hasText: /%/ }).waitFor();
    const share = Number(/([\d.]+) %/.exec((await page.locator('#matches').textContent()) ?? '')?.[1]);
    expect(Math.abs(share - (hot?.cum ?? 0)), `page ${share} %, pprof ${hot?.cum} %`).toBeLessThanOrEqual(0.1);
    await vscode.page.keyboard.press('Enter');
    await page.locator('#focused', { hasText: 'stretch' }).waitFor();
    await vscode.shot('hot-function');
  });

  test('goes to the line of a frame in the workspace', async () => {
    const page = await vscode.ready();
    await page.locator('#focused-source').click();
    await vscode.tab('gadget_controller.go').waitFor();
    await vscode.page.locator('.editor-instance .view-lines', { hasText: 'func stretch' }).waitFor();
    await vscode.shot('source');
    await vscode.closeTab('gadget_controller.go');
  });

  test('is taken again by the key for the last capture', async () => {
    // A key is lost while the page before takes the place of the one that was closed.
    await (await vscode.ready()).locator('#flame').click({ position: { x: 300, y: 320 } });
    await vscode.page.keyboard.press('Control+Alt+Shift+P');
    await until(() => vscode.captures().length === 2, 'a second capture');
    await vscode.ready();
    await vscode.shot('repeated');
  });
});

describe('goroutines from the palette', () => {
  test('asks for the controller, takes the leader first, and shows the throttled worker', async () => {
    await vscode.closeEditors();
    await vscode.command('Controller Tuner: Capture Goroutines');
    await vscode.pickRow('widgets-controller').waitFor();
    await vscode.shot('pick-controller');
    await vscode.pick('widgets-controller');
    await vscode.pickRow('leader').waitFor();
    expect(await vscode.pickRows().first().textContent()).toContain('leader');
    await vscode.shot('pick-replica');
    await vscode.page.keyboard.press('Enter');
    const page = await vscode.ready();
    await vscode.shot('goroutines');
    expect(await page.locator('.facts').textContent()).toMatch(/[\d,]+ goroutines in \d+ groups/);
  });

  test("filters to the worker that waits for the client's rate limiter, and opens its whole stack", async () => {
    const front = vscode.page.locator('.editor-group-container .tab.active');
    // At 5 writes a second the one worker nearly always waits there, but not in each moment: a person takes the dump
    // again.
    const page = await until(
      async () => {
        const shown = await vscode.ready();
        await shown.getByLabel('Filter goroutines').fill('WidgetReconciler package:golang.org/x/time/rate');
        await shown
          .locator('#app[data-state="ready"]')
          .locator('text=/of [\\d,]+ in \\d+ group|nothing matches/')
          .waitFor();
        if ((await shown.locator('tr.group').count()) > 0) return shown;
        const [before, tab] = [vscode.captures().length, await front.getAttribute('aria-label')];
        await shown.getByRole('button', { name: 'Capture again' }).click();
        await until(() => vscode.captures().length > before, 'another dump');
        await until(async () => (await front.getAttribute('aria-label')) !== tab, 'its page in front');
        return false;
      },
      'a dump with a worker in the limiter',
      3 * PATIENCE,
    );
    const row = page.locator('tr.group').first();
    await row.waitFor();
    await row.click();
    const stack = page.locator('tr.detail').first();
    await stack.waitFor();
    const frames = await stack.textContent();
    expect(frames).toContain('golang.org/x/time/rate.(*Limiter).wait');
    expect(frames).toContain('WidgetReconciler).Reconcile');
    expect(frames).toContain('created by');
    await vscode.shot('throttled-worker');
  });

  test('opens the source of a frame in the workspace, and the same dump as a flame graph', async () => {
    const page = await vscode.ready();
    await page.locator('tr.detail button', { hasText: 'WidgetReconciler).Reconcile' }).first().click();
    await vscode.closeTab('widget_controller.go');
    const again = await vscode.ready();
    await again.getByRole('tab', { name: 'Flame' }).click();
    await again.locator('#flame').waitFor();
    expect(await again.locator('#total').textContent()).toMatch(/[\d,]+ goroutines/);
    await vscode.shot('goroutine-flame');
  });
});

describe('captures', () => {
  test('are renamed, and deleted after a question', async () => {
    await vscode.closeEditors();
    await vscode.showSideBar();
    const rows = vscode.view('Captures').locator('.monaco-list-row');
    const all = vscode.captures().length;
    expect(all).toBeGreaterThanOrEqual(3);
    await until(async () => (await rows.count()) === all, 'a row for each capture');
    await vscode.menu(rows.first(), 'Rename Capture', vscode.inputBox('The file keeps its name'), 'capture-menu');
    await vscode.type('Before the fix', 'The file keeps its name');
    await vscode.row('Before the fix', 'Captures').waitFor();
    const sure = vscode.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Delete' });
    await vscode.menu(vscode.row('Before the fix', 'Captures'), 'Delete Capture', sure);
    await vscode.shot('delete');
    await sure.click();
    await until(async () => (await rows.count()) === all - 1, 'one row less');
    expect(vscode.captures()).toHaveLength(all - 1);
  });
});
