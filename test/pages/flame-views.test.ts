/** The views of a profile beside the flame graph, and the part that all of them show. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser, setTheme, type PageOptions } from './harness/browser';
import { FlameHost } from './harness/flamehost';
import { pprofTop } from './harness/pproftop';
import { controllerProfile, labelledProfile, wideProfile } from './harness/profiles';
import { shot } from './harness/shots';
import { pageTests } from './harness/suite';

describe.skipIf(noBrowser())('views of a profile', () => {
  const tests = pageTests('flame');
  const { text, press } = tests;
  let page: Page;
  let host: FlameHost;

  async function open(bytes: Uint8Array, options: PageOptions = {}): Promise<void> {
    page = await tests.newPage(options);
    host = await FlameHost.open(page, tests.url, bytes);
  }
  const chips = (): Promise<string[]> => page.locator('.chips .chip').allTextContents();
  /** The rows in view of a table, each its cells with a space between. */
  const rows = (table: string): Promise<string[]> =>
    page
      .getByRole('grid', { name: table })
      .locator('.row')
      .evaluateAll((all) =>
        all
          .sort((a, b) => Number((a as HTMLElement).dataset['row']) - Number((b as HTMLElement).dataset['row']))
          .map((r) => [...r.children].map((c) => (c as HTMLElement).title || c.textContent).join(' ')),
      );
  const partAsked = (): unknown => host.of('flame').at(-1)?.query.part;

  it('narrows all views by chips that are added, changed and taken away, and comes back with them', async () => {
    await open(controllerProfile());
    await press('f');
    await page.getByRole('menuitem', { name: /^Focus/ }).click();
    await page.keyboard.type('GadgetReconciler');
    await shot(page, 'views-typing');
    await press('Enter');
    await expect.poll(chips).toEqual(['focus GadgetReconciler']);
    await expect.poll(() => text('#shows')).toBe('showing 13.2 s · 76.2 %');
    await page.locator('#flame').focus();
    for (let i = 0; i < 6; i++) await press('ArrowDown');
    await expect.poll(() => text('#focused b')).toBe('(*GadgetReconciler).hash');
    await press('Shift+F10');
    await shot(page, 'views-menu');
    await page.getByRole('menuitem', { name: /^Hide This Function/ }).click();
    await expect.poll(chips).toEqual(['focus GadgetReconciler', 'hide (*GadgetReconciler).hash']);
    await expect.poll(partAsked).toEqual({
      focus: 'GadgetReconciler',
      hide: '^example\\.com/gadgets/internal/controller\\.\\(\\*GadgetReconciler\\)\\.hash$',
    });
    await shot(page, 'views-chips');
    await page.reload();
    await page.locator('#app[data-state=ready]').waitFor();
    await expect.poll(chips).toEqual(['focus GadgetReconciler', 'hide (*GadgetReconciler).hash']);
    expect(host.of('ready').at(-1)?.early?.[0]?.part, 'the first question has the part already').toEqual(partAsked());
    await page.getByRole('button', { name: /^Take away hide/ }).click();
    await expect.poll(chips).toEqual(['focus GadgetReconciler']);
    await page.getByRole('button', { name: 'focus GadgetReconciler' }).first().click();
    await page.keyboard.type('no such function');
    await press('Enter');
    await expect.poll(() => text('#stage, .stage')).toContain('No sample passes these filters.');
    await press('f');
    await page.getByRole('menuitem', { name: /^Focus/ }).click();
    await page.keyboard.type('(');
    await press('Enter');
    await expect.poll(() => text('.stage')).toContain('regular expression');
    await shot(page, 'views-pattern');
  });

  it('cuts the framework, groups by label, and colours by layer', async () => {
    await open(labelledProfile());
    await expect.poll(() => text('#legend')).toContain('Your module');
    await expect.poll(() => text('#legend')).toContain('GC and allocation');
    await press('c');
    await expect.poll(() => text('#shows')).toBe('showing 900 ms · 90.0 %');
    await page.locator('#flame').focus();
    await press('Home', 'ArrowDown');
    await expect.poll(() => text('#focused b')).toBe('(*GadgetReconciler).Reconcile');
    await press('ArrowRight');
    await expect.poll(() => text('#focused b')).toBe('(*WidgetReconciler).Reconcile');
    await shot(page, 'views-cut');
    await press('c', 'f');
    await page.getByRole('menuitem', { name: /^Tag root/ }).click();
    await page.keyboard.type('controller');
    await press('Enter');
    await expect.poll(chips).toEqual(['tagroot controller']);
    await expect.poll(() => text('#shows')).toBe('showing 1 s · 100 %');
    await page.locator('#flame').focus();
    await press('Home', 'ArrowDown');
    await expect.poll(() => text('#focused b')).toBe('widget');
    await press('ArrowLeft');
    await expect.poll(() => text('#focused b')).toBe('gadget');
    await shot(page, 'views-tagroot');
  });

  it.each([
    ['a CPU profile of a controller', (): Uint8Array => controllerProfile()],
    ['labels', (): Uint8Array => labelledProfile()],
  ])('prints the table as go tool pprof -top does: %s', async (_, make) => {
    const bytes = make();
    const [expected, byCum] = [await pprofTop(bytes), await pprofTop(bytes, { flags: ['-cum'] })];
    await open(bytes, { height: 1400 });
    await press('4');
    const shown = async (): Promise<string[]> =>
      (await rows('Functions')).map((r) => r.split(' ').slice(0, 6).join(' '));
    const named = (lines: readonly string[]): string[] =>
      lines.map((l) => l.split(' ').slice(0, 6).join(' ').replace(/\[.*/, '['));
    expect(expected.length).toBeGreaterThan(2);
    await expect.poll(async () => named(await shown())).toEqual(named(expected));
    await page.getByRole('columnheader', { name: 'cum', exact: true }).getByRole('button').click();
    await expect
      .poll(async () => (await rows('Functions')).map((r) => r.split(' ').slice(3, 5).join(' ')))
      .toEqual(byCum.map((r) => r.split(' ').slice(3, 5).join(' ')));
    await shot(page, `views-top-${_.split(' ')[0]}`);
  });

  it('keeps the selection over all views, and tells callers and callees of it', async () => {
    await open(controllerProfile());
    await press('4');
    const table = page.getByRole('grid', { name: 'Functions' });
    await table.focus();
    await page.keyboard.press('/');
    await page.keyboard.type('Reconciler');
    await expect.poll(() => page.locator('#top').getAttribute('data-rows')).toBe('2');
    await press('Escape', 'ArrowDown');
    await expect.poll(() => text('#focused b')).toBe('(*GadgetReconciler).hash');
    await expect
      .poll(() => rows('Callers'))
      .toEqual(['8.26s 100 % example.com/gadgets/internal/controller.(*GadgetReconciler).Reconcile']);
    await expect
      .poll(() => rows('Callees'))
      .toEqual(['2.59s 31.4 % crypto/sha256.Sum256', '370ms 4.5 % example.com/gadgets/pkg/render.Template']);
    await shot(page, 'views-peek');
    await press('1');
    await expect.poll(() => text('#focused b')).toBe('(*GadgetReconciler).hash');
    await press('3');
    await expect
      .poll(() => text('#sandwich .middle'))
      .toBe('example.com/gadgets/internal/controller.(*GadgetReconciler).hash');
    await press('ArrowUp');
    await expect.poll(() => text('#focused b')).toBe('(*GadgetReconciler).Reconcile');
    await press('ArrowDown', 'ArrowDown');
    await expect.poll(() => text('#focused b')).toBe('sha256.Sum256');
    await shot(page, 'views-sandwich');
    await press('Enter');
    await expect.poll(() => text('#sandwich .middle')).toBe('crypto/sha256.Sum256');
    await press('Backspace');
    await expect.poll(() => text('#sandwich .middle')).toContain('.hash');
  });

  it('scrolls and sorts 100,000 functions with the rows in view only, and keeps the selected one in view', async () => {
    await open(wideProfile(100_000));
    await press('4');
    await expect.poll(() => page.locator('#top').getAttribute('data-rows')).toBe('100000');
    const table = page.getByRole('grid', { name: 'Functions' });
    await expect.poll(() => table.getAttribute('aria-rowcount')).toBe('100001');
    await table.focus();
    await press('End');
    await expect.poll(() => text('#focused b')).toBe('p89.Func99999');
    await expect.poll(async () => (await rows('Functions')).at(-1)).toContain('example.com/wide/p89.Func99999');
    expect(await table.locator('.row').count()).toBeLessThan(60);
    await press('Home');
    await expect.poll(() => text('#focused b')).toBe('p0.Func0');
    await press('PageDown');
    await expect.poll(() => text('#focused b')).not.toBe('p0.Func0');
    const selected = await text('#focused b');
    const head = page.locator('#top .pane [data-column=name]');
    await head.getByRole('button').click();
    await expect.poll(() => head.getAttribute('aria-sort')).toBe('ascending');
    await expect.poll(() => table.locator('.row[aria-selected=true] .mono').textContent()).toBe(selected);
    expect(await table.locator('.row').count()).toBeLessThan(60);
    await expect.poll(async () => (await rows('Functions'))[0]).not.toContain('p0.Func0');
    await shot(page, 'views-100000');
    await table.focus();
    await press('Home');
    await expect
      .poll(async () => (await rows('Functions')).slice(0, 2).map((r) => r.split(' ')[5]))
      .toEqual(['example.com/wide/p0.Func0', 'example.com/wide/p0.Func10088']);
    await press('End');
    await expect.poll(async () => (await rows('Functions')).at(-1)).toContain('example.com/wide/p96.Func');
  });

  it.each(['light', 'hc-dark', 'hc-light'] as const)('follows the theme: %s', async (theme) => {
    await open(controllerProfile());
    await setTheme(page, theme);
    await press('c');
    await expect.poll(() => text('#shows')).not.toBe('');
    await press('4');
    await page.getByRole('grid', { name: 'Functions' }).focus();
    await press('ArrowDown');
    await expect.poll(() => rows('Callers')).not.toEqual([]);
    await shot(page, `views-top-${theme}`);
    await press('3');
    await page.locator('#sandwich .middle').waitFor();
    await shot(page, `views-sandwich-${theme}`);
  });
});
