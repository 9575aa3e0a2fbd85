import { describe, expect, it } from 'vitest';
import {
  apiEnvironmentSchema,
  budgetReplayEnvironmentSchema,
  callbackEnvironmentSchema,
  consumerEnvironmentSchema,
  parseEnvironment,
  submissionEnvironmentSchema,
} from '../../../schemas/index.ts';
import { DEFAULT_PRIVACY } from '../../fakes/privacy.ts';
import { VARIABLES } from '../../support/api-variables.ts';

const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/1/queue';
const ANALYSIS = {
  CACHE_TABLE: 'c',
  CACHE_TTL_SECONDS: '1',
  CACHE_MEMORY_ENTRIES: '1',
  ANALYZER: 'comprehend',
  ANALYZER_MAX_IN_FLIGHT: '1',
  DEFAULT_LANGUAGE: 'en',
  NEUTRAL_IDS: 'true',
  PRIVACY: JSON.stringify(DEFAULT_PRIVACY),
};

const FUNCTIONS = [
  ['the API', apiEnvironmentSchema, VARIABLES],
  [
    'the consumer',
    consumerEnvironmentSchema,
    {
      ...ANALYSIS,
      TRAFFIC: 'bulk',
      ANALYZER_CALLS_PER_SECOND: '9.8',
      ANALYZER_FALLBACK_CALLS_PER_SECOND: '0.24',
      QUOTA_TABLE: 'q',
      BUDGETS: '{}',
      RESULTS_TABLE: 'r',
      RESULTS_TTL_SECONDS: '1',
      RETENTION: '{}',
      DELIVERY_STREAM: 'd',
      SET_ASIDE_BUCKET: 's',
      RESTORE_KEY_ARN: 'a',
      UNWRAP: 'sns',
      ENVIRONMENT: 'e',
      JOBS_TABLE: 'j',
      INPUT_BUCKET: 'i',
      CALLBACK_QUEUE_URL: QUEUE,
    },
  ],
  [
    'the submission',
    submissionEnvironmentSchema,
    {
      STREAM_NAME: 's',
      JOBS_TABLE: 'j',
      INPUT_BUCKET: 'i',
      JOBS_QUEUE_URL: QUEUE,
      CALLBACK_QUEUE_URL: QUEUE,
      ENVIRONMENT: 'e',
      ANALYZER: 'comprehend',
      ANALYZER_CALLS_PER_SECOND: '9.8',
      QUOTA_TABLE: 'q',
      BUDGETS: '{}',
    },
  ],
  [
    'the replay of records over budget',
    budgetReplayEnvironmentSchema,
    {
      STREAM_NAME: 's',
      SET_ASIDE_BUCKET: 'b',
      RESTORE_KEY_ARN: 'a',
      JOBS_TABLE: 'j',
      ANALYZER: 'comprehend',
      ANALYZER_CALLS_PER_SECOND: '9.8',
    },
  ],
  [
    'the callbacks',
    callbackEnvironmentSchema,
    {
      JOBS_TABLE: 'j',
      CALLBACK_QUEUE_URL: QUEUE,
      CALLBACK_SECRET_ARN: 'a',
      CALLBACK_ALLOW_LOOPBACK: 'false',
    },
  ],
] as const;

describe.each(FUNCTIONS)('the function of %s', (_, schema, variables: Record<string, string>) => {
  it('starts with each of its variables, and passes on those that are names as they are', () => {
    const parsed: Record<string, unknown> = parseEnvironment(schema, variables);
    expect(Object.keys(parsed).sort()).toEqual(Object.keys(variables).sort());
    const strings = Object.entries(parsed).filter(([, value]) => typeof value === 'string');
    for (const [name, value] of strings) expect(value).toBe(variables[name]);
  });

  it('does not start if one of them is missing or empty, and names it', () => {
    for (const name of Object.keys(variables)) {
      // Without CORS, the list of origins is empty, and so is the list of envelopes by default.
      const may_be_empty = ['CORS_ORIGINS', 'UNWRAP'].includes(name);
      for (const value of may_be_empty ? [undefined] : [undefined, '']) {
        const changed = { ...variables, [name]: value };
        expect(() => parseEnvironment(schema, changed), name).toThrow(`${name}: `);
      }
    }
  });
});

it('the default language has at least the two letters of a code', () => {
  const parse = (DEFAULT_LANGUAGE: string) =>
    apiEnvironmentSchema.safeParse({ ...VARIABLES, DEFAULT_LANGUAGE }).success;
  expect(['e', 'en', 'zh-TW'].map(parse)).toEqual([false, true, true]);
});

it('the origins of web pages are a list with commas, which may be empty', () => {
  const parse = (CORS_ORIGINS: string) =>
    parseEnvironment(apiEnvironmentSchema, { ...VARIABLES, CORS_ORIGINS }).CORS_ORIGINS;
  expect(parse('')).toEqual([]);
  expect(parse('*')).toEqual(['*']);
  expect(parse('https://a.example,https://b.example')).toEqual([
    'https://a.example',
    'https://b.example',
  ]);
});
