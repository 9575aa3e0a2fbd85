import {
  clientConfig,
  createComprehend,
  type ServedService,
  serveService,
} from '@aurastream/embedded-cloud/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createAnalyzer } from '../../processors/analysis/compose.ts';
import { ANALYZER_NAMES } from '../../schemas/index.ts';
import { ANALYZER_SAMPLES } from '../support/analyzer-samples.ts';

let served: ServedService;
beforeAll(async () => {
  served = await serveService(createComprehend({ now: Date.now }));
  const { endpoint, region, credentials } = clientConfig(served.endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  vi.stubEnv('AWS_REGION', region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await served.close();
});

const ADAPTERS = ANALYZER_NAMES.flatMap((name) => [
  [name, 'stream'] as const,
  [name, 'sync'] as const,
]);

it.each(ADAPTERS)('%s for %s answers each document of a full call, in order', async (name, use) => {
  const { text, language_code, sentiment } = ANALYZER_SAMPLES[name];
  const analyzer = createAnalyzer({ ANALYZER: name }, use);
  const documents = Array.from({ length: analyzer.max_documents }, () => text);
  const outcomes = await analyzer.detectSentiment(documents, language_code);
  expect(outcomes).toHaveLength(documents.length);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ ok: true, sentiment });
    const { scores } = outcome as Extract<typeof outcome, { ok: true }>;
    expect(Object.values(scores).reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 2);
  }
});
