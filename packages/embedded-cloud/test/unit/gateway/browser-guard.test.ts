import { expect, it } from 'vitest';
import { refuseForeignPage, refuseWithoutToken } from '../../../src/gateway/browser-guard.ts';

const request = (headers: Record<string, string>, method = 'POST', path = '/') => ({
  ...{ method, path, query: new URLSearchParams() },
  ...{ headers, body: Buffer.alloc(0), source_ip: '127.0.0.1' },
});
const HERE = { host: '127.0.0.1:4566' };
const noCorsRule = () => false;
const statusFor = (headers: Record<string, string>, hasOwnCorsRule = noCorsRule) =>
  refuseForeignPage(request(headers), hasOwnCorsRule)?.status;

it.each([
  [{ host: '127.0.0.1' }],
  [{ host: 'localhost:4566' }],
  [{ host: 'LOCALHOST' }],
  [{ host: '[::1]:4566' }],
  [{ ...HERE, origin: 'http://127.0.0.1:4566', 'sec-fetch-site': 'same-origin' }],
  [{ ...HERE, 'sec-fetch-site': 'none' }],
])(
  'a request by a name of this machine, from a program or a page of the same origin, is let in: %j',
  (headers) => {
    expect(statusFor(headers)).toBeUndefined();
  },
);

it.each([
  [{}],
  [{ host: '' }],
  [{ host: 'evil.example:4566' }],
  [{ host: 'localhost.evil.example' }],
  [{ host: 'bucket.localhost:4566' }],
  [{ host: '127.0.0.1.nip.io' }],
  [{ host: '127.0.0.2' }],
])('a request by another host name is refused, whatever CORS allows: %j', (headers) => {
  expect(statusFor(headers, () => true)).toBe(403);
});

it.each([
  [{ ...HERE, origin: 'http://evil.example' }],
  [{ ...HERE, origin: 'null' }],
  [{ ...HERE, origin: 'http://localhost:4566' }],
  [{ ...HERE, origin: 'https://127.0.0.1:4566' }],
  [{ ...HERE, origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' }],
  [{ ...HERE, 'sec-fetch-site': 'cross-site' }],
  [{ ...HERE, 'sec-fetch-site': 'same-site' }],
])(
  'a request from a page of another origin is refused, unless the resource has a CORS rule: %j',
  (headers) => {
    expect(statusFor(headers)).toBe(403);
    expect(statusFor(headers, () => true)).toBeUndefined();
  },
);

it('a control route needs the token, and only GET health answers without it', () => {
  const status = (method: string, path: string, headers = {}, token?: string) =>
    refuseWithoutToken(request(headers, method, path), token)?.status;
  const bearer = { authorization: 'Bearer right' };
  expect(status('POST', '/_cloud/faults', bearer, 'right')).toBeUndefined();
  expect(status('POST', '/_cloud/faults', bearer, 'other')).toBe(403);
  expect(status('POST', '/_cloud/faults', {}, 'right')).toBe(403);
  expect(status('POST', '/_cloud/faults', { authorization: 'Bearer undefined' })).toBe(403);
  expect(status('GET', '/_cloud/health', {}, 'right')).toBeUndefined();
  expect(status('POST', '/_cloud/health', {}, 'right')).toBe(403);
  expect(status('GET', '/bucket/key', {}, 'right')).toBeUndefined();
});
