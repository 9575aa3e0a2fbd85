import { expect, it } from 'vitest';
import { createPublisher, type RecordStream } from '../../../ingest/index.ts';
import { replaySetAside, type SetAsideReplayDeps } from '../../../operations/replay-set-aside.ts';
import { decode, setAsideOf } from '../../../processors/stream/decode/decode.ts';
import { unreadable } from '../../../processors/stream/decode/unreadable.ts';
import { hashText, type RestoredMark, type SetAside } from '../../../schemas/index.ts';
import { createFakeStream } from '../../fakes/record-stream.ts';
import { createFakeClaims } from '../../fakes/text-claims.ts';
import { ARRIVED_AT, kinesisRecord, STREAM_NAME } from '../../support/kinesis-event.ts';
import { kplAggregate } from '../../support/kpl.ts';
import { decodeRestored, restoreKey, setAsidesIn } from '../../support/restored.ts';

const NOW = Date.UTC(2026, 10, 24);
const PLACE = `${STREAM_NAME}:${kinesisRecord('').eventID}`;

/** Returns the set-asides that the consumer writes for a stream record with the data `data`. */
const setAsidesOf = (data: unknown): SetAside[] => setAsidesIn([kinesisRecord(data)]);

/**
 * Returns the set-asides that the consumer writes if the claimed texts of the records in `data` do
 * not exist.
 */
const textMissing = (data: unknown): SetAside[] =>
  decode([kinesisRecord(data)]).items.map((item) =>
    setAsideOf(item, unreadable('text_missing', 'the claimed text does not exist')),
  );

function createWorld(overrides: Partial<SetAsideReplayDeps> = {}, stream?: RecordStream) {
  const fake = createFakeStream();
  const marks = new Map<string, RestoredMark>();
  const deps: SetAsideReplayDeps = {
    marks: {
      get: async (id) => marks.get(id),
      put: async (id, mark) => {
        marks.set(id, mark);
      },
    },
    publisher: createPublisher({ stream: stream ?? fake.stream, linger_ms: 0, max_attempts: 1 }),
    claims: createFakeClaims(),
    restoreKey,
    fix: undefined,
    dry_run: false,
    now: () => NOW,
    ...overrides,
  };
  return { deps, marks, entries: fake.entries };
}

const addSource = (bytes: Uint8Array) => ({
  source: 'fixed',
  ...(JSON.parse(Buffer.from(bytes).toString()) as object),
});

it('a replayed set-aside is on the stream under the id and the time of its place, and is marked', async () => {
  const [set_aside] = setAsidesOf({ text: 'no source' });
  const { deps, marks, entries } = createWorld({ fix: addSource });
  expect(await replaySetAside(deps, set_aside!)).toEqual({ status: 'replayed', records: 1 });
  expect(decodeRestored(entries)).toMatchObject([
    {
      arrived_at: new Date(ARRIVED_AT).toISOString(),
      partition_key: 'key-1',
      record: { record_id: PLACE, source: 'fixed', text: 'no source' },
    },
  ]);
  expect(entries[0]!.partition_key).toBe('key-1');
  expect([...marks]).toEqual([[PLACE, { restored_at: '2026-11-24T00:00:00.000Z', records: 1 }]]);
});

it('a replayed sub-record of a KPL aggregate keeps the id that its place in the aggregate gave it', async () => {
  const bad = { partition_key: 'k', data: Buffer.from('{"text":"no source"}') };
  const set_asides = setAsidesOf(kplAggregate([bad, bad]));
  const { deps, entries } = createWorld({ fix: addSource });
  for (const set_aside of set_asides) await replaySetAside(deps, set_aside);
  expect(decodeRestored(entries).map(({ record }) => record.record_id)).toEqual([
    `${PLACE}:0`,
    `${PLACE}:1`,
  ]);
});

