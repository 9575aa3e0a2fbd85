import type { JsonObject } from '../../gateway/json-protocol.ts';
import { invalidArgument } from './errors.ts';
import { findStream, HOUR_MS, type KinesisLog, readMode } from './stream.ts';
import { readInteger } from './validate.ts';

/** Retention periods in hours. */
export const LEAST_HOURS = 24;
const MOST_HOURS = 8_760;

/** Creates the actions that change the retention period and the mode of streams. */
export function createSettingsActions(log: KinesisLog) {
  const changeRetention = async (input: JsonObject, direction: 'longer' | 'shorter') => {
    const stream = findStream(log, input);
    const hours = readInteger(input, 'RetentionPeriodHours', { least: 1, most: MOST_HOURS });
    const existing = stream.retention_ms / HOUR_MS;
    if (hours < LEAST_HOURS) {
      throw invalidArgument(
        `Minimum allowed retention period is ${LEAST_HOURS} hours. Requested retention period (${hours} hours) is too short.`,
      );
    }
    if (direction === 'longer' ? hours < existing : hours > existing) {
      throw invalidArgument(
        `Requested retention period (${hours} hours) for stream ${stream.id} can not be ` +
          `${direction === 'longer' ? 'shorter' : 'longer'} than existing retention period (${existing} hours).`,
      );
    }
    await log.update(stream.id, { retention_ms: hours * HOUR_MS });
    return {};
  };

  return {
    IncreaseStreamRetentionPeriod: (input: JsonObject) => changeRetention(input, 'longer'),
    DecreaseStreamRetentionPeriod: (input: JsonObject) => changeRetention(input, 'shorter'),
    async UpdateStreamMode(input: JsonObject) {
      const stream = findStream(log, input);
      await log.update(stream.id, { details: { ...stream.details, mode: readMode(input) } });
      return {};
    },
  };
}
