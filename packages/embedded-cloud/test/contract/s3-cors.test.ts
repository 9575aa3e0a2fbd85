import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BootedCloud, bootSmallCloud } from '../support/boot-small-cloud.ts';

const RULE = {
  AllowedOrigins: ['https://a.example', 'https://*.b.example'],
  AllowedMethods: ['PUT'],
  AllowedHeaders: ['Content-Type'],
  ExposedHeaders: ['ETag'],
  MaxAge: 60,
};

let booted: BootedCloud;
beforeAll(async () => {
  booted = await bootSmallCloud({
    Open: {
      Type: 'AWS::S3::Bucket',
      Properties: { BucketName: 'open', CorsConfiguration: { CorsRules: [RULE] } },
    },
  });
});
afterAll(() => booted.stop());

const preflight = (headers: Record<string, string>, bucket = 'open') =>
  fetch(`${booted.config.endpoint}/${bucket}/key?X-Amz-Credential=x/1/us-east-1/s3/aws4_request`, {
    method: 'OPTIONS',
    headers,
  });

const headersFor = (origin: string, method = 'PUT', names = 'content-type') => ({
  origin,
  'access-control-request-method': method,
  'access-control-request-headers': names,
});

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/testing-cors.html
it.each(['https://a.example', 'https://app.b.example'])(
  'S3 answers a preflight request of the origin %s, which is not signed',
  async (origin) => {
    const response = await preflight(headersFor(origin));
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'content-type',
      'access-control-expose-headers': 'ETag',
      'access-control-max-age': '60',
    });
  },
);

it.each([
  ['another origin', headersFor('https://c.example'), 'open'],
  ['another method', headersFor('https://a.example', 'GET'), 'open'],
  ['another header', headersFor('https://a.example', 'PUT', 'content-type, x-amz-acl'), 'open'],
  ['a bucket without rules', headersFor('https://a.example'), 'none'],
] as const)('S3 refuses a preflight request for %s', async (_, headers, bucket) => {
  const response = await preflight(headers, bucket);
  expect(response.status).toBe(403);
  // The guard of the embedded cloud answers instead of S3 if a bucket has no rules.
  if (bucket === 'open') {
    expect(await response.text()).toContain('<Code>AccessForbidden</Code>');
  }
  expect(response.headers.has('access-control-allow-origin')).toBe(false);
});

it('S3 refuses a preflight request that names no method', async () => {
  expect((await preflight({ origin: 'https://a.example' })).status).toBe(400);
});
