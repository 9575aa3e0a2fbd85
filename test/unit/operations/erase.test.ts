import { expect, it } from 'vitest';
import type { EraseDeps } from '../../../operations/erase/context.ts';
import { ErasureStopped } from '../../../operations/erase/context.ts';
import { beginErasure, runErasure } from '../../../operations/erase/erase.ts';
import type { ErasableJob, ErasableObjects } from '../../../operations/erase/ports.ts';
import { exportSelection } from '../../../operations/export/export.ts';
import { eraseSlice } from '../../../operations/privacy/erase-slice.ts';
import { readRestorables } from '../../../operations/restore.ts';
import { maskAuthor } from '../../../processors/privacy/redact-metadata.ts';
import {
  derivePseudonymKey,
  failedEventSchema,
  isSignedReport,
  type Result,
  recordKey,
  type Selector,
  selectorSchema,
  selects,
} from '../../../schemas/index.ts';
import { createFakeResultsTable } from '../../fakes/results-table.ts';
import { ARRIVED_AT, kinesisRecord, kinesisRecords } from '../../support/kinesis-event.ts';
import { kplAggregate } from '../../support/kpl.ts';
import { RESTORE_KEY, restoreKey, setAsidesIn } from '../../support/restored.ts';
import { aResult, entryOf } from '../../support/results.ts';

const NOW = ARRIVED_AT + 60_000;
const ADA: Selector = { tenant: 'default', author: 'Ada' };

function createObjects(objects: Record<string, string> = {}) {
  const forgotten: string[] = [];
  const store: ErasableObjects = {
    async *keys(prefix, after = '') {
      for (const key of Object.keys(objects).sort()) {
        if (key.startsWith(prefix) && key > after) yield key;
      }
    },
    read: async (key) => objects[key],
    write: async (key, text) => {
      objects[key] = text;
    },
    delete: async (key) => {
      delete objects[key];
    },
    forgetVersions: async (key) => void forgotten.push(key),
  };
  return { store, objects, forgotten };
}

/** Creates the stores of a small deployment in memory. */
function createWorld(results: Result[] = [], jobs: ErasableJob[] = []) {
  const rows = new Map<string, Result>();
  const table = createFakeResultsTable({ rows });
  const states = new Map<string, string>();
  const lines: Result[] = [];
  const waits: string[] = [];
  const buckets = {
    set_asides: createObjects(),
    failures: createObjects(),
    inputs: createObjects(),
    lake: createObjects({ 'query-results/1.csv': 'text', 'results_raw/1.gz': 'text' }),
  };
  const deps: EraseDeps = {
    states: {
      async *ids(prefix) {
        for (const id of states.keys()) if (id.startsWith(prefix)) yield id;
      },
      get: async (id) => states.get(id),
      put: async (id, state) => void states.set(id, state),
    },
    rows: {
      async page(selection) {
        const { accepted_until } = selection;
        return {
          rows: [...rows.values()].filter((row) =>
            row.status === 'withdrawn' ? row.stamp === accepted_until : selects(selection, row),
          ),
        };
      },
      async withdraw(withdrawals) {
        const answers = await table.put(withdrawals.map((one) => entryOf(one, '~')));
        return answers.flatMap((one) =>
          'row' in one && one.outcome !== 'not_newer' ? [one.row] : [],
        );
      },
    },
    log: { put: async (some) => void lines.push(...some) },
    lake: {
      countRows: async () => 4,
      deleteRows: async () => {},
      rawDays: async () => ['2026-11-22', '2026-11-23'],
      blankDay: async (_, day) => [`results_raw/${day}.gz`],
    },
    history: { delete: async (records) => records.length },
    jobs: {
      async *list() {
        yield* jobs;
      },
    },
    set_asides: buckets.set_asides.store,
    failures: buckets.failures.store,
    inputs: buckets.inputs.store,
    lake_objects: buckets.lake.store,
    restoreKey,
    waitFor: async (what) => void waits.push(what),
    remains: () => [{ where: 'backups', until: '2027-01-01T00:00:00.000Z' }],
    now: () => NOW,
  };
  const start = () => table.put(results.map((result) => entryOf(result)));
  const erase = async (selector: Selector, change: Partial<EraseDeps> = {}) => {
    const changed = { ...deps, ...change };
    const { state } = await beginErasure(changed, selector);
    return runErasure(changed, selector, state.erasure_id);
  };
  const rowOf = (record_id: string) => rows.get(recordKey(aResult({ record_id })));
  return { deps, buckets, lines, waits, states, start, erase, rowOf };
}

