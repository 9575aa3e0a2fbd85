import { expect, it } from 'vitest';
import { checkCounts } from '../../../../../insight/counts/check/check.ts';
import { writeRecount } from '../../../../../insight/counts/check/sql.ts';
import { createCount } from '../../../../../insight/counts/count.ts';
import { createReadBuckets } from '../../../../../insight/counts/read.ts';
import type { FindRetention } from '../../../../../schemas/index.ts';
import { createFakeCountsStore, type FakeCountsRow } from '../../../../fakes/counts-store.ts';
import { changeEvent, countedRow } from '../../../../support/changes.ts';

const requireTime = () => {};
const NOW = Date.UTC(2026, 10, 28, 2, 5);
const GROUP = {
  ...{ tenant: 'acme', source: 'app', hour: '2026-11-27T06', status: 'analyzed' },
  ...{ sentiment: 'POSITIVE', language_code: 'en', cache: 'miss' },
  ...{ analyzer_name: 'comprehend', analyzer_version: '1' },
  ...{ pii_types: null, pii_redacted: null, pii_failed: null, pii_count: null },
  ...{ records: 1, changed_at: '2026-11-27T06:20:01Z' },
};

/** Counts two records of a day. `groups` is what SQL finds of that day, by both times. */
async function createWorld(
  groups: object[],
  findRetention?: FindRetention,
  more: Parameters<typeof countedRow>[0] = {},
) {
  const rows = new Map<string, FakeCountsRow>();
  const counts = createFakeCountsStore({ rows });
  const changes = [countedRow(more), countedRow({ ...more, sentiment: 'NEGATIVE' })];
  await createCount(counts)(
    changeEvent(changes.map((after, i) => ({ sequence_number: i + 1, after }))),
  );
  const asked: string[] = [];
  const runQuery = async (sql: string) => {
    asked.push(sql);
    if (sql.includes('DISTINCT tenant')) return [{ tenant: 'acme' }];
    return (sql.includes("TIMESTAMP '2026-11-27 00:00:00' AND") ? groups : []) as never[];
  };
  const now = () => NOW;
  const check = () =>
    checkCounts({
      ...{ runQuery, now, requireTime, findRetention },
      readBuckets: createReadBuckets({ counts, now }),
    });
  return { check, rows, asked };
}

it('the check recounts the last seven closed days by both times, and finds no drift in equal counts', async () => {
  const { check, asked } = await createWorld([GROUP, { ...GROUP, sentiment: 'NEGATIVE' }]);
  expect(await check()).toEqual({ days: 7, buckets: 4, skipped: 0, drifts: [] });
  expect(asked).toHaveLength(1 + 14);
  for (const time of ['created_at', 'arrived_at'] as const) {
    expect(asked).toContain(writeRecount(Date.UTC(2026, 10, 27), time));
    expect(asked).toContain(writeRecount(Date.UTC(2026, 10, 21), time));
  }
});

it('a bucket that lacks records, or has records that SQL does not find, has drifted, and the check says by how much', async () => {
  const { check } = await createWorld([{ ...GROUP, records: 3 }]);
  const lacks = {
    'n.en.pos': 2,
    'n.en.neg': -1,
    'cache.miss': 1,
    'analyzer.comprehend@1': 1,
  };
  const { drifts } = await check();
  expect(drifts).toHaveLength(4);
  expect(drifts[0]).toEqual({
    time: 'created_at',
    bucket: 'acme#hour#2026-11-27T06:00:00.000Z#app',
    lacks,
  });
  const { check: checkEmpty } = await createWorld([]);
  await expect(checkEmpty()).resolves.toMatchObject({ drifts: { length: 4 } });
});

