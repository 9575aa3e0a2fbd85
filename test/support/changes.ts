import { itemOf, type Value } from '../../aws/dynamodb/attribute.ts';
import { type ChangeEvent, changeEventSchema } from '../../schemas/index.ts';

type RowFields = { [name: string]: Value | undefined };

/** A row of the results table as the counts see it. Fields that are undefined are left out. */
export function countedRow(fields: RowFields = {}): RowFields {
  return {
    tenant: 'acme',
    source: 'app',
    record_id: 'r-1',
    status: 'analyzed',
    sentiment: 'POSITIVE',
    scores: { positive: 0.9, negative: 0.05, neutral: 0.05, mixed: 0 },
    language_code: 'en',
    analyzer: { name: 'comprehend', version: '1' },
    cache: 'miss',
    chunks: 1,
    text: 'I love my cat',
    text_bytes: 13,
    created_at: '2026-11-27T06:17:30.000Z',
    arrived_at: '2026-11-27T06:20:00.000Z',
    first_created_at: '2026-11-27T06:17:30.000Z',
    ...fields,
  };
}

export interface SomeChange {
  sequence_number: number;
  before?: RowFields | undefined;
  after?: RowFields | undefined;
  at?: string;
  userIdentity?: { type: string; principalId: string };
}

/** Creates an event of a stream of the results table. */
export function changeEvent(changes: SomeChange[], shardId = 'shard-1'): ChangeEvent {
  const Records = changes.map(({ sequence_number, before, after, at, userIdentity }) => ({
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    dynamodb: {
      ApproximateCreationDateTime: Date.parse(at ?? '2026-11-27T06:20:01Z') / 1_000,
      SequenceNumber: String(sequence_number),
      ...(after === undefined ? {} : { NewImage: itemOf(after) }),
      ...(before === undefined ? {} : { OldImage: itemOf(before) }),
    },
    userIdentity,
  }));
  return changeEventSchema.parse({ Records, shardId });
}
