import { beforeEach, expect, it } from 'vitest';
import { recordKey } from '../../../schemas/index.ts';
import { recordOf } from '../../fakes/record-stream.ts';
import { aJob } from '../../support/jobs.ts';
import { aResult, asStored } from '../../support/results.ts';
import { ROUTES } from '../../support/routes.ts';
import { testApi } from './app.ts';

const JOB_ID = 'job_of_acme';
const ERASURE_ID = `erasure_${'0'.repeat(32)}`;
const EXPORT_ID = `export_${'0'.repeat(32)}`;
const RECORD_ID = 'record-of-acme';
const WORDS = 'words of acme';

let api: ReturnType<typeof testApi>;
beforeEach(async () => {
  api = testApi();
  const key = `inputs/${JOB_ID}.jsonl`;
  await api.jobs.create(aJob({ job_id: JOB_ID, tenant: 'acme' }));
  api.objects.set(key, Buffer.from(JSON.stringify({ text: WORDS, record_id: RECORD_ID })));
  const result = asStored(
    aResult({ tenant: 'acme', record_id: RECORD_ID, source: 'tour', text: WORDS }),
  );
  api.rows.set(recordKey(result), result);
  const requested = { tenant: 'acme', requested_at: new Date(0).toISOString(), dry_run: false };
  const { put } = api.privacy.requests;
  await put({ ...requested, request_id: ERASURE_ID, kind: 'erasure' });
  await put({ ...requested, request_id: EXPORT_ID, kind: 'export' });
});

/** The routes of alerts and digests have names that the caller chooses: their own tests try another tenant's. */
const named = ROUTES.filter(
  ({ access, params, path }) =>
    access !== 'open' && params !== undefined && !/^\/(alerts|digests)\//.test(path),
);

it.each(named.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s answers another tenant as if the resource did not exist',
  async (_, { method, path }) => {
    const names = {
      ...{ job_id: JOB_ID, source: 'tour', record_id: RECORD_ID },
      ...{ erasure_id: ERASURE_ID, export_id: EXPORT_ID },
    };
    const asked = path.replace(/\{(\w+)\}/g, (_whole, name: keyof typeof names) => names[name]);
    const not_there = path.replace(/\{\w+\}/g, 'never-there');
    const theirs = await api.request(asked, { method }, 'globex');
    const nothing = await api.request(not_there, { method }, 'globex');
    expect(theirs.status).toBe(404);
    expect(await bare(theirs)).toEqual(await bare(nothing));
    const own = await api.request(asked, { method }, 'acme');
    expect(own.status).toBe(200);
    expect((await api.jobs.get(JOB_ID))!.status).toBe(
      method === 'DELETE' ? 'CANCELLED' : 'PENDING',
    );
  },
);

it('a tenant sees nothing of another in lists', async () => {
  for (const path of ['/jobs', '/results?source=tour']) {
    const theirs = await (await api.request(path, {}, 'globex')).text();
    expect(theirs).not.toContain('acme');
    expect(await (await api.request(path, {}, 'acme')).text()).toContain('acme');
  }
});

it('no parameter of a query makes a request that of another tenant', async () => {
  for (const path of [
    `/results/tour/${RECORD_ID}`,
    `/status/${JOB_ID}`,
    `/jobs/${JOB_ID}/results`,
  ]) {
    expect((await api.request(`${path}?tenant=acme`, {}, 'globex')).status, path).toBe(404);
  }
  for (const path of ['/jobs?tenant=acme', '/results?source=tour&tenant=acme']) {
    expect(await (await api.request(path, {}, 'globex')).text(), path).not.toContain('acme');
  }
});

it('a tenant cannot publish records of another tenant or job', async () => {
  const record = { text: 'mine', source: 's', tenant: 'acme', job_id: JOB_ID, job_index: 0 };
  await api.request('/records', asJson({ records: [record] }), 'globex');
  const [entry] = api.entries.map(recordOf);
  expect(entry).toMatchObject({ text: 'mine', tenant: 'globex' });
  expect(entry).not.toHaveProperty('job_id');
});

it('two tenants can use the same Idempotency-Key', async () => {
  const submitAs = async (tenant: string) => {
    const { headers, ...body } = asJson({ text: 'one' });
    const init = { ...body, headers: { ...headers, 'idempotency-key': 'same' } };
    const response = await api.request('/analyze/async', init, tenant);
    return ((await response.json()) as { job_id: string }).job_id;
  };
  const [acme, globex] = [await submitAs('acme'), await submitAs('globex')];
  expect(acme).not.toBe(globex);
  expect(await submitAs('acme')).toBe(acme);
});

it('without an API key only health, readiness and documentation are answered', async () => {
  const open = ROUTES.filter(({ access }) => access === 'open').map(({ path }) => path);
  expect(open.filter((path) => !/^\/(docs|dashboard)/.test(path))).toEqual([
    '/health',
    '/ready',
    '/openapi.json',
  ]);
  for (const { method, path } of ROUTES.filter(({ access }) => access !== 'open')) {
    const response = await api.app.request(path.replace(/\{\w+\}/, JOB_ID), { method });
    expect(response.status, path).toBe(401);
  }
});

function asJson(body: unknown) {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify(body) };
}

async function bare(response: Response): Promise<unknown> {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return { code: error.code, message: error.message };
}
