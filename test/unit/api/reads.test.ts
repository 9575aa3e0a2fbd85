import { expect, it } from 'vitest';
import { createQueueRead } from '../../../audit/queue-read.ts';
import { type AuditMessage, recordKey, ServiceError } from '../../../schemas/index.ts';
import { aJob } from '../../support/jobs.ts';
import { withRecords } from '../../support/record-lists.ts';
import { aResult } from '../../support/results.ts';
import { errorOf, testApi } from './app.ts';

/** Creates the API with a result and a job of the tenant acme. */
async function createReadsApi(more: Parameters<typeof testApi>[1] = {}) {
  const api = testApi(undefined, more);
  const result = aResult({ tenant: 'acme', source: 'tour', record_id: 'r1', text: 'my cat' });
  api.rows.set(recordKey(result), result);
  const input = '{"record_id":"r1","text":"I love my cat"}';
  await api.jobs.create(
    await withRecords(api.deps.record_lists as never, aJob({ job_id: 'job_1' }), input),
  );
  return api;
}

const READS: [path: string, act: object][] = [
  [
    '/results/tour/r1',
    { act: 'read_result', selectors: { source: 'tour' }, persons: { record_id: 'r1' } },
  ],
  ['/results?source=tour&include=text', { act: 'list_results', selectors: { source: 'tour' } }],
  ['/jobs/job_1/results', { act: 'read_job_results', selectors: { job_id: 'job_1' } }],
  ['/jobs/job_1/download', { act: 'download_job_results', selectors: { job_id: 'job_1' } }],
];

it.each(READS)('GET %s is handed to the audit trail with its caller', async (path, act) => {
  const { app, reads } = await createReadsApi();
  const response = await app.request(
    path,
    {},
    {
      requestContext: {
        authorizer: { tenant: 'acme', rights: 'read' },
        identity: { apiKeyId: 'k1', sourceIp: '203.0.113.9' },
      },
    },
  );
  expect(response.status).toBe(200);
  await response.text();
  expect(reads).toEqual([
    {
      caller: {
        principal: { kind: 'api_key', id: 'k1', tenant: 'acme' },
        from: { source_ip: '203.0.113.9' },
        request_id: 'request-1',
      },
      act: { tenant: 'acme', ...act },
    },
  ]);
});

it.each(READS)('GET %s sends no text if the audit trail is away', async (path) => {
  const record_read = () =>
    Promise.reject(new ServiceError('sqs', 'ServiceUnavailable', { retryable: true }));
  const { request } = await createReadsApi({ record_read });
  const response = await request(path);
  expect(response.status).toBe(503);
  expect((await errorOf(response)).code).toBe('SERVICE_UNAVAILABLE');
});

it.each([
  '/results?source=tour',
  '/results/tour/unknown',
  '/results/tour/r1/history',
  '/status/job_1',
  '/jobs',
])('GET %s returns no stored text, and is not in the audit trail', async (path) => {
  const { request, reads } = await createReadsApi();
  await (await request(path)).text();
  expect(reads).toEqual([]);
});

it('POST /analyze/sync reads nothing that is stored, and is not in the audit trail', async () => {
  const { post, reads } = await createReadsApi();
  expect((await post({ text: 'I love my cat' })).status).toBe(200);
  expect(reads).toEqual([]);
});

it('a caller with a token of an issuer is recorded by its subject', async () => {
  const { app, reads } = await createReadsApi();
  const authorizer = { tenant: 'acme', rights: 'read', subject: 'user-1' };
  await (await app.request('/results/tour/r1', {}, { requestContext: { authorizer } })).text();
  expect(reads[0]?.caller.principal).toEqual({ kind: 'oidc', subject: 'user-1', tenant: 'acme' });
});

it('a read is sent to the queue as a message of the trail, and one with a text as a selector is not', async () => {
  const sent: AuditMessage[] = [];
  const queue = { send: async (message: object) => void sent.push(message as AuditMessage) };
  const queueRead = createQueueRead({ queue, now: () => Date.parse('2026-11-27T10:00:00Z') });
  const { request, reads } = await createReadsApi();
  await (await request('/results/tour/r1')).text();
  await queueRead(reads[0]!);
  expect(sent).toMatchObject([
    { kind: 'read', at: '2026-11-27T10:00:00.000Z', outcome: { outcome: 'done' } },
  ]);
  const act = { act: 'list_results', selectors: { source: 'I love my cat' } } as const;
  await expect(queueRead({ ...reads[0]!, act })).rejects.toThrow();
  expect(sent).toHaveLength(1);
});
