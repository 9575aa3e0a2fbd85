import { type FilterCriteria, readFilterCriteria } from './filter.ts';
import type { MappingSettings } from './shard-reader.ts';

/**
 * Maximum size of one event, in bytes. The event contains the data of the records in base64.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const PAYLOAD_BYTES = 6 * 1024 * 1024;

/** The properties of AWS::Lambda::EventSourceMapping that mappings of streams use. */
export interface MappingProperties {
  FunctionName: string;
  EventSourceArn: string;
  Enabled?: boolean | string;
  StartingPosition?: MappingSettings['starting_position'];
  StartingPositionTimestamp?: number;
  BatchSize?: number;
  MaximumBatchingWindowInSeconds?: number;
  ParallelizationFactor?: number;
  TumblingWindowInSeconds?: number;
  BisectBatchOnFunctionError?: boolean | string;
  MaximumRetryAttempts?: number;
  MaximumRecordAgeInSeconds?: number;
  FunctionResponseTypes?: string[];
  FilterCriteria?: FilterCriteria;
  DestinationConfig?: { OnFailure?: { Destination?: string } };
}

const UNSUPPORTED = ['Topics', 'Queues'];

/**
 * Reads the settings of a stream's mapping. A missing setting has Lambda's default.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
 *
 * @param backoff returns the wait after a failed invocation, see {@link createBackoff}.
 * @throws {Error} if a setting is outside Lambda's limits or is not emulated.
 */
export function mappingSettings(
  properties: MappingProperties,
  backoff: MappingSettings['backoff'],
): MappingSettings {
  const unsupported = UNSUPPORTED.filter((name) => name in properties);
  if (!isTableStream(properties.EventSourceArn) && 'FilterCriteria' in properties) {
    unsupported.push('FilterCriteria');
  }
  if (unsupported.length > 0) {
    throw new Error(`${unsupported.join(', ')} is not emulated. Remove it.`);
  }
  const batch_size = checkRange('BatchSize', properties.BatchSize ?? 100, 1, 10_000);
  const window = properties.MaximumBatchingWindowInSeconds ?? 0;
  const retries = checkRange(
    'MaximumRetryAttempts',
    properties.MaximumRetryAttempts ?? -1,
    -1,
    10_000,
  );
  const age = checkRange(
    'MaximumRecordAgeInSeconds',
    properties.MaximumRecordAgeInSeconds ?? -1,
    -1,
    604_800,
  );
  if (age >= 0 && age < 60)
    throw new Error(`MaximumRecordAgeInSeconds must be -1 or at least 60, and is ${age}.`);
  const timestamp = properties.StartingPositionTimestamp;
  const tumbling = checkRange(
    'TumblingWindowInSeconds',
    properties.TumblingWindowInSeconds ?? 0,
    0,
    900,
  );
  checkStart(properties);
  checkTumbling(tumbling, properties);
  const isWanted = readFilterCriteria(properties.FilterCriteria ?? {});
  return {
    batch_size,
    window_ms: checkRange('MaximumBatchingWindowInSeconds', window, 0, 300) * 1000,
    ...(tumbling === 0 ? {} : { tumbling_ms: tumbling * 1000 }),
    payload_bytes: PAYLOAD_BYTES,
    parallelization_factor: checkRange(
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
    ...(isWanted === undefined ? {} : { isWanted }),
    backoff,
  };
}

/**
 * Checks the starting position. The stream of a table can be read from its start or its end only.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
 */
function checkStart({ EventSourceArn, StartingPosition }: MappingProperties): void {
  if (StartingPosition !== 'AT_TIMESTAMP' || !isTableStream(EventSourceArn)) return;
  throw new Error('StartingPosition must be TRIM_HORIZON or LATEST, and is AT_TIMESTAMP.');
}

/** With several lanes, a shard would have several windows at a time, which is not emulated. */
function checkTumbling(seconds: number, { ParallelizationFactor = 1 }: MappingProperties): void {
  if (seconds === 0 || Number(ParallelizationFactor) === 1) return;
  throw new Error('TumblingWindowInSeconds with a ParallelizationFactor above 1 is not emulated.');
}

/** Returns whether an ARN is the ARN of a table's stream. */
export const isTableStream = (arn: unknown): boolean => String(arn).startsWith('arn:aws:dynamodb:');

/**
 * The pace at which a mapping retries a failed batch. AWS documents that Lambda retries until the
 * records expire, exceed their maximum age or reach the number of retries, but not how long Lambda
 * waits between two retries. A function must therefore work at every pace.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export type RetryPace = keyof typeof RETRY_PACES;

/**
 * Limits of the wait before a retry, in milliseconds. The limit doubles with each failure in a row,
 * from `first_ms` to `longest_ms`. The values are this project's choice.
 */
const RETRY_PACES = {
  at_once: { first_ms: 0, longest_ms: 0 },
  usual: { first_ms: 200, longest_ms: 30_000 },
  slow: { first_ms: 5_000, longest_ms: 60_000 },
} as const;

/**
 * Creates a function that returns the wait after a failed invocation, in milliseconds. Each wait is
 * a random time between half of the limit and the full limit.
 *
 * @param random returns a random number from 0 to 1.
 * @throws {Error} if the pace is unknown.
 */
export function createBackoff(pace: RetryPace, random: () => number): (failures: number) => number {
  const known = RETRY_PACES[pace];
  if (known === undefined) {
    throw new Error(`The retry pace must be one of ${Object.keys(RETRY_PACES)}, and is ${pace}.`);
  }
  return (failures) => {
    const limit = Math.min(known.longest_ms, known.first_ms * 2 ** (failures - 1));
    return limit / 2 + (random() * limit) / 2;
  };
}

function checkRange(name: string, value: number | string, least: number, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`${name} must be ${least} to ${most}, and is ${value}.`);
}

/** Returns whether a property is true. CloudFormation also accepts booleans as strings. */
const isTrue = (value: boolean | string | undefined) => value === true || value === 'true';
