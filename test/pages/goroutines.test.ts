import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser, setTheme } from './harness/browser';
import { GoroutinesHost } from './harness/goroutineshost';
import { shot } from './harness/shots';
import { pageTests } from './harness/suite';

const DUMP = readFileSync('test/fixtures/capture.goroutines.txt');

/** A debug=2 dump of `n` groups of one goroutine each; the first stack is `depth` frames deep. */
function manyGroups(n: number, depth = 1): Uint8Array {
  return Buffer.from(
    Array.from({ length: n }, (_, i) => {
      const frames = Array.from(
        { length: i === 0 ? depth : 1 },
        (_, d) => `example.com/app.f${i}_${d}(0x1)\n\t/src/app/main.go:${d + 1} +0x1`,
      );
      return `goroutine ${i + 1} [select, ${i % 7} minutes]:\n${frames.join('\n')}\n`;
    }).join('\n'),
  );
}

describe.skipIf(noBrowser())('goroutine page', () => {
  const tests = pageTests('goroutines');
  const { press } = tests;
  let page: Page;
  let host: GoroutinesHost;

  async function open(bytes: Uint8Array): Promise<void> {
    page = await tests.newPage({});
    host = await GoroutinesHost.open(page, tests.url, bytes, {
      title: 'widgets-0 · goroutines',
      subtitle: 'today 14:35, leader',
      ownModules: [],
      pages: ['goroutines', 'flame'],
      again: true,
    });
  }
  const rows = () => page.locator('tr.group');
  const filter = () => page.getByLabel('Filter goroutines');

  it('shows groups with counts, states, waits and labels, most first', async () => {
    await open(DUMP);
    const dump = (await host.profile!.goroutines())!;
    await expect.poll(() => rows().count()).toBe(dump.groups.length);
    await expect
      .poll(() => page.locator('.facts').textContent())
      .toContain(`${dump.total} goroutines in ${dump.groups.length} groups`);
    await expect.poll(() => rows().first().locator('td.count').textContent()).toBe(String(dump.groups[0]!.count));
    await page.getByRole('button', { name: 'Capture again' }).click();
    await expect.poll(() => host.of('captureAgain').length).toBe(1);
    await expect.poll(() => page.locator('.chip', { hasText: 'controller=widget' }).count()).toBeGreaterThan(0);
    await expect.poll(() => page.locator('td.longest', { hasText: 'min' }).count()).toBeGreaterThan(0);
    await shot(page, 'goroutines-dark');
    for (const theme of ['light', 'hc-dark', 'hc-light'] as const) {
      await setTheme(page, theme);
      await shot(page, `goroutines-${theme}`);
    }
  });

  it('filters by words, state and package, and says how much is shown', async () => {
    await open(DUMP);
    const all = await rows().count();
    await press('/');
    await page.keyboard.type('label:controller=widget');
    await expect.poll(() => rows().count()).toBe(2);
    await expect.poll(() => page.getByRole('status').textContent()).toMatch(/ of 26 in 2 groups/);
    await shot(page, 'goroutines-filter');
    await press('Escape');
    await expect.poll(() => rows().count()).toBe(all);
    await page.getByLabel('State').selectOption('chan receive');
    await expect.poll(() => filter().inputValue()).toBe('state:"chan receive"');
    await expect
      .poll(async () => [...new Set(await rows().locator('td.state').allTextContents())])
      .toEqual(['chan receive']);
    await filter().fill('nothing-like-this');
    await expect.poll(() => rows().count()).toBe(0);
    await expect.poll(() => page.getByRole('status').textContent()).toContain('nothing matches');
  });

  it('opens a stack by the keyboard, and a frame at its source', async () => {
    await open(DUMP);
    await filter().focus();
    await press('ArrowDown', 'ArrowRight');
    await expect.poll(() => rows().first().getAttribute('aria-expanded')).toBe('true');
    const frames = page.locator('tr.detail .frames li');
    await expect.poll(() => frames.count()).toBeGreaterThan(1);
    await expect.poll(() => frames.last().textContent()).toContain('created by');
    await shot(page, 'goroutines-open');
    await press('ArrowRight', 'Enter');
    await expect.poll(() => host.of('openSource').length).toBe(1);
    const {
      stack: [first],
      createdBy,
    } = (await host.profile!.goroutines())!.groups[0]!;
    expect(host.of('openSource')[0]!.frame).toEqual(first);
    await press('ArrowDown', 'Enter');
    await expect.poll(() => host.of('openSource').length).toBe(2);
    expect(host.of('openSource')[1]!.frame).toEqual(createdBy);
    await press('ArrowLeft', 'ArrowLeft');
    await expect.poll(() => rows().first().getAttribute('aria-expanded')).toBe('false');
  });

  it('goes to the flame graph by the segments, with the arrows too', async () => {
    await open(DUMP);
    await page.getByRole('tab', { name: 'Groups' }).focus();
    await press('ArrowRight', 'Enter');
    await expect.poll(() => host.of('show').map((m) => m.page)).toEqual(['flame']);
  });

  it('sorts by a column and back', async () => {
    await open(DUMP);
    await page.getByRole('button', { name: 'Count' }).click();
    await expect
      .poll(() => page.getByRole('columnheader', { name: 'Count' }).getAttribute('aria-sort'))
      .toBe('ascending');
    const counts = (await rows().locator('td.count').allTextContents()).map(Number);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    await page.getByRole('button', { name: 'Longest wait' }).click();
    await expect.poll(() => rows().first().locator('td.longest').textContent()).toMatch(/min/);
  });

  it('keeps filter, order and opened stacks over a reload', async () => {
    await open(DUMP);
    await filter().fill('main.');
    await rows().first().click();
    await page.reload();
    await page.locator('#app[data-state=ready]').waitFor();
    await expect.poll(() => filter().inputValue()).toBe('main.');
    await expect.poll(() => page.locator('tr.detail').count()).toBe(1);
  });

  it('comes back to its row and its place after a reload, and stays there when the host tells it anew', async () => {
    await open(manyGroups(900));
    await rows().first().focus();
    for (let i = 0; i < 40; i++) await page.keyboard.press('PageDown');
    const focused = (): Promise<string | null> => page.locator('tr.group:focus').getAttribute('data-index');
    const scroll = (): Promise<number> => page.locator('.scroll').evaluate((e) => e.scrollTop);
    const at = await focused();
    // The wheel moves the view away from the row of the keyboard.
    await page.locator('.scroll').evaluate((e) => {
      e.scrollTop -= 2000;
    });
    const before = await scroll();
    expect(before).toBeGreaterThan(2000);
    await expect.poll(() => page.evaluate(() => sessionStorage.getItem('state'))).toContain(`"scroll":${before}`);
    await page.reload();
    await page.locator('#app[data-state=ready]').waitFor();
    const moved = async (): Promise<number> => Math.abs((await scroll()) - before);
    await expect.poll(focused).toBe(at);
    await expect.poll(moved, { message: 'the same rows are in view' }).toBeLessThan(20);
    const drawn = host.of('drawn').length;
    await host.begin();
    await expect.poll(() => host.of('drawn').length).toBe(drawn + 1);
    expect(await focused()).toBe(at);
    expect(await moved(), 'the same rows are in view').toBeLessThan(20);
    await filter().fill('f1_0');
    await expect.poll(scroll).toBe(0);
    await expect
      .poll(() => page.locator('tr.group[tabindex="0"]').count(), { message: 'one row for the Tab key' })
      .toBe(1);
  });

  it('makes rows and frames as they are needed: 5,000 groups, a stack 10,000 deep', async () => {
    await open(manyGroups(5000, 10_000));
    await expect.poll(() => rows().count()).toBeLessThan(1000);
    await rows().first().focus();
    await press('End');
    await expect.poll(() => page.locator('tr.group:focus').getAttribute('aria-rowindex')).toBe('5001');
    await filter().fill('app.f0_');
    await press('ArrowDown', 'ArrowRight');
    await expect.poll(() => page.locator('tr.detail .frames li').count()).toBeLessThan(300);
    await page.getByRole('button', { name: /Show 200 more of/ }).click();
    await expect.poll(() => page.locator('tr.detail .frames li').count()).toBeGreaterThan(300);
  });

  it('keeps the stacks readable beside another editor', async () => {
    await open(DUMP);
    for (const width of [600, 400]) {
      await page.setViewportSize({ width, height: 620 });
      await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width);
      await expect
        .poll(async () => (await rows().first().locator('td.stack').boundingBox())!.width)
        .toBeGreaterThan(width / 2);
    }
    await shot(page, 'goroutines-narrow');
  });

  it('drops messages that are not of its protocol, and works on', async () => {
    await open(DUMP);
    const before = await rows().count();
    expect(await host.sendStrays()).toContain('dropped: the page dropped: init.facts is no object');
    expect(await rows().count()).toBe(before);
    await filter().fill('no such goroutine');
    await expect.poll(() => rows().count()).toBe(0);
  });

  it('says what went wrong and what next', async () => {
    page = await tests.newPage({});
    host = await GoroutinesHost.notice(page, tests.url, {
      type: 'failed',
      title: 'x.goroutines.txt',
      problem: { code: 'profile.truncated', message: 'The file ends in the middle.', next: 'Capture it again.' },
    });
    await page.locator('#app[data-state=failed]').waitFor();
    await expect
      .poll(() => page.getByRole('alert').textContent())
      .toContain('The file ends in the middle.Capture it again.');
  });
});
