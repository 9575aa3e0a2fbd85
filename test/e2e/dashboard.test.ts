import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { prepareKeys, type TenantKeys } from '../../cli/start/keys.ts';
import { createClient } from '../../client/index.ts';
import { browserPath, openBrowser } from '../support/browser.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { createReviews } from '../support/dashboard-records.ts';
import { savePicture } from '../support/pictures.ts';

const path = browserPath();
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PATIENCE = { timeout: 100_000, interval: 200 };

// A machine without a browser skips these tests. In CI, the tests are never skipped, because CI
// must have a browser.
describe.skipIf(path === undefined && !process.env.CI)('the dashboard', () => {
  let test: TestCloud;
  let browser: Browser;
  let keys: TenantKeys;
  let axe: string;
  const reviews = createReviews(Date.now());

  beforeAll(async () => {
    [test, browser, axe] = await Promise.all([
      testCloud(),
      openBrowser(path!),
      readFile(AXE, 'utf8'),
    ]);
    keys = await prepareKeys(test.cloud);
    const client = createClient({ base_url: test.cloud.api, api_key: keys.api_key });
    const waitForCounts = (expected: { total: number; withdrawn: number }) =>
      vi.waitFor(async () => {
        const { total, withdrawn } = await client.overview({ from: dayAgo() });
        expect({ total, withdrawn }).toEqual(expected);
      }, PATIENCE);
    await putBad(test);
    const gone = { source: 'reviews', record_id: 'gone' };
    await client.publish([...reviews, { ...gone, text: 'This will be withdrawn.' }]);
    // A withdrawal in the same batch would replace the text before it is in the listing.
    await waitForCounts({ total: reviews.length + 1, withdrawn: 0 });
    await client.publish([{ ...gone, deleted: true }]);
    await waitForCounts({ total: reviews.length, withdrawn: 1 });
  });
  afterAll(async () => {
    await browser?.close();
    await test?.stop();
  });

  interface Opened {
    page: Page;
    /** Errors of the page, among them breaches of its security policy. */
    wrong: string[];
    urls: string[];
  }

  /** Opens a view in a tab of its own, with a key that may only read. */
  async function open(view: string, options: Options = {}): Promise<Opened> {
    const {
      key = keys.read_only_api_key,
      theme = 'light',
      locale = 'en',
      expects = /(?!)/,
    } = options;
    const context = await browser.newContext({
      viewport: { width: 1_280, height: 860 },
      colorScheme: theme,
      locale,
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const [wrong, urls]: [string[], string[]] = [[], []];
    page.on('request', (request) => urls.push(request.url()));
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !expects.test(text)) wrong.push(text);
    });
    await page.goto(`${test.cloud.api}/dashboard#key=${key}&${view}`);
    return { page, wrong, urls };
  }
  interface Options {
    key?: string;
    theme?: 'light' | 'dark';
    locale?: string;
    /** Messages of the browser's console that the test causes, such as those of refused requests. */
    expects?: RegExp;
  }

  const readTile = (page: Page, name: string) =>
    page
      .locator('.tile', { has: page.getByRole('heading', { name, exact: true }) })
      .locator('.figure');

  /** Waits until the overview shows all records, among them those that other tests have published. */
  const waitForAllRecords = (page: Page) =>
    vi.waitFor(async () => {
      const client = createClient({ base_url: test.cloud.api, api_key: keys.api_key });
      const { total } = await client.overview({ from: dayAgo() });
      expect(total).toBeGreaterThanOrEqual(reviews.length);
      expect(await readTile(page, 'Records').innerText()).toBe(`${total}`);
    }, PATIENCE);

  const fragment = (page: Page) => decodeURIComponent(new URL(page.url()).hash);

  it('the key leaves the address at once, no server sees it in a URL, and no other host is asked', async () => {
    const { page, wrong, urls } = await open('/overview');
    await waitForAllRecords(page);
    expect(fragment(page)).toBe('#/overview');
    await page.goBack();
    expect(page.url()).not.toContain(keys.read_only_api_key);
    await page.goForward();
    await page.reload();
    await waitForAllRecords(page);
    expect(urls.filter((url) => url.includes(keys.read_only_api_key))).toEqual([]);
    expect([...new Set(urls.map((url) => new URL(url).origin))]).toEqual([
      new URL(test.cloud.api).origin,
    ]);
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  it.each([
    ['overview', '/overview'],
    ['texts', '/texts?open=reviews%2Freview-19'],
    ['live', '/live'],
    ['alerts', '/alerts'],
    ['jobs', '/jobs'],
    ['pipeline', '/pipeline'],
    ['try', '/try'],
  ])('the page %s breaks no rule of axe, in either theme and in Arabic', async (name, view) => {
    for (const [theme, locale] of [
      ['light', 'en'],
      ['dark', 'en'],
      ['light', 'ar'],
    ] as const) {
      const { page, wrong } = await open(view, { theme, locale });
      await page.locator('main h1').waitFor();
      if (name === 'texts') await page.locator('.details blockquote').waitFor();
      if (!['alerts', 'jobs', 'try'].includes(name))
        await page.locator('.tile .figure, .row').first().waitFor();
      const html = page.locator('html');
      expect(await html.getAttribute('dir')).toBe(locale === 'ar' ? 'rtl' : 'ltr');
      expect(await html.getAttribute('data-theme')).toBe(theme);
      expect(await findBreaches(page, axe), `${name} ${theme} ${locale}`).toEqual([]);
      await savePicture(page, `${name}-${locale === 'ar' ? locale : theme}`);
      expect(wrong).toEqual([]);
      await page.context().close();
    }
  });

  it('a click on a source filters everything, and the back button ends the filter', async () => {
    const { page, wrong } = await open('/overview');
    const of = reviews.filter(({ source }) => source === 'support').length;
    await page.getByRole('button', { name: 'support', exact: true }).click();
    await expect.poll(() => readTile(page, 'Records').innerText(), PATIENCE).toBe(`${of}`);
    expect(fragment(page)).toBe('#/overview?source=support');
    await page.getByRole('link', { name: 'All texts' }).click();
    expect(fragment(page)).toBe('#/texts?source=support&sentiment=NEGATIVE');
    await page.goBack();
    await page.goBack();
    await waitForAllRecords(page);
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  it('dragging over the chart zooms in, the arrow keys read its intervals out, and Escape zooms out', async () => {
    const { page } = await open('/overview');
    const plot = page.locator('.u-over');
    await plot.waitFor();
    await plot.scrollIntoViewIfNeeded();
    const { x, y, width } = (await plot.boundingBox())!;
    await page.mouse.move(x + width * 0.5, y + 60);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.8, y + 60, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => fragment(page), PATIENCE).toMatch(/^#\/overview\?from=.+Z&to=.+Z$/);
    await page.locator('.plot').focus();
    const readout = page.locator('.chart .readout');
    // The chart is drawn anew when the counts of the chosen part arrive.
    const readFromEnd = async () => {
      await page.keyboard.press('End');
      return readout.locator('strong').innerText();
    };
    await expect.poll(readFromEnd, PATIENCE).not.toBe('Whole period');
    expect(await readout.getAttribute('aria-live')).toBe('polite');
    await page.keyboard.press('Escape');
    await expect.poll(() => fragment(page), PATIENCE).toBe('#/overview');
    await page.context().close();
  });

  it('texts are searched, opened with their history, and withdrawn ones shown as such', async () => {
    const { page, wrong } = await open('/texts');
    await page.locator('.slot').first().waitFor();
    await page.getByRole('searchbox').fill('WONDERFUL review-1');
    await expect.poll(() => fragment(page), PATIENCE).toContain('search=');
    await page.locator('.slot .row').first().click();
    const details = page.locator('.details');
    await details.locator('.history li').first().waitFor();
    expect(await details.locator('blockquote').innerText()).toMatch(/wonderful/i);
    expect(await details.locator('.text').getAttribute('dir')).toBe('auto');
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    await page.getByRole('searchbox').fill('');
    await page.getByLabel('Status').selectOption('withdrawn');
    await page.getByText('The source has withdrawn this text.').waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV', exact: true }).click();
    const csv = await readFile(await (await saved).path(), 'utf8');
    expect(csv).toContain('reviews,gone,withdrawn,');
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  it('a record that is put while the page is open is on the screen within ten seconds', async () => {
    const { page } = await open('/live');
    await page.locator('.row').first().waitFor();
    const client = createClient({ base_url: test.cloud.api, api_key: keys.api_key });
    const started = Date.now();
    await client.publish([{ source: 'live', record_id: 'now', text: 'This just came in, awful.' }]);
    await page.getByText('This just came in, awful.').waitFor();
    expect(Date.now() - started).toBeLessThan(10_000);
    await page.context().close();
  });

  it('a file that is dropped becomes a job, whose progress is shown and whose results are saved', async () => {
    const { page, wrong } = await open('/jobs', { key: keys.api_key });
    await page.locator('input[type=file]').setInputFiles({
      name: 'My reviews.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('Id,Review\n1,I love it\n2,Terrible\n'),
    });
    await page.getByText('CSV', { exact: false }).first().waitFor();
    expect(await page.getByLabel('Column of the text').inputValue()).toBe('Review');
    expect(await page.getByLabel('Source').inputValue()).toBe('my_reviews');
    await page.getByRole('button', { name: 'Upload and analyze' }).click();
    const job = page.locator('.job', { hasText: 'my_reviews' });
    await job.getByText('Completed').waitFor();
    await job.getByText('2 of 2').waitFor();
    const saved = page.waitForEvent('download');
    await job.getByRole('button', { name: 'NDJSON' }).click();
    const lines = (await readFile(await (await saved).path(), 'utf8')).trim().split('\n');
    expect(JSON.parse(lines.at(-1)!)).toEqual({ end: { rows: 2 } });
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  it('an alert is created, tested with its history, muted and deleted, and shows the sources for which it fires', async () => {
    const { page, wrong } = await open('/alerts', { key: keys.api_key });
    await page.getByText('There are no alerts yet.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('worse');
    await page.getByLabel('Sources, with commas').fill('reviews, app');
    await page.getByLabel('URL').fill('https://hooks.invalid/worse');
    await page.getByRole('button', { name: 'Create an alert' }).click();
    const row = page.locator('.job', { hasText: 'worse' });
    await row.getByText('2 × the usual share, reviews, app').waitFor();
    await row.getByRole('button', { name: 'Send a test' }).click();
    await row.getByText('The test is on its way.').waitFor();
    await row.getByRole('button', { name: 'History' }).click();
    await row.getByText('webhook hooks.invalid').nth(1).waitFor();
    await row.getByRole('button', { name: 'Mute for 8 hr' }).click();
    await row.getByText('Muted until').waitFor();
    expect(await findBreaches(page, axe)).toEqual([]);
    await row.getByRole('button', { name: 'End the muting' }).click();
    await row.getByText('Watching').waitFor();

    await page.route('**/v1/alerts', async (route) => {
      const answer = await (await route.fetch()).json();
      const fired_at = '2026-11-28T05:00:00.000Z';
      const firing = [{ source: 'app', incident_id: '0'.repeat(32), fired_at }];
      await route.fulfill({ json: { alerts: [{ ...answer.alerts[0], firing }] } });
    });
    await row.getByText('fires since').waitFor();
    await page.unroute('**/v1/alerts');

    await row.getByRole('button', { name: 'Delete', exact: true }).click();
    await row.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('There are no alerts yet.').waitFor();
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  it('a record that could not be processed is shown with its bytes, fixed on the page, and then has its result', async () => {
    const { page, wrong } = await open('/pipeline', { key: keys.api_key });
    await page.getByRole('button', { name: 'Invalid record' }).click();
    expect(fragment(page)).toBe('#/pipeline?open=invalid_record');
    const row = page.locator('.set-aside');
    await row.locator('pre', { hasText: '"text":5' }).first().waitFor();
    await row.getByText('Bytes in hex').click();
    await row.getByText(/^000000 {2}7b 22 73 6f 75 72 63 65/).waitFor();
    await row.getByRole('button', { name: 'Replay', exact: true }).click();
    await row.getByText('It stays: invalid_record').waitFor();
    await row.getByRole('button', { name: 'Fix', exact: true }).click();
    const fixed = JSON.stringify({ ...BAD_RECORD, text: 'Mended, and wonderful.' });
    await row.getByLabel('Fixed text').fill(fixed);
    await row.getByRole('button', { name: 'Replay the fixed text' }).click();
    await row.getByText('Records on the stream again: 1').waitFor();
    const client = createClient({ base_url: test.cloud.api, api_key: keys.api_key });
    await vi.waitFor(async () => {
      const { source, record_id } = BAD_RECORD;
      expect(await client.getResult(source, record_id)).toMatchObject({ status: 'analyzed' });
    }, PATIENCE);
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  it('a text is analyzed at once, and its personal data is shown as it would be masked', async () => {
    const { page, wrong } = await open('/try', { key: keys.api_key });
    await page.getByRole('textbox', { name: 'Text' }).fill('I love it. Write to maria@example.com');
    await page.keyboard.press('Control+Enter');
    await page.locator('mark', { hasText: 'maria@example.com' }).waitFor();
    await page.getByText('Write to [EMAIL]').waitFor();
    await page.locator('.verdict.POSITIVE').waitFor();
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  it('an action that the key may not do names the right, and goes on with another key', async () => {
    const { page } = await open('/try', { expects: /403/ });
    await page.getByRole('button', { name: 'Analyze', exact: true }).click();
    await page.getByText('a key with the right publish').waitFor();
    await page.getByLabel('API key').fill(keys.api_key);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByRole('button', { name: 'Analyze', exact: true }).click();
    await page.locator('.verdict.large').waitFor();
    await page.context().close();
  });

  it('while the API does not answer, and when the key expires, the page says so and keeps what it has', async () => {
    const { page } = await open('/overview', { expects: /Failed to load|ERR_|403/ });
    const records = readTile(page, 'Records');
    await records.waitFor();
    const before = await records.innerText();
    await page.route('**/v1/overview**', (route) => route.abort());
    await page.getByRole('button', { name: '7 d' }).click();
    await page.getByText('The API does not answer.').waitFor();
    expect(await records.innerText()).toBe(before);
    await page.unroute('**/v1/overview**');
    await page.getByText('The API does not answer.').waitFor({ state: 'detached' });

    await page.evaluate(`sessionStorage.setItem('aurastream.key', 'x'.repeat(40))`);
    await page.reload();
    await page.getByText('The API does not accept this key.').first().waitFor();
    await page.getByRole('button', { name: 'Enter another key' }).click();
    await page.getByLabel('API key').fill(keys.read_only_api_key);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await records.waitFor();
    await page.getByText('The API does not accept this key.').waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('the first view takes at most 1.5 s of CPU, and each frame at most 12 ms while a list of 10,000 texts scrolls', async () => {
    const { page, wrong } = await open('/overview');
    const session = await page.context().newCDPSession(page);
    // Thread ticks count CPU time, so a machine that is busy with other work changes nothing.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const readCpuSeconds = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')!.value;
    };
    await page.reload();
    await page.locator('.tile .figure').first().waitFor();
    expect(await readCpuSeconds()).toBeLessThan(1.5);

    await page.route('**/v1/results?**', (route) =>
      route.fulfill({
        json: createPage(new URL(route.request().url()).searchParams.get('cursor')),
      }),
    );
    await page.getByRole('link', { name: 'Texts', exact: true }).click();
    await page.getByRole('button', { name: 'Load all' }).click();
    await page.getByText('10,000 texts').waitFor();
    const before = await readCpuSeconds();
    await page.evaluate(SCROLL);
    expect(((await readCpuSeconds()) - before) / FRAMES).toBeLessThan(0.012);
    expect(await page.locator('.slot').count()).toBeLessThan(60);
    await page.getByText('Text 9999', { exact: false }).waitFor();
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  it('an account without records gets a guide, whose samples appear after a click', async () => {
    const { page, wrong } = await open('/overview', { key: keys.second_api_key });
    await page.getByText('No records yet').waitFor();
    expect(await findBreaches(page, axe)).toEqual([]);
    await page.getByRole('button', { name: 'Publish 84 samples' }).click();
    await expect.poll(() => readTile(page, 'Records').innerText(), PATIENCE).toBe('84');
    expect(wrong).toEqual([]);
    await page.context().close();
  });
});

/** A record whose text is a number. */
const BAD_RECORD = { source: 'kiosk', record_id: 'bad', text: 5 };

/** Puts a record that is set aside on the stream, as a producer does that is not the API. */
async function putBad({ clients, stack }: TestCloud): Promise<void> {
  const Data = Buffer.from(JSON.stringify(BAD_RECORD));
  const command = { StreamName: stack.StreamName, Data, PartitionKey: 'bad' };
  void (await clients.kinesis.send(new PutRecordCommand(command)));
}

const dayAgo = () => new Date(Date.now() - 86_400_000).toISOString();

/** Returns the rules of axe that a page breaks, with the elements. */
async function findBreaches(page: Page, axe: string): Promise<string[]> {
  // The security policy of the page forbids a script element, and not a script of the debugger.
  await page.evaluate(axe);
  const { violations } = (await page.evaluate('axe.run()')) as {
    violations: { id: string; nodes: { target: string[] }[] }[];
  };
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`,
  );
}

const FRAMES = 200;
/** Scrolls through a list by five rows in each frame, and then to its end. */
const SCROLL = `new Promise((resolve) => {
  const list = document.querySelector('.window');
  let frame = 0;
  const step = () => {
    frame += 1;
    list.scrollTop += 300;
    if (frame < ${FRAMES}) return requestAnimationFrame(step);
    list.scrollTop = list.scrollHeight;
    requestAnimationFrame(resolve);
  };
  step();
})`;

const MANY = 10_000;
const PAGE = 200;

/** Answers as `GET /results` would in an account with many texts. The cursor is the number of the first one. */
function createPage(cursor: string | null) {
  const first = Number(cursor ?? 0);
  const at = new Date(Date.UTC(2026, 10, 28)).toISOString();
  const results = Array.from({ length: PAGE }, (_, index) => ({
    ...{ schema_version: 1, tenant: 'default', source: 'reviews', status: 'analyzed' },
    ...{ sentiment: 'POSITIVE', score: 0.9, language_code: 'en', text_hash: '', text_bytes: 9 },
    ...{ created_at: at, arrived_at: at, processed_at: at },
    record_id: `r-${first + index}`,
    text: `Text ${first + index} of many, which is a little longer than the others.`,
  }));
  const next = first + PAGE;
  return next < MANY ? { results, next_cursor: String(next) } : { results };
}