const countsOf = ({ report }: Awaited<ReturnType<typeof runErasure>>) =>
  Object.fromEntries(report.stores.map(({ store, count }) => [store, count]));

it('selected rows are withdrawn without their content, others stay, and the lake gets the withdrawals', async () => {
  const world = createWorld([
    aResult({ record_id: 'a', author: 'Ada', url: 'https://ada.example', record_version: 7 }),
    aResult({ record_id: 'b', author: 'Bea' }),
  ]);
  await world.start();
  const signed = await world.erase(ADA);
  expect(world.rowOf('a')).toMatchObject({ status: 'withdrawn', record_version: 7 });
  for (const field of ['text', 'author', 'url', 'attributes']) {
    expect(world.rowOf('a')).not.toHaveProperty(field);
  }
  expect(world.rowOf('b')).toMatchObject({ text: 'I love my cat', author: 'Bea' });
  expect(
    world.lines.every(({ record_id, status }) => `${record_id} ${status}` === 'a withdrawn'),
  ).toBe(true);
  expect(countsOf(signed)).toMatchObject({
    ...{ results_table: 1, history: 1, lake_results: 4, lake_raw: 2, query_results: 1, queues: 0 },
  });
  expect(world.waits).toEqual(['consumers', 'table']);
  expect(world.buckets.lake.forgotten).toEqual([
    'results_raw/2026-11-22.gz',
    'results_raw/2026-11-23.gz',
    'query-results/1.csv',
  ]);
});

it('neither the report nor the stored state holds the author or the id that was selected', async () => {
  const world = createWorld([aResult({ record_id: 'id-of-ada', author: 'Ada Lovelace' })]);
  await world.start();
  const one = await world.erase({ tenant: 'default', author: 'Ada Lovelace' });
  const other = await world.erase({
    tenant: 'default',
    source: 'app_reviews',
    record_id: 'id-of-ada',
  });
  expect(JSON.stringify([one, other, ...world.states])).not.toMatch(/Lovelace|id-of-ada/);
  expect(one.report.selector.author_hmac).toHaveLength(43);
  expect(one.report.remains).toEqual([{ where: 'backups', until: '2027-01-01T00:00:00.000Z' }]);
});

it('a report has the signature of its deployment, and no other report has it', async () => {
  const signed = await createWorld().erase(ADA);
  expect(isSignedReport(signed, RESTORE_KEY)).toBe(true);
  expect(isSignedReport(signed, 'another key')).toBe(false);
  const changed = { ...signed, report: { ...signed.report, unreadable: 1 } };
  expect(isSignedReport(changed, RESTORE_KEY)).toBe(false);
  expect(isSignedReport({ ...signed, sha256: signed.sha256.replace(/./, 'x') }, RESTORE_KEY)).toBe(
    false,
  );
  expect(isSignedReport({ ...signed, signature: '' }, RESTORE_KEY)).toBe(false);
});

it('a record that was never seen gets a withdrawal, which waits in the table for it', async () => {
  const world = createWorld();
  void (await world.erase({ tenant: 'default', source: 'app_reviews', record_id: 'coming' }));
  expect(world.rowOf('coming')).toMatchObject({ status: 'withdrawn' });
  expect(world.rowOf('coming')).not.toHaveProperty('first_created_at');
});

it('an erasure that stops goes on at its step with the same command, and counts once', async () => {
  const world = createWorld([aResult({ record_id: 'a', author: 'Ada' })]);
  await world.start();
  let calls = 0;
  const isTimeUp = () => {
    calls += 1;
    return calls % 2 === 0;
  };
  let signed: Awaited<ReturnType<typeof world.erase>> | undefined;
  const ids = new Set<string>();
  for (let runs = 0; signed === undefined && runs < 30; runs += 1) {
    const { state } = await beginErasure(world.deps, ADA);
    ids.add(state.erasure_id);
    signed = await runErasure({ ...world.deps, isTimeUp }, ADA, state.erasure_id).catch((error) => {
      if (error instanceof ErasureStopped) return undefined;
      throw error;
    });
  }
  expect(ids.size).toBe(1);
  expect(signed && countsOf(signed)).toMatchObject({
    results_table: 1,
    lake_results: 4,
    lake_raw: 2,
  });
  const { is_continued } = await beginErasure(world.deps, ADA);
  expect(is_continued).toBe(false);
});

