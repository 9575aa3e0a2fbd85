import { fromDynamoDbJson } from '../../lib/dynamodb-json.ts';
import {
  type ChangeEvent,
  type ChangeRecord,
  type CountedRow,
  countedRowSchema,
} from '../../schemas/index.ts';

/** A change of a row of the results table, as far as the counts depend on it. */
export interface Change {
  sequence_number: string;
  /** Time of the change, in epoch milliseconds. */
  changed_at: number;
  /** The measures that are taken away from the counts. */
  before?: CountedRow | undefined;
  /** The measures that are added to the counts. */
  after?: CountedRow | undefined;
}

export interface Changes {
  changes: Change[];
  /** Number of images that are not rows of results. They count neither before nor after. */
  unreadable: number;
}

/** Sequence numbers have at most 40 digits. Source: StreamRecord in the DynamoDB API reference. */
const MARK_LENGTH = 40;

/** Returns a sequence number in a form that sorts as a string. */
export function markOf(sequence_number: string): string {
  return sequence_number.padStart(MARK_LENGTH, '0');
}

/**
 * Reads the changes of an event. Three kinds of changes take nothing away:
 *
 * - DynamoDB deleted an expired row. The record stays counted.
 * - A new record replaced an expired row that DynamoDB had not deleted yet. The time
 *   `first_created_at` then differs, because versions of one record keep it.
 * - The row was never counted.
 */
export function readChanges({ Records }: ChangeEvent): Changes {
  let unreadable = 0;
  const read = (image: Record<string, unknown> | undefined): CountedRow | undefined => {
    if (image?.first_created_at === undefined) return undefined;
    const { data } = countedRowSchema.safeParse(fromDynamoDbJson(pickCounted(image)));
    if (data === undefined) unreadable += 1;
    return data;
  };
  const changes = Records.map((record): Change => {
    const { NewImage, OldImage, SequenceNumber, ApproximateCreationDateTime } = record.dynamodb;
    const after = read(NewImage);
    const before = isExpiry(record) ? undefined : read(OldImage);
    const is_same = after === undefined || after.first_created_at === before?.first_created_at;
    return {
      sequence_number: SequenceNumber,
      changed_at: ApproximateCreationDateTime * 1_000,
      before: is_same ? before : undefined,
      after,
    };
  });
  return { changes, unreadable };
}

const COUNTED_FIELDS = Object.keys(countedRowSchema.shape);

/** Picks the fields before the conversion, because a row can have a hundred kilobytes of others. */
function pickCounted(image: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    COUNTED_FIELDS.flatMap((name) => (image[name] === undefined ? [] : [[name, image[name]]])),
  );
}

/**
 * Returns whether DynamoDB deleted the row because it has expired.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
function isExpiry({ userIdentity }: ChangeRecord): boolean {
  return userIdentity?.type === 'Service' && userIdentity.principalId === 'dynamodb.amazonaws.com';
}
