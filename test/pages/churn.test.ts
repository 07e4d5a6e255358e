import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { Churn } from '../../src/churn/churn';
import { LEASE, object, owned, PAINT } from '../unit/churn/objects';
import { noBrowser, setTheme } from './harness/browser';
import { ChurnHost } from './harness/churnhost';
import { shot } from './harness/shots';
import { pageTests } from './harness/suite';

const START = Date.UTC(2026, 10, 23, 14, 5, 0);
const LENGTH = 40_000;

/**
 * Six paints that red and blue fight over, one that is stamped, one that only load changes, and a lease that is
 * renewed.
 */
function fought(): Churn {
  const churn = new Churn({ start: START });
  let version = 0;
  const put = (
    kind: typeof PAINT,
    name: string,
    at: number,
    body: Record<string, unknown>,
    by: string,
    path: readonly string[],
    metadata = {},
  ): void => {
    churn.seen(
      kind,
      object(name, ++version, body, [{ manager: by, fields: owned(...path) }], metadata),
      START + at,
      at > 0 ? { as: 'modified' } : {},
    );
  };
  const time = (at: number): string => new Date(START + at).toISOString();
  for (let at = 0; at <= LENGTH; at += 500) {
    if (at === 500) {
      churn.listed(PAINT, '', new Set(), START);
      churn.listed(LEASE, '', new Set(), START);
    }
    for (let i = 0; i < 6; i++)
      if ((at / 500 + i) % 3 === 0)
        put(
          PAINT,
          `paint-0${i}`,
          at,
          { spec: { color: at % 1000 === 0 ? 'red' : 'blue' } },
          at % 1000 === 0 ? 'red' : 'blue',
          ['spec', 'color'],
        );
    if (at % 4000 === 0)
      put(PAINT, 'paint-07', at, { spec: { color: `#${100 + at / 1000}` } }, 'load', ['spec', 'color']);
    if (at % 1000 === 0)
      put(PAINT, 'paint-06', at, {}, 'stamp', ['metadata', 'annotations', 'samples.example.com/seen'], {
        annotations: { 'samples.example.com/seen': time(at) },
      });
    if (at % 2000 === 0)
      put(
        LEASE,
        'widgets.example.com',
        at,
        { spec: { holderIdentity: 'widgets-0', renewTime: time(at) } },
        'widgets',
        ['spec', 'renewTime'],
        { namespace: 'widgets-system' },
      );
  }
  return churn;
}

