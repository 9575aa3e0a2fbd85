import { createHash } from 'node:crypto';
import { REGION } from '../../../gateway/types.ts';
import { hashKey } from '../../stream-log/hash-range.ts';
import type { Entry } from '../../stream-log/types.ts';
import type { Item } from '../partiql-insert.ts';
import { computeItemBytes } from './item-size.ts';
import { isSameItem } from './same-item.ts';
import type { TableStream } from './table-stream.ts';

/** A write of one item. An image is absent if the item did not exist before or after the write. */
export interface Change {
  old_image: Item | undefined;
  new_image: Item | undefined;
  /** Whether time to live deleted the item. */
  is_expiry?: boolean;
}

/**
 * The identity in the record of an expired item.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
const EXPIRY = { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' };

/**
 * Returns the stream record of a change.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 *
 * @returns undefined if the write changed no data. AWS then writes no record.
 */
export function createEntry(stream: TableStream, change: Change): Entry | undefined {
  const { old_image, new_image, is_expiry } = change;
  const item = new_image ?? old_image;
  if (item === undefined) return undefined;
  if (old_image && new_image && isSameItem(old_image, new_image)) return undefined;
  const names = stream.key_schema.map(({ AttributeName }) => AttributeName);
  const Keys = Object.fromEntries(names.map((name) => [name, item[name] ?? {}]));
  const images = selectImages(stream.view_type, change);
  const bytes = [Keys, ...Object.values(images)].reduce(
    (sum, image) => sum + computeItemBytes(image),
    0,
  );
  return {
    hash: hashKey(JSON.stringify(Keys[names[0] ?? ''])),
    bytes,
    render: (SequenceNumber, arrived_at) =>
      JSON.stringify({
        eventID: createHash('md5').update(SequenceNumber).digest('hex'),
        eventName: nameEvent(change),
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: REGION,
        dynamodb: {
          ApproximateCreationDateTime: Math.floor(arrived_at / 1000),
          Keys,
          ...images,
          SequenceNumber,
          SizeBytes: bytes,
          StreamViewType: stream.view_type,
        },
        ...(is_expiry && { userIdentity: EXPIRY }),
      }),
  };
}

function nameEvent({ old_image, new_image }: Change): 'INSERT' | 'MODIFY' | 'REMOVE' {
  if (new_image === undefined) return 'REMOVE';
  return old_image === undefined ? 'INSERT' : 'MODIFY';
}

function selectImages(
  view_type: TableStream['view_type'],
  { old_image, new_image }: Change,
): Record<string, Item> {
  const has_new = view_type === 'NEW_IMAGE' || view_type === 'NEW_AND_OLD_IMAGES';
  const has_old = view_type === 'OLD_IMAGE' || view_type === 'NEW_AND_OLD_IMAGES';
  return {
    ...(has_new && new_image && { NewImage: new_image }),
    ...(has_old && old_image && { OldImage: old_image }),
  };
}
