import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AnalysisOutcome } from '../../../processors/analysis/outcome.ts';
import { MAX_SYNC_TEXT_BYTES, syncResponseSchema } from '../../../schemas/index.ts';
import { errorOf, testApi } from './app.ts';

it.each(['I love my cat', 'It only cost $5; works & great'])(
  'POST /analyze/sync answers %j with a verdict',
  async (text) => {
    const { post } = testApi();
    const response = await post({ text });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-request-id')).toBe('request-1');
    expect(response.headers.get('x-cache-hit')).toBe('false');
    const body = syncResponseSchema.parse(await response.json());
    expect(body).toMatchObject({
      language_code: 'en',
      language_source: 'detected',
      pii_detected: false,
      chunks: 1,
      cache_hit: false,
      cache: 'miss',
      request_id: 'request-1',
    });
    expect(body.score).toBe(Math.max(...Object.values(body.scores)));
    expect(body.confidence).toBeGreaterThanOrEqual(0);
    expect(body.processing_time_ms).toBeGreaterThan(0);
  },
);

it('POST /analyze/sync says whether the verdict came from the cache', async () => {
  const { post, calls } = testApi();
  await post({ text: 'I love my cat' });
  const response = await post({ text: ' I love  my cat' });
  expect(response.headers.get('x-cache-hit')).toBe('true');
  expect(await response.json()).toMatchObject({ cache_hit: true, cache: 'memory' });
  expect(calls).toHaveLength(1);
});

it('POST /analyze/sync uses a given language, and leaves confidence out on request', async () => {
  const { post, calls } = testApi();
  const options = {
    language_code: 'de',
    include_confidence: false,
    include_pii_detection: true,
  };
  const body = await (await post({ text: 'super', options })).json();
  expect(body).toMatchObject({ language_code: 'de', language_source: 'given' });
  expect(body).toMatchObject({ pii_detected: false, pii: { entities: [], masked_text: 'super' } });
  expect(body).not.toHaveProperty('confidence');
  expect(calls[0]?.language_code).toBe('de');
});

