import { expect, it } from 'vitest';
import { createPublisher } from '../../../ingest/index.ts';
import { createPace } from '../../../operations/pace.ts';
import { type ReplayDeps, replay } from '../../../operations/replay.ts';
import { type Result, recordKey } from '../../../schemas/index.ts';
import { aResult } from '../../support/results.ts';

const NOW = Date.UTC(2026, 10, 23, 12, 30);
const QUERY = {
  from: Date.UTC(2026, 10, 23, 10),
  to: Date.UTC(2026, 10, 23, 11),
  analyzer: { name: 'comprehend', version: 'new' },
};

const old = (record_id: string, fields: Partial<Result> = {}) =>
  aResult({ record_id, arrived_at: '2026-11-23T10:30:00.000Z', ...fields });

/**
 * Creates a lake with the given lines and a results table with the given rows. The lake received
 * all lines between 11:00 and 12:00.
 */
function createWorld(lines: Result[], rows: Result[] = lines) {
  const published: Record<string, unknown>[] = [];
  const hours: string[] = [];
  const publisher = createPublisher({
    linger_ms: 0,
    stream: {
      putRecords: async (entries) =>
        entries.map(({ data }, i) => {
          published.push(JSON.parse(Buffer.from(data).toString()));
          return { ok: true, shard_id: 's', sequence_number: String(i) };
        }),
    },
  });
  const deps: ReplayDeps = {
    lake: {
      async *hour(hour) {
        hours.push(new Date(hour).toISOString().slice(11, 13));
        if (hour === Date.UTC(2026, 10, 23, 11)) yield* lines;
      },
    },
    results: {
      getMany: async (keys) =>
        new Map(
          rows
            .filter((row) => keys.some(({ record_id }) => record_id === row.record_id))
            .map((row) => [recordKey(row), row]),
        ),
    },
    publisher,
    pace: async () => {},
    now: () => NOW,
  };
  return { deps, published, hours };
}

it('a replay publishes each record once, as the same version of a later run, with the fields of its producer', async () => {
  const line = old('a', { record_version: 4, language_source: 'given', language_code: 'de' });
  const { deps, published, hours } = createWorld([line, line, old('b')]);
  expect(await replay(deps, QUERY)).toMatchObject({ lines: 3, replayed: 2, up_to_date: 0 });
  expect(published).toHaveLength(2);
  expect(published[0]).toMatchObject({
    record_id: 'a',
    record_version: 4,
    stamp: line.stamp,
    analysis_run: NOW / 1_000,
    text: 'I love my cat',
    language: 'de',
    created_at: line.created_at,
    attributes: { stars: '5' },
  });
  expect(published[1]).not.toHaveProperty('language');
  // The replay also reads the hours after the period, because a record can reach the lake long
  // after the record arrived.
  expect(hours).toEqual(['10', '11', '12']);
});

const STAMP = Date.UTC(2026, 10, 23);

it('a replay publishes the newest version of a record, also if the lake has an older version after it', async () => {
  const [older, newer] = [1, 2].map((n) =>
    old('a', { revision: n, stamp: STAMP + n, text: `text ${n}` }),
  );
  const { deps, published } = createWorld([older!, newer!, older!], [newer!]);
  expect(await replay(deps, QUERY)).toMatchObject({ replayed: 1 });
  expect(published).toMatchObject([{ record_id: 'a', stamp: STAMP + 2, text: 'text 2' }]);
});

it.each<[string, Result[], Result[] | undefined]>([
  [
    'has the analyzer version',
    [old('a', { analyzer: { name: 'comprehend', version: 'new' } })],
    undefined,
  ],
  [
    'has the analyzer version by now',
    [old('a')],
    [old('a', { analyzer: { name: 'comprehend', version: 'new' }, analysis_run: 1 })],
  ],
  ['was accepted later', [old('a', { stamp: 1 })], [old('a', { stamp: 2 })]],
  ['has another text', [old('a')], [old('a', { text_hash: 'another' })]],
  ['is of a withdrawal', [old('a')], [old('a', { stamp: 2, status: 'withdrawn' })]],
  [
    'is newer and comes from no analyzer',
    [old('a')],
    [old('a', { stamp: 2, status: 'withdrawn', analyzer: undefined })],
  ],
])('a replay skips a record whose result %s', async (_, lines, rows) => {
  const { deps, published } = createWorld(lines, rows);
  expect(await replay(deps, QUERY)).toMatchObject({ replayed: 0, up_to_date: 1 });
  expect(published).toEqual([]);
});

it('a replay takes a record whose result has the version of another analyzer', async () => {
  const { deps } = createWorld([old('a', { analyzer: { name: 'another', version: 'new' } })]);
  expect(await replay(deps, QUERY)).toMatchObject({ replayed: 1, up_to_date: 0 });
});

