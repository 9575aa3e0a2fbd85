import { fromDynamoDbJson } from '../../lib/dynamodb-json.ts';
import {
  type ChangeRecord,
  type FindRetention,
  findExpiry,
  historyVersionSchema,
  recordKey,
  type VersionedRow,
  versionedRowSchema,
} from '../../schemas/index.ts';
import type { PastVersion } from './ports.ts';

/** A version that a change of a row of the results table has replaced. */
export interface Replaced {
  /** Sequence number of the change. */
  sequence_number: string;
  past: PastVersion;
}

export interface ReplacedVersions {
  replaced: Replaced[];
  /** Number of changes whose images are no rows of results. */
  unreadable: number;
}

const DAY_SECONDS = 86_400;

/** How long replaced versions are kept. */
export interface KeptTime {
  days: number;
  findRetention?: FindRetention | undefined;
}

/**
 * Reads which versions the changes of a batch have replaced. These changes replace none:
 *
 * - The row is new, or was deleted. DynamoDB also deletes expired rows.
 * - The row has the same version as before, with a higher `record_version` or a later place.
 * - A new record replaced an expired row that DynamoDB had not deleted yet. The time
 *   `first_created_at` then differs, because versions of one record keep it.
 *
 * The result depends on the changes alone, so that a redelivered change has the same result.
 *
 * @param kept.days time for which a version stays in the history after it was replaced.
 * @param kept.findRetention finds the days for which data of a source is kept, if they are fewer. A version
 * whose time is over is left out.
 */
export function readReplaced(changes: ChangeRecord[], kept: KeptTime): ReplacedVersions {
  const replaced: Replaced[] = [];
  let unreadable = 0;
  for (const { dynamodb } of changes) {
    const { OldImage, NewImage, SequenceNumber, ApproximateCreationDateTime } = dynamodb;
    if (OldImage === undefined || NewImage === undefined) continue;
    const [before, after] = [readRow(OldImage), readRow(NewImage)];
    if (before === undefined || after === undefined) {
      unreadable += 1;
    } else if (!isSameVersion(before, after) && !isOtherRecord(before, after)) {
      const expires_at = chooseExpiry(before, ApproximateCreationDateTime, kept);
      if (expires_at <= ApproximateCreationDateTime) continue;
      replaced.push({ sequence_number: SequenceNumber, past: toPast(before, expires_at) });
    }
  }
  return { replaced, unreadable };
}

/** Returns when a version expires, in epoch seconds. A withdrawal has no content. */
function chooseExpiry(
  version: VersionedRow,
  changed_at: number,
  { days, findRetention }: KeptTime,
): number {
  const latest = Math.floor(changed_at) + days * DAY_SECONDS;
  if (findRetention === undefined || version.status === 'withdrawn') return latest;
  const expiry = findExpiry(findRetention, version);
  return expiry === undefined ? latest : Math.min(latest, Math.floor(expiry / 1_000));
}

const ROW_FIELDS = Object.keys(versionedRowSchema.shape);

/** Reads the fields of an image, and not its text, which can have hundreds of kilobytes. */
function readRow(image: Record<string, unknown>): VersionedRow | undefined {
  const picked = ROW_FIELDS.flatMap((name) =>
    image[name] === undefined ? [] : [[name, image[name]]],
  );
  return versionedRowSchema.safeParse(fromDynamoDbJson(Object.fromEntries(picked))).data;
}

/** A change of the order alone keeps the content and the time of processing. */
function isSameVersion(before: VersionedRow, after: VersionedRow): boolean {
  return (
    before.processed_at === after.processed_at &&
    before.stamp === after.stamp &&
    before.content_hash === after.content_hash
  );
}

function isOtherRecord(before: VersionedRow, after: VersionedRow): boolean {
  const { first_created_at } = before;
  return first_created_at !== undefined && first_created_at !== after.first_created_at;
}

function toPast(row: VersionedRow, expires_at: number): PastVersion {
  return { record_key: recordKey(row), version: historyVersionSchema.parse(row), expires_at };
}
