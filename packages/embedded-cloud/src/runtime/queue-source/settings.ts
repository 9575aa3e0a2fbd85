import type { QueueMappingOptions } from './queue-mapping.ts';

/** The properties of AWS::Lambda::EventSourceMapping that mappings of queues use. */
interface QueueMappingProperties {
  FunctionName: string;
  EventSourceArn: string;
  BatchSize?: number;
  MaximumBatchingWindowInSeconds?: number | string;
  FunctionResponseTypes?: string[];
  ScalingConfig?: { MaximumConcurrency?: number };
}

const SUPPORTED = new Set([
  'FunctionName',
  'EventSourceArn',
  'Enabled',
  'BatchSize',
  'MaximumBatchingWindowInSeconds',
  'FunctionResponseTypes',
  'ScalingConfig',
]);
/** Lambda's default batch size, and the largest without a window. */
const BATCH_SIZE = 10;
/**
 * Limits of a batch with a window.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const LARGEST_BATCH_SIZE = 10_000;
const LONGEST_WINDOW_SECONDS = 300;
/**
 * Maximum number of concurrent invocations if the template sets no maximum. Lambda would start more
 * invocations, but this number is enough on one machine.
 */
const CONCURRENCY = 10;

export interface QueueMappingSettings
  extends Pick<
    QueueMappingOptions,
    'batch_size' | 'window_ms' | 'concurrency' | 'report_item_failures'
  > {
  function_name: string;
  queue_arn: string;
}

/**
 * Reads the settings of a queue's mapping.
 * @throws {Error} if a setting is not emulated.
 */
export function queueMappingSettings(values: Record<string, unknown>): QueueMappingSettings {
  const unsupported = Object.keys(values).filter((name) => !SUPPORTED.has(name));
  if (unsupported.length > 0) {
    throw new Error(`${unsupported.join(', ')} of a queue's mapping is not emulated. Remove it.`);
  }
  const properties = values as unknown as QueueMappingProperties;
  const batch_size = Number(properties.BatchSize ?? BATCH_SIZE);
  const window_seconds = Number(properties.MaximumBatchingWindowInSeconds ?? 0);
  checkBatch(batch_size, window_seconds);
  return {
    function_name: properties.FunctionName,
    queue_arn: properties.EventSourceArn,
    batch_size,
    window_ms: window_seconds * 1_000,
    concurrency: Number(properties.ScalingConfig?.MaximumConcurrency ?? CONCURRENCY),
    report_item_failures: (properties.FunctionResponseTypes ?? []).includes(
      'ReportBatchItemFailures',
    ),
  };
}

function checkBatch(batch_size: number, window_seconds: number): void {
  if (!(window_seconds >= 0 && window_seconds <= LONGEST_WINDOW_SECONDS)) {
    throw new Error(
      `MaximumBatchingWindowInSeconds ${window_seconds}: use 0 to ${LONGEST_WINDOW_SECONDS}.`,
    );
  }
  const largest = window_seconds < 1 ? BATCH_SIZE : LARGEST_BATCH_SIZE;
  if (batch_size > largest) {
    const advice = window_seconds < 1 ? ', or set MaximumBatchingWindowInSeconds' : '';
    throw new Error(`BatchSize ${batch_size} of a queue: use ${largest} or less${advice}.`);
  }
}
