import { createHash } from 'node:crypto';
import { fromDynamoDbJson } from '../../lib/dynamodb-json.ts';
import {
  type Alert,
  type AlertedRow,
  alertedRowSchema,
  type ChangeRecord,
  type RecordAlert,
  recordKey,
} from '../../schemas/index.ts';
import { matchesFilter } from './match.ts';

/** A record version that an alert must report. */
export interface Match {
  alert: RecordAlert;
  row: AlertedRow;
  /** The same for the same alert and record version, however often the change is delivered. */
  event_id: string;
  /** Time of the change, in ISO 8601. */
  fired_at: string;
  /** Sequence number of the change. */
  sequence_number: string;
}

/**
 * Reads which changes alerts must report. An alert reports no record while it is muted, no new version
 * that says the same as one that matched before, and no change of the order alone.
 *
 * @param alerts alerts by tenant. A change of another tenant costs one look-up.
 */
export function readMatches(
  changes: ChangeRecord[],
  alerts: ReadonlyMap<string, RecordAlert[]>,
): Match[] {
  return changes.flatMap(({ dynamodb }) => {
    const { NewImage, OldImage, SequenceNumber, ApproximateCreationDateTime } = dynamodb;
    const own = alerts.get(tenantOf(NewImage) ?? '');
    if (NewImage === undefined || own === undefined) return [];
    const row = readRow(NewImage);
    if (row === undefined) return [];
    const before = OldImage === undefined ? undefined : readRow(OldImage);
    const fired_at = new Date(ApproximateCreationDateTime * 1_000).toISOString();
    return own
      .filter((alert) => !isMuted(alert, fired_at) && matchesFilter(alert.filter, row))
      .filter(({ filter }) => !(isSameContent(before, row) && matchesFilter(filter, before)))
      .map((alert) => ({
        alert,
        row,
        fired_at,
        event_id: identify(alert, row),
        sequence_number: SequenceNumber,
      }));
  });
}

function tenantOf(image: Record<string, unknown> | undefined): string | undefined {
  return (image?.tenant as { S?: string } | undefined)?.S;
}

const ROW_FIELDS = Object.keys(alertedRowSchema.shape);

/** Returns undefined for a row that is no result. The history counts such rows. */
function readRow(image: Record<string, unknown>): AlertedRow | undefined {
  const picked = ROW_FIELDS.flatMap((name) =>
    image[name] === undefined ? [] : [[name, image[name]] as const],
  );
  return alertedRowSchema.safeParse(fromDynamoDbJson(Object.fromEntries(picked))).data;
}

function isSameContent(before: AlertedRow | undefined, after: AlertedRow): before is AlertedRow {
  return before !== undefined && before.content_hash === after.content_hash;
}

/** Returns whether an alert is muted at a time, in ISO 8601. */
export function isMuted({ muted_until }: Pick<Alert, 'muted_until'>, at: string): boolean {
  return muted_until !== undefined && at < muted_until;
}

function identify({ tenant, name }: RecordAlert, row: AlertedRow): string {
  const version = `${tenant}#${name}#${recordKey(row)}#${row.revision}`;
  return createHash('sha256').update(version).digest('hex').slice(0, 32);
}
