import type { JsonObject } from '../../gateway/json-protocol.ts';
import { emulatedError } from '../../gateway/level-emulator.ts';
import { inUse } from './errors.ts';
import {
  buildStreamArn,
  type Consumer,
  findStream,
  type KinesisLog,
  type LoggedStream,
} from './stream.ts';
import { readInteger, readText } from './validate.ts';

/** Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html */
const MOST_CONSUMERS = 20;

/** Creates the actions that register consumers with enhanced fan-out. */
export function createConsumerActions(log: KinesisLog, now: () => number) {
  const replace = (stream: LoggedStream, consumers: Consumer[]) =>
    log.update(stream.id, { details: { ...stream.details, consumers } });
  return {
    async RegisterStreamConsumer(input: JsonObject) {
      const stream = findStream(log, input);
      const name = readText(input, 'ConsumerName');
      const { consumers } = stream.details;
      if (consumers.some((consumer) => consumer.name === name)) {
        throw inUse(`The consumer ${name} of the stream ${stream.id} already exists.`);
      }
      if (consumers.length >= MOST_CONSUMERS) {
        throw emulatedError(
          'LimitExceededException',
          `The stream ${stream.id} has ${MOST_CONSUMERS} consumers already.`,
        );
      }
      const created_at = Math.floor(now() / 1000);
      const arn = `${buildStreamArn(stream.id)}/consumer/${name}:${created_at}`;
      const consumer = { name, arn, created_at };
      await replace(stream, [...consumers, consumer]);
      return { Consumer: describeConsumer(consumer, 'CREATING') };
    },
    async DeregisterStreamConsumer(input: JsonObject) {
      const stream = findStream(log, input);
      const { arn } = findConsumer(stream, input);
      await replace(
        stream,
        stream.details.consumers.filter((consumer) => consumer.arn !== arn),
      );
      return {};
    },
    async DescribeStreamConsumer(input: JsonObject) {
      const stream = findStream(log, input);
      const consumer = findConsumer(stream, input);
      const StreamARN = buildStreamArn(stream.id);
      return { ConsumerDescription: { ...describeConsumer(consumer), StreamARN } };
    },
    async ListStreamConsumers(input: JsonObject) {
      const { details } = findStream(log, input);
      const limit = readInteger(input, 'MaxResults', { least: 1, most: 100, absent: 100 });
      const from = Number(input.NextToken ?? 0);
      const end = from + limit;
      return {
        Consumers: details.consumers.slice(from, end).map((one) => describeConsumer(one)),
        ...(end < details.consumers.length && { NextToken: String(end) }),
      };
    },
  };
}

/**
 * Finds a consumer by its ARN or its name.
 * @throws {EmulatedError} ResourceNotFoundException
 */
export function findConsumer({ details }: LoggedStream, input: JsonObject): Consumer {
  const { ConsumerARN, ConsumerName } = input;
  const found = details.consumers.find(({ arn, name }) =>
    ConsumerARN === undefined ? name === ConsumerName : arn === ConsumerARN,
  );
  if (found !== undefined) return found;
  throw emulatedError(
    'ResourceNotFoundException',
    `The consumer ${String(ConsumerARN ?? ConsumerName)} does not exist.`,
  );
}

function describeConsumer({ name, arn, created_at }: Consumer, status = 'ACTIVE'): JsonObject {
  return {
    ConsumerName: name,
    ConsumerARN: arn,
    ConsumerStatus: status,
    ConsumerCreationTimestamp: created_at,
  };
}
