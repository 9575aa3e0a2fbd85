import { expect, it } from 'vitest';
import { createAuthorize } from '../../../../api/authorizer/authorize.ts';
import { createIdentifyToken } from '../../../../api/authorizer/identify-token.ts';
import { formatTokenKey, oidcSettingsSchema } from '../../../../schemas/index.ts';

const KEY = formatTokenKey({ tenant: 'acme', tier: 'growth', rights: ['read'] }, 'x'.repeat(40));
const LIMITS = { requests_per_second: 25, burst_requests: 50, open_job_records: 2_000 };
const METHOD_ARN = 'arn:aws:execute-api:us-east-1:000000000000:api/v1/GET/stats';

/** Returns the context that the authorizer passes on for a token with a subject. */
async function describeToken(sub: unknown) {
  const identifyToken = createIdentifyToken({
    settings: oidcSettingsSchema.parse({
      ...{ issuer: 'https://id.example', audiences: ['the-api'] },
      ...{ tenant_claim: 'tenant', rights_claim: 'rights' },
    }),
    verify: async () => ({ tenant: 'acme', rights: 'read', exp: 2_000_000_000, sub }),
    keys: { readTokenKey: async () => KEY },
    now: () => 0,
  });
  const authorize = createAuthorize({
    tiers: { growth: LIMITS } as never,
    identifyKey: async () => undefined,
    identifyToken,
  });
  const { context } = await authorize({
    headers: { Authorization: 'Bearer a.b.c' },
    methodArn: METHOD_ARN,
  });
  return context;
}

it('the subject of a token is passed on, so that the audit trail names the person', async () => {
  expect(await describeToken('auth0|63a')).toMatchObject({ tenant: 'acme', subject: 'auth0|63a' });
});

it('a subject with spaces or letters beyond ASCII becomes an identifier of at most 512 characters', async () => {
  expect(await describeToken('Jo Lé')).toMatchObject({ subject: 'Jo%20L%C3%A9' });
  expect(await describeToken('\ud800')).toMatchObject({ subject: '%EF%BF%BD' });
  expect((await describeToken('é'.repeat(900)))?.subject).toHaveLength(512);
});

it('a token without a subject is passed on without one', async () => {
  expect(await describeToken(undefined)).not.toHaveProperty('subject');
  expect(await describeToken(7)).not.toHaveProperty('subject');
});
