import { expect, it } from 'vitest';
import type { Detection } from '../../../../processors/privacy/ports.ts';
import { rememberDetections } from '../../../../processors/privacy/remember.ts';

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