describe.skipIf(noBrowser())('the page of changes', () => {
  const tests = pageTests('churn');
  let page: Page;
  let host: ChurnHost;
  async function open(churn = fought(), facts = {}): Promise<void> {
    page = await tests.newPage({ height: 720 });
    host = await ChurnHost.open(page, tests.url, churn, START + LENGTH, facts);
  }
  const row = (label: string) =>
    page.locator('tr[data-id]', { has: page.locator('.label', { hasText: new RegExp(`^${label}$`) }) });
  const cells = (label: string) =>
    row(label)
      .locator('td')
      .evaluateAll((all) => all.map((td) => td.textContent));

  it('says who fights over what, and who writes for nothing, before the table', async () => {
    await open();
    await expect
      .poll(() => page.locator('.facts').textContent())
      .toMatch(/^Changes in kind-a3 kinds in all namespaces40 s recorded, \d+ changes of 9 objects$/);
    await expect
      .poll(() => page.locator('.verdict').textContent())
      .toMatch(
        /^blue and red rewrite spec\.color of 6 Paints, \d(\.\d)? times a second: blue against red\. Since .* Let only one of blue and red set spec\.color: .*Show one of them$/,
      );
    await expect
      .poll(() => page.locator('.finding').textContent())
      .toMatch(
        /^stamp writes the time into metadata\.annotations\["samples\.example\.com\/seen"\] of Paint shop\/paint-06 and changes nothing else, .* a second/,
      );
    await expect.poll(() => page.locator('.findings > div').count()).toBe(2);
    await shot(page, 'churn-dark');
    for (const theme of ['light', 'hc-dark', 'hc-light'] as const) {
      await setTheme(page, theme);
      await shot(page, `churn-${theme}`);
    }
  });

  it('lists kinds, namespaces and objects with their counts, the fastest first and heartbeats last', async () => {
    await open();
    const labels = (): Promise<string[]> => page.locator('tr[data-id] .label').allTextContents();
    await expect.poll(async () => (await labels()).slice(0, 2)).toEqual(['Paint', 'shop']);
    await expect
      .poll(async () => (await labels()).slice(-3))
      .toEqual(['Lease', 'widgets-system', 'widgets.example.com']);
    await expect.poll(() => cells('paint-06')).toEqual(['paint-06', '', '40', '', '1/s', '', 'now', 'stamp']);
    await expect.poll(() => cells('paint-07')).toEqual(['paint-07', '', '10', '', '15/min', '', 'now', 'load']);
    await expect.poll(async () => (await cells('widgets.example.com')).at(-1)).toBe('widgets (heartbeat)');
    await expect
      .poll(() => row('widgets.example.com').getAttribute('title'))
      .toContain('Leases are renewed all the time');
    await expect.poll(() => row('paint-06').locator('path').getAttribute('d')).toMatch(/^M\d/);
  });

  it('shows of an object who changed which fields, and each change on a line of time', async () => {
    await open();
    await page.getByRole('button', { name: 'Show one of them' }).first().click();
    await page.locator('.chosen h2', { hasText: 'Paint shop/paint-0' }).waitFor();
    await expect
      .poll(() => page.locator('.managers tbody tr').evaluateAll((all) => all.map((tr) => tr.textContent)))
      .toEqual([
        expect.stringMatching(/^(red|blue)1\dspec\.color 1\d$/),
        expect.stringMatching(/^(red|blue)1\dspec\.color 1\d$/),
      ]);
    await expect.poll(() => page.locator('.lane').count()).toBe(2);
    const [a, b] = await page
      .locator('.lane')
      .evaluateAll((all) => all.map((lane) => getComputedStyle(lane.querySelector('.tick')!).backgroundColor));
    expect(a).not.toBe(b);
    await page.locator('.tick').first().click();
    await expect.poll(() => page.locator('.diff').textContent()).toMatch(/^spec\.color(red→blue|blue→red)$/);
    const first = await page.locator('.detail').textContent();
    await page.locator('.timeline').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('.detail').textContent()).not.toBe(first);
    await shot(page, 'churn-object');
    await page.keyboard.press('Escape');
    await page.locator('.chosen').waitFor({ state: 'hidden' });
  });

  it('is walked, folded and filtered by keys, and keeps the place while numbers come in', async () => {
    await open();
    await page.keyboard.press('/');
    await page.keyboard.type('stamp');
    await expect
      .poll(() => page.locator('tr[data-id] .label').allTextContents())
      .toEqual(['Paint', 'shop', 'paint-06']);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('tr.level1').count()).toBe(2);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => page.locator('tr.level3').count()).toBe(1);
    await expect.poll(() => row('Paint').getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('tr.level3').count()).toBe(9);
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
    const at = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset['id']);
    const before = await at();
    // The slowest paint becomes the fastest.
    for (let v = 0; v < 400; v++)
      host.churn.seen(
        PAINT,
        object('paint-07', 10_000 + v, { spec: { color: String(v) } }, [
          { manager: 'load', fields: owned('spec', 'color') },
        ]),
        START + LENGTH,
        { as: 'modified' },
      );
    await host.tell();
    await expect.poll(() => page.locator('tr.level3 .label').first().textContent()).toBe('paint-07');
    expect(await at()).toBe(before);
    await page.keyboard.press('Enter');
    await page.locator('.chosen h2').waitFor();
    expect(host.of('watch').at(-1)?.chosen).toBe(before);
  });

  it('has stored what is typed into the filter before anything can hide it', async () => {
    await open();
    const stored = await page.locator('.search').evaluate((input: HTMLInputElement) => {
      input.value = 'stamp';
      input.dispatchEvent(new Event('input'));
      return sessionStorage.getItem('state');
    });
    expect(JSON.parse(stored ?? '')).toMatchObject({ filter: 'stamp' });
  });

  it('drops messages that are not of its protocol, and works on', async () => {
    await open();
    expect(await host.sendStrays()).toContain('dropped: the page dropped: picture.picture is no object');
    expect(await page.locator('#app').getAttribute('data-state')).toBe('ready');
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => host.of('state').map((m) => m.state)).toEqual(['stopped']);
  });

  it('asks to pause, to stop, to go on while hidden and to save', async () => {
    await open();
    await page.locator('tr[data-id]').first().focus();
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('checkbox', { name: 'Record while hidden' }).check();
    for (const name of ['JSON', 'CSV', 'Markdown', 'kubbernecker'])
      await page.getByRole('button', { name: `Save as ${name}` }).click();
    await expect
      .poll(() =>
        host.sent
          .filter((m) => m.type !== 'ready' && m.type !== 'watch')
          .map(({ id: _, ...m }) => Object.values(m).join(' ')),
      )
      .toEqual([
        'state paused',
        'state stopped',
        'whileHidden true',
        'save json',
        'save csv',
        'save markdown',
        'save kubbernecker',
      ]);
    host.facts = { state: 'stopped' };
    await host.tell();
    await page.getByRole('button', { name: 'Start anew' }).waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
  });

  it("says quietly that nobody fights, what can't be watched, and what is not whole", async () => {
    const churn = new Churn({ start: START });
    churn.listed(PAINT, '', new Set(), START);
    churn.seen(PAINT, object('a', 1, {}, [{ manager: 'kubectl', fields: owned('spec') }]), START + 1000, {
      as: 'added',
    });
    await open(churn, {
      problems: [
        {
          code: 'kube.forbidden',
          message: 'The user jane may not list secrets in the whole cluster.',
          next: 'Ask for the right.',
        },
      ],
      notes: ['There are more objects than are told apart.'],
    });
    await expect
      .poll(() => page.locator('.quiet').textContent())
      .toBe("Nobody undoes another's changes, and nobody writes for nothing.");
    expect(await page.locator('.verdict').count()).toBe(0);
    await expect
      .poll(() => page.locator('.problems .line').allTextContents())
      .toEqual([
        'The user jane may not list secrets in the whole cluster. Ask for the right.Try again',
        'There are more objects than are told apart.',
      ]);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => host.of('retry').length).toBe(1);
    await shot(page, 'churn-quiet');
  });
});
