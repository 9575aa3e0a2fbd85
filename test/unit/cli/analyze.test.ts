import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { analyzeCommand } from '../../../cli/commands/analyze.ts';
import { runCommand } from '../../support/cli.ts';

const ANSWER = {
  request_id: 'r-1',
  sentiment: 'POSITIVE',
  score: 0.98765,
  scores: { positive: 0.98765, negative: 0.01, neutral: 0.002, mixed: 0.0005 },
  language_code: 'en',
  language_source: 'detected',
  cache_hit: false,
  processing_time_ms: 12.6,
};
let sent: { url: string; headers: Headers; body: { options: object } }[];
let answer: () => Response;

beforeEach(() => {
  sent = [];
  answer = () => Response.json(ANSWER);
  vi.stubEnv('AURASTREAM_API_KEY', 'key-of-the-environment');
  vi.stubGlobal('fetch', async (url: URL, { headers, body }: RequestInit) => {
    sent.push({ url: url.href, headers: new Headers(headers), body: JSON.parse(String(body)) });
    return answer();
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

const analyze = (...words: string[]) => runCommand(analyzeCommand(), ...words);

it('analyze prints the sentiment, the scores, the language and where the verdict comes from', async () => {
  expect((await analyze('I love my cat')).stdout).toBe(
    'POSITIVE  0.988  (en, detected; analyzed in 13 ms)\n' +
      'positive 0.988  negative 0.010  neutral 0.002  mixed 0.001',
  );
  answer = () => Response.json({ ...ANSWER, cache_hit: true });
  expect((await analyze('I love my cat')).stdout).toContain('from the cache in 13 ms');
});

it('analyze --json prints the answer of the API', async () => {
  expect(JSON.parse((await analyze('I love my cat', '--json')).stdout)).toEqual(ANSWER);
});

it('analyze lets the API detect the language unless --language names it', async () => {
  await analyze('Ich liebe meine Katze');
  await analyze('Ich liebe meine Katze', '--language', 'de');
  expect(sent.map(({ url, body }) => [url, body])).toEqual([
    [
      'https://api.example/v1/analyze/sync',
      { text: 'Ich liebe meine Katze', options: { language_code: 'auto' } },
    ],
    [
      'https://api.example/v1/analyze/sync',
      { text: 'Ich liebe meine Katze', options: { language_code: 'de' } },
    ],
  ]);
});

it('analyze uses the API key of the environment, and --api-key stands above it', async () => {
  await analyze('a');
  await analyze('a', '--api-key', 'given');
  expect(sent.map(({ headers }) => headers.get('x-api-key'))).toEqual([
    'key-of-the-environment',
    'given',
  ]);
});

it('analyze without an API key makes no request, and says how to make a key', async () => {
  vi.stubEnv('AURASTREAM_API_KEY', undefined);
  const { error } = await analyze('a');
  expect(error?.message).toMatch(/^There is no API key\.\nMake one with `aurastream keys create/);
  expect(sent).toEqual([]);
});

it('analyze says what to do when the API refuses the text', async () => {
  answer = () =>
    Response.json(
      { error: { code: 'VALIDATION_ERROR', message: 'text: too long' } },
      { status: 400 },
    );
  const { error } = await analyze('a');
  expect(error?.message).toBe('text: too long\nSee --help of this command.');
});
