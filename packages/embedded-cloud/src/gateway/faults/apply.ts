import { jsonBody, parseObject } from '../json-protocol.ts';
import type { AwsCall, AwsReply, AwsService } from '../types.ts';
import { faultError } from './codes.ts';
import type { FaultDecision, Faults } from './faults.ts';
import { PARTIAL_ACTIONS, splitBatch } from './partial.ts';
import type { EntryFailure } from './partial-action.ts';
import type { FaultRule } from './rule.ts';

/**
 * Error that the fault injector throws if a fault rule leaves a call without an answer. The gateway
 * then drops the connection.
 */
export class ConnectionLostError extends Error {
  override name = 'ConnectionLostError';
  code = 'ECONNRESET';
}

export interface FaultInjectorOptions {
  faults: Faults;
  sleep(ms: number): Promise<void>;
}

type Answer = (call: AwsCall) => Promise<AwsReply>;

/**
 * Creates a function that applies the fault rules to a call. The created function has a parameter
 * `answer`, which passes the call to the service.
 *
 * @throws {ConnectionLostError} if a rule leaves the call unanswered.
 */
export function createFaultInjector({ faults, sleep }: FaultInjectorOptions) {
  return async (service: AwsService, call: AwsCall, answer: Answer): Promise<AwsReply> => {
    const decision = faults.decide(call.service, call.caller.name, call.action, call.body);
    if (decision === undefined) return answer(call);
    if (decision.delay_ms > 0) await sleep(decision.delay_ms);
    const { rule } = decision;
    if (rule === undefined) return answer(call);
    if (rule.kind === 'partial') return failEntries(call, answer, rule, decision);
    if (rule.after_effect) void (await answer(call));
    if (rule.kind === 'timeout')
      throw new ConnectionLostError('A fault rule left the call unanswered.');
    const { status, code, message } = faultError(rule);
    return service.errorReply(status, code, message);
  };
}

/**
 * Makes some entries of a batch fail. The service receives the request without the failed entries.
 */
async function failEntries(
  call: AwsCall,
  answer: Answer,
  rule: FaultRule,
  { random }: FaultDecision,
): Promise<AwsReply> {
  const action = PARTIAL_ACTIONS[`${call.service}:${call.action}`];
  const input = jsonBody(call);
  const size = input === undefined ? 0 : (action?.size(input) ?? 0);
  // Passes a malformed or empty batch to the service. The service refuses the batch with its own
  // error.
  if (action === undefined || input === undefined || size === 0) return answer(call);

  const split = splitBatch(size, rule.share ?? 0.5, random);
  const reply =
    split.kept.length === 0
      ? emptyReply(call, action.nothing)
      : await answer({ ...call, body: encode(action.keep(input, split.kept)) });
  const output = parseObject(reply.body.toString());
  if (reply.status !== 200 || output === undefined) return reply;
  // Removes the length and the checksum, because the two headers describe the service's original
  // body and not the merged body.
  const { 'content-length': _length, 'x-amz-crc32': _checksum, ...headers } = reply.headers;
  const failure: EntryFailure = {
    code: rule.code ?? action.code,
    message: action.message,
    missing: rule.missing ?? false,
  };
  return { ...reply, headers, body: encode(action.merge(output, split, failure, input)) };
}

function emptyReply(call: AwsCall, output: object): AwsReply {
  const type = call.headers['content-type'] ?? 'application/x-amz-json-1.1';
  return { status: 200, headers: { 'content-type': type }, body: encode(output) };
}

function encode(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
