import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, expect, it, vi } from 'vitest';
import { createAuthorize } from '../../../../api/authorizer/authorize.ts';
import { createIdentifyKey } from '../../../../api/authorizer/identify-key.ts';
import { settings } from '../../../../infra/settings.ts';
import {
  authorizerEnvironmentSchema,
  formatApiKey,
  parseEnvironment,
  TIERS,
  type Tier,
} from '../../../../schemas/index.ts';
import { formatKey } from '../../../support/api-keys.ts';
import { readDocNumber, readDocTable } from '../../../support/doc-tables.ts';

const LIMITS: Record<Tier, object> = {
  starter: {
    requests_per_second: 5,
    burst_requests: 10,
    requests_per_month: 100,
    open_job_records: 1_000,
  },
  growth: {
    requests_per_second: 25,
    burst_requests: 50,
    requests_per_month: 1_000,
    open_job_records: 2_000,
  },
  professional: {
    requests_per_second: 100,
    burst_requests: 200,
    requests_per_month: 10_000,
    open_job_records: 3_000,
  },
  enterprise: {
    requests_per_second: 500,
    burst_requests: 1_000,
    requests_per_month: 100_000,
    open_job_records: 4_000,
  },
};
const RANDOM = 'a'.repeat(32);
const methodArn = 'arn:aws:execute-api:us-east-1:000000000000:abc123/v1/GET/jobs';
const STAGE = 'arn:aws:execute-api:us-east-1:000000000000:abc123/v1/*';

const TIERS_VARIABLE = JSON.stringify(LIMITS);
const { TIERS: tiers } = parseEnvironment(authorizerEnvironmentSchema, {
  TIERS: TIERS_VARIABLE,
  KEYS_TABLE: 'keys',
});
const identifyKey = createIdentifyKey({
  keys: { read: async () => undefined, noteUse: async () => {} },
  now: () => Date.UTC(2026, 10, 27),
  onError: () => {},
});
const authorize = createAuthorize({ tiers, identifyKey });
afterEach(() => {
  vi.unstubAllEnvs();
});

it.each([
  ['starter', '5', '10', '1000'],
  ['growth', '25', '50', '2000'],
  ['professional', '100', '200', '3000'],
  ['enterprise', '500', '1000', '4000'],
] as const)(
  'a key of the tier %s is allowed, with its tenant, its rate of %s, its burst of %s and its %s records of open jobs',
  async (tier, rate_limit, burst, open_job_records) => {
    const key = formatKey({ tenant: 'acme-tours', tier }, RANDOM);
    expect(await authorize({ headers: { 'X-API-Key': key }, methodArn })).toEqual({
      principalId: 'acme-tours',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: STAGE }],
      },
      usageIdentifierKey: key,
      context: {
        tenant: 'acme-tours',
        tier,
        rights: 'read,publish,jobs',
        rate_limit,
        burst,
        open_job_records,
      },
    });
  },
);

it('the authorizer passes on the rights of a key and its end, and still covers all paths', async () => {
  const end = Date.UTC(2027, 1, 1);
  const claims = { tenant: 'acme', tier: 'growth', rights: ['read'], expires_at: end } as const;
  const { context, policyDocument } = await authorize({
    headers: { 'x-api-key': formatApiKey(claims, RANDOM) },
    methodArn,
  });
  expect(context).toMatchObject({ rights: 'read', expires_at: String(end) });
  expect(policyDocument.Statement).toMatchObject([{ Effect: 'Allow', Resource: STAGE }]);
});

it.each(['x-api-key', 'X-API-Key', 'X-Api-Key', 'X-API-KEY'])(
  'the authorizer finds the key in the header %s',
  async (name) => {
    const key = formatKey({ tenant: 'acme', tier: 'growth' }, RANDOM);
    const { context } = await authorize({ headers: { Accept: '*/*', [name]: key }, methodArn });
    expect(context).toMatchObject({ tenant: 'acme' });
  },
);