it('counts of personal data are compared by type, with the pieces of all records of a group', async () => {
  const pii = { types: ['EMAIL', 'PHONE'], count: 3, redacted: true, failed: false } as const;
  const more = { pii: { ...pii, types: [...pii.types] } };
  const found = { pii_types: 'EMAIL PHONE', pii_redacted: true, pii_failed: false, pii_count: 3 };
  const groups = [
    { ...GROUP, ...found },
    { ...GROUP, ...found, sentiment: 'NEGATIVE' },
  ];
  expect(await (await createWorld(groups, undefined, more)).check()).toMatchObject({ drifts: [] });
  const lost = [{ ...GROUP, ...found, records: 2, pii_count: 8 }];
  const { drifts } = await (await createWorld(lost, undefined, more)).check();
  expect(drifts[0]?.lacks).toMatchObject({ 'pii.count': 2 });
  const other = [{ ...groups[0], pii_types: 'EMAIL' }, groups[1]] as object[];
  const report = await (await createWorld(other, undefined, more)).check();
  expect(report.drifts).toHaveLength(4);
  expect(report.drifts[0]?.lacks).toEqual({ 'pii.PHONE': -1 });
});

it('personal data that no detector could search is compared too, and records of no type have none', async () => {
  const more = { pii: { types: [], count: 0, redacted: true, failed: true } };
  const found = { pii_types: '', pii_redacted: true, pii_failed: true, pii_count: 0 };
  const groups = [
    { ...GROUP, ...found },
    { ...GROUP, sentiment: 'NEGATIVE' },
  ];
  const { drifts } = await (await createWorld(groups, undefined, more)).check();
  expect(drifts[0]?.lacks).toEqual({ 'pii.records': -1, 'pii.redacted': -1, 'pii.failed': -1 });
});

it.each([
  ['the counts', 3_599_000, 4],
  ['the counts', 3_601_000, 0],
])('a bucket that %s changed %d ms before the check is left out: %d', async (_, ms, skipped) => {
  const { check, rows } = await createWorld([]);
  for (const row of rows.values()) row.changed_at = NOW - ms;
  const report = await check();
  expect(report.skipped).toBe(skipped);
  expect(report.drifts).toHaveLength(4 - skipped);
});

it('buckets of a source whose results may have expired are left out, and those of others are not', async () => {
  const keep = (days: number, of = 'app') => {
    return (tenant: string, source: string) =>
      tenant === 'acme' && source === of ? days : undefined;
  };
  const { check: checkExpired } = await createWorld([], keep(1));
  expect(await checkExpired()).toMatchObject({ buckets: 0, drifts: [] });
  for (const findRetention of [keep(30), keep(1, 'other')]) {
    const { check } = await createWorld([], findRetention);
    expect(await check()).toMatchObject({ drifts: { length: 4 } });
  }
});

it('a bucket in which a record was processed within the last hour is left out', async () => {
  const late = { ...GROUP, records: 9, changed_at: '2026-11-28T01:30:00Z' };
  expect(await (await createWorld([late])).check()).toMatchObject({ skipped: 4, drifts: [] });
});

/** Checks many tenants, whose reads wait for a turn of the event loop. */
function checkMany(requireTime: () => void, tenants = 40) {
  const reads = { open: 0, most: 0, all: 0 };
  const checking = checkCounts({
    runQuery: async (sql) =>
      (sql.includes('DISTINCT tenant')
        ? Array.from({ length: tenants }, (_, i) => ({ tenant: `tenant-${i}` }))
        : []) as never[],
    now: () => NOW,
    requireTime,
    async readBuckets() {
      reads.open += 1;
      reads.all += 1;
      reads.most = Math.max(reads.most, reads.open);
      await new Promise(setImmediate);
      reads.open -= 1;
      return [];
    },
  });
  return { checking, reads };
}

it('the check reads the counts of 16 tenants at the same time', async () => {
  const { checking, reads } = checkMany(() => {});
  await checking;
  expect(reads.most).toBe(16);
  expect(reads.all % 40).toBe(0);
});

it('the check stops between two tenants when no time is left', async () => {
  let left = 20;
  const { checking, reads } = checkMany(() => {
    left -= 1;
    if (left < 0) throw new Error('no time');
  });
  await expect(checking).rejects.toThrow('no time');
  expect(reads.all).toBeGreaterThanOrEqual(16);
  expect(reads.all).toBeLessThanOrEqual(20 * 2);
});
