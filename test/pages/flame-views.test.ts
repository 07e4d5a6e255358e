/** The views of a profile beside the flame graph, and the part that all of them show. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, PageServer, setTheme } from './harness/browser';
import { TestHost } from './harness/host';
import { controllerProfile, labelledProfile, wideProfile } from './harness/profiles';
import { shot } from './harness/shots';

/** Rows of `go tool pprof -top`: flat, flat%, sum%, cum, cum%, name. */
function top(bytes: Uint8Array, ...flags: string[]): string[] {
  const dir = mkdtempSync(path.join(tmpdir(), 'top-'));
  try {
    const file = path.join(dir, 'p.pb.gz');
    writeFileSync(file, bytes);
    const out = execFileSync('go', ['tool', 'pprof', '-top', '-symbolize=none', '-nodefraction=0', '-nodecount=100000', ...flags, file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return out.split('\n').filter((l) => /^\s*-?[\d.]+\S*\s+[\d.e-]+%/.test(l)).map((l) => l.trim().split(/\s+/).join(' '));
  } finally { rmSync(dir, { recursive: true }); }
}

describe.skipIf(noBrowser())('views of a profile', { timeout: 300_000 }, () => {
  let server: PageServer;
  let page: Page;
  let host: TestHost;
  beforeAll(async () => { server = await PageServer.start({ flame: 'webview/flame/main.ts' }); });
  afterAll(async () => { await server.stop(); });
  afterEach(async () => {
    const { complaints } = host;
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  async function open(bytes: Uint8Array, options: Parameters<PageServer['newPage']>[0] = {}): Promise<void> {
    page = await server.newPage(options);
    host = await TestHost.open(page, `${server.origin}/flame`, bytes);
  }
  const text = async (selector: string): Promise<string> => (await page.locator(selector).textContent()) ?? '';
  const press = async (...keys: string[]): Promise<void> => { for (const k of keys) await page.keyboard.press(k); };
  const chips = (): Promise<string[]> => page.locator('.chips .chip').allTextContents();
  /** The rows in view of a table, each its cells with a space between. */
  const rows = (table: string): Promise<string[]> => page.getByRole('grid', { name: table }).locator('.row').evaluateAll((all) => all
    .sort((a, b) => Number((a as HTMLElement).dataset['row']) - Number((b as HTMLElement).dataset['row'])).map((r) => [...r.children].map((c) => (c as HTMLElement).title || c.textContent).join(' ')));
  /** Waits as long as a busy machine may take. */
  const poll = <T>(f: () => T): ReturnType<typeof expect.poll<T>> => expect.poll(f, { timeout: 30_000 });
  const partAsked = (): unknown => host.asked('flame').at(-1)?.query.part;

  it('narrows all views by chips that are added, changed and taken away, and comes back with them', async () => {
    await open(controllerProfile());
    await press('f');
    await page.getByRole('menuitem', { name: /^Focus/ }).click();
    await page.keyboard.type('GadgetReconciler');
    await shot(page, 'views-typing');
    await press('Enter');
    await poll(chips).toEqual(['focus GadgetReconciler']);
    await poll(() => text('#shows')).toBe('showing 13.2 s · 76.2 %');
    await page.locator('#flame').focus();
    for (let i = 0; i < 6; i++) await press('ArrowDown');
    expect(await text('#focused b')).toBe('(*GadgetReconciler).hash');
    await press('Shift+F10');
    await shot(page, 'views-menu');
    await page.getByRole('menuitem', { name: /^Hide This Function/ }).click();
    await poll(chips).toEqual(['focus GadgetReconciler', 'hide (*GadgetReconciler).hash']);
    await poll(partAsked).toEqual({ focus: 'GadgetReconciler', hide: '^example\\.com/gadgets/internal/controller\\.\\(\\*GadgetReconciler\\)\\.hash$' });
    await shot(page, 'views-chips');
    await page.reload();
    await page.locator('#app[data-state=ready]').waitFor();
    expect(await chips()).toEqual(['focus GadgetReconciler', 'hide (*GadgetReconciler).hash']);
    expect(host.of('ready').at(-1)?.early?.[0]?.part, 'the first question has the part already').toEqual(partAsked());
    await page.getByRole('button', { name: /^Take away hide/ }).click();
    await poll(chips).toEqual(['focus GadgetReconciler']);
    await page.getByRole('button', { name: 'focus GadgetReconciler' }).first().click();
    await page.keyboard.type('no such function');
    await press('Enter');
    await poll(() => text('#stage, .stage')).toContain('No sample passes these filters.');
    await press('f');
    await page.getByRole('menuitem', { name: /^Focus/ }).click();
    await page.keyboard.type('(');
    await press('Enter');
    await poll(() => text('.stage')).toContain('regular expression');
    await shot(page, 'views-pattern');
  });

  it('cuts the framework, groups by label, and colours by layer', async () => {
    await open(labelledProfile());
    expect(await text('#legend')).toContain('Your module');
    expect(await text('#legend')).toContain('GC and allocation');
    await press('c');
    await poll(() => text('#shows')).toBe('showing 900 ms · 90.0 %');
    await page.locator('#flame').focus();
    await press('Home', 'ArrowDown');
    expect(await text('#focused b')).toBe('(*GadgetReconciler).Reconcile');
    await press('ArrowRight');
    expect(await text('#focused b')).toBe('(*WidgetReconciler).Reconcile');
    await shot(page, 'views-cut');
    await press('c', 'f');
    await page.getByRole('menuitem', { name: /^Tag root/ }).click();
    await page.keyboard.type('controller');
    await press('Enter');
    await poll(chips).toEqual(['tagroot controller']);
    await page.locator('#flame').focus();
    await press('Home', 'ArrowDown');
    await poll(() => text('#focused b')).toBe('widget');
    await press('ArrowLeft');
    expect(await text('#focused b')).toBe('gadget');
    await shot(page, 'views-tagroot');
  });

  it.each([['a CPU profile of a controller', (): Uint8Array => controllerProfile()], ['labels', (): Uint8Array => labelledProfile()]])('prints the table as go tool pprof -top does: %s', async (_, make) => {
    const bytes = make();
    await open(bytes, { height: 1400 });
    await press('4');
    const shown = async (): Promise<string[]> => (await rows('Functions')).map((r) => r.split(' ').slice(0, 6).join(' '));
    const named = (lines: readonly string[]): string[] => lines.map((l) => l.split(' ').slice(0, 6).join(' ').replace(/\[.*/, '['));
    const expected = top(bytes);
    expect(expected.length).toBeGreaterThan(2);
    await poll(async () => named(await shown())).toEqual(named(expected));
    await page.getByRole('columnheader', { name: 'cum', exact: true }).getByRole('button').click();
    await poll(async () => (await rows('Functions')).map((r) => r.split(' ').slice(3, 5).join(' '))).toEqual(top(bytes, '-cum').map((r) => r.split(' ').slice(3, 5).join(' ')));
    await shot(page, `views-top-${_.split(' ')[0]}`);
  });

  it('keeps the selection over all views, and tells callers and callees of it', async () => {
    await open(controllerProfile());
    await press('4');
    const table = page.getByRole('grid', { name: 'Functions' });
    await table.focus();
    await page.keyboard.press('/');
    await page.keyboard.type('Reconciler');
    await poll(() => page.locator('#top').getAttribute('data-rows')).toBe('2');
    await press('Escape', 'ArrowDown');
    expect(await text('#focused b')).toBe('(*GadgetReconciler).hash');
    await poll(() => rows('Callers')).toEqual(['8.26s 100 % example.com/gadgets/internal/controller.(*GadgetReconciler).Reconcile']);
    await poll(() => rows('Callees')).toEqual(['2.59s 31.4 % crypto/sha256.Sum256', '370ms 4.5 % example.com/gadgets/pkg/render.Template']);
    await shot(page, 'views-peek');
    await press('1');
    expect(await text('#focused b')).toBe('(*GadgetReconciler).hash');
    await press('3');
    await poll(() => text('#sandwich .middle')).toBe('example.com/gadgets/internal/controller.(*GadgetReconciler).hash');
    await press('ArrowUp');
    expect(await text('#focused b')).toBe('(*GadgetReconciler).Reconcile');
    await press('ArrowDown', 'ArrowDown');
    expect(await text('#focused b')).toBe('sha256.Sum256');
    await shot(page, 'views-sandwich');
    await press('Enter');
    await poll(() => text('#sandwich .middle')).toBe('crypto/sha256.Sum256');
    await press('Backspace');
    await poll(() => text('#sandwich .middle')).toContain('.hash');
  });

  it('scrolls through 100,000 functions with the rows in view only, and never stands still for long', async () => {
    await open(wideProfile(100_000));
    await page.evaluate(() => {
      const w = window as unknown as { long: number[] };
      w.long = [];
      new PerformanceObserver((list) => { for (const e of list.getEntries()) w.long.push(e.duration); }).observe({ type: 'longtask' });
    });
    await press('4');
    await poll(() => page.locator('#top').getAttribute('data-rows')).toBe('100000');
    const table = page.getByRole('grid', { name: 'Functions' });
    expect(await table.getAttribute('aria-rowcount')).toBe('100001');
    await table.focus();
    await press('End');
    await poll(() => text('#focused b')).toBe('p89.Func99999');
    expect(await table.locator('.row').count()).toBeLessThan(60);
    await press('Home', 'PageDown');
    await page.getByRole('columnheader', { name: 'function' }).getByRole('button').click();
    await poll(async () => (await rows('Functions'))[0]).toContain('example.com/wide/p0.Func0');
    await shot(page, 'views-100000');
  });

  it.each(['light', 'hc-dark', 'hc-light'] as const)('follows the theme: %s', async (theme) => {
    await open(controllerProfile());
    await setTheme(page, theme);
    await press('c');
    await poll(() => text('#shows')).not.toBe('');
    await press('4');
    await page.getByRole('grid', { name: 'Functions' }).focus();
    await press('ArrowDown');
    await poll(() => rows('Callers')).not.toEqual([]);
    await shot(page, `views-top-${theme}`);
    await press('3');
    await page.locator('#sandwich .middle').waitFor();
    await shot(page, `views-sandwich-${theme}`);
  });
});