it('POST /analyze/sync splits a text of up to 102,400 bytes, and refuses a longer one', async () => {
  const { post, calls } = testApi();
  const longest = 'It was good. '.repeat(8_000).slice(0, MAX_SYNC_TEXT_BYTES - 2);
  const response = await post({ text: `${longest}é` });
  expect(await response.json()).toMatchObject({ chunks: 21 });
  expect(calls.map((call) => call.documents.length).reduce((a, b) => a + b)).toBeLessThan(22);
  const refused = await post({ text: `${longest}é!` });
  expect(refused.status).toBe(413);
  expect(await errorOf(refused)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', field: 'text' });
});

it('POST /analyze/sync takes the longest text even if JSON escapes each of its characters', async () => {
  const { post } = testApi();
  const response = await post({ text: '"'.repeat(MAX_SYNC_TEXT_BYTES) });
  expect(response.status).toBe(200);
});

it('POST /analyze/sync measures a text as it was sent, white space included', async () => {
  const { post } = testApi();
  const response = await post({ text: `${'x'.repeat(MAX_SYNC_TEXT_BYTES)} ` });
  expect(response.status).toBe(413);
});

it('POST /analyze/sync accepts application/json in any casing, and refuses other content types', async () => {
  const { post } = testApi();
  const body = { text: 'I love my cat' };
  expect((await post(body, 'application/json; charset=utf-8')).status).toBe(200);
  expect((await post(body, 'Application/JSON')).status).toBe(200);
  for (const type of ['text/plain', 'application/jsonp', 'multipart/form-data', '']) {
    const response = await post(body, type);
    expect(response.status).toBe(415);
    expect(await errorOf(response)).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
  }
});

it.each([
  ['', 'body'],
  ['{"text": "a"', 'body'],
  ['null', 'body'],
  ['[]', 'body'],
  ['"text"', 'body'],
  ['{}', 'text'],
  ['{"text": ""}', 'text'],
  ['{"text": "  \\n\\u3000"}', 'text'],
  ['{"text": 5}', 'text'],
  ['{"text": null}', 'text'],
  ['{"text": "a", "options": null}', 'options'],
  ['{"text": "a", "options": []}', 'options'],
  ['{"text": "a", "options": {"language_code": "tlh"}}', 'options.language_code'],
  ['{"text": "a", "options": {"include_confidence": "yes"}}', 'options.include_confidence'],
])('POST /analyze/sync refuses the body %s and names the field %s', async (body, field) => {
  const { post, calls } = testApi();
  const response = await post(body);
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toMatchObject({ code: 'VALIDATION_ERROR', field });
  expect(calls).toEqual([]);
});

it('POST /analyze/sync names every wrong field in one error', async () => {
  const response = await testApi().post({ text: 1, options: { include_confidence: 1 } });
  const { details } = await errorOf(response);
  expect(details?.map(({ field }) => field)).toEqual(['text', 'options.include_confidence']);
});

it('POST /analyze/sync says what to do if the language of a text is not supported', async () => {
  const response = await testApi().post({ text: 'Wat een heerlijke avond met vrienden, zeg!' });
  expect(response.status).toBe(400);
  const error = await errorOf(response);
  expect(error).toMatchObject({ code: 'VALIDATION_ERROR', field: 'options.language_code' });
  expect(error.message).toContain('nl');
  expect(error.message).toContain('zh-TW');
});

const failWith = (parts: Partial<AnalysisOutcome>): AnalysisOutcome[] => [
  { status: 'failed', code: 'X', retryable: true, throttled: false, ...parts } as AnalysisOutcome,
];

it('a throttling analyzer becomes a 429 with Retry-After', async () => {
  const { post } = testApi(async () => failWith({ throttled: true }));
  const response = await post({ text: 'I love my cat' });
  expect(response.status).toBe(429);
  const error = await errorOf(response);
  expect(error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
  expect(error.retry_after).toBeGreaterThan(0);
  expect(response.headers.get('retry-after')).toBe(String(error.retry_after));
});

it('a throttle is a 429, whatever else is known of the failure', async () => {
  const { post } = testApi(async () => failWith({ throttled: true, retryable: false }));
  const response = await post({ text: 'I love my cat' });
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('1');
});

it('a failing analyzer becomes a 503, with Retry-After only if a retry can help', async () => {
  const down = await testApi(async () => failWith({})).post({ text: 'a' });
  expect(down.status).toBe(503);
  expect(down.headers.get('retry-after')).toBe('5');
  expect(await errorOf(down)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retry_after: 5 });
  const refused = await testApi(async () => failWith({ retryable: false })).post({ text: 'a' });
  expect(refused.status).toBe(503);
  expect(refused.headers.has('retry-after')).toBe(false);
});

it('a bug becomes a 500 that hides the error from the caller and reports it to the log', async () => {
  const bug = new TypeError('cannot read: I love my cat');
  const { post, errors, answers } = testApi(async () => Promise.reject(bug));
  const response = await post({ text: 'I love my cat' });
  expect(response.status).toBe(500);
  const error = await errorOf(response);
  expect(error).toMatchObject({ code: 'INTERNAL_ERROR', request_id: 'request-1' });
  expect(JSON.stringify(error)).not.toContain('cat');
  expect(errors).toEqual([bug]);
  expect(answers).toMatchObject([{ status: 500, error_code: 'INTERNAL_ERROR' }]);
});

const anything = fc.oneof(
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc
    .record(
      {
        text: fc.oneof(fc.string({ unit: 'grapheme', minLength: 8 }), fc.anything()),
        options: fc.oneof(
          fc.anything(),
          fc.record(
            {
              language_code: fc.oneof(fc.constantFrom('auto', 'en', 'ja'), fc.anything()),
              include_confidence: fc.oneof(fc.boolean(), fc.anything()),
            },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: [] },
    )
    .map(withMarks),
);

it('no body causes a 5xx, and neither the answer nor the log quotes it', async () => {
  await fc.assert(
    fc.asyncProperty(anything, async (body) => {
      const { post, answers, errors } = testApi();
      const response = await post(body);
      expect(response.status).toBeLessThan(500);
      expect(errors).toEqual([]);
      const said = await response.text();
      expect(said).not.toContain(MARK);
      expect(JSON.stringify(answers)).not.toContain(MARK);
    }),
    { numRuns: 300 },
  );
});

const MARK = 'qXq7';

/**
 * Converts a value to JSON and appends the mark to the strings inside objects and arrays. The
 * language codes `auto`, `en` and `ja` stay unchanged. No answer may contain the mark.
 */
function withMarks(value: unknown): string {
  const json = JSON.stringify(value, (key, inner: unknown) => {
    if (typeof inner === 'bigint') return `${inner}${MARK}`;
    if (typeof inner !== 'string' || ['auto', 'en', 'ja'].includes(inner)) return inner;
    return key === 'language_code' || key === 'text' || key !== '' ? `${inner}${MARK}` : inner;
  });
  return json ?? 'null';
}
