import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { changedAssembly, withLittlePatience } from '../support/assembly.ts';
import { aurastream } from '../support/aurastream.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { kplAggregate } from '../support/kpl.ts';

const WAIT = { timeout: 60_000, interval: 250 };

let assembly: string;
let folder: string;
let test: TestCloud;
afterEach(() => test.control('DELETE', 'faults'));
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-redrive-'));
  assembly = await changedAssembly(withLittlePatience);
  test = await testCloud({ assemblyDir: assembly });
});
afterAll(async () => {
  await test.stop();
  await rm(assembly, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
});

async function runCommand(args: string[]): Promise<string> {
  const { code, stdout, stderr } = await aurastream(args, { env: test.environment });
  expect(code, stderr).toBe(0);
  return stdout;
}

async function json(args: string[]) {
  return JSON.parse(await runCommand([...args, '--json']));
}

async function put(...entries: Buffer[]): Promise<{ shard_id: string; sequence_number: string }[]> {
  const { Records } = await test.clients.kinesis.send(
    new PutRecordsCommand({
      StreamName: test.stack.StreamName,
      Records: entries.map((Data) => ({ PartitionKey: 'one-shard', Data })),
    }),
  );
  return Records!.map((record) => ({
    shard_id: record.ShardId!,
    sequence_number: record.SequenceNumber!,
  }));
}

function find(source: string, record_id: string) {
  return test.results.get({ tenant: 'default', source, record_id });
}

const bytes = (record: object) => Buffer.from(JSON.stringify(record));

it('aurastream redrive puts the records that Lambda gave up on back on the stream, and a second run puts back none', async () => {
  await test.control('POST', 'faults', {
    service: 'dynamodb',
    action: 'BatchExecuteStatement',
    kind: 'error',
  });
  const sub = (text: string) => ({ partition_key: 'p', data: bytes({ text, source: 'kpl' }) });
  const [, nameless, aggregate] = await put(
    bytes({ record_id: 'named', record_version: 3, text: 'I love my cat', source: 'tour' }),
    bytes({ text: 'It has no name', source: 'tour' }),
    kplAggregate([sub('First of two'), sub('Second of two')]),
  );
  const [failed] = await vi.waitFor(async () => {
    const found = await json(['redrive', 'list']);
    expect(found.length).toBeGreaterThan(0);
    const records = found.reduce((sum: number, one: { records: number }) => sum + one.records, 0);
    expect(records).toBe(3);
    return found;
  }, WAIT);
  await test.control('DELETE', 'faults');
  expect(failed.reason).toBe('RetryAttemptsExhausted');
  expect(await json(['redrive', 'list', '--reason', 'MaximumRecordAgeExceeded'])).toEqual([]);

  const shown = await runCommand(['redrive', 'show', failed.key]);
  expect(shown).toContain('RetryAttemptsExhausted');
  expect(shown).not.toContain('I love my cat');
  expect(await json(['redrive', 'run', '--dry-run'])).toMatchObject({ records: 4, failed: 0 });
  expect(await json(['redrive', 'list'])).not.toEqual([]);

  expect(await json(['redrive', 'run'])).toMatchObject({ records: 4, failed: 0 });
  const position = ({ shard_id, sequence_number }: NonNullable<typeof nameless>) =>
    `${test.stack.StreamName}:${shard_id}:${sequence_number}`;
  const records: [source: string, record_id: string][] = [
    ['tour', 'named'],
    ['tour', position(nameless!)],
    ['kpl', `${position(aggregate!)}:0`],
    ['kpl', `${position(aggregate!)}:1`],
  ];
  for (const [source, record_id] of records) {
    await vi.waitFor(async () => {
      expect(await find(source, record_id), record_id).toBeDefined();
    }, WAIT);
  }
  expect(await find('tour', 'named')).toMatchObject({ record_version: 3 });

  expect(await json(['redrive', 'list'])).toEqual([]);
  expect(await json(['redrive', 'run'])).toMatchObject({ batches: 0 });
  const all = await json(['redrive', 'list', '--all']);
  expect(all[0].restored_at).toEqual(expect.any(String));
  // The command restores a batch a second time if the user names the key of the batch. The results
  // must still contain each record of the batch only once.
  await runCommand(['redrive', 'run', failed.key]);
  await vi.waitFor(async () => {
    const { idle } = (await test.control('GET', 'status')) as { idle: boolean };
    expect(idle).toBe(true);
  }, WAIT);
  await test.settleLake();
  const counted = "SELECT count(*) AS n FROM results WHERE source IN ('tour', 'kpl')";
  await vi.waitFor(async () => expect((await test.query(counted)).rows).toEqual([{ n: 4 }]), WAIT);
});

it('redrive and set-aside replay give each invalid record of a given-up batch one set-aside and one result', async () => {
  await test.control('POST', 'faults', {
    service: 'dynamodb',
    action: 'BatchExecuteStatement',
    kind: 'error',
  });
  const before = (await json(['set-aside', 'list'])).length;
  await put(
    ...['one', 'two'].map((text) => bytes({ source: 'poison', text })),
    ...['three', 'four', 'five'].map((text) => bytes({ text })),
  );
  await vi.waitFor(async () => {
    const found = await json(['redrive', 'list']);
    const records = found.reduce((sum: number, one: { records: number }) => sum + one.records, 0);
    expect(records).toBeGreaterThanOrEqual(2);
    expect(await json(['set-aside', 'list'])).toHaveLength(before + 3);
    expect(await test.control('GET', 'status')).toMatchObject({ idle: true });
  }, WAIT);
  await test.control('DELETE', 'faults');
  expect(await json(['redrive', 'run'])).toMatchObject({ failed: 0 });
  const fix = join(folder, 'source.mjs');
  await writeFile(
    fix,
    `export default (bytes, { reason }) =>
      reason === 'invalid_record' ? { source: 'poison', ...JSON.parse(Buffer.from(bytes)) } : undefined;`,
  );
  await vi.waitFor(async () => {
    expect(await test.control('GET', 'status')).toMatchObject({ idle: true });
  }, WAIT);
  expect(await json(['set-aside', 'list'])).toHaveLength(before + 3);
  expect(await json(['set-aside', 'replay', '--fix', fix])).toMatchObject({ replayed: 3 });
  await vi.waitFor(async () => {
    await test.cloud.flush();
    const counts = 'count(*) AS n, count(DISTINCT text) AS texts';
    const { rows } = await test.query(`SELECT ${counts} FROM results WHERE source = 'poison'`);
    expect({ n: Number(rows[0]!.n), texts: Number(rows[0]!.texts) }).toEqual({ n: 5, texts: 5 });
  }, WAIT);
});

it('aurastream redrive says what to do about an unknown batch', async () => {
  const { code, stderr } = await aurastream(['redrive', 'run', 'aws/lambda/nothing'], {
    env: test.environment,
  });
  expect(code).toBe(1);
  expect(stderr).toContain('redrive list --all');
});

it('aurastream set-aside replay publishes the set-asides that a fix repairs, under their ids, and leaves the others', async () => {
  const [bad, hopeless] = await put(
    bytes({ text: 'I forgot the source' }),
    Buffer.from('hopeless'),
  );
  const idOf = (one = bad) => `${test.stack.StreamName}:${one!.shard_id}:${one!.sequence_number}`;
  const ids = [idOf(bad), idOf(hopeless)];
  await vi.waitFor(async () => {
    const listed = await json(['set-aside', 'list']);
    const found = listed.map(({ set_aside_id }: { set_aside_id: string }) => set_aside_id);
    expect(found).toEqual(expect.arrayContaining(ids));
  }, WAIT);
  expect(await json(['set-aside', 'replay', ...ids])).toMatchObject({
    replayed: 0,
    left: 2,
    why: { invalid_record: 1, invalid_json: 1 },
  });
  const fix = join(folder, 'fix.mjs');
  await writeFile(
    fix,
    `export default (bytes, { reason }) =>
      reason === 'invalid_record' ? { source: 'mended', ...JSON.parse(Buffer.from(bytes)) } : undefined;`,
  );
  expect(await json(['set-aside', 'replay', ...ids, '--fix', fix, '--dry-run'])).toMatchObject({
    would_replay: 1,
    left: 1,
  });
  expect(await json(['set-aside', 'replay', ...ids, '--fix', fix])).toMatchObject({
    replayed: 1,
    left: 1,
  });
  await vi.waitFor(async () => {
    expect(await find('mended', idOf(bad))).toMatchObject({ source: 'mended' });
  }, WAIT);
  expect(await json(['set-aside', 'replay', ...ids, '--fix', fix])).toMatchObject({
    done_before: 1,
    left: 1,
  });
  expect(await find('mended', idOf(hopeless))).toBeUndefined();
});

it('aurastream set-aside replay says what is wrong with an invalid fix', async () => {
  const fix = join(folder, 'none.mjs');
  await writeFile(fix, 'export const fix = 1;');
  const { code, stderr } = await aurastream(['set-aside', 'replay', '--fix', fix], {
    env: test.environment,
  });
  expect(code).toBe(1);
  expect(stderr).toContain('no default function');
});

it('aurastream replay analyses outdated results again, keeps the old lines, and leaves withdrawn records alone', async () => {
  const of = (record_id: string, fields: object) =>
    bytes({ record_id, source: 'replayed', ...fields });
  await put(
    of('kept', { text: 'I love my cat', created_at: '2026-01-01T00:00:00Z' }),
    of('gone', { text: 'Forget me' }),
    of('gone', { deleted: true, record_version: 1 }),
  );
  await vi.waitFor(async () => {
    expect(await find('replayed', 'kept')).toBeDefined();
    expect(await find('replayed', 'gone')).toMatchObject({ status: 'withdrawn' });
  }, WAIT);
  const from = new Date(Date.now() - 600_000).toISOString();
  const asked = ['replay', '--from', from, '--source', 'replayed'];
  const newer = [...asked, '--analyzer', 'a newer one'];
  await vi.waitFor(async () => {
    // The consumer writes the row before it sends the line, so the first flush may be too early.
    await test.cloud.flush();
    expect(await json([...newer, '--dry-run'])).toMatchObject({ replayed: 1 });
  }, WAIT);
  expect(await json(asked)).toMatchObject({ replayed: 0 });
  expect(await json(newer)).toMatchObject({ replayed: 1, failed: 0 });
  const row = await vi.waitFor(async () => {
    const found = await find('replayed', 'kept');
    expect(found!.analysis_run).toEqual(expect.any(Number));
    return found;
  }, WAIT);
  expect(row).toMatchObject({ sentiment: 'POSITIVE', created_at: '2026-01-01T00:00:00.000Z' });
  await vi.waitFor(async () => {
    await test.cloud.flush();
    const where = "WHERE source = 'replayed' AND record_id = 'kept'";
    // Firehose and the consumer deliver at least once, so the raw lake may have a line twice.
    const raw = await test.query(`SELECT DISTINCT analysis_run FROM results_raw ${where}`);
    expect(raw.rows).toHaveLength(2);
    const { rows } = await test.query(`SELECT analysis_run FROM results ${where}`);
    expect(rows).toEqual([{ analysis_run: row!.analysis_run }]);
  }, WAIT);
  expect(await find('replayed', 'gone')).toMatchObject({ status: 'withdrawn' });
});