it('a replayed sub-record with an id of its producer keeps that id', async () => {
  const bad = { partition_key: 'k', data: Buffer.from('{"record_id":"own","text":"no source"}') };
  const [set_aside] = setAsidesOf(kplAggregate([bad]));
  const { deps, entries } = createWorld({ fix: addSource });
  await replaySetAside(deps, set_aside!);
  expect(decodeRestored(entries)[0]!.record.record_id).toBe('own');
});

it('the records in the message of another service are replayed, each under the id of its place', async () => {
  const logEvents = ['{"text":"a","source":"s"}', 'GET / 200', '{"text":"b","source":"s"}'];
  const message = {
    messageType: 'DATA_MESSAGE',
    logEvents: logEvents.map((line) => ({ message: line })),
  };
  const [set_aside] = setAsidesOf(message);
  expect(set_aside?.reason).toBe('envelope');
  const { deps, entries } = createWorld();
  expect(await replaySetAside(deps, set_aside!)).toEqual({ status: 'replayed', records: 3 });
  expect(decodeRestored(entries).map(({ record }) => record.record_id)).toEqual([
    `${PLACE}:0`,
    `${PLACE}:2`,
  ]);
  const [without] = setAsidesOf({
    messageType: 'DATA_MESSAGE',
    logEvents: [{ message: 'GET / 200' }],
  });
  expect(await replaySetAside(createWorld().deps, without!)).toEqual({
    status: 'left',
    reason: 'invalid_json',
  });
});

it('a set-aside whose text was missing is replayed once the text is there, also from an aggregate', async () => {
  const text = 'a long text';
  const record = { source: 's', tenant: 'other', text_claim: hashText(text) };
  const sub = { partition_key: 'k', data: Buffer.from(JSON.stringify(record)) };
  const [alone, ...subs] = [...textMissing(record), ...textMissing(kplAggregate([sub, sub]))];
  const { deps, marks, entries } = createWorld();
  expect(await replaySetAside(deps, alone!)).toEqual({ status: 'left', reason: 'text_missing' });
  expect(entries).toEqual([]);
  expect(marks.size).toBe(0);
  await (deps.claims as ReturnType<typeof createFakeClaims>).put('other', text);
  for (const one of [alone!, ...subs]) {
    expect(await replaySetAside(deps, one)).toEqual({ status: 'replayed', records: 1 });
  }
  expect(decodeRestored(entries).map(({ record }) => record)).toMatchObject(
    [PLACE, `${PLACE}:0`, `${PLACE}:1`].map((record_id) => ({ ...record, record_id })),
  );
});

it('a set-aside stays when its text belongs to another tenant or has another hash', async () => {
  const [set_aside] = textMissing({ source: 's', tenant: 'other', text_claim: hashText('a') });
  const claims = createFakeClaims();
  await claims.put('default', 'a');
  const left = { status: 'left', reason: 'text_missing' };
  expect(await replaySetAside(createWorld({ claims }).deps, set_aside!)).toEqual(left);
  const wrong = { get: async () => 'b' };
  expect(await replaySetAside(createWorld({ claims: wrong }).deps, set_aside!)).toEqual(left);
});

it('a withdrawal is replayed without its text', async () => {
  const record = { record_id: 'a', source: 's', deleted: true, text_claim: hashText('gone') };
  const [set_aside] = textMissing(record);
  const { deps, entries } = createWorld();
  expect(await replaySetAside(deps, set_aside!)).toMatchObject({ status: 'replayed' });
  expect(decodeRestored(entries)[0]!.record).toMatchObject(record);
});

it('a set-aside that was replayed before is not replayed again', async () => {
  const [set_aside] = setAsidesOf({ text: 'no source' });
  const { deps, entries } = createWorld({ fix: addSource });
  await replaySetAside(deps, set_aside!);
  expect(await replaySetAside(deps, set_aside!)).toEqual({ status: 'done_before' });
  expect(entries).toHaveLength(1);
});

