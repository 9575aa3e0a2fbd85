import { gzipSync } from 'node:zlib';
import type { KinesisStreamRecord } from 'aws-lambda';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPublisher } from '../../../../ingest/index.ts';
import { replay } from '../../../../operations/replay.ts';
import type { Analyse } from '../../../../processors/analysis/analysis.ts';
import { createConsumer } from '../../../../processors/stream/consumer.ts';
import { packRestored } from '../../../../schemas/index.ts';
import { NO_PRIVACY } from '../../../fakes/privacy.ts';
import { createRefusingStores } from '../../../fakes/refusing-stores.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { memoryJobs } from '../../../support/jobs.ts';
import { kinesisRecord } from '../../../support/kinesis-event.ts';
import { kplAggregate } from '../../../support/kpl.ts';
import { createRandom } from '../../../support/random.ts';
import { RESTORE_KEY, restoreKey } from '../../../support/restored.ts';

const START = Date.UTC(2026, 10, 23, 10);
const KEY = 'default#s#a';

/** How one copy of a record comes to the consumer. */
const copy = fc.record({
  form: fc.constantFrom('plain', 'gzip', 'aggregate', 'restored'),
  /** Time that the copy waits in a spool of its producer. */
  spooled_ms: fc.constantFrom(0, 5, 3_600_000, 86_400_000),
  deliveries: fc.constantFrom(1, 1, 2),
});
const accepted = fc.record({
  kind: fc.constantFrom('text', 'text', 'text', 'withdrawal'),
  text: fc.constantFrom('one', 'two', 'three'),
  version: fc.nat({ max: 3 }),
  has_version: fc.boolean(),
  after_ms: fc.integer({ min: 1, max: 20 }),
  copies: fc.array(copy, { minLength: 1, maxLength: 3 }),
});
type Copy = typeof copy extends fc.Arbitrary<infer One> ? One : never;
type Accepted = typeof accepted extends fc.Arbitrary<infer One> ? One : never;

const history = fc.record({
  versions: fc.constantFrom('explicit', 'absent', 'mixed'),
  all: fc.array(accepted, { minLength: 1, maxLength: 6 }),
  seed: fc.nat(),
});

interface Said {
  record: Record<string, unknown>;
  stamp: number;
}

/** Gives the acceptances of a history their stamps and versions. Mixed versions do not fall. */
function acceptAll(versions: 'explicit' | 'absent' | 'mixed', all: Accepted[]): Said[] {
  let stamp = START;
  let highest = 0;
  return all.map(({ kind, text, version, has_version, after_ms }) => {
    stamp += after_ms;
    highest = Math.max(highest, version);
    const record_version = {
      explicit: version,
      absent: undefined,
      mixed: has_version ? highest : undefined,
    }[versions];
    const content = kind === 'text' ? { text } : { deleted: true };
    return { record: { record_id: 'a', source: 's', ...content, record_version, stamp }, stamp };
  });
}

/** The record after all of its acceptances: each replaces, unless its version is lower. */
function findLast(all: Said[]): { text: unknown; status: string; record_version: unknown } {
  let record_version: unknown;
  let last: Said['record'] = {};
  for (const { record } of all) {
    if (
      record.record_version !== undefined &&
      Number(record.record_version) < Number(record_version ?? 0)
    )
      continue;
    record_version = record.record_version ?? record_version;
    last = record;
  }
  const status = last.deleted === true ? 'withdrawn' : 'analyzed';
  return { text: last.text, status, record_version };
}

/** Encodes a copy of a record as it comes to the consumer. */
function deliver({ record, stamp }: Said, { form, spooled_ms }: Copy, place: number) {
  const bytes = Buffer.from(JSON.stringify(record));
  const arrived_at = stamp + spooled_ms;
  const aggregate = kplAggregate([
    { partition_key: 'k', data: Buffer.from('{"record_id":"other","source":"s","text":"other"}') },
    { partition_key: 'k', data: bytes },
  ]);
  const restored = packRestored(
    {
      ...{ bytes, partition_key: 'k', arrived_at: new Date(arrived_at).toISOString() },
      position: { stream_name: 'live', shard_id: 'x', sequence_number: String(place) },
    },
    RESTORE_KEY,
  );
  const data = { plain: bytes, gzip: gzipSync(bytes), aggregate, restored }[form];
  const later_ms = form === 'restored' ? 43_200_000 : 0;
  return at(kinesisRecord(data, place), arrived_at + later_ms);
}

