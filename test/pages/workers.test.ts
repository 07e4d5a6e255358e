import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/base/problem';
import { growthOf } from '../../src/profile/goroutines/growth/growth';
import { openProfile } from '../../src/profile/open';
import type { Compared } from '../../src/protocol/goroutines';
import { colourOf, noBrowser, setTheme } from './harness/browser';
import { GoroutinesHost } from './harness/goroutineshost';
import { shot } from './harness/shots';
import { pageTests } from './harness/suite';

/** Real dumps; what their programs did is in main.go beside them. */
const POOLS = readFileSync('test/fixtures/workers/controller-runtime-0.25.txt.gz');
const dump = (n: number): Uint8Array => readFileSync(`test/fixtures/growth/growth-${n}.txt`);

/** The dumps of test/fixtures/growth before the third, as the host finds them. */
async function compare(base: string): Promise<Compared> {
  const earlier = [
    { key: '2', label: '14:31', same: 'process' as const },
    { key: '1', label: '14:30', same: 'process' as const },
  ];
  if (base === '') return { earlier, base: '', labels: [] };
  const first = base === 'newest' ? 2 : Number(base);
  const taken = [1, 2, 3].filter((n) => n >= first);
  const dumps = await Promise.all(
    taken.map(async (n) => ({ dump: (await openProfile(dump(n)).goroutines())!, at: n * 65_000, process: 'pod' })),
  );
  return { earlier, base: String(first), growth: growthOf(dumps), labels: taken.map((n) => `14:3${n - 1}`) };
}

