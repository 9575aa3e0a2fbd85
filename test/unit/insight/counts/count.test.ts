import { expect, it } from 'vitest';
import { createCount } from '../../../../insight/counts/count.ts';
import type { CountsStore } from '../../../../insight/counts/ports.ts';
import { ServiceError } from '../../../../schemas/index.ts';
import { createFakeCountsStore, type FakeCountsRow } from '../../../fakes/counts-store.ts';
import { changeEvent, countedRow, type SomeChange } from '../../../support/changes.ts';

function createWorld(wrap: (store: CountsStore) => CountsStore = (store) => store) {
  const rows = new Map<string, FakeCountsRow>();
  const count = createCount(wrap(createFakeCountsStore({ rows })));
  const counts = () =>
    Object.fromEntries(
      [...rows].flatMap(([id, { measures }]) =>
        Object.entries(measures)
          .filter(([name]) => name.startsWith('n.'))
          .map(([name, value]) => [`${id} ${name}`, value]),
      ),
    );
  return {
    rows,
    counts,
    run: (changes: SomeChange[], shard?: string) => count(changeEvent(changes, shard)),
  };
}

const POSITIVE = countedRow();
const NEGATIVE = countedRow({ sentiment: 'NEGATIVE' });
const buckets = (name: string, value: number, shard = 'shard-1') => ({
  [`acme#created_at#minute#2026-11-27|2026-11-27T06:17#app#${shard} ${name}`]: value,
  [`acme#created_at#quarter_hour#2026-11|2026-11-27T06:15#app#${shard} ${name}`]: value,
  [`acme#created_at#hour#2026-11|2026-11-27T06#app#${shard} ${name}`]: value,
  [`acme#created_at#day#2026|2026-11-27#app#${shard} ${name}`]: value,
  [`acme#arrived_at#minute#2026-11-27|2026-11-27T06:20#app#${shard} ${name}`]: value,
  [`acme#arrived_at#quarter_hour#2026-11|2026-11-27T06:15#app#${shard} ${name}`]: value,
  [`acme#arrived_at#hour#2026-11|2026-11-27T06#app#${shard} ${name}`]: value,
  [`acme#arrived_at#day#2026|2026-11-27#app#${shard} ${name}`]: value,
});

it('a new record counts in the minute, quarter of an hour, hour and day of its creation and of its arrival', async () => {
  const { run, counts } = createWorld();
  const report = await run([{ sequence_number: 1, after: POSITIVE }]);
  expect(counts()).toEqual(buckets('n.en.pos', 1));
  expect(report).toMatchObject({ changes: 1, rows: 8, writes: 8, failed_rows: 0, unreadable: 0 });
});

it('a correction moves the count of a record, and a withdrawal too', async () => {
  const { run, counts } = createWorld();
  await run([{ sequence_number: 1, after: POSITIVE }]);
  await run([{ sequence_number: 2, before: POSITIVE, after: NEGATIVE }]);
  expect(counts()).toEqual({ ...buckets('n.en.pos', 0), ...buckets('n.en.neg', 1) });
  const withdrawn = countedRow({ status: 'withdrawn', sentiment: undefined });
  await run([{ sequence_number: 3, before: NEGATIVE, after: withdrawn }]);
  expect(counts()).toMatchObject({ ...buckets('n.en.neg', 0), ...buckets('n.en.gone', 1) });
});

it('a batch that is delivered again, whole or in part, changes no count', async () => {
  const { run, counts } = createWorld();
  const other = countedRow({ record_id: 'r-2' });
  const changes = [
    { sequence_number: 9, after: POSITIVE },
    { sequence_number: 10, after: other },
    { sequence_number: 11, before: POSITIVE, after: NEGATIVE },
  ];
  await run(changes);
  const counted = counts();
  expect(counted).toEqual({ ...buckets('n.en.pos', 1), ...buckets('n.en.neg', 1) });
  for (const again of [changes, changes.slice(0, 1), changes.slice(1), changes.slice(2)]) {
    await run(again);
    expect(counts()).toEqual(counted);
  }
  await run([...changes, { sequence_number: 100, after: countedRow({ record_id: 'r-3' }) }]);
  expect(counts()).toEqual({ ...buckets('n.en.pos', 2), ...buckets('n.en.neg', 1) });
});

it('an analysis that changes no count writes nothing', async () => {
  const { run } = createWorld();
  const again = countedRow({ processed_at: '2026-11-27T07:00:00Z' });
  const report = await run([{ sequence_number: 1, before: POSITIVE, after: again }]);
  expect(report).toMatchObject({ changes: 1, rows: 0, writes: 0 });
});

it('each shard of the stream has rows of its own', async () => {
  const { run, counts } = createWorld();
  await run([{ sequence_number: 5, after: POSITIVE }], 'parent');
  await run([{ sequence_number: 3, before: POSITIVE }], 'child');
  expect(counts()).toEqual({
    ...buckets('n.en.pos', 1, 'parent'),
    ...buckets('n.en.pos', -1, 'child'),
  });
});

it.each([
  ['minutes', '2026-11-29T06:17:00Z', 0, 1],
  ['minutes', '2026-11-29T06:16:59Z', 1, 1],
  ['quarters of an hour', '2027-01-08T06:15:00Z', 0, 0],
  ['quarters of an hour', '2027-01-08T06:14:59Z', 0, 1],
])(
  'a change of %s that expire at its own time is left out of them: at %s',
  async (_, at, minutes, quarters) => {
    const { run, rows } = createWorld();
    await run([{ sequence_number: 1, after: POSITIVE, at }]);
    const count = (part: string) => [...rows.keys()].filter((id) => id.includes(part)).length;
    expect(count('created_at#minute')).toBe(minutes);
    expect(count('created_at#quarter_hour')).toBe(quarters);
    expect(count('created_at#hour') + count('created_at#day')).toBe(2);
  },
);

