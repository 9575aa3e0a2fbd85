import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { measureImportedBytes } from '../../../bench/imported-bytes.ts';
import { bundle } from '../../../infra/bundling.ts';

/** The detectors of personal data are a third of it, with the number plans of all countries. */
const MOST_BYTES = 900 * 1_024;

let folder: string;
beforeAll(() => {
  folder = bundle({ entry: 'processors/stream/handler.ts' });
});
afterAll(() => rmSync(folder, { recursive: true }));

it("a cold start of the consumer's bundle reads at most 900 KiB of JavaScript", async () => {
  const bytes = await measureImportedBytes(join(folder, 'index.mjs'));
  // A smaller bundle would be incomplete, because the SDK clients alone are larger than 200 KiB.
  expect(bytes).toBeGreaterThan(200 * 1_024);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
});

it("the consumer's bundle leaves out modules that only other functions and laptops need", () => {
  const inputs = sourcesOf(folder);
  expect(inputs).toContain('schemas/record.ts');
  expect(inputs).not.toContain('schemas/http/');
  expect(inputs).not.toContain('zod/v4/locales/de');
  expect(inputs).not.toContain('@aws-sdk/credential-provider-sso');
});

/**
 * Returns the paths of the source files that the bundle contains, one path per line. The paths come
 * from the source maps of the bundle.
 */
function sourcesOf(folder: string): string {
  const map = readFileSync(join(folder, 'index.mjs.map'), 'utf8');
  const chunks = readFileSync(join(folder, 'index.mjs'), 'utf8').matchAll(/"\.\/(chunk-[^"]+)"/g);
  const maps = [...chunks].map(([, chunk]) => readFileSync(join(folder, `${chunk}.map`), 'utf8'));
  return [map, ...maps]
    .flatMap((text) => (JSON.parse(text) as { sources: string[] }).sources)
    .join('\n');
}