it('an author is found by the name and by the pseudonym of the tenant, and not by that of another tenant', async () => {
  const key = derivePseudonymKey(RESTORE_KEY, 'default');
  const world = createWorld([
    aResult({ record_id: 'a', author: maskAuthor('Ada', key) }),
    aResult({ record_id: 'b', author: maskAuthor('Bea', key) }),
    aResult({ record_id: 'c', author: '[NAME]' }),
    aResult({ record_id: 'd', author: maskAuthor('Ada', derivePseudonymKey(RESTORE_KEY, 'x')) }),
  ]);
  await world.start();
  expect(countsOf(await world.erase(ADA))).toMatchObject({ results_table: 1 });
  expect(world.rowOf('a')).toMatchObject({ status: 'withdrawn' });
});

it('a dry run counts, and changes nothing', async () => {
  const world = createWorld([aResult({ record_id: 'a', author: 'Ada' })]);
  await world.start();
  const { state } = await beginErasure(world.deps, ADA, { is_dry_run: true });
  const signed = await runErasure(world.deps, ADA, state.erasure_id);
  expect(countsOf(signed)).toMatchObject({ results_table: 1, lake_results: 4, query_results: 1 });
  expect(signed.report).toMatchObject({ is_dry_run: true, remains: [] });
  expect(world.rowOf('a')).toMatchObject({ author: 'Ada' });
  expect(world.lines).toEqual([]);
  expect(world.buckets.lake.objects).toHaveProperty('query-results/1.csv');
});

it('an erasure stops while a job of the tenant has not ended, and deletes the inputs of jobs that have', async () => {
  const job = { source_id: 'app_reviews', created_at: new Date(NOW - 1).toISOString() };
  const jobs = [
    { ...job, job_id: 'j1', is_final: false, input_key: 'inputs/j1.jsonl' },
    { ...job, job_id: 'j2', is_final: true, input_key: 'inputs/j2.jsonl' },
  ];
  const world = createWorld([aResult({ record_id: 'a', author: 'Ada', job_id: 'j1' })], jobs);
  await world.start();
  world.buckets.inputs.objects['inputs/j1.jsonl'] = 'Ada';
  world.buckets.inputs.objects['inputs/j2.jsonl'] = 'Bea';
  await expect(world.erase(ADA)).rejects.toThrow('The job j1 has not ended');
  jobs[0]!.is_final = true;
  expect(countsOf(await world.erase(ADA))).toMatchObject({ job_inputs: 1 });
  expect(Object.keys(world.buckets.inputs.objects)).toEqual(['inputs/j2.jsonl']);
});

it('a whole source loses the inputs of its jobs, and a whole tenant all inputs and long texts', async () => {
  const job = { created_at: new Date(NOW).toISOString(), is_final: true };
  const jobs = [
    { ...job, source_id: 'x', job_id: 'j1', input_key: 'inputs/j1.jsonl' },
    { ...job, source_id: 'y', job_id: 'j2', input_key: 'inputs/j2.jsonl' },
  ];
  const world = createWorld([], jobs);
  Object.assign(world.buckets.inputs.objects, {
    ...{ 'inputs/j1.jsonl': '', 'inputs/j2.jsonl': '' },
    ...{ 'claims/default/1': '', 'claims/other/1': '' },
  });
  void (await world.erase({ tenant: 'default', source: 'x' }));
  expect(Object.keys(world.buckets.inputs.objects)).not.toContain('inputs/j1.jsonl');
  expect(Object.keys(world.buckets.inputs.objects)).toContain('inputs/j2.jsonl');
  void (await world.erase({ tenant: 'default' }));
  expect(Object.keys(world.buckets.inputs.objects)).toEqual(['claims/other/1']);
});

it('the long text of a row is deleted before the row is withdrawn', async () => {
  const long = aResult({ record_id: 'a', author: 'Ada', text_bytes: 900_000 });
  const world = createWorld([long]);
  await world.start();
  world.buckets.inputs.objects[`claims/default/${long.text_hash}`] = 'long';
  expect(countsOf(await world.erase(ADA))).toMatchObject({ long_texts: 1 });
  expect(world.buckets.inputs.objects).toEqual({});
});

it('set-asides that hold a selected record are deleted, invalid ones too, and unreadable ones are counted', async () => {
  const world = createWorld();
  const [invalid, unreadable, others, named] = setAsidesIn(
    kinesisRecords(
      { source: 'shop', text: 7, author: 'Ada' },
      '{"text": "cut o',
      { source: 'shop', text: 7, author: 'Bea' },
      '{"text": "cut off", "author": "Ada", "so',
    ),
  );
  const { objects } = world.buckets.set_asides;
  objects['set-asides/1.json'] = JSON.stringify(invalid);
  objects['set-asides/2.json'] = JSON.stringify(unreadable);
  objects['set-asides/3.json'] = JSON.stringify(others);
  objects['set-asides/4.json'] = JSON.stringify(named);
  const signed = await world.erase(ADA);
  const kept = Object.keys(objects).filter((key) => key.startsWith('set-asides/'));
  expect(kept).toEqual(['set-asides/2.json', 'set-asides/3.json']);
  expect(world.buckets.set_asides.forgotten).toEqual(['set-asides/1.json', 'set-asides/4.json']);
  expect(countsOf(signed)).toMatchObject({ set_asides: 2 });
  expect(signed.report.unreadable).toBe(1);
});

