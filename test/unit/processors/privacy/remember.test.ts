import { expect, it } from 'vitest';
import type { Detection, PersonalDataDetector } from '../../../../processors/privacy/ports.ts';
import { rememberDetections, rememberSearches } from '../../../../processors/privacy/remember.ts';

function countCalls(detection: Detection, max_total?: number) {
  const calls: string[] = [];
  const detect = rememberDetections((text, language_code) => {
    calls.push(`${language_code} ${text}`);
    return detection;
  }, max_total);
  return { detect, calls };
}
const nothing: Detection = { ok: true, findings: [] };

it('a text is searched once for each language', () => {
  const { detect, calls } = countCalls(nothing);
  for (const language of ['en', 'en', 'de', 'en']) expect(detect('a', language)).toBe(nothing);
  expect(calls).toEqual(['en a', 'de a']);
});

it('a detection that failed and a long text are not remembered', () => {
  const failed = countCalls({ ok: false, reason: 'failed', detector: 'phone' });
  failed.detect('a', 'en');
  failed.detect('a', 'en');
  expect(failed.calls).toHaveLength(2);
  const long = countCalls(nothing);
  long.detect('a'.repeat(2_001), 'en');
  long.detect('a'.repeat(2_001), 'en');
  expect(long.calls).toHaveLength(2);
});

it('the memory is bounded by the length of the texts', () => {
  const { detect, calls } = countCalls(nothing, 20);
  for (const text of ['a'.repeat(10), 'b'.repeat(10), 'a'.repeat(10)]) detect(text, 'en');
  expect(calls).toHaveLength(3);
});

function countSearches(detect: PersonalDataDetector['detect']) {
  const calls: string[] = [];
  const detector = rememberSearches({
    name: 'service',
    supports: (language_code) => language_code === 'en',
    detect: (text, language_code, context) => {
      calls.push(`${context?.tenant} ${text}`);
      return detect(text, language_code, context);
    },
  });
  const search = (text: string, tenant = 'acme') => detector.detect(text, 'en', { tenant });
  return { search, calls, detector };
}

it('equal texts share one call of a service, also while it runs', async () => {
  const { search, calls, detector } = countSearches(async () => nothing);
  expect(await Promise.all([search('a'), search('a'), search('b')])).toEqual(
    Array(3).fill(nothing),
  );
  expect(await search('a', 'globex')).toBe(nothing);
  expect(calls).toEqual(['acme a', 'acme b']);
  expect(detector).toMatchObject({ name: 'service' });
  expect(['en', 'de'].map(detector.supports)).toEqual([true, false]);
});

it('a running call of one tenant is not shared by another, whose budget may allow it', async () => {
  const { search, calls } = countSearches(async (_text, _language, context) => {
    if (context?.tenant === 'acme') throw new Error('over budget');
    return nothing;
  });
  const [first, second] = await Promise.allSettled([search('a', 'acme'), search('a', 'globex')]);
  expect(first?.status).toBe('rejected');
  expect(second).toEqual({ status: 'fulfilled', value: nothing });
  expect(calls).toEqual(['acme a', 'globex a']);
});

it('a failed search and a long text are not remembered', async () => {
  const refused: Detection = { ok: false, reason: 'refused', detector: 'service' };
  const failing = countSearches(async () => refused);
  for (let i = 0; i < 2; i += 1) expect(await failing.search('a')).toBe(refused);
  expect(failing.calls).toHaveLength(2);
  const long = countSearches(async () => nothing);
  for (let i = 0; i < 2; i += 1) await long.search('a'.repeat(2_001));
  expect(long.calls).toHaveLength(2);
});
