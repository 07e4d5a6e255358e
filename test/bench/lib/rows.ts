/** Watches the rows of the Clusters view from within the window: when they come, and whether they go away again. */
import type { Page } from 'playwright-core';

export interface RowsSeen {
  /** A row under the context was drawn, ms since the epoch; undefined: none. */
  readonly firstAt: number | undefined;
  /** Since `mark`: rows in view then, the fewest at any later time, and rows that were taken out and put in. */
  readonly atMark: number;
  readonly fewest: number;
  readonly removed: number;
  readonly added: number;
}

interface Watching extends Window {
  benchRows: {
    firstAt: number | undefined;
    atMark: number;
    fewest: number;
    removed: number;
    added: number;
    count(): number;
  };
}

/** Before the window is loaded. */
export async function watchRows(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const w = window as unknown as Watching;
    const here = (): readonly Element[] =>
      [...document.querySelectorAll('.pane .monaco-list-row[aria-level="2"]')].filter(
        (r) => !/Connecting to|^message/.test(r.getAttribute('aria-label') ?? r.textContent ?? ''),
      );
    const state = (w.benchRows = {
      firstAt: undefined as number | undefined,
      atMark: 0,
      fewest: 0,
      removed: 0,
      added: 0,
      count: () => document.querySelectorAll('.pane .monaco-list-row').length,
    });
    const row = (n: Node): boolean => n instanceof Element && n.classList.contains('monaco-list-row');
    const observe = (): void => {
      new MutationObserver((changes) => {
        if (state.firstAt === undefined && here().length > 0) state.firstAt = Date.now();
        if (state.atMark === 0) return;
        for (const c of changes) {
          state.removed += [...c.removedNodes].filter(row).length;
          state.added += [...c.addedNodes].filter(row).length;
        }
        state.fewest = Math.min(state.fewest, state.count());
      }).observe(document, { childList: true, subtree: true });
    };
    observe();
  });
}

/** From now on rows are counted. */
export async function markRows(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { benchRows } = window as unknown as Watching;
    Object.assign(benchRows, { atMark: benchRows.count(), fewest: benchRows.count(), removed: 0, added: 0 });
  });
}

export async function rowsSeen(page: Page): Promise<RowsSeen> {
  return page.evaluate(() => {
    const { firstAt, atMark, fewest, removed, added } = (window as unknown as Watching).benchRows;
    return { firstAt, atMark, fewest, removed, added };
  });
}
