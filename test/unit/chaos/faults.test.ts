import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PARTIAL_FAULTS } from '../../chaos/faults.ts';

const AWS = join(import.meta.dirname, '../../../aws');

/**
 * Returns the names of the batch calls in the adapters. Each of these calls can fail in part. GetRecords
 * is not one of them: it reads a page as a whole.
 */
function listBatchCalls(): string[] {
  const files = readdirSync(AWS, { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(AWS, name), 'utf8'));
  const calls = sources.flatMap((source) => source.match(/\b\w*(Batch|Records)\w*(?=Command\b)/g));
  return [
    ...new Set(calls.filter((call) => call !== null).filter((call) => call !== 'GetRecords')),
  ];
}

it('the chaos suite makes entries of every batch call of the product fail', () => {
  const failing = PARTIAL_FAULTS.map(({ action }) => action);
  expect(listBatchCalls().sort()).toEqual([...new Set(failing)].sort());
});
