import { expect, it } from 'vitest';
import { FORMAT_NAMES, inputKey, jobIdOfInputKey } from '../../../schemas/index.ts';

it.each(FORMAT_NAMES)('the key of an input in %s ends with its format', (format) => {
  expect(inputKey('job_1', format)).toBe(`inputs/job_1.${format}`);
  expect(jobIdOfInputKey(inputKey('job_1', format))).toBe('job_1');
});

it.each([
  'claims/acme/inputs/job_1.csv',
  'xinputs/job_1.csv',
  'inputs/job_1',
  'inputs/.csv',
  'inputs/a/job_1.csv',
  'inputs/job_1.csv/',
  `inputs/${'j'.repeat(129)}.csv`,
  '',
])('%s is not the key of an input', (key) => {
  expect(jobIdOfInputKey(key)).toBeUndefined();
});