it.each([
  ['no headers', null],
  ['no key', { accept: '*/*' }],
  ['an empty key', { 'x-api-key': '' }],
  ['a key that is not ours', { 'x-api-key': 'a'.repeat(40) }],
  [
    'a key in another header',
    { authorization: formatKey({ tenant: 'acme', tier: 'growth' }, RANDOM) },
  ],
] as [string, Record<string, string> | null][])(
  'a request with %s is denied, under no tenant',
  async (_, headers) => {
    const answer = await authorize({ headers, methodArn });
    expect(answer.policyDocument.Statement).toEqual([
      { Action: 'execute-api:Invoke', Effect: 'Deny', Resource: STAGE },
    ]);
    expect(answer.principalId).toBe('unknown');
    expect(answer).not.toHaveProperty('context');
    expect(answer).not.toHaveProperty('usageIdentifierKey');
  },
);

it('the function of the authorizer reads the tiers from its environment', async () => {
  vi.stubEnv(
    'TIERS',
    TIERS_VARIABLE.replace('"requests_per_second":25', '"requests_per_second":7'),
  );
  vi.stubEnv('KEYS_TABLE', 'keys');
  const dynamodb = mockClient(DynamoDBClient);
  dynamodb.on(GetItemCommand).resolves({});
  const { handler } = await import('../../../../api/authorizer/handler.ts');
  const key = formatKey({ tenant: 'acme', tier: 'growth' }, RANDOM);
  const event = { headers: { 'x-api-key': key }, methodArn } as unknown as Parameters<
    typeof handler
  >[0];
  expect((await handler(event)).context).toMatchObject({ rate_limit: '7', burst: '50' });
  const [read] = dynamodb.commandCalls(GetItemCommand);
  expect(read?.args[0].input.TableName).toBe('keys');
  dynamodb.restore();
});

it('the authorizer does not start without the limits of every tier', () => {
  for (const tier of TIERS) {
    const { [tier]: _, ...others } = LIMITS;
    const variables = { KEYS_TABLE: 'keys', TIERS: JSON.stringify(others) };
    expect(() => parseEnvironment(authorizerEnvironmentSchema, variables)).toThrow('TIERS');
  }
});

it('the tiers allow the records in open jobs that the API page lists', () => {
  const listed = readDocTable('docs/api.md', 'Jobs').map((row) => [
    row.tier,
    readDocNumber(row['records in open jobs']),
  ]);
  const allowed = Object.entries(settings.tiers).map(([tier, limits]) => [
    tier,
    limits.open_job_records,
  ]);
  expect(listed).toEqual(allowed);
});

it('the key of a request counts, and not its token', async () => {
  const asked: string[] = [];
  const both = createAuthorize({
    tiers,
    identifyKey,
    identifyToken: async (token) => {
      asked.push(token);
      return 'invalid';
    },
  });
  const key = formatKey({ tenant: 'acme', tier: 'growth' }, RANDOM);
  const authorization = 'Bearer aaa.bbb.ccc';
  const { context } = await both({ headers: { 'x-api-key': key, authorization }, methodArn });
  expect(context).toMatchObject({ tenant: 'acme' });
  expect(asked).toEqual([]);
  await expect(both({ headers: { authorization }, methodArn })).rejects.toThrow('Unauthorized');
  expect(asked).toEqual(['aaa.bbb.ccc']);
});

it.each([
  ['neither key nor token', {}],
  ['a token of another scheme', { authorization: 'Basic aaa.bbb.ccc' }],
  ['a token that is none', { Authorization: 'Bearer aaa' }],
])('with an issuer, a request with %s is unauthorized', async (_, headers) => {
  const identifyToken = async () => undefined;
  const both = createAuthorize({ tiers, identifyKey, identifyToken });
  await expect(both({ headers, methodArn })).rejects.toThrow(/^Unauthorized$/);
});
