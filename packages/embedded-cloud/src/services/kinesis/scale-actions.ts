import type { JsonObject } from '../../gateway/json-protocol.ts';
import { emulatedError } from '../../gateway/level-emulator.ts';
import { invalidArgument } from './errors.ts';
import { scaleShards } from './scale.ts';
import { buildStreamArn, findStream, isOpen, type KinesisLog } from './stream.ts';
import { readInteger } from './validate.ts';

const DAY_MS = 24 * 3_600_000;
/** Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
const MOST_SCALINGS = 10;
const MOST_SHARDS = 10_000;

/** Creates the action that changes the number of shards of a stream. */
export function createScaleActions(log: KinesisLog, now: () => number) {
  return {
    async UpdateShardCount(input: JsonObject) {
      const stream = findStream(log, input);
      const target = readInteger(input, 'TargetShardCount', { least: 1, most: MOST_SHARDS });
      const { mode, scaled_at } = stream.details;
      if (mode !== 'PROVISIONED') {
        throw emulatedError('ValidationException', 'UpdateShardCount needs a provisioned stream.');
      }
      if (input.ScalingType !== 'UNIFORM_SCALING') {
        throw invalidArgument('ScalingType must be UNIFORM_SCALING.');
      }
      const current = stream.shards.filter(isOpen).length;
      if (target > 2 * current || target < current / 2) {
        throw invalidArgument(
          `UpdateShardCount cannot scale ${current} shards to ${target}: at most to double, at least to half.`,
        );
      }
      const recent = scaled_at.filter((time) => time > now() - DAY_MS);
      if (recent.length >= MOST_SCALINGS) {
        throw emulatedError(
          'LimitExceededException',
          `The stream ${stream.id} was scaled ${MOST_SCALINGS} times within 24 hours.`,
        );
      }
      await log.update(stream.id, {
        details: { ...stream.details, scaled_at: [...recent, now()] },
      });
      await scaleShards(log, stream.id, target);
      return {
        StreamName: stream.id,
        StreamARN: buildStreamArn(stream.id),
        CurrentShardCount: current,
        TargetShardCount: target,
      };
    },
  };
}
