import { expect, it } from 'vitest';
import { OverBudgetError } from '../../../budgets/over-budget-error.ts';
import { ServiceError, syncResponseSchema } from '../../../schemas/index.ts';
import { createTestSearch } from '../../fakes/privacy.ts';
import { errorOf, testApi } from './app.ts';

/** A text with a character of two code units and four bytes before the finding. */
const TEXT = '😀 I loved it, write to ann@example.com';
const options = { include_pii_detection: true };

it('POST /analyze/sync answers the type, the score and both places of each finding, and the masked text', async () => {
  const { post } = testApi();
  const response = await post({ text: TEXT, options });
  const { pii_detected, pii } = syncResponseSchema.parse(await response.json());
  expect(pii_detected).toBe(true);
  expect(pii?.masked_text).toBe('😀 I loved it, write to [EMAIL]');
  const [finding, ...others] = pii?.entities ?? [];
  expect(others).toEqual([]);
  expect(finding?.type).toBe('EMAIL');
  expect(finding?.score).toBeGreaterThan(0.5);
  const { utf16 = { start: 0, end: 0 }, utf8 = { start: 0, end: 0 } } = finding ?? {};
  expect(TEXT.slice(utf16.start, utf16.end)).toBe('ann@example.com');
  expect(Buffer.from(TEXT).subarray(utf8.start, utf8.end).toString()).toBe('ann@example.com');
});

it('without the option, POST /analyze/sync says only whether a text has personal data', async () => {
  const { post } = testApi();
  const body = await (await post({ text: TEXT })).json();
  expect(body).toMatchObject({ pii_detected: true });
  expect(body).not.toHaveProperty('pii');
  expect(await (await post({ text: 'I love my cat' })).json()).toMatchObject({
    pii_detected: false,
  });
});

it('the analyzer gets the masked text under redact, and the text as it came under detect and off', async () => {
  const sentUnder = async (policy: 'redact' | 'detect' | 'off') => {
    const stored_text = policy === 'redact' ? 'redacted' : 'full';
    const searchText = createTestSearch({ policy, stored_text });
    const { post, calls } = testApi(undefined, { searchText });
    const body = await (await post({ text: TEXT, options })).json();
    expect(body).toMatchObject({ pii_detected: true, pii: { entities: [{ type: 'EMAIL' }] } });
    return calls.flatMap(({ documents }) => documents);
  };
  expect(await sentUnder('redact')).toEqual(['😀 I loved it, write to [EMAIL]']);
  expect(await sentUnder('detect')).toEqual([TEXT]);
  expect(await sentUnder('off')).toEqual([TEXT]);
});

it('POST /analyze/batch answers the findings of each text beside its verdict', async () => {
  const { post } = testApi();
  const texts = ['I love my cat', TEXT];
  const response = await post({ texts, options }, undefined, '/analyze/batch');
  expect(await response.json()).toMatchObject({
    results: [
      { pii_detected: false, pii: { entities: [] } },
      { pii_detected: true, pii: { entities: [{ type: 'EMAIL' }] } },
    ],
  });
});

it('a text of personal data alone is refused, and neither the error nor the log quotes it', async () => {
  const { post, answers, calls } = testApi();
  const response = await post({ text: 'ann@example.com', options });
  expect(response.status).toBe(400);
  const error = await errorOf(response);
  expect(error.message).toBe('text: must have words besides personal data');
  expect(JSON.stringify([error, answers])).not.toContain('ann');
  expect(calls).toEqual([]);
});

it('a text that a detector cannot search counts as personal data, and is masked whole', async () => {
  const searchText = createTestSearch({}, async () => {
    return { ok: false, reason: 'failed', detector: 'phone' };
  });
  const { post, calls } = testApi(undefined, { searchText });
  const response = await post({ text: 'I love my cat', options });
  expect(response.status).toBe(400);
  expect(calls).toEqual([]);
});

it.each([
  { why: 'is away', error: { retryable: true }, status: 503, code: 'SERVICE_UNAVAILABLE' },
  {
    why: 'throttles',
    error: { retryable: true, throttled: true },
    status: 429,
    code: 'RATE_LIMIT_EXCEEDED',
  },
])(
  'while the engine $why, POST /analyze/sync answers $status and sends nothing',
  async ({ error, status, code }) => {
    const searchText = async () => {
      throw new ServiceError('comprehend', 'X', error);
    };
    const { post, calls } = testApi(undefined, { searchText });
    const response = await post({ text: TEXT, options });
    expect(response.status).toBe(status);
    expect((await errorOf(response)).code).toBe(code);
    expect(calls).toEqual([]);
  },
);

it('a search that the budget cannot pay for is a 429 with the time of the reset', async () => {
  const searchText = async () => {
    throw new OverBudgetError({ scope: 'tenant', month: '2026-11' });
  };
  const { post, calls } = testApi(undefined, { searchText });
  const response = await post({ text: TEXT, options });
  expect(response.status).toBe(429);
  expect((await errorOf(response)).code).toBe('BUDGET_EXCEEDED');
  expect(calls).toEqual([]);
});
