import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { browserPath, openBrowser } from '../support/browser.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { ROUTES } from '../support/routes.ts';

const path = browserPath();

// A machine without a browser skips these tests. In CI, the tests are never skipped, because CI
// must have a browser.
describe.skipIf(path === undefined && !process.env.CI)('the docs page', () => {
  let test: TestCloud;
  let browser: Browser;
  beforeAll(async () => {
    test = await testCloud();
    browser = await openBrowser(path!);
  });
  afterAll(async () => {
    await browser?.close();
    await test?.stop();
  });

  it('shows every operation, asks no other host, and tries one out with a key', async () => {
    const { api_key } = await prepareKeys(test.cloud);
    const page = await browser.newPage();
    const hosts = new Set<string>();
    const wrong: string[] = [];
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url())) hosts.add(new URL(request.url()).origin);
    });
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') wrong.push(message.text());
    });
    await page.goto(`${test.cloud.api}/docs`);
    await page.waitForSelector('.opblock');
    const shown = await page.$$eval('.opblock', (blocks) =>
      blocks.map((block) => {
        const of = (selector: string) => block.querySelector(selector)?.textContent ?? '';
        return `${of('.opblock-summary-method')} ${of('.opblock-summary-path')}`.replace(
          /\u200b/g,
          '',
        );
      }),
    );
    for (const { method, path: route } of ROUTES) expect(shown).toContain(`${method} ${route}`);

    await page.click('button.authorize');
    await page.fill('.modal-ux input', api_key);
    await page.click('.modal-ux button.authorize');
    await page.click('.modal-ux button.btn-done');
    const block = page.locator('#operations-Jobs-jobs');
    await block.locator('.opblock-summary').click();
    await block.locator('.try-out__btn').click();
    await block.locator('button.execute').click();
    const status = block.locator('.live-responses-table tbody .response-col_status');
    expect((await status.innerText()).trim()).toMatch(/^200/);
    expect(wrong).toEqual([]);
    expect([...hosts]).toEqual([new URL(test.cloud.api).origin]);
  });
});