const report = (...records: object[]) =>
  JSON.stringify({
    version: '1.0',
    requestContext: {
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 3,
      requestId: 'x',
    },
    timestamp: '2026-11-23T22:00:00.000Z',
    KinesisBatchInfo: { shardId: 'shard', batchSize: records.length, streamArn: 'arn' },
    payload: JSON.stringify({ Records: records }),
  });
const record = (record_id: string, author: string) => ({
  ...{ record_id, source: 'app_reviews', author, text: `text of ${record_id}` },
});

it('selected records leave the failed batches and are withdrawn; those beside them keep their places and ids', async () => {
  const world = createWorld();
  const sub = (data: object) => ({ partition_key: 'p', data: Buffer.from(JSON.stringify(data)) });
  const aggregate = kplAggregate([sub(record('a', 'Ada')), sub({ source: 's', text: 'no id' })]);
  const [, before] = await readRestorables([kinesisRecord(aggregate, 2)], restoreKey);
  const { objects } = world.buckets.failures;
  objects['aws/lambda/1'] = report(
    kinesisRecord(record('b', 'Bea'), 1),
    kinesisRecord(aggregate, 2),
  );
  objects['aws/lambda/2'] = report(kinesisRecord(record('c', 'Ada'), 3));
  expect(countsOf(await world.erase(ADA))).toMatchObject({ failures: 2 });
  expect(Object.keys(objects)).toEqual(['aws/lambda/1']);
  expect(world.buckets.failures.forgotten).toEqual(['aws/lambda/1', 'aws/lambda/2']);
  const { payload, KinesisBatchInfo, requestContext } = JSON.parse(objects['aws/lambda/1'] ?? '');
  expect([
    KinesisBatchInfo.batchSize,
    KinesisBatchInfo.streamArn,
    requestContext.requestId,
  ]).toEqual([...[2, 'arn', 'x']]);
  const left = await readRestorables(
    failedEventSchema.parse(JSON.parse(payload)).Records,
    restoreKey,
  );
  expect(left.map((one) => one.kind === 'record' && one.record.record_id)).toEqual([
    'b',
    before?.kind === 'record' && before.record.record_id,
  ]);
  expect(left[1]).toMatchObject({ position: before?.position, arrived_at: before?.arrived_at });
  for (const record_id of ['a', 'c']) {
    expect(world.rowOf(record_id)).toMatchObject({ status: 'withdrawn' });
  }
});

it('what is accepted more than five minutes after the request stays', async () => {
  const at = NOW + 5 * 60_000;
  const world = createWorld([
    aResult({ record_id: 'within', author: 'Ada', stamp: at }),
    aResult({ record_id: 'later', author: 'Ada', stamp: at + 1 }),
  ]);
  await world.start();
  void (await world.erase(ADA));
  expect(world.rowOf('within')).toMatchObject({ status: 'withdrawn' });
  expect(world.rowOf('later')).toMatchObject({ status: 'analyzed', author: 'Ada' });
});

it.each([
  [{ tenant: 'default', record_id: 'a' }, 'must be given with record_id'],
  [{ tenant: 'default', source: 's', record_id: 'a', author: 'Ada' }, 'must be the only one'],
  [{ tenant: 'default', author: '' }, 'Too small'],
  [{ tenant: 'default', autor: 'Ada' }, 'Unrecognized key'],
])('the selection %j is refused', (selector, message) => {
  expect(selectorSchema.safeParse(selector).error?.message).toContain(message);
});