function at({ kinesis, ...rest }: KinesisStreamRecord, arrived_at: number): KinesisStreamRecord {
  return { ...rest, kinesis: { ...kinesis, approximateArrivalTimestamp: arrived_at / 1_000 } };
}

/** Creates a consumer whose analyzer has a version, and lets the test replay what it has stored. */
function createWorld() {
  const stores = createRefusingStores();
  let version = '1';
  const analyse: Analyse = async function* (requests) {
    yield requests.map((request) => [
      request,
      {
        ...{ status: 'analyzed', language_code: 'en', language_source: 'detected', cache: 'miss' },
        verdict: {
          ...{ sentiment: 'NEUTRAL', chunks: 1 },
          scores: { positive: 0.1, negative: 0.1, neutral: 0.7, mixed: 0.1 },
        },
        analyzer: { name: 'test', version },
      },
    ]);
  };
  const consumer = createConsumer({
    ...{ ...stores, ...memoryJobs(), analyse, restoreKey, privacy: NO_PRIVACY },
    now: () => START,
  });
  const replayAll = async (): Promise<KinesisStreamRecord[]> => {
    version = String(Number(version) + 1);
    const published: Uint8Array[] = [];
    const stream = {
      putRecords: async (entries: { data: Uint8Array }[]) =>
        entries.map(({ data }) => {
          published.push(data);
          return { ok: true as const, shard_id: 's', sequence_number: '1' };
        }),
    };
    await replay(
      {
        lake: {
          hour: async function* (hour) {
            if (hour === START) yield* stores.lines;
          },
        },
        results: { getMany: async () => stores.rows },
        ...{ publisher: createPublisher({ stream, linger_ms: 0 }), pace: async () => {} },
        now: () => START + Number(version) * 1_000,
      },
      { from: START, to: START + 10 * 86_400_000, analyzer: { name: 'test', version } },
    );
    return published.map((data, i) => at(kinesisRecord(data, 500 + i), START + 86_400_000));
  };
  return {
    stores,
    consume: (records: KinesisStreamRecord[]) => consumer(records, aBatchContext()),
    replayAll,
  };
}

it('a row and its line say what was accepted last, through aggregates, spools, resends, redeliveries, redrives and replays', async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ versions, all, seed }) => {
      const { stores, consume, replayAll } = createWorld();
      const random = createRandom(seed);
      const said = acceptAll(versions, all);
      let place = 0;
      let replays = 3;
      const waiting = said.flatMap((one, i) =>
        all[i]!.copies.flatMap((how) => {
          place += 1;
          return Array<KinesisStreamRecord>(how.deliveries).fill(deliver(one, how, place));
        }),
      );
      while (waiting.length > 0) {
        const batch: KinesisStreamRecord[] = [];
        for (let size = 1 + random.int(3); size > 0 && waiting.length > 0; size -= 1) {
          batch.push(...waiting.splice(random.int(waiting.length), 1));
        }
        expect(await consume(batch)).toMatchObject({ failed: 0, set_asides: 0 });
        if (replays > 0 && random.chance(0.2)) {
          replays -= 1;
          waiting.push(...(await replayAll()));
        }
      }
      const row = stores.rows.get(KEY)!;
      const { text, status, record_version } = row;
      expect({ text, status, record_version }).toEqual(findLast(said));
      const line = stores.lines
        .filter(({ record_id }) => record_id === 'a')
        .reduce((one, other) => ((other.revision ?? 0) > (one.revision ?? 0) ? other : one));
      // A version that only raises the version of its row has no line that says so.
      const { record_version: _version, revision: _revision, ...content } = row;
      expect(line).toMatchObject(content);
    }),
    { numRuns: 150 },
  );
});
