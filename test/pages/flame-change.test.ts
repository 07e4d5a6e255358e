/** One profile against another, and what can be taken out of the page. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openProfile, MAX_BYTES } from '../../src/profile/open';
import type { OpenProfile } from '../../src/profile/types';
import { noBrowser, setTheme } from './harness/browser';
import { FlameHost } from './harness/flamehost';
import { pprofTop } from './harness/pproftop';
import { controllerProfile, slowerProfile } from './harness/profiles';
import { shot } from './harness/shots';
import { pageTests } from './harness/suite';

const against = (): OpenProfile =>
  openProfile([controllerProfile(), slowerProfile()], { maxBytes: MAX_BYTES, combine: { sources: 1, ofBase: true } });

/** Rows of `go tool pprof -top -diff_base` that changed: flat, flat%, cum, cum%, name. */
async function diffTop(): Promise<string[]> {
  const rows = (await pprofTop(controllerProfile(), { base: slowerProfile() })).map((r) => r.split(' '));
  return rows
    .map((r) => [r[0], r[1], ...r.slice(3, 6)].join(' ').replace(/\[.*/, ''))
    .filter((l) => !l.startsWith('0 0% 0 0%'));
}

describe.skipIf(noBrowser())('a profile against another', () => {
  const tests = pageTests('flame');
  const { text } = tests;
  let page: Page;
  let host: FlameHost;

  async function open(profile: Uint8Array | OpenProfile): Promise<void> {
    page = await tests.newPage({ height: 1400 });
    host = await FlameHost.open(page, tests.url, profile, { title: 'CPU gadgets against CPU gadgets, yesterday' });
  }
  const item = async (name: string): Promise<void> => {
    await page.locator('#save').click();
    await page.getByRole('menuitem', { name }).click();
  };

  it('shows in red and blue what grew and fell, with before, after and change, as pprof -diff_base counts it', async () => {
    const expected = await diffTop();
    expect(expected.length).toBeGreaterThan(3);
    await open(against());
    await expect.poll(() => text('#legend')).toBe('gonelessthe samemorenew');
    await expect.poll(() => text('#total')).toContain('per cent of the base');
    await page.locator('#flame').focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowDown');
    await expect.poll(() => text('#focused-total')).toContain('(before 16 s, after 8.26 s)');
    await shot(page, 'change-flame');
    await page.keyboard.press('4');
    const rows = (): Promise<string[]> =>
      page
        .getByRole('grid', { name: 'Functions' })
        .locator('.row')
        .evaluateAll((all) =>
          all
            .sort((a, b) => Number((a as HTMLElement).dataset['row']) - Number((b as HTMLElement).dataset['row']))
            .map((r) => {
              const c = [...r.children].map((x) => (x as HTMLElement).title || x.textContent!);
              return [c[2], c[3], c[6], c[7], c[8]].join(' ').replace(/\[.*/, '');
            }),
        );
    const changed = async (): Promise<string[]> => (await rows()).filter((r) => !r.startsWith('0 0% 0 0%'));
    await expect.poll(changed).toEqual(expected);
    await shot(page, 'change-top');
    await page.locator('#scale').click();
    await page.getByRole('menuitemcheckbox', { name: 'Per Second of Each Capture' }).click();
    await expect.poll(() => host.of('normalize').map((m) => m.how)).toEqual(['duration']);
    for (const theme of ['light', 'hc-dark', 'hc-light'] as const) {
      await setTheme(page, theme);
      await page.keyboard.press('1');
      await page.locator('#flame').focus();
      await shot(page, `change-${theme}`);
    }
  });

  it('takes out the part as a profile, stacks, pictures, tables and a comment', async () => {
    await open(controllerProfile());
    await page.locator('#compare').click();
    await expect.poll(() => host.of('compareWith').length).toBe(1);
    await page.keyboard.press('c');
    await expect.poll(() => text('#shows')).not.toBe('');
    await item('Profile, for go tool pprof');
    await expect.poll(() => host.of('save').length).toBe(1);
    expect(host.of('save')[0]).toEqual({ type: 'save', form: 'pprof', sampleType: 1, part: { cut: true } });
    await item('Flame Graph as SVG');
    await expect.poll(() => host.of('save').length).toBe(2);
    const picture = String(host.of('save')[1]!.data);
    expect(picture).toMatch(/^<svg xmlns/);
    expect(picture).toContain('(*GadgetReconciler).hash');
    expect(picture, 'the framework is cut').not.toContain('processNextWorkItem');
    // What a picture viewer makes of it.
    const viewer = await page.context().newPage();
    await viewer.setContent(`<body style="margin:0">${picture}`);
    await shot(viewer, 'change-svg');
    await expect.poll(() => viewer.locator('svg rect').count()).toBeGreaterThan(20);
    await viewer.close();
    await item('Table as CSV');
    await expect.poll(() => host.of('save').length).toBe(3);
    const lines = String(host.of('save')[2]!.data).split('\r\n');
    expect(lines[0]).toBe('flat,flat%,sum%,cum,cum%,name,place');
    expect(lines[1]).toBe(
      '5.30s,30.67%,30.67%,8.26s,47.80%,example.com/gadgets/internal/controller.(*GadgetReconciler).hash,internal/controller/gadget.go:91',
    );
    await item('Copy as a Comment');
    await expect.poll(() => host.of('copy').length).toBe(1);
    const { text: comment } = host.of('copy')[0]!;
    expect(comment).toContain('- 17.3 s of CPU in 1,728 samples (58 % of one core)');
    expect(comment).toContain(
      '| 5.30s | 30.67% | 8.26s | 47.80% | example.com/gadgets/internal/controller.(\\*GadgetReconciler).hash |',
    );
    await item('Flame Graph as PNG');
    await expect.poll(() => host.of('save').length).toBe(4);
    const bytes = host.of('save')[3]!.data as Uint8Array;
    expect(Buffer.from(bytes.subarray(1, 4)).toString()).toBe('PNG');
  });
});
