import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { CreatedObject } from './object-events.ts';

/**
 * Builds the event of a schedule.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
 */
export function scheduledEvent(rule_arn: string, now: number) {
  const type = { 'detail-type': 'Scheduled Event', source: 'aws.events' };
  return { ...envelope(now), ...type, resources: [rule_arn], detail: {} };
}

/**
 * Builds the event of an object that was created in a bucket.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function objectCreatedEvent(object: CreatedObject, now: number) {
  const { bucket, key, size, etag, reason } = object;
  return {
    ...envelope(now),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size, etag, sequencer: now.toString(16).toUpperCase().padStart(18, '0') },
      'request-id': randomUUID(),
      requester: ACCOUNT_ID,
      'source-ip-address': '127.0.0.1',
      reason,
    },
  };
}

function envelope(now: number) {
  return {
    version: '0',
    id: randomUUID(),
    account: ACCOUNT_ID,
    time: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: REGION,
  };
}
