import type { QueueMappingOptions } from './queue-mapping.ts';

/** The properties of AWS::Lambda::EventSourceMapping that mappings of queues use. */
interface QueueMappingProperties {
  FunctionName: string;
  EventSourceArn: string;
  BatchSize?: number;
  FunctionResponseTypes?: string[];
  ScalingConfig?: { MaximumConcurrency?: number };
}

const SUPPORTED = new Set([
  'FunctionName',
  'EventSourceArn',
  'Enabled',
  'BatchSize',
  'FunctionResponseTypes',
  'ScalingConfig',
]);
/**
 * Lambda's default batch size. It is also the maximum number of messages that one request to SQS
 * returns.
 */
const BATCH_SIZE = 10;
/**
 * Maximum number of concurrent invocations if the template sets no maximum. Lambda would start more
 * invocations, but this number is enough on one machine.
 */
const CONCURRENCY = 10;

export interface QueueMappingSettings
  extends Pick<QueueMappingOptions, 'batch_size' | 'concurrency' | 'report_item_failures'> {
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
  if (batch_size > BATCH_SIZE) {
    throw new Error(
      `BatchSize ${batch_size} is not emulated for queues. Use ${BATCH_SIZE} or less.`,
    );
  }
  return {
    function_name: properties.FunctionName,
    queue_arn: properties.EventSourceArn,
    batch_size,
    concurrency: Number(properties.ScalingConfig?.MaximumConcurrency ?? CONCURRENCY),
    report_item_failures: (properties.FunctionResponseTypes ?? []).includes(
      'ReportBatchItemFailures',
    ),
  };
}
