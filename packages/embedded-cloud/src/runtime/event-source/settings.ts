import type { MappingSettings } from './shard-reader.ts';

/** Of one event; base64 counts. Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const PAYLOAD_BYTES = 6 * 1024 * 1024;

/** AWS::Lambda::EventSourceMapping, as far as Kinesis goes. */
export interface MappingProperties {
  FunctionName: string;
  EventSourceArn: string;
  Enabled?: boolean | string;
  StartingPosition?: MappingSettings['starting_position'];
  StartingPositionTimestamp?: number;
  BatchSize?: number;
  MaximumBatchingWindowInSeconds?: number;
  ParallelizationFactor?: number;
  BisectBatchOnFunctionError?: boolean | string;
  MaximumRetryAttempts?: number;
  MaximumRecordAgeInSeconds?: number;
  FunctionResponseTypes?: string[];
  DestinationConfig?: { OnFailure?: { Destination?: string } };
}

const NOT_PLAYED = ['TumblingWindowInSeconds', 'FilterCriteria', 'Topics', 'Queues'];

/**
 * Settings with Lambda's defaults.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
 *
 * @param random 0 to 1, for the jitter of the back-off.
 * @throws {Error} for a setting that is outside Lambda's limits, or that is not played here.
 */
export function mappingSettings(
  properties: MappingProperties,
  random: () => number,
): MappingSettings {
  const not_played = NOT_PLAYED.filter((name) => name in properties);
  if (not_played.length > 0) throw new Error(`${not_played.join(', ')}: not played here.`);
  const batch_size = within('BatchSize', properties.BatchSize ?? 100, 1, 10_000);
  const window = properties.MaximumBatchingWindowInSeconds ?? 0;
  const retries = within('MaximumRetryAttempts', properties.MaximumRetryAttempts ?? -1, -1, 10_000);
  const age = within(
    'MaximumRecordAgeInSeconds',
    properties.MaximumRecordAgeInSeconds ?? -1,
    -1,
    604_800,
  );
  if (age >= 0 && age < 60) throw new Error('MaximumRecordAgeInSeconds is -1, or at least 60.');
  const timestamp = properties.StartingPositionTimestamp;
  return {
    batch_size,
    window_ms: within('MaximumBatchingWindowInSeconds', window, 0, 300) * 1000,
    payload_bytes: PAYLOAD_BYTES,
    parallelization_factor: within(
      'ParallelizationFactor',
      properties.ParallelizationFactor ?? 1,
      1,
      10,
    ),
    bisect: isTrue(properties.BisectBatchOnFunctionError),
    max_retries: retries < 0 ? Number.POSITIVE_INFINITY : retries,
    max_record_age_ms: age < 0 ? Number.POSITIVE_INFINITY : age * 1000,
    report_item_failures: (properties.FunctionResponseTypes ?? []).includes(
      'ReportBatchItemFailures',
    ),
    starting_position: properties.StartingPosition ?? 'TRIM_HORIZON',
    ...(timestamp === undefined ? {} : { starting_timestamp: timestamp * 1000 }),
    backoff: createBackoff(random),
  };
}

/** AWS says "exponential"; 200 ms to 30 s with half of it jitter is this project's choice. */
export function createBackoff(random: () => number): (failures: number) => number {
  return (failures) => {
    const ceiling = Math.min(30_000, 200 * 2 ** (failures - 1));
    return ceiling / 2 + (random() * ceiling) / 2;
  };
}

function within(name: string, value: number | string, least: number, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`${name} is ${value}, and Lambda takes ${least} to ${most}.`);
}

/** CloudFormation takes booleans as strings too. */
const isTrue = (value: boolean | string | undefined) => value === true || value === 'true';
