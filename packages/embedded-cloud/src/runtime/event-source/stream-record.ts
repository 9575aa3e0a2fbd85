import type { Sequenced } from './lane.ts';

/**
 * A record of a stream. The field `data` is in base64 for Kinesis, and in JSON for a stream of
 * DynamoDB.
 */
export interface StreamRecord extends Sequenced {
  data: string;
}

/** The stream from which an event's records come, and the role that reads the stream. */
export interface EventOrigin {
  stream_arn: string;
  role_arn: string;
}
