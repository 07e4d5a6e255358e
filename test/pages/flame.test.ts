import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openProfile } from '../../src/profile/open';
import { nextFrame, noBrowser, setTheme, type PageOptions } from './harness/browser';
import { FlameHost } from './harness/flamehost';
import { controllerProfile, deepProfile, emptyProfile } from './harness/profiles';
import { shot } from './harness/shots';
import { pageTests } from './harness/suite';

describe.skipIf(noBrowser())('flame graph page', () => {
  const tests = pageTests('flame');
  const { text, press } = tests;
  let page: Page;
  let host: FlameHost;

  async function open(
    bytes: Uint8Array,
    facts: Parameters<typeof FlameHost.open>[3] = {},
    options: PageOptions = {},
  ): Promise<void> {
    page = await tests.newPage(options);
    host = await FlameHost.open(page, tests.url, bytes, facts);
  }
  const focused = async (): Promise<string> => text('#focused b');
  /** Middle of a frame in the picture at a depth, by the part of the width it stands at. */
  const at = async (depth: number, part: number): Promise<{ x: number; y: number }> => {
    const box = (await page.locator('#flame').boundingBox())!;
    return { x: box.x + box.width * part, y: box.y + depth * 20 + 10 };
  };
  const zooms = (): (readonly number[])[] => host.of('flame').map((m) => m.query.zoom);

  it('shows the facts, the picture, and says how long it took', async () => {
    await open(controllerProfile());
    await expect.poll(() => text('.facts')).toContain('gadgets-controller-7c9d · CPU');
    await expect.poll(() => text('#total')).toBe('17.3 s of CPU in 1,728 samples (58 % of one core)');
    expect(await page.locator('#app').getAttribute('data-frames')).toBe('43');
    await expect.poll(() => host.of('drawn').length).toBe(1);
    expect(host.of('drawn')[0]!.millis).toBeGreaterThan(0);
    const [query] = host.of('flame');
    expect(query!.query.minShare).toBeCloseTo(0.25 / 1148, 6);
    expect(query!.query.ownModules).toEqual(['example.com/gadgets']);
    await shot(page, 'flame-dark');
  });

  it('walks by the arrow keys, reads each frame out, and agrees with the reader about its figures', async () => {
    await open(controllerProfile());
    await page.locator('#flame').focus();
    await press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown');
    await expect.poll(focused).toBe('(*GadgetReconciler).hash');
    const top = await openProfile(controllerProfile()).top({ sampleType: 1 });
    const at = top.names.findIndex((name) => name.endsWith('.hash'));
    const hash = { flat: top.flat[at]!, cum: top.cum[at]! };
    const all = top.flat.reduce((sum, flat) => sum + flat, 0);
    await expect
      .poll(() => text('#focused-self'))
      .toBe(`self ${(hash.flat / 1e9).toFixed(1)} s · ${((100 * hash.flat) / all).toFixed(1)} %`);
    await expect
      .poll(() => text('#focused-total'))
      .toBe(`total ${(hash.cum / 1e9).toFixed(2)} s · ${((100 * hash.cum) / all).toFixed(1)} %`);
    await expect.poll(() => text('#focused-source')).toBe('internal/controller/gadget.go:91');
    await expect.poll(() => text('#live')).toContain('hash, total 8.26 s, 47.8 %, self 5.3 s, 30.7 %, level 7, 1 of 3');

    await press('ArrowRight');
    await expect.poll(focused).toBe('(*client).Update');
    await press('ArrowLeft', 'ArrowUp');
    await expect.poll(focused).toBe('(*GadgetReconciler).Reconcile');
    await press('ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowDown');
    await expect.poll(focused, { message: 'down again leads back to where one came from' }).toBe('(*client).Update');
    await press('Home');
    await expect.poll(focused).toBe('root');
    await shot(page, 'flame-walk');
  });

  it('zooms by key and click, asks for a finer tree, and goes back step by step', async () => {
    await open(controllerProfile());
    await page.locator('#flame').focus();
    for (let i = 0; i < 5; i++) await press('ArrowDown');
    await press('Enter');
    await expect.poll(() => zooms().at(-1)?.length).toBe(5);
    await press('ArrowDown', 'ArrowRight', 'ArrowRight', 'Enter');
    await expect.poll(focused).toBe('(*client).Get');
    await expect.poll(() => zooms().at(-1)?.length).toBe(6);
    await page.locator('#reset').waitFor();
    await shot(page, 'flame-zoomed');
    // The zoomed frame fills the width now: a click far right of where it was hits the frame above it, with its own
    // figures.
    await page.mouse.click(...(Object.values(await at(5, 0.9)) as [number, number]));
    await expect.poll(focused).toBe('(*GadgetReconciler).Reconcile');
    await expect.poll(() => text('#focused-total')).toContain('· 76.2 %');
    await press('ArrowDown', 'Enter', 'ArrowDown', 'Enter');
    await press('Escape');
    await expect.poll(() => zooms().at(-1)?.length).toBe(6);
    await press('Backspace', 'Escape');
    await page.locator('#reset').waitFor({ state: 'hidden' });
    const asked = zooms().length;
    await press('Escape');
    await nextFrame(page);
    expect(zooms().length, 'nothing to go back to').toBe(asked);
  });

  it('glides to the zoom where motion is welcome, and ends where it should', async () => {
    await open(controllerProfile(), {}, { reducedMotion: false });
    await page.locator('#flame').focus();
    for (let i = 0; i < 6; i++) await press('ArrowDown');
    await press('ArrowRight', 'Enter');
    await expect.poll(() => zooms().at(-1)?.length).toBe(6);
    const hover = async (): Promise<string> => {
      await page.mouse.move(...(Object.values(await at(6, 0.9)) as [number, number]));
      await page.mouse.move(...(Object.values(await at(6, 0.1)) as [number, number]));
      return text('#tooltip');
    };
    await expect.poll(hover).toContain('(*client).Update');
    await expect.poll(() => text('#tooltip')).toContain('100 % of the zoomed');
    await press('Escape');
    await expect.poll(hover).toContain('.hash');
  });

  it('drops an answer that another zoom overtook', async () => {
    await open(controllerProfile());
    await page.locator('#flame').focus();
    let release = (): void => {};
    host.gate = new Promise((done) => {
      release = done;
    });
    await press('ArrowDown', 'Enter', 'ArrowDown', 'Enter', 'Escape', 'Escape');
    const unanswered = (): number[] =>
      host
        .of('flame')
        .filter((m) => !host.answered.includes(m.id!))
        .map((m) => m.query.zoom.length);
    await expect.poll(unanswered).toEqual([1, 2, 1]);
    release();
    await expect.poll(unanswered).toEqual([]);
    await nextFrame(page);
    await page.locator('#reset').waitFor({ state: 'hidden' });
    await page.mouse.move(...(Object.values(await at(1, 0.97)) as [number, number]));
    await expect.poll(() => text('#tooltip'), { message: 'the whole tree is still in view' }).toContain('mcall');
  });

  it('searches: count and share, hits marked, next and previous, a pattern that is none', async () => {
    await open(controllerProfile());
    await press('/');
    await page.keyboard.type('json');
    await expect.poll(() => text('#matches')).toBe('5 frames · 12.3 %');
    await expect.poll(() => page.getByLabel('Search frames').inputValue()).toBe('json');
    await shot(page, 'flame-search');
    await press('Enter');
    await expect.poll(focused).toMatch(/Serializer|json\.|decodeState/);
    const first = await focused();
    await press('Escape', 'n');
    await expect.poll(focused).not.toBe(first);
    await press('N');
    await expect.poll(focused).toBe(first);
    await expect.poll(() => page.locator('#legend').textContent()).toContain('matches');
    await press('Control+f');
    await page.keyboard.type('/(/');
    await expect.poll(() => text('#matches')).toBe('not a regular expression');
    await expect.poll(() => page.locator('#matches').getAttribute('title')).toContain('not a regular expression');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('no such thing');
    await expect.poll(() => text('#matches')).toBe('no match');
  });

  it('shows a tooltip inside the window with function, package, place and figures', async () => {
    await open(controllerProfile());
    await page.mouse.move(...(Object.values(await at(6, 0.3)) as [number, number]));
    for (const part of [
      '(*GadgetReconciler).hash',
      'example.com/gadgets/internal/controller',
      'gadget.go:91',
      '5.3 s · 30.7 %',
      '8.26 s · 47.8 %',
    ])
      await expect.poll(() => text('#tooltip')).toContain(part);
    await shot(page, 'flame-tooltip');
    await page.mouse.move(...(Object.values(await at(1, 0.985)) as [number, number]));
    await expect.poll(() => text('#tooltip')).toContain('mcall');
    const box = (await page.locator('#tooltip').boundingBox())!;
    expect(box.x + box.width).toBeLessThanOrEqual(1180);
    await page.mouse.move(5, 5);
    await page.locator('#tooltip').waitFor({ state: 'hidden' });
  });

  it('turns over with i and keeps up and down as on the screen', async () => {
    await open(controllerProfile());
    await page.locator('#flame').focus();
    await press('i', 'ArrowUp');
    await expect.poll(focused).toContain('Start.func2.2');
    await press('ArrowDown');
    await expect.poll(focused).toBe('root');
    await expect.poll(() => page.locator('#flip').getAttribute('aria-pressed')).toBe('true');
    const box = (await page.locator('#flame').boundingBox())!;
    await page.mouse.click(box.x + 100, box.y + box.height - 30);
    await expect.poll(focused, { message: 'the root stands at the foot' }).toContain('Start.func2.2');
    await shot(page, 'flame-flipped');
  });

  it('opens the source by key, link and Ctrl+click', async () => {
    await open(controllerProfile());
    await page.locator('#flame').focus();
    for (let i = 0; i < 6; i++) await press('ArrowDown');
    await press('o');
    await page.locator('#focused-source').click();
    const { x, y } = await at(6, 0.3);
    await page.keyboard.down('Control');
    await page.mouse.click(x, y);
    await page.keyboard.up('Control');
    await expect.poll(() => host.of('openSource').length).toBe(3);
    for (const m of host.of('openSource'))
      expect(m.frame).toEqual({
        name: 'example.com/gadgets/internal/controller.(*GadgetReconciler).hash',
        file: '/home/me/gadgets/internal/controller/gadget.go',
        line: 91,
      });
    expect(
      zooms().every((z) => z.length === 0),
      'Ctrl+click does not zoom',
    ).toBe(true);
  });

  it('switches values and colours', async () => {
    await open(controllerProfile());
    await page.locator('#types').click();
    await page.getByRole('option', { name: 'samples (count)' }).click();
    await expect.poll(() => text('#focused-total')).toBe('total 1,728 · 100 %');
    expect(host.of('flame').at(-1)!.query.sampleType).toBe(0);
    await page.locator('#colours').click();
    await page.getByRole('option', { name: 'Colour: your module' }).click();
    await expect.poll(() => text('#legend')).toBe('your moduledependenciesstandard library');
    await shot(page, 'flame-own');
  });

  it('comes back as it was after the window is loaded again', async () => {
    await open(controllerProfile());
    await page.locator('#flame').focus();
    for (let i = 0; i < 6; i++) await press('ArrowDown');
    await press('Enter', 'i');
    await press('/');
    await page.keyboard.type('sha256');
    await expect.poll(() => text('#matches')).toBe('2 frames · 15.0 %');
    const before = { focused: await text('#focused'), zoom: zooms().at(-1) };
    expect(before.zoom).toHaveLength(6);
    await page.reload();
    await page.locator('#app[data-state=ready]').waitFor();
    expect(zooms().at(-1)).toEqual(before.zoom);
    await expect.poll(() => text('#focused')).toBe(before.focused);
    await expect.poll(() => text('#matches')).toBe('2 frames · 15.0 %');
    await expect.poll(() => page.locator('#flip').getAttribute('aria-pressed')).toBe('true');
    await page.locator('#reset').waitFor();
  });

  it('gives the same data as a tree that keys work in', async () => {
    await open(controllerProfile());
    await page.getByRole('tab', { name: 'Tree' }).click();
    const tree = page.getByRole('tree', { name: 'Call tree' });
    await tree.focus();
    await expect.poll(() => page.getByRole('treeitem').count()).toBeGreaterThan(4);
    const active = async (): Promise<string> =>
      (await page.locator(`#${await tree.getAttribute('aria-activedescendant')}`).getAttribute('aria-label')) ?? '';
    await expect.poll(active).toContain('root');
    await press('ArrowDown');
    await expect.poll(active).toContain('Start.func2.2');
    const item = page.locator('[role=treeitem][aria-selected=true]');
    await press('ArrowRight', 'ArrowRight');
    await expect.poll(active).toContain('processNextWorkItem');
    await expect.poll(() => item.getAttribute('aria-level')).toBe('3');
    for (let i = 0; i < 4; i++) await press('ArrowRight');
    await expect.poll(active).toMatch(/hash, total 8.26 s, 47.8 %, self 5.3 s · 30.7 %/);
    await expect.poll(() => item.getAttribute('aria-expanded')).toBe('false');
    await expect.poll(() => item.getAttribute('aria-setsize')).toBe('3');
    await press('ArrowRight');
    await expect.poll(() => item.getAttribute('aria-expanded')).toBe('true');
    await shot(page, 'flame-tree');
    await press('ArrowLeft', 'ArrowLeft');
    await expect.poll(active).toContain('(*GadgetReconciler).Reconcile');
    await page.getByRole('tab', { name: 'Flame' }).click();
    await expect.poll(focused, { message: 'both views share the focused frame' }).toBe('(*GadgetReconciler).Reconcile');
  });

  it('scrolls through a stack 10,000 deep', async () => {
    await open(deepProfile(10_000));
    await expect.poll(() => page.locator('#app').getAttribute('data-frames')).toBe('10002');
    await page.locator('#flame').focus();
    await page.locator('.scroll').evaluate((e) => {
      e.scrollTop = e.scrollHeight;
    });
    const box = (await page.locator('#flame').boundingBox())!;
    expect(box.height, 'the canvas is as large as what is seen').toBeLessThan(620);
    await page.mouse.click(box.x + box.width * 0.9, box.y + box.height - 10);
    await expect.poll(focused).toBe('deep.step9999');
    await expect.poll(() => zooms().at(-1)?.length).toBe(10_000);
    await press('ArrowUp');
    await expect.poll(focused).toBe('deep.step9998');
    await shot(page, 'flame-deep');
    await press('Escape');
    await page.getByRole('tab', { name: 'Tree' }).click();
    await page.locator('#tree').focus();
    await press('End');
    await expect.poll(() => page.getByRole('treeitem').count(), { message: 'lines in view only' }).toBeLessThan(60);
  });

  it('asks for finer detail when the window grows', async () => {
    await open(controllerProfile(), {}, { width: 600 });
    expect(host.of('flame')).toHaveLength(1);
    await page.setViewportSize({ width: 1600, height: 700 });
    await expect.poll(() => host.of('flame').at(-1)!.query.minShare).toBeCloseTo(0.25 / 1568, 6);
    // What the page puts off is due at once by this clock.
    await page.clock.install();
    await page.setViewportSize({ width: 700, height: 700 });
    await nextFrame(page);
    await page.clock.runFor(1000);
    await expect.poll(() => page.locator('#flame').evaluate((e) => e.clientWidth)).toBe(668);
    expect(host.of('flame')).toHaveLength(2);
    await shot(page, 'flame-narrow');
  });

  it('asks for its first tree with the message that it is ready, and anew when its window grew meanwhile', async () => {
    await open(controllerProfile());
    const [ready] = host.of('ready');
    const early = { sampleType: '', zoom: [], minShare: 0.25 / 1148 };
    const [first] = ready!.early;
    expect(ready!.early).toEqual([{ id: first!.id, ...early }]);
    expect(host.of('flame').map((m) => m.id)).toEqual([first!.id]);
    await page.locator('#types').click();
    await page.getByRole('option', { name: 'samples (count)' }).click();
    await page.locator('#flame').focus();
    await press('ArrowDown', 'Enter');
    await expect.poll(() => zooms().at(-1)?.length).toBe(1);
    const before = host.of('flame').length;
    host.holdsFirst = true;
    await page.reload();
    await expect.poll(() => host.of('ready').length).toBe(2);
    const again = host.of('ready')[1]!.early;
    const id = again[0]!.id;
    expect(again).toEqual(
      [[], zooms().at(-1)].map((zoom, i) => ({ id: id + i, ...early, sampleType: 'samples/count', zoom })),
    );
    await page.setViewportSize({ width: 1600, height: 700 });
    await nextFrame(page);
    host.holdsFirst = false;
    await host.begin();
    await page.locator('#app[data-state=ready]').waitFor();
    expect(
      host
        .of('flame')
        .slice(before)
        .map((m) => [m.id, m.query.sampleType, m.query.zoom.length, Math.round(0.25 / m.query.minShare)]),
    ).toEqual([
      [id, 0, 0, 1148],
      [id + 1, 0, 1, 1148],
      [id + 2, 0, 0, 1568],
      [id + 3, 0, 1, 1568],
    ]);
  });

  it('offers the goroutines of a dump', async () => {
    await open(controllerProfile(), { pages: ['goroutines', 'flame'] });
    await page.getByRole('tab', { name: 'Groups' }).click();
    await expect.poll(() => host.of('show').map((m) => m.page)).toEqual(['goroutines']);
  });

  it('shows all keys on ? and closes them with Escape', async () => {
    await open(controllerProfile());
    await page.locator('#flame').focus();
    await press('?');
    await page.locator('#keys').waitFor();
    await shot(page, 'flame-keys');
    await press('Escape');
    await page.locator('#keys').waitFor({ state: 'hidden' });
  });

  it('is reached by Tab from the first control to the legend', async () => {
    await open(controllerProfile());
    // The picture has the focus from the start: arrows work without a click. Tab goes on from there, Shift+Tab back.
    const here = (): Promise<string> =>
      page.evaluate(() => document.activeElement!.id || document.activeElement!.textContent!);
    await expect.poll(here).toBe('flame');
    const back: string[] = [];
    for (let i = 0; i < 9; i++) {
      await press('Shift+Tab');
      back.push(await here());
    }
    expect(back).toEqual(['save', 'compare', 'cut', 'filter', 'flip', 'search', 'colours', 'types', 'Flame']);
    await page.locator('#flame').focus();
    await press('Tab');
    await expect.poll(here).toBe('help');
  });

  it('drops messages that are not of its protocol, and works on', async () => {
    await open(controllerProfile());
    await page.locator('#flame').focus();
    await press('ArrowDown');
    const before = await text('#focused');
    expect(await host.sendStrays()).toContain('dropped: the page dropped: init.facts is no object');
    expect(await text('#focused')).toBe(before);
    expect(await page.locator('#app').getAttribute('data-state')).toBe('ready');
    await press('ArrowDown', 'Enter');
    await expect.poll(() => zooms().at(-1)?.length).toBe(2);
  });

  it('says what is wrong, what is on its way, and that there is nothing', async () => {
    await open(emptyProfile());
    await expect.poll(() => text('#empty')).toContain('This profile has no samples.');
    await expect.poll(() => text('#empty')).toContain('Capture again for longer');
    await shot(page, 'flame-empty');
    await host.send({ type: 'loading', title: 'gadgets · CPU', text: 'Reading 0.4 MiB' });
    await page.locator('#app[data-state=loading]').waitFor();
    await expect.poll(() => text('#app')).toContain('Reading 0.4 MiB');
    await host.send({
      type: 'failed',
      title: 'cpu.pb.gz',
      problem: {
        code: 'profile.truncated',
        message: 'The profile ends in the middle of a sample.',
        next: 'Capture it again.',
        detail: 'at byte 812 of 900',
      },
    });
    await page.locator('#app[data-state=failed]').waitFor();
    for (const part of ['ends in the middle', 'Capture it again.', 'at byte 812'])
      await expect.poll(() => text('#app')).toContain(part);
    await shot(page, 'flame-failed');
  });

  it.each(['light', 'hc-dark', 'hc-light'] as const)('follows the theme: %s', async (theme) => {
    await open(controllerProfile());
    const pixel = (): Promise<number[]> =>
      page
        .locator('#flame')
        .evaluate((c) => [...(c as HTMLCanvasElement).getContext('2d')!.getImageData(300, 126, 1, 1).data]);
    const dark = await pixel();
    await setTheme(page, theme);
    await expect.poll(pixel).not.toEqual(dark);
    await page.locator('#flame').focus();
    for (let i = 0; i < 5; i++) await press('ArrowDown');
    await press('/');
    await page.keyboard.type('serial');
    await expect.poll(() => text('#matches')).toBe('2 frames · 12.3 %');
    await press('Escape');
    await shot(page, `flame-${theme}`);
  });
});
