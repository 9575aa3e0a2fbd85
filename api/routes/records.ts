import { createPublisher, type PublishOutcome } from '../../ingest/index.ts';
import {
  MAX_JOB_BODY_BYTES,
  type RecordInput,
  type RecordsResponse,
  recordsRequestSchema,
  recordsResponseSchema,
} from '../../schemas/index.ts';
import { requireBudget } from '../http/budget.ts';
import { parseBody } from '../http/parse.ts';
import { BODY_ERRORS, COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

/**
 * Number of attempts of the publisher for each record. The number is lower than the publisher's
 * default, because the caller is waiting.
 */
const MAX_ATTEMPTS = 4;

const publish: Route = {
  method: 'POST',
  path: '/records',
  operation_id: 'publish',
  summary: 'Puts up to 500 records on the stream',
  tag: 'Records and results',
  access: ['publish'],
  body: recordsRequestSchema,
  max_body_bytes: MAX_JOB_BODY_BYTES,
  answers: {
    202: { description: 'An outcome for each record, in order', schema: recordsResponseSchema },
  },
  errors: [...BODY_ERRORS, 'BUDGET_EXCEEDED', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { value } = await parseBody(c.req, recordsRequestSchema, MAX_JOB_BODY_BYTES);
    const tenant = c.get('tenant');
    if (!value.records.every(isWithdrawal)) await requireBudget(deps, tenant);
    const publisher = createPublisher({
      stream: deps.stream,
      claims: deps.claims,
      linger_ms: 0,
      max_attempts: MAX_ATTEMPTS,
    });
    const publishing = value.records.map((record) =>
      isObject(record) ? publisher.publish(assignTenant(record, tenant)) : refuseNonObject(),
    );
    await publisher.flush();
    const outcomes = await Promise.all(publishing);
    const records = outcomes.map(toPublicOutcome);
    const count = (status: string) => records.filter((one) => one.status === status).length;
    return c.json(
      {
        accepted: count('accepted'),
        refused: count('refused'),
        failed: count('failed'),
        records,
      } satisfies RecordsResponse,
      202,
    );
  },
};

/** Returns true for a record that needs no analysis. */
function isWithdrawal(record: unknown): boolean {
  return isObject(record) && record.deleted === true;
}

export const recordRoutes: Route[] = [publish];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Sets the record's tenant to the tenant of the API key. Removes the fields that only AuraStream
 * itself may set.
 */
function assignTenant(record: Record<string, unknown>, tenant: string): RecordInput {
  const { job_id, job_index, text_claim, analysis_run, stamp, ...own } = record;
  return { ...own, tenant } as RecordInput;
}

async function refuseNonObject(): Promise<PublishOutcome> {
  const issues = [{ path: '', message: 'must be a JSON object' }];
  return { status: 'refused', reason: 'invalid_record', issues };
}

function toPublicOutcome(outcome: PublishOutcome): RecordsResponse['records'][number] {
  switch (outcome.status) {
    case 'accepted':
      return { status: 'accepted', record_id: outcome.record_id };
    case 'failed':
      return {
        status: 'failed',
        error: outcome.code,
        ...(outcome.record_id === '' ? {} : { record_id: outcome.record_id }),
      };
    case 'refused':
      return { status: 'refused', issues: outcome.issues };
  }
}
