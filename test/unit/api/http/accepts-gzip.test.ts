import { expect, it } from 'vitest';
import { acceptsGzip } from '../../../../api/http/accepts-gzip.ts';

it.each([
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['GZIP', true],
  ['br, gzip;q=0.5', true],
  ['gzip; q=0', false],
  ['gzip;q=0.000', false],
  ['gzip;q=0.001', true],
  ['*', true],
  ['gzip;q=0, *', false],
  ['*;q=0, gzip', true],
  ['identity', false],
])('a caller that accepts %j accepts gzip: %s', (header, accepts) => {
  expect(acceptsGzip(header)).toBe(accepts);
});
