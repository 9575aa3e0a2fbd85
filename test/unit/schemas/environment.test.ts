import { expect, it } from 'vitest';
import {
  apiEnvironmentSchema,
  authorizerEnvironmentSchema,
  consumerEnvironmentSchema,
  parseEnvironment,
} from '../../../schemas/index.ts';
import { DEFAULT_PRIVACY } from '../../fakes/privacy.ts';
import { VARIABLES } from '../../support/api-variables.ts';

const parse = (change: Record<string, string>) =>
  parseEnvironment(apiEnvironmentSchema, { ...VARIABLES, ...change });

it.each(['0', '-1', '1.5', 'many', ''])('a number of seconds is not %j', (value) => {
  for (const name of ['CACHE_TTL_SECONDS', 'ANALYZER_MAX_IN_FLIGHT', 'JOB_DEADLINE_SECONDS']) {
    expect(() => parse({ [name]: value }), name).toThrow(name);
  }
});

it('a quota may be a fraction, but not 0', () => {
  const rate = 'ANALYZER_QUOTA_CALLS_PER_SECOND';
  expect(parse({ [rate]: '0.5' })[rate]).toBe(0.5);
  expect(() => parse({ [rate]: '0' })).toThrow(rate);
});

it('a flag is true or false, and nothing else', () => {
  const name = 'CALLBACK_ALLOW_LOOPBACK';
  expect(parse({ [name]: 'true' })[name]).toBe(true);
  expect(parse({ [name]: 'false' })[name]).toBe(false);
  for (const value of ['1', 'yes', 'TRUE', '']) {
    expect(() => parse({ [name]: value })).toThrow(name);
  }
});

it('the error of wrong variables names each of them, and quotes no value', () => {
  const error = (() => {
    try {
      parse({ ANALYZER: 'secret-1', CACHE_TTL_SECONDS: 'secret-2' });
    } catch (cause) {
      return cause as Error;
    }
    throw new Error('The variables were accepted');
  })();
  expect(error.message).toContain('ANALYZER: ');
  expect(error.message).toContain('CACHE_TTL_SECONDS: ');
  expect(error.message).not.toContain('secret');
});

it('PRIVACY is the JSON of the settings of privacy', () => {
  const { PRIVACY } = consumerEnvironmentSchema.shape;
  expect(PRIVACY.safeParse(JSON.stringify(DEFAULT_PRIVACY)).success).toBe(true);
  for (const value of ['', '{', '{}', JSON.stringify({ ...DEFAULT_PRIVACY, policy: 'maybe' })]) {
    expect(PRIVACY.safeParse(value).success).toBe(false);
  }
});

it('the limits of a tier are positive', () => {
  const limits = {
    ...{ requests_per_second: 1, burst_requests: 1, requests_per_month: 1 },
    open_job_records: 1,
  };
  const accepts = (change: object) => {
    const tiers = ['starter', 'growth', 'professional', 'enterprise'].map((tier) => [
      tier,
      { ...limits, ...change },
    ]);
    const TIERS = JSON.stringify(Object.fromEntries(tiers));
    return authorizerEnvironmentSchema.safeParse({ KEYS_TABLE: 'keys', TIERS }).success;
  };
  expect(accepts({})).toBe(true);
  for (const name of Object.keys(limits)) expect(accepts({ [name]: 0 }), name).toBe(false);
});
