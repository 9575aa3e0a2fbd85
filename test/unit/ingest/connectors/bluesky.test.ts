import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Emission } from '../../../../ingest/connectors/emission.ts';
import { createFilter, filterSchema } from '../../../../ingest/connectors/filter.ts';
import { decide } from '../../../../ingest/connectors/runner/decide.ts';
import { chooseCursor } from '../../../../ingest/connectors/sources/bluesky/cursor.ts';
import { frameSchema, type Payload } from '../../../../ingest/connectors/sources/bluesky/frames.ts';
import { mapEvent } from '../../../../ingest/connectors/sources/bluesky/map-event.ts';
import { readRevision } from '../../../../ingest/connectors/sources/bluesky/times.ts';
import { ConnectorStats } from '../../../../ingest/connectors/stats.ts';
import { recordSchema } from '../../../../schemas/index.ts';
import { createFakeLedger } from '../../../fakes/connector-ledger.ts';

function readLines(name: string): unknown[] {
  const path = new URL(`../../../fixtures/connectors/${name}`, import.meta.url);
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function readPayloads(): Payload[] {
  return readLines('bluesky-jetstream-v2.jsonl').flatMap((line) => {
    const frame = frameSchema.parse(line);
    return frame.$type === 'message' ? frame.payload : [];
  });
}

async function* emit(payloads: Payload[]): AsyncGenerator<Emission[]> {
  for (const payload of payloads) {
    const emission = mapEvent(payload);
    if (typeof emission === 'object' && 'time' in payload) {
      yield [{ ...emission, at: Date.parse(payload.time) }];
    }
  }
}

describe('Bluesky', () => {
  it('Creations, edits, replies, deletions and the end of an account become the records that are expected of them', async () => {
    const records: unknown[] = [];
    const decisions = decide(emit(readPayloads()), {
      findReason: createFilter(filterSchema.parse({})),
      ...{ ledger: createFakeLedger(), stats: new ConnectorStats(Date.now), now: Date.now },
    });
    for await (const batch of decisions) {
      for (const { record } of batch)
        if (record !== undefined) records.push({ ...record, source: 'bluesky' });
    }
    expect(records).toEqual(readLines('bluesky-records.jsonl'));
    for (const record of records) expect(recordSchema.safeParse(record).success).toBe(true);
  });

  it('Every frame of the samples parses, and the error frame ends the connection', () => {
    const types = readLines('bluesky-jetstream-v2.jsonl').map(
      (line) => frameSchema.parse(line).$type,
    );
    expect(types.filter((type) => type === 'error')).toHaveLength(1);
    expect(types).toHaveLength(11);
  });

  it('An edit that leaves no text is a withdrawal, and a new post without a text is nothing', () => {
    const [create] = readPayloads();
    const empty = { ...create, record: { text: ' ' } } as Payload;
    expect(mapEvent(empty)).toBeUndefined();
    expect(mapEvent({ ...empty, operation: 'update' } as Payload)).toMatchObject({
      record: { deleted: true },
    });
    expect(mapEvent({ ...create, record: { text: 7 } } as Payload)).toBe('malformed');
    expect(mapEvent({ ...create, rev: 'zzz' } as Payload)).toBe('malformed');
  });

  it('A revision holds microseconds since 1970', () => {
    expect(readRevision('3n34saoc32227')).toBe(1_795_597_200_000_000);
    expect(readRevision('0n34saoc32227')).toBeUndefined();
    expect(readRevision('3n34saoc3222')).toBeUndefined();
  });

  it.each([
    ['by its seq on the same host', { host: 'a', seq: 7, event_at: 1e12, alive_at: 1e12 }, 7],
    [
      'by time on another host',
      { host: 'b', seq: 7, event_at: 1e12, alive_at: 1e12 },
      (1e12 - 60_000) * 1_000,
    ],
    [
      'by the last sign of life after a quiet time',
      { host: 'a', seq: 7, event_at: 1e12, alive_at: 1e12 + 90_000 },
      (1e12 + 30_000) * 1_000,
    ],
    [
      'by time if no event has come yet',
      { host: 'a', event_at: 1e12, alive_at: 1e12 },
      (1e12 - 60_000) * 1_000,
    ],
    ['at the newest event without a mark', undefined, undefined],
  ])('A connection resumes %s', (_, cursor, expected) => {
    expect(chooseCursor(cursor, 'a')).toBe(expected);
  });
});
