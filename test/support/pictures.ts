import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ROOT } from './process.ts';

const FOLDER = join(ROOT, 'docs', 'pictures');

/**
 * Saves a picture of a page for the documentation, if the variable PICTURES is set. Pictures differ a
 * little each time, so a test run leaves those of the repository alone.
 */
export async function savePicture(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES === undefined) return;
  await mkdir(FOLDER, { recursive: true });
  await page.screenshot({ path: join(FOLDER, `dashboard-${name}.png`) });
}