it('a replay takes only records of its time and its source that have a text', async () => {
  const { deps, published } = createWorld([
    old('early', { arrived_at: '2026-11-23T09:59:59.999Z' }),
    old('first', { arrived_at: '2026-11-23T10:00:00.000Z' }),
    old('late', { arrived_at: '2026-11-23T11:00:00.000Z' }),
    old('other', { source: 'another' }),
    old('empty', { status: 'empty' }),
    old('textless', { text: undefined }),
    old('blank', { text: '' }),
    old('taken'),
  ]);
  const counts = await replay(deps, { ...QUERY, source: 'app_reviews' });
  expect(counts).toEqual({ lines: 8, replayed: 2, up_to_date: 0, without_text: 2, failed: 0 });
  expect(published.map(({ record_id }) => record_id)).toEqual(['first', 'taken']);
});

it('a replay takes a record from the lake whose row has expired', async () => {
  const { deps, published } = createWorld([old('expired')], []);
  await replay(deps, QUERY);
  expect(published).toHaveLength(1);
});

it('a dry run counts the records and publishes none', async () => {
  const { deps, published } = createWorld([old('a')]);
  const counts = await replay({ ...deps, publisher: undefined }, QUERY);
  expect(counts).toMatchObject({ replayed: 1 });
  expect(published).toEqual([]);
});

it('the pace lets no more records pass than its rate', async () => {
  let at = 0;
  const sleep = async (milliseconds: number) => {
    at += milliseconds;
  };
  const pace = createPace(50, { now: () => at, sleep });
  for (let i = 0; i < 11; i += 1) await pace(100);
  expect(at).toBe(20_000);
});

it('a replay keeps the tenant and the source of each record', async () => {
  const { deps, published } = createWorld([old('a', { tenant: 'other', source: 'forum' })]);
  await replay(deps, QUERY);
  expect(published).toMatchObject([{ record_id: 'a', tenant: 'other', source: 'forum' }]);
});

it('a replay publishes each of many records once, and waits for the pace before each step', async () => {
  const ids = Array.from({ length: 250 }, (_, i) => `r${i}`);
  const { deps, published } = createWorld(ids.map((id) => old(id)));
  const paced: [records: number, published_before: number][] = [];
  const pace = async (records: number) => void paced.push([records, published.length]);
  expect(await replay({ ...deps, pace }, QUERY)).toMatchObject({ replayed: 250 });
  expect(published.map(({ record_id }) => record_id)).toEqual(ids);
  expect(paced).toEqual([
    [100, 0],
    [100, 100],
    [50, 200],
  ]);
});

it('a replay counts the records that the stream refuses as failed', async () => {
  const { deps } = createWorld([old('a'), old('b')]);
  const publisher = createPublisher({
    linger_ms: 0,
    max_attempts: 1,
    stream: {
      putRecords: async () => [
        { ok: true, shard_id: 's', sequence_number: '1' },
        { ok: false, code: 'InternalFailure' },
      ],
    },
  });
  const counts = await replay({ ...deps, publisher }, QUERY);
  expect(counts).toMatchObject({ replayed: 1, failed: 1 });
});

it('a replay reads a day beyond its time, since a record can wait that long on the stream', async () => {
  const { deps, hours } = createWorld([]);
  await replay({ ...deps, now: () => NOW + 72 * 3_600_000 }, QUERY);
  expect(hours).toHaveLength(26);
});

it('the pace does not let records catch up after a quiet time', async () => {
  let at = 0;
  const sleep = async (milliseconds: number) => {
    at += milliseconds;
  };
  const pace = createPace(50, { now: () => at, sleep });
  await pace(100);
  at = 60_000;
  await pace(100);
  await pace(100);
  expect(at).toBe(62_000);
});

it('a replay that starts within an hour reads that hour of the lake', async () => {
  const { deps, hours } = createWorld([]);
  await replay(deps, { ...QUERY, from: QUERY.from + 40 * 60_000 });
  expect(hours[0]).toBe('10');
});

it('the pace lets records pass without a sleep if its rate allows them', async () => {
  const sleeps: number[] = [];
  const pace = createPace(50, { now: () => 1_000, sleep: async (ms) => sleeps.push(ms) });
  await pace(100);
  expect(sleeps).toEqual([]);
  await pace(1);
  expect(sleeps).toEqual([2_000]);
});

it('a replay takes a record that arrived at the first moment of its time', async () => {
  const { deps, published } = createWorld([
    old('first', { arrived_at: '2026-11-23T10:00:00.000Z' }),
  ]);
  await replay(deps, QUERY);
  expect(published).toHaveLength(1);
});

it('a replay paces the records that it publishes, and not those that it skips', async () => {
  const done = { analyzer: { name: 'comprehend', version: 'new' } };
  const { deps } = createWorld([old('a', done), old('b'), old('c', { text: undefined })]);
  const paced: number[] = [];
  await replay({ ...deps, pace: async (records) => void paced.push(records) }, QUERY);
  expect(paced).toContain(1);
  expect(paced.filter((records) => records > 1)).toEqual([]);
});

it('a replay reports its counts and the hour of the lake after each step', async () => {
  const { deps } = createWorld([old('a')]);
  const reports: [number, string][] = [];
  const on_progress: ReplayDeps['on_progress'] = ({ replayed }, hour) =>
    void reports.push([replayed, new Date(hour).toISOString().slice(11, 13)]);
  await replay({ ...deps, on_progress }, QUERY);
  expect(reports).toEqual([
    [0, '10'],
    [1, '11'],
    [1, '12'],
  ]);
});
