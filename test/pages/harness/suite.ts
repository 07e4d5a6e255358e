/** The setup of each page test file: one server and one browser for all of its tests, and a new page for each test. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { complaintsOf, PageServer, type PageOptions } from './browser';
import { shot } from './shots';

/** The context of the current test. */
export interface PageTests {
  readonly url: string;
  newPage(options?: PageOptions): Promise<Page>;
  /** Current text of the element that `selector` matches; '' if there is none. Wait for it with `expect.poll`. */
  text(selector: string): Promise<string>;
  press(...keys: string[]): Promise<void>;
}

/**
 * For a `describe`: serves webview/`name` to its tests and closes the page of each. A test also fails when its page
 * violated its CSP, threw, or sent a message outside its protocol. A failing test leaves a screenshot of its page.
 */
export function pageTests(name: 'churn' | 'flame' | 'goroutines' | 'metrics'): PageTests {
  let server: PageServer | undefined;
  let page: Page | undefined;
  beforeAll(async () => {
    server = await PageServer.start({ [name]: `webview/${name}/main.ts` });
  });
  afterAll(async () => {
    await server?.stop();
  });
  afterEach(async ({ task }) => {
    if (!page) return;
    const complaints = complaintsOf(page);
    if (task.result?.state === 'fail')
      await shot(page, `failed-${task.name.replaceAll(/\W+/g, '-').slice(0, 80)}`).catch(() => undefined);
    await page.context().close();
    page = undefined;
    expect(complaints).toEqual([]);
  });
  return {
    get url() {
      return `${server!.origin}/${name}`;
    },
    newPage: async (options) => (page = await server!.newPage(options)),
    text: async (selector) => (await page!.locator(selector).textContent()) ?? '',
    press: async (...keys) => {
      for (const k of keys) await page!.keyboard.press(k);
    },
  };
}