describe.skipIf(noBrowser())('workers and growth on the goroutine page', () => {
  const tests = pageTests('goroutines');
  const { press } = tests;
  let page: Page;
  let host: GoroutinesHost;

  async function open(bytes: Uint8Array, comparing?: GoroutinesHost['compare'], width?: number): Promise<void> {
    page = await tests.newPage({ height: 760, ...(width !== undefined && { width }) });
    host = await GoroutinesHost.open(
      page,
      tests.url,
      bytes,
      {
        title: 'Goroutines widgets-0',
        subtitle: 'today 14:35, leader',
        ownModules: [],
        pages: ['goroutines', 'flame'],
        again: true,
      },
      comparing,
    );
  }
  const rows = () => page.locator('tr.group');
  const pool = (name: string) =>
    page.locator('.pool', { has: page.locator('.name', { hasText: new RegExp(`^${name}$`) }) });
  const filter = () => page.getByLabel('Filter goroutines');
  const themes = async (name: string): Promise<void> => {
    for (const theme of ['dark', 'light', 'hc-dark', 'hc-light'] as const) {
      await setTheme(page, theme);
      await shot(page, `${name}-${theme}`);
    }
  };

  it('draws a seat for each worker, and says what they do', async () => {
    await open(POOLS);
    await expect.poll(() => page.getByRole('tab').allTextContents()).toEqual(['Workers', 'Groups', 'Flame', 'Growth']);
    await expect.poll(() => page.getByRole('tab', { name: 'Workers' }).getAttribute('aria-selected')).toBe('true');
    // 44 workers, of which 13 rest: the numbers of test/unit/profile/workersdumps.test.ts.
    await expect.poll(() => page.locator('.head').textContent()).toContain('44 workers, 13 idle');
    await expect.poll(() => page.locator('.pool .seat').count()).toBe(44);
    await expect.poll(() => pool('throttled').locator('.seat').count()).toBe(4);
    await expect.poll(() => pool('throttled').locator('.seat.throttled').count()).toBe(3);
    await expect
      .poll(() => pool('throttled').locator('.sentence').textContent())
      .toBe("3 of 4 wait in the client's rate limiter, 1 waits for the API server.");
    await expect
      .poll(() => pool('locked').locator('.sentence').textContent())
      .toBe('2 of 3 wait for a lock, 1 waits elsewhere (chan receive).');
    await expect.poll(() => pool('busy').locator('.sentence').textContent()).toBe('Both in Reconcile');
    await themes('workers');
    // The orange of Dark and Light Modern shines through: words in it could hardly be read.
    const colour = (selector: string, of: 'color' | 'backgroundColor') =>
      colourOf(pool('throttled').locator(selector).first(), of);
    await setTheme(page, 'dark');
    for (const [selector, of] of [
      ['.part.strong', 'color'],
      ['.seat.throttled', 'backgroundColor'],
    ] as const) {
      await expect.poll(() => colour(selector, of)).toMatch(/^(rgb\(234, 92, 0\)|color\(srgb 0\.92 0\.36 0\))$/);
    }
    await setTheme(page, 'light');
    await expect.poll(() => colour('.part.strong', 'color')).toBe('color(srgb 0.64 0.25 0)');
  });

  it('shows the stacks behind a seat or a part of the sentence, by the mouse and by keys', async () => {
    await open(POOLS);
    await pool('throttled').locator('.seat.throttled').first().click();
    await expect.poll(() => filter().inputValue()).toBe('worker:throttled/throttled');
    await expect.poll(() => rows().count()).toBe(1);
    await expect.poll(() => rows().first().locator('td.count').textContent()).toBe('3');
    await expect.poll(() => rows().first().textContent()).toContain('(*ThrottledReconciler).Reconcile');
    await shot(page, 'workers-filtered');
    await pool('throttled').locator('.part').nth(1).click();
    await expect.poll(() => filter().inputValue()).toBe('worker:throttled/waitingforapi');
    await pool('throttled').locator('.part').nth(1).click();
    await expect.poll(() => filter().inputValue(), { message: 'once more takes it away' }).toBe('');
    await pool('throttled').locator('.seat').first().focus();
    await press('ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter');
    await expect.poll(() => filter().inputValue()).toBe('worker:throttled/waitingforapi');
    await press('End', 'ArrowLeft', 'Enter');
    await expect.poll(() => filter().inputValue()).toBe('worker:throttled/throttled');
    await expect
      .poll(() => page.locator('.pool [tabindex="0"]').count(), { message: 'one place for the Tab key' })
      .toBe(1);
  });

  it('compares with the newest dump of the process, and shows the change of each group', async () => {
    await open(dump(3), compare);
    await page.getByRole('tab', { name: 'Groups' }).click();
    const leak = rows().first();
    await expect.poll(() => leak.textContent()).toContain('main.(*Sender).wait');
    await expect.poll(() => leak.locator('td.change').textContent()).toBe('+40');
    await expect.poll(() => leak.locator('.meter.leak').count()).toBe(1);
    await expect.poll(() => page.locator('.facts').textContent()).toContain('+48 since 14:31 (65 s)');
    await page.getByRole('button', { name: 'Change' }).click();
    await expect
      .poll(async () => (await rows().locator('td.change').allTextContents()).slice(0, 2))
      .toEqual(['+40', '+18']);
    await shot(page, 'groups-change');
  });

  it('names the leak with what tells it, and leads to its stack and to who starts it', async () => {
    await open(dump(3), compare);
    await page.getByLabel('Compare with').selectOption('1');
    await page.getByRole('tab', { name: 'Growth' }).click();
    const verdict = page.locator('.verdict');
    await expect
      .poll(() => verdict.textContent())
      .toContain(
        'A leak: +80 goroutines stand in main.(*Sender).wait, started by main.(*Sender).Send, +36.9 a minute.',
      );
    await expect
      .poll(() => verdict.textContent())
      .toContain('There are more in each of 2 intervals: 6, 46, 86. None of the first 6 has ended.');
    const grew = page.getByRole('table', { name: 'Grew' });
    await expect
      .poll(() => grew.locator('tbody tr').first().locator('td.num').allTextContents())
      .toEqual(['+80', '+36.9', '6', '46', '86']);
    await expect
      .poll(() => page.getByRole('table', { name: 'Shrank' }).locator('tbody tr').first().textContent())
      .toContain('main.(*Crew).work');
    await expect
      .poll(() =>
        page.getByRole('table', { name: 'In the same place each time' }).locator('tbody tr').allTextContents(),
      )
      .toEqual([
        expect.stringMatching(/^For a lock, 2 goroutinesseen 2 min 10 s apart, waits 2 minsync\.Mutex\.Lock/),
        expect.stringMatching(/^Sends to a channel, goroutine \d+2 min without a movechan send/),
      ]);
    await themes('growth');
    await verdict.getByRole('button', { name: 'Open where they are started' }).click();
    await expect.poll(() => host.of('openSource').map((m) => m.frame.name)).toEqual(['main.(*Sender).Send']);
    await verdict.getByRole('button', { name: 'Show them' }).click();
    await expect.poll(() => rows().count()).toBe(1);
    await expect.poll(() => page.getByRole('tab', { name: 'Groups' }).getAttribute('aria-selected')).toBe('true');
    await page.reload();
    await page.locator('#app[data-state=ready]').waitFor();
    await expect
      .poll(() => host.of('compare').at(-1)?.base, { message: 'compares with the same after a reload' })
      .toBe('1');
  });

  it('says what to do while there is nothing to compare with', async () => {
    await open(dump(1));
    await page.getByRole('tab', { name: 'Growth' }).click();
    await page.locator('.growth').getByRole('button', { name: 'Capture again' }).click();
    await expect.poll(() => host.of('captureAgain').length).toBe(1);
    await page.getByLabel('Compare with').selectOption({ label: 'Another dump…' });
    await expect.poll(() => host.of('compare').map((m) => m.base)).toEqual(['newest', '']);
    await shot(page, 'growth-none');
  });

  it('says why a dump that was chosen could not be compared with, and goes back to the newest', async () => {
    await open(dump(3), (base) =>
      base === '1'
        ? Promise.reject(new Problem('pages.earlier', 'a.txt could not be read.', { next: 'Choose another dump.' }))
        : compare(base),
    );
    await page.getByRole('tab', { name: 'Groups' }).click();
    await page.getByLabel('Compare with').selectOption('1');
    await expect
      .poll(() => page.getByRole('alert').textContent())
      .toBe('a.txt could not be read. Choose another dump.');
    await page.reload();
    await page.locator('.verdict').waitFor();
    expect(host.of('compare').map((m) => m.base)).toEqual(['newest', '1', 'newest']);
  });

  it('stays readable beside another editor', async () => {
    await open(POOLS, undefined, 480);
    await shot(page, 'workers-narrow');
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth))
      .toBe(true);
  });
});