it('rows of minutes expire four days after their start, of quarters of an hour after 44 days, of hours and days never', async () => {
  const { run, rows } = createWorld();
  await run([{ sequence_number: 1, after: POSITIVE }]);
  const expiry = (part: string) => [...rows].find(([id]) => id.includes(part))?.[1].expires_at;
  expect(expiry('created_at#minute')).toBe(Date.parse('2026-12-01T06:17:00Z') / 1_000);
  expect(expiry('created_at#quarter_hour')).toBe(Date.parse('2027-01-10T06:15:00Z') / 1_000);
  expect(expiry('created_at#hour')).toBe(undefined);
  expect(expiry('created_at#day')).toBe(undefined);
});

const SERVICE = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
it('a row that DynamoDB deletes after its expiry stays counted, one that an operator deletes does not', async () => {
  const { run, counts } = createWorld();
  await run([{ sequence_number: 1, after: POSITIVE }]);
  await run([{ sequence_number: 2, before: POSITIVE, userIdentity: SERVICE }]);
  expect(counts()).toEqual(buckets('n.en.pos', 1));
  const operator = { type: 'User', principalId: 'dynamodb.amazonaws.com' };
  await run([{ sequence_number: 3, before: POSITIVE, userIdentity: operator }]);
  expect(counts()).toEqual(buckets('n.en.pos', 0));
});

it('a new record that replaces an expired one takes nothing away', async () => {
  const { run, counts } = createWorld();
  await run([{ sequence_number: 1, after: POSITIVE }]);
  const fresh = countedRow({ first_created_at: '2027-03-01T00:00:00.000Z' });
  await run([{ sequence_number: 2, before: POSITIVE, after: fresh }]);
  expect(counts()).toMatchObject(buckets('n.en.pos', 2));
});

it('the withdrawal of a record that was never seen counts nowhere, and its later record counts once', async () => {
  const { run, counts } = createWorld();
  const tombstone = countedRow({ status: 'withdrawn', first_created_at: undefined });
  await run([{ sequence_number: 1, after: tombstone }]);
  expect(counts()).toEqual({});
  await run([{ sequence_number: 2, before: tombstone, after: POSITIVE }]);
  expect(counts()).toEqual(buckets('n.en.pos', 1));
});

it('a row that is no result counts neither before nor after, and is reported', async () => {
  const { run, counts } = createWorld();
  const strange = countedRow({ status: 'unknown' });
  const report = await run([
    { sequence_number: 1, after: strange },
    { sequence_number: 2, before: strange, after: POSITIVE },
  ]);
  expect(report.unreadable).toBe(2);
  expect(counts()).toEqual(buckets('n.en.pos', 1));
});

it('rows that fail are reported with their first change, and all others are written', async () => {
  const failing = (code: string, partition: string) => (store: CountsStore) => ({
    ...store,
    async add(...[name, addition]: Parameters<CountsStore['add']>) {
      if (name.partition.includes(partition)) {
        throw new ServiceError('dynamodb', code, { retryable: true });
      }
      return store.add(name, addition);
    },
  });
  const { run, rows } = createWorld(failing('InternalServerError', 'other#created_at#hour'));
  const other = countedRow({ tenant: 'other' });
  const report = await run([
    { sequence_number: 8, after: POSITIVE },
    { sequence_number: 9, after: other },
    { sequence_number: 10, after: { ...other, record_id: 'r-2' } },
  ]);
  expect(report).toMatchObject({
    failed_from: '9',
    failed_rows: 1,
    error_codes: ['InternalServerError'],
  });
  expect(rows.size).toBe(15);
});

it('the first change of all rows that fail is reported, also if it has fewer digits', async () => {
  const failing = (store: CountsStore) => ({
    ...store,
    add: async () => {
      throw new ServiceError('dynamodb', 'Down', { retryable: true });
    },
  });
  const { run } = createWorld(failing);
  const report = await run([
    { sequence_number: 9, after: POSITIVE },
    { sequence_number: 10, after: countedRow({ tenant: 'other' }) },
  ]);
  expect(report).toMatchObject({ failed_from: '9', failed_rows: 16, error_codes: ['Down'] });
});

it('an error that is no failure of a service stops the batch', async () => {
  const { run } = createWorld((store) => ({
    ...store,
    add: async () => {
      throw new TypeError('a bug');
    },
  }));
  await expect(run([{ sequence_number: 1, after: POSITIVE }])).rejects.toThrow(TypeError);
});

it('a row that other writers change again and again is given up after 20 refusals', async () => {
  let calls = 0;
  const { run } = createWorld((store) => ({
    ...store,
    add: async () => {
      calls += 1;
      return '';
    },
  }));
  const report = await run([{ sequence_number: 1, after: POSITIVE }]);
  expect(report).toMatchObject({ failed_from: '1', error_codes: ['CountsContended'] });
  expect(calls).toBe(8 * 20);
});

it('a batch with more languages than a write holds is written in parts, each once', async () => {
  const { run, rows } = createWorld();
  const languages = Array.from({ length: 26 * 26 }, (_, i) =>
    String.fromCharCode(97 + Math.floor(i / 26), 97 + (i % 26)),
  );
  const changes = languages.slice(0, 450).map((language_code, i) => ({
    sequence_number: i + 1,
    after: countedRow({ record_id: `r-${i}`, language_code }),
  }));
  const report = await run(changes);
  expect(report.writes).toBe(8 * 3);
  for (const { measures } of rows.values()) {
    const counted = Object.keys(measures).filter((name) => name.startsWith('n.'));
    expect(counted).toHaveLength(450);
    expect(measures['cache.miss']).toBe(450);
  }
});
