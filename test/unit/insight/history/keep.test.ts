import { expect, it } from 'vitest';
import { createKeep } from '../../../../insight/history/keep.ts';
import type { PastVersion } from '../../../../insight/history/ports.ts';
import { historyVersionSchema } from '../../../../schemas/index.ts';
import { createFakeHistoryStore } from '../../../fakes/history-store.ts';
import { changeEvent, type SomeChange } from '../../../support/changes.ts';
import { versionedRow } from '../../../support/versions.ts';

const AT = '2026-11-27T06:20:01.700Z';
const KEPT_DAYS = 30;
const EXPIRES_AT = Date.UTC(2026, 11, 27, 6, 20, 1) / 1_000;

function createWorld(failing: string[] = []) {
  const items = new Map<string, PastVersion>();
  const store = createFakeHistoryStore({ items });
  const keep = createKeep({
    kept_days: KEPT_DAYS,
    writer: {
      async put(versions) {
        const isFailing = ({ record_key }: PastVersion) => failing.includes(record_key);
        await store.put(versions.filter((past) => !isFailing(past)));
        return versions.filter(isFailing).map((past) => ({ past, code: 'Throttled' }));
      },
    },
  });
  const run = (changes: SomeChange[]) =>
    keep(changeEvent(changes.map((change) => ({ at: AT, ...change }))).Records);
  return { items, run };
}

const FIRST = versionedRow({ revision: 1, job_id: 'job_1' });
const SECOND = versionedRow({
  ...{ revision: 2, text: 'I hate my cat', sentiment: 'NEGATIVE', stamp: FIRST.stamp + 1 },
  ...{ processed_at: '2026-11-24T00:00:00.000Z', first_created_at: FIRST.first_created_at },
});
const WITHDRAWN = versionedRow({
  ...{ revision: 3, status: 'withdrawn', text: '', stamp: FIRST.stamp + 2 },
  ...{ processed_at: '2026-11-25T00:00:00.000Z', first_created_at: FIRST.first_created_at },
});

it('a replaced version is stored without its text, and expires as long after it as raw lines are kept', async () => {
  const { run, items } = createWorld();
  const report = await run([{ sequence_number: 1, before: FIRST, after: SECOND }]);
  const version = historyVersionSchema.parse(FIRST);
  expect([...items.values()]).toEqual([
    { record_key: 'acme#app#r-1', version, expires_at: EXPIRES_AT },
  ]);
  expect(version).toMatchObject({ sentiment: 'POSITIVE', job_id: 'job_1', revision: 1 });
  for (const field of ['text', 'text_hash', 'author', 'url', 'attributes']) {
    expect(version).not.toHaveProperty(field);
  }
  expect(report).toEqual({
    ...{ changes: 1, versions: 1, unreadable: 0, failed_versions: 0 },
    ...{ error_codes: [], failed_from: undefined },
  });
});

it('the version before a withdrawal is stored, and a withdrawal that a new version replaces too', async () => {
  const { run, items } = createWorld();
  const again = versionedRow({ ...SECOND, revision: 4, processed_at: '2026-11-26T00:00:00.000Z' });
  await run([
    { sequence_number: 1, before: SECOND, after: WITHDRAWN },
    { sequence_number: 2, before: WITHDRAWN, after: again },
  ]);
  const stored = [...items.values()].map(({ version }) => [version.revision, version.status]);
  expect(stored).toEqual([
    [2, 'analyzed'],
    [3, 'withdrawn'],
  ]);
});

it.each<[string, SomeChange]>([
  ['a new record', { sequence_number: 1, after: FIRST }],
  ['a deleted row', { sequence_number: 1, before: FIRST }],
  [
    'an expired row that DynamoDB deletes',
    {
      ...{ sequence_number: 1, before: FIRST },
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
    },
  ],
  [
    'a row whose version rises, while its content stays',
    { sequence_number: 1, before: FIRST, after: { ...FIRST, record_version: 9, revision: 2 } },
  ],
  [
    'a new record in the place of an expired row',
    {
      ...{ sequence_number: 1, before: FIRST },
      after: { ...SECOND, first_created_at: '2027-03-01T00:00:00.000Z' },
    },
  ],
  [
    'a withdrawal in the place of an expired row',
    { sequence_number: 1, before: FIRST, after: { ...WITHDRAWN, first_created_at: undefined } },
  ],
])('%s adds nothing to a history', async (_, change) => {
  const { run, items } = createWorld();
  expect(await run([change])).toMatchObject({ changes: 1, versions: 0, unreadable: 0 });
  expect(items.size).toBe(0);
});

