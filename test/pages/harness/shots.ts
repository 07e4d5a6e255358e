/**
 * Screenshots of the tests' steps, in a folder that is not committed: for inspection, and to see what a failure looked
 * like.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';

const folder = path.join(import.meta.dirname, '../../../test-results/shots');

export async function shot(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `page-${name}.png`) });
}