it('an export has each thing that a store holds on the selection, and ends with a manifest that proves it is whole', async () => {
  const world = createWorld([
    aResult({ record_id: 'a', author: 'Ada' }),
    aResult({ record_id: 'b' }),
  ]);
  await world.start();
  const [invalid] = setAsidesIn(kinesisRecords({ source: 'shop', text: 7, author: 'Ada' }));
  world.buckets.set_asides.objects['set-asides/1.json'] = JSON.stringify(invalid);
  world.buckets.failures.objects['aws/lambda/1'] = report(kinesisRecord(record('c', 'Ada'), 1));
  const raw = {
    days: async () => ['2026-11-23'],
    async *keys(hour: string) {
      if (hour === '2026/11/23/06') yield 'results_raw/2026/11/23/06/1.gz';
    },
    async *lines() {
      yield aResult({ record_id: 'a', author: 'Ada', text: 'an old version' });
      yield aResult({ record_id: 'b' });
    },
  };
  const selection = { selector: ADA, accepted_until: Number.MAX_SAFE_INTEGER };
  const texts: string[] = [];
  for await (const text of exportSelection({ ...world.deps, raw }, selection)) texts.push(text);
  const lines = texts.map((text) => JSON.parse(text));
  expect(lines.slice(0, -1).map(({ store, key }) => [store, key])).toEqual([
    ['results_table', undefined],
    ['lake_raw', 'results_raw/2026/11/23/06/1.gz'],
    ['set_asides', 'set-asides/1.json'],
    ['failures', 'aws/lambda/1'],
  ]);
  const { createHash } = await import('node:crypto');
  expect(lines.at(-1).manifest).toEqual({
    format: 1,
    exported_at: new Date(NOW).toISOString(),
    lines: { results_table: 1, lake_raw: 1, set_asides: 1, failures: 1 },
    unreadable: 0,
    sha256: createHash('sha256').update(texts.slice(0, -1).join('')).digest('hex'),
  });
});

it('an erasure deletes the files of all exports of the tenant, and marks first that those which go on must end', async () => {
  const world = createWorld();
  const { objects, store } = world.buckets.inputs;
  for (const key of ['default/export_1/part-1', 'default/export_2/part-1', 'default2/export_3/p']) {
    objects[`exports/${key}`] = 'A text of Ada';
  }
  const marks = world.buckets.set_asides.objects;
  const mark = 'privacy-requests/default/exports-erased.json';
  const inputs = {
    ...store,
    keys: (prefix: string, after?: string) => {
      if (prefix.startsWith('exports/'))
        expect(JSON.parse(marks[mark] ?? '')).toEqual({ erased_at: NOW });
      return store.keys(prefix, after);
    },
  };
  const { state } = await beginErasure(world.deps, ADA, { is_dry_run: true });
  const dry = await runErasure(world.deps, ADA, state.erasure_id);
  expect(countsOf(dry)).toMatchObject({ exports: 2 });
  expect(marks).not.toHaveProperty([mark]);
  expect(countsOf(await world.erase(ADA, { inputs }))).toMatchObject({ exports: 2 });
  expect(Object.keys(objects)).toEqual(['exports/default2/export_3/p']);
});

it('the erasure of a request goes on slice by slice, and one that is delivered again erases nothing twice', async () => {
  const world = createWorld(['a', 'b'].map((record_id) => aResult({ record_id, author: 'Ada' })));
  await world.start();
  const request = {
    ...{ request_id: `erasure_${'0'.repeat(32)}`, kind: 'erasure' as const, tenant: 'default' },
    ...{ requested_at: new Date(NOW - 1_000).toISOString(), dry_run: false },
  };
  const slice = () =>
    eraseSlice({ ...world.deps, isTimeUp: () => true }, { request, selector: ADA });
  const statuses: string[] = [];
  while (statuses.at(-1) !== 'done') statuses.push((await slice()).status);
  expect(statuses.length).toBeGreaterThan(10);
  expect(new Set(statuses)).toEqual(new Set(['again', 'done']));
  expect([...world.states.keys()]).toEqual([request.request_id]);
  const { signed } = JSON.parse(world.states.get(request.request_id) ?? '{}');
  expect(signed.report).toMatchObject({ requested_at: request.requested_at });
  const withdrawn = world.lines.length;
  expect(await slice()).toMatchObject({ status: 'done', counts: { results_table: 2 } });
  expect(world.lines).toHaveLength(withdrawn);
});

it('the erasure of a request waits while a job of the tenant has not ended', async () => {
  const open = { job_id: 'j1', source_id: 's', is_final: false, input_key: 'inputs/j1.jsonl' };
  const jobs = [{ ...open, created_at: new Date(NOW - 10_000).toISOString() }];
  const world = createWorld([], jobs);
  const request = {
    ...{ request_id: `erasure_${'0'.repeat(32)}`, kind: 'erasure' as const, tenant: 'default' },
    ...{ requested_at: new Date(NOW - 1_000).toISOString(), dry_run: false },
  };
  const slice = () => eraseSlice(world.deps, { request, selector: ADA });
  expect(await slice()).toEqual({ status: 'waits' });
  jobs.length = 0;
  expect(await slice()).toMatchObject({ status: 'done' });
});