it('a set-aside that the stream refuses is not marked, and its error codes are named', async () => {
  const [set_aside] = setAsidesOf({ text: 'no source' });
  const refusing: RecordStream = {
    putRecords: async (entries) => entries.map(() => ({ ok: false, code: 'InternalFailure' })),
  };
  const { deps, marks } = createWorld({ fix: addSource }, refusing);
  expect(await replaySetAside(deps, set_aside!)).toEqual({
    status: 'failed',
    codes: ['InternalFailure'],
  });
  expect(marks.size).toBe(0);
});

it('a dry run of a replay counts the records of a set-aside, publishes none and marks nothing', async () => {
  const good = { partition_key: 'k', data: Buffer.from('{"source":"s","text":"x"}') };
  const [set_aside] = setAsidesOf('no json');
  const fix = () => kplAggregate([good, good]);
  const { deps, marks, entries } = createWorld({ fix, dry_run: true });
  expect(await replaySetAside(deps, set_aside!)).toEqual({ status: 'would_replay', records: 2 });
  expect(entries).toEqual([]);
  expect(marks.size).toBe(0);
});

it.each([
  ['is still not a record', undefined, 'invalid_json'],
  ['the fix makes no record of', () => '{"text":1}', 'invalid_record'],
  ['the fix skips', () => undefined, 'left by the fix'],
])('a set-aside that %s stays, with the reason', async (_, fix, reason) => {
  const [set_aside] = setAsidesOf('no json');
  const { deps, marks, entries } = createWorld({ fix });
  expect(await replaySetAside(deps, set_aside!)).toEqual({ status: 'left', reason });
  expect(entries).toEqual([]);
  expect(marks.size).toBe(0);
});

it.each<[string, () => Uint8Array | string | object | Promise<string>]>([
  ['bytes', () => Buffer.from('{"source":"s","text":"ä"}')],
  ['a string', () => '{"source":"s","text":"ä"}'],
  ['an object', () => ({ source: 's', text: 'ä' })],
  ['a promise', async () => '{"source":"s","text":"ä"}'],
])('a fix may return %s', async (_, fix) => {
  const [set_aside] = setAsidesOf('no json');
  const { deps, entries } = createWorld({ fix });
  await replaySetAside(deps, set_aside!);
  expect(decodeRestored(entries)[0]!.record).toMatchObject({ source: 's', text: 'ä' });
});

it('a fix gets the bytes of the set-aside, and its reason and place', async () => {
  const seen: unknown[] = [];
  const [set_aside] = setAsidesOf('no json');
  const { deps } = createWorld({
    fix: (bytes, about) => {
      seen.push(Buffer.from(bytes).toString(), about);
      return undefined;
    },
  });
  await replaySetAside(deps, set_aside!);
  const { data_base64: _, ...about } = set_aside!;
  expect(seen).toEqual(['no json', about]);
});

it('a replay whose mark cannot be stored fails, so that it is repeated', async () => {
  const [set_aside] = setAsidesOf({ text: 'no source' });
  const { deps } = createWorld({ fix: addSource });
  const marks = { ...deps.marks, put: () => Promise.reject(new Error('S3 is down')) };
  await expect(replaySetAside({ ...deps, marks }, set_aside!)).rejects.toThrow('S3 is down');
});

it('a replay that a tenant asks for leaves the records of other tenants', async () => {
  const [set_aside] = textMissing({ source: 's', tenant: 'acme', text: 'a' });
  const theirs = createWorld({ tenant: 'globex' });
  expect(await replaySetAside(theirs.deps, set_aside!)).toEqual({
    ...{ status: 'left', reason: 'other_tenant' },
  });
  expect(theirs.entries).toEqual([]);
  const own = createWorld({ tenant: 'acme' });
  expect(await replaySetAside(own.deps, set_aside!)).toMatchObject({ status: 'replayed' });
});
