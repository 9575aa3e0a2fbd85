import type { FaultRule } from './rule.ts';

export interface FaultError {
  status: number;
  code: string;
  message: string;
}

const throughput: FaultError = {
  status: 400,
  code: 'ProvisionedThroughputExceededException',
  message: 'Rate exceeded: the level of configured provisioned throughput was exceeded.',
};

/**
 * The throttling error of each service. Source: the list of errors in the service's API reference.
 */
const THROTTLES: Record<string, FaultError> = {
  kinesis: throughput,
  dynamodb: throughput,
  s3: { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' },
  firehose: { status: 503, code: 'ServiceUnavailableException', message: 'Slow down.' },
  cloudformation: { status: 400, code: 'Throttling', message: 'Rate exceeded' },
};

/**
 * The error code of each service for an internal error. Source: the list of errors in the service's
 * API reference.
 */
const ERROR_CODES: Record<string, string> = {
  kinesis: 'InternalFailureException',
  dynamodb: 'InternalServerError',
  s3: 'InternalError',
  firehose: 'InternalFailure',
  comprehend: 'InternalServerException',
  athena: 'InternalServerException',
};

/**
 * Returns the error that the service itself would return for a `throttle` or `error` rule. If the
 * rule has a code or a status, the function uses the rule's own code or status instead.
 */
export function faultError({ service, kind, code, status }: FaultRule): FaultError {
  const usual =
    kind === 'throttle'
      ? (THROTTLES[service] ?? {
          status: 400,
          code: 'ThrottlingException',
          message: 'Rate exceeded',
        })
      : {
          status: 500,
          code: ERROR_CODES[service] ?? 'InternalFailure',
          message: 'The request processing has failed because of an injected fault.',
        };
  return { ...usual, ...(code !== undefined && { code }), ...(status !== undefined && { status }) };
}
