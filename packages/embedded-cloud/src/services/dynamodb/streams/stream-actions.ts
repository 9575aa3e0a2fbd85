import type { JsonObject } from '../../../gateway/json-protocol.ts';
import { emulatedError } from '../../../gateway/level-emulator.ts';
import type { AwsCall, Caller } from '../../../gateway/types.ts';
import { createDescribeActions } from './describe-actions.ts';
import { createReadActions } from './read-actions.ts';
import type { TableStreams } from './table-streams.ts';

/**
 * Returns whether a call is of the API of DynamoDB Streams, whose header `x-amz-target` is for
 * example `DynamoDBStreams_20120810.GetRecords`.
 */
export function isStreamCall({ headers }: Pick<AwsCall, 'headers'>): boolean {
  return headers['x-amz-target']?.startsWith('DynamoDBStreams_') ?? false;
}

/** An action answers with an object, or with the JSON of one. */
type Action = (input: JsonObject, caller: Caller) => Promise<JsonObject | Buffer>;

/**
 * Creates the API of DynamoDB Streams.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
 */
export function createStreamActions(streams: TableStreams, now: () => number) {
  const actions: Record<string, Action> = {
    ...createDescribeActions(streams, now),
    ...createReadActions(streams, now),
  };
  /** @throws {EmulatedError} if the action is refused */
  return async (
    action: string,
    input: JsonObject,
    caller: Caller,
  ): Promise<JsonObject | Buffer> => {
    const act = actions[action];
    if (act === undefined) throw emulatedError('UnknownOperationException', '');
    return act(input, caller);
  };
}
