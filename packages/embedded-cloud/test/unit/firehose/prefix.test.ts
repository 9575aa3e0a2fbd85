import { expect, it } from 'vitest';
import { readPrefix } from '../../../src/services/firehose/prefix.ts';

const values = { arrived_at: Date.UTC(2026, 0, 2, 3, 4, 5, 6), random_string: 'RANDOM12345' };

it.each([
  ['', '2026/01/02/03/'],
  ['raw/', 'raw/2026/01/02/03/'],
  ['y=!{timestamp:yyyy}/m=!{timestamp:MM}/', 'y=2026/m=01/'],
  ['!{timestamp:yy-M-d-H-m-s.SSS}', '26-1-2-3-4-5.006'],
  ["!{timestamp:yyyy'T'HH}/", '2026T03/'],
  ["!{timestamp:HH 'o''clock'}", "03 o'clock"],
  ['x/!{firehose:random-string}/', 'x/RANDOM12345/2026/01/02/03/'],
])('the prefix %s becomes %s', (prefix, expected) => {
  expect(readPrefix(prefix)(values)).toBe(expected);
});

it('an error prefix contains the type of the error and no default timestamp', () => {
  const prefix = readPrefix('errors/!{firehose:error-output-type}/', { for_errors: true });
  expect(prefix({ ...values, error_output_type: 'failed' })).toBe('errors/failed/');
});

it.each([
  '!{firehose:error-output-type}/',
  '!{partitionKeyFromQuery:customer}/',
  '!{timestamp:EEE}/',
  '!{nonsense}/',
])('a prefix with %s is refused', (prefix) => {
  expect(() => readPrefix(prefix)).toThrow('Unsupported');
});
