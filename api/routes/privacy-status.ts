import type {
  PrivacyFailure,
  PrivacyFailureResponse,
  PrivacyRequest,
} from '../../schemas/index.ts';

/**
 * Time without a sign of a request after which it has failed, in milliseconds. Its message lives for a day
 * (infra/constructs/privacy.ts), and a slice takes a quarter of an hour, so nothing works on it any more.
 */
const LOST_AFTER_MS = 25 * 3_600_000;

const AGAIN = 'Ask for it again: it does no harm to do it twice.';

const ADVICE: Record<PrivacyFailure, string> = {
  service_unavailable: `A service behind the API failed five times. ${AGAIN}`,
  audit_unavailable: `The audit trail could not be written, so nothing more was done. ${AGAIN}`,
  timed_out: `It waited for two days, for example for a job that has not ended. ${AGAIN}`,
  message_lost: `Its message was lost. ${AGAIN}`,
  erased: 'An erasure deleted its files, because they could hold what is erased. Ask for it again.',
  internal_error: `It failed five times. ${AGAIN} If it fails once more, tell the operator its id.`,
};

/** Returns why a request does not go on. Null if it does. Its report, if it has one, counts more. */
export function findFailure(request: PrivacyRequest, now: number): PrivacyFailureResponse {
  const { failure, touched_at, requested_at } = request;
  if (failure !== undefined) return { ...failure, advice: ADVICE[failure.reason] };
  const lost_at = Date.parse(touched_at ?? requested_at) + LOST_AFTER_MS;
  if (now < lost_at) return null;
  const failed_at = new Date(lost_at).toISOString();
  return { reason: 'message_lost', failed_at, advice: ADVICE.message_lost };
}

/** Returns the status of a request that has no report. */
export function chooseStatus(
  { touched_at }: PrivacyRequest,
  failure: PrivacyFailureResponse,
): 'requested' | 'running' | 'failed' {
  if (failure !== null) return 'failed';
  return touched_at === undefined ? 'requested' : 'running';
}