it.each<[string, object]>([
  ['another text', { content_hash: 'other' }],
  ['a later acceptance of the same text', { stamp: FIRST.stamp + 1 }],
  ['a later analysis', { processed_at: '2026-11-24T00:00:00.000Z', analysis_run: 7 }],
])('%s adds the version before it to the history', async (_, fields) => {
  const { run, items } = createWorld();
  await run([{ sequence_number: 1, before: FIRST, after: { ...FIRST, revision: 2, ...fields } }]);
  expect(items.size).toBe(1);
});

it('the first version of a record of which only a withdrawal had come adds the withdrawal', async () => {
  const { run, items } = createWorld();
  const tombstone = { ...WITHDRAWN, first_created_at: undefined, revision: 1 };
  await run([{ sequence_number: 1, before: tombstone, after: SECOND }]);
  expect([...items.values()].map(({ version }) => version.status)).toEqual(['withdrawn']);
});

it('a row that is no result is reported, and the other versions are stored', async () => {
  const { run, items } = createWorld();
  const report = await run([
    { sequence_number: 1, before: { record_key: 'a' }, after: SECOND },
    { sequence_number: 2, before: FIRST, after: { ...SECOND, revision: 'none' } },
    { sequence_number: 3, before: FIRST, after: SECOND },
  ]);
  expect(report).toMatchObject({ changes: 3, versions: 1, unreadable: 2 });
  expect(items.size).toBe(1);
});

it('if versions fail, the others are stored, and Lambda delivers again from the first that failed', async () => {
  const { run, items } = createWorld(['acme#app#r-2', 'acme#app#r-3']);
  const change = (sequence_number: number, record_id: string) => ({
    ...{ sequence_number, before: { ...FIRST, record_id }, after: { ...SECOND, record_id } },
  });
  const report = await run([
    ...[change(4, 'r-1'), change(5, 'r-3'), change(6, 'r-2'), change(7, 'r-4')],
  ]);
  expect([...items.values()].map(({ record_key }) => record_key)).toEqual([
    ...['acme#app#r-1', 'acme#app#r-4'],
  ]);
  expect(report).toMatchObject({
    ...{ versions: 4, failed_versions: 2, error_codes: ['Throttled'], failed_from: '5' },
  });
});

it('a version of a source with retention expires days after its acceptance, or is left out if they are over', async () => {
  const items: PastVersion[] = [];
  const keepFor = (days: number) =>
    createKeep({
      kept_days: KEPT_DAYS,
      findRetention: (tenant, source) => (`${tenant}/${source}` === 'acme/app' ? days : undefined),
      writer: {
        put: async (versions) => {
          items.push(...versions);
          return [];
        },
      },
    });
  const changes = (before: object) =>
    changeEvent([{ sequence_number: 1, before, after: SECOND, at: AT } as SomeChange]).Records;
  const expire = async (days: number, before: object = FIRST) => {
    items.length = 0;
    await keepFor(days)(changes(before));
    return items.map(({ expires_at }) => expires_at);
  };
  const accepted_at = Math.floor(FIRST.stamp / 1_000);
  const age_days = (Date.parse(AT) / 1_000 - accepted_at) / 86_400;
  const whole = Math.ceil(age_days);
  expect(await expire(whole)).toEqual([accepted_at + whole * 86_400]);
  expect(await expire(whole - 1)).toEqual([]);
  expect(await expire(1_000)).toEqual([EXPIRES_AT]);
  expect(await expire(1, { ...FIRST, source: 'other' })).toEqual([EXPIRES_AT]);
  expect(await expire(whole - 1, { ...FIRST, status: 'withdrawn' })).toEqual([EXPIRES_AT]);
});

it('a change that is twice in a batch is put once', async () => {
  const puts: number[] = [];
  const keep = createKeep({
    kept_days: KEPT_DAYS,
    writer: {
      put: async (versions) => {
        puts.push(versions.length);
        return [];
      },
    },
  });
  const change = { sequence_number: 1, before: FIRST, after: SECOND };
  await keep(changeEvent([change, change]).Records);
  expect(puts).toEqual([1]);
});
