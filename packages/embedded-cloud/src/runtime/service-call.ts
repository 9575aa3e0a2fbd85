import { setTimeout as sleep } from 'node:timers/promises';
import { errorCodeOf } from '../gateway/error-code.ts';
import { ConnectionLostError } from '../gateway/faults/apply.ts';
import { type JsonObject, parseObject } from '../gateway/json-protocol.ts';
import type { AwsCall, AwsReply, Caller } from '../gateway/types.ts';

/**
 * Calls an action of a stream's service with its input in JSON.
 * @throws {Error} an error with the name of the service's error code
 */
export type ServiceCall = (action: string, input: JsonObject) => Promise<JsonObject>;

export interface ServiceCallOptions {
  service: keyof typeof TARGETS;
  caller: Caller;
  /** Makes a call through the gateway, which checks grants, injects faults and meters. */
  dispatch(call: AwsCall): Promise<AwsReply>;
}

/** The first part of the header `x-amz-target`, by the service whose stream is read. */
const TARGETS = { dynamodb: 'DynamoDBStreams_20120810', kinesis: 'Kinesis_20131202' };

/** Number of attempts of a call, and the wait after the first of them, as in the AWS SDK. */
const MOST_ATTEMPTS = 3;
const FIRST_WAIT_MS = 50;

/**
 * Creates the function with which Lambda calls a service for a mapping, with the permissions of the
 * function's role. The calls stay inside this process: a mapping reads its stream several times a
 * second, and each read over HTTP would cost more than its answer.
 */
export function createServiceCall({ service, caller, dispatch }: ServiceCallOptions): ServiceCall {
  const send = async (action: string, body: Buffer): Promise<AwsReply | undefined> => {
    const query = new URLSearchParams();
    const headers = { 'x-amz-target': `${TARGETS[service]}.${action}` };
    const request = { method: 'POST', path: '/', query, headers, body };
    try {
      return await dispatch({ ...request, service, action, caller });
    } catch (cause) {
      // A fault rule left the call unanswered.
      if (cause instanceof ConnectionLostError) return undefined;
      throw cause;
    }
  };
  return async (action, input) => {
    const body = Buffer.from(JSON.stringify(input));
    for (let attempt = 1; ; attempt += 1) {
      const reply = await send(action, body);
      if (reply !== undefined && reply.status < 400) return parseObject(String(reply.body)) ?? {};
      if (attempt === MOST_ATTEMPTS || !isTransient(reply)) throw createError(reply);
      await sleep(FIRST_WAIT_MS * 2 ** (attempt - 1), undefined, { ref: false });
    }
  };
}

const THROTTLES = ['LimitExceededException', 'ProvisionedThroughputExceededException'];

function isTransient(reply: AwsReply | undefined): boolean {
  if (reply === undefined || reply.status >= 500) return true;
  return THROTTLES.includes(errorCodeOf(reply) ?? '');
}

function createError(reply: AwsReply | undefined): Error {
  if (reply === undefined) return Object.assign(new Error('No answer'), { name: 'ConnectionLost' });
  const { message, Message } = parseObject(String(reply.body)) ?? {};
  const name = errorCodeOf(reply) ?? 'Error';
  return Object.assign(new Error(String(message ?? Message ?? '')), { name });
}
