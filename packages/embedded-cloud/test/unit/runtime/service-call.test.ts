import { expect, test } from 'vitest';
import { ConnectionLostError } from '../../../src/gateway/faults/apply.ts';
import { jsonProtocol } from '../../../src/gateway/json-protocol.ts';
import type { AwsCall, AwsReply } from '../../../src/gateway/types.ts';
import { createServiceCall } from '../../../src/runtime/service-call.ts';

const json = jsonProtocol('1.0');

/** Creates a call whose attempts get the answers in turn. An answer may be an error to throw. */
function answerWith(answers: (AwsReply | Error)[]) {
  const calls: AwsCall[] = [];
  const call = createServiceCall({
    service: 'kinesis',
    caller: { access_key_id: 'key', name: 'Reader', role_logical_id: 'Role' },
    async dispatch(made) {
      calls.push(made);
      const answer = answers[calls.length - 1]!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { call, calls };
}

test('a call carries its caller, its action and its input, and returns the answer', async () => {
  const { call, calls } = answerWith([json.reply({ Shards: [] })]);
  expect(await call('ListShards', { StreamName: 'texts' })).toEqual({ Shards: [] });
  expect(calls).toMatchObject([
    {
      service: 'kinesis',
      action: 'ListShards',
      caller: { role_logical_id: 'Role' },
      headers: { 'x-amz-target': 'Kinesis_20131202.ListShards' },
    },
  ]);
  expect(JSON.parse(String(calls[0]!.body))).toEqual({ StreamName: 'texts' });
});

test('a call is tried again after a lost answer, a failure of the service and a throttle', async () => {
  const { call, calls } = answerWith([
    new ConnectionLostError('lost'),
    json.error(500, 'InternalFailure', 'failed'),
    json.reply({ Records: [] }),
  ]);
  expect(await call('GetRecords', {})).toEqual({ Records: [] });
  expect(calls).toHaveLength(3);
  const throttled = json.error(400, 'ProvisionedThroughputExceededException', 'slow down');
  const slow = answerWith([throttled, json.reply({})]);
  expect(await slow.call('GetRecords', {})).toEqual({});
});

test('a call fails with the name of the error code at once if it is refused, else after three attempts', async () => {
  const code = 'com.amazonaws.dynamodb.v20120810#TrimmedDataAccessException';
  const refused = answerWith([json.error(400, code, 'too old')]);
  await expect(refused.call('GetRecords', {})).rejects.toMatchObject({
    name: 'TrimmedDataAccessException',
    message: 'too old',
  });
  expect(refused.calls).toHaveLength(1);
  const lost = answerWith(Array.from({ length: 4 }, () => new ConnectionLostError('lost')));
  await expect(lost.call('GetRecords', {})).rejects.toMatchObject({ name: 'ConnectionLost' });
  expect(lost.calls).toHaveLength(3);
});

test('a bug of the emulation is not tried again', async () => {
  const { call, calls } = answerWith([new TypeError('bug')]);
  await expect(call('GetRecords', {})).rejects.toThrow('bug');
  expect(calls).toHaveLength(1);
});
