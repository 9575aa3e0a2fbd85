import { expect, test } from 'vitest';
import { type GatewayRequest, signatureOf, targetService } from '../../../src/gateway/signature.ts';

const request = (headers: Record<string, string>, query = ''): GatewayRequest => ({
  method: 'POST',
  path: '/',
  query: new URLSearchParams(query),
  headers,
  body: Buffer.alloc(0),
  source_ip: '127.0.0.1',
});

test.each([
  [
    'a header',
    request({
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKID/20261123/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=ab',
    }),
    'kinesis',
  ],
  [
    'a header without spaces',
    request({
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKID/20261123/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=ab',
    }),
    's3',
  ],
  [
    'a header of SigV4a, which has no region',
    request({
      authorization:
        'AWS4-ECDSA-P256-SHA256 Credential=AKID/20261123/s3/aws4_request, SignedHeaders=host, Signature=ab',
    }),
    's3',
  ],
  [
    'a presigned URL',
    request(
      {},
      'X-Amz-Credential=AKID%2F20261123%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=ab',
    ),
    's3',
  ],
])('access key and service are read from %s', (_case, signed, service) => {
  expect(signatureOf(signed)).toMatchObject({ access_key_id: 'AKID', service });
});

test.each(['', 'Bearer abc', 'AWS4-HMAC-SHA256 Credential=AKID', 'Basic Credential=a/b/c/d/e'])(
  'the authorization %j is not read as a signature',
  (authorization) => {
    expect(signatureOf(request({ authorization }))).toBeUndefined();
  },
);

test('the service is read from X-Amz-Target, or is unknown', () => {
  expect(targetService(request({ 'x-amz-target': 'Kinesis_20131202.PutRecord' }))).toBe('kinesis');
  expect(targetService(request({ 'x-amz-target': 'AmazonAthena.StartQueryExecution' }))).toBe(
    'athena',
  );
  expect(targetService(request({}))).toBeUndefined();
});
