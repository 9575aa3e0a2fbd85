import { expect, it } from 'vitest';
import { type GatewayRequest, signatureOf } from '../../../src/gateway/signature.ts';
import { findSignatureFault } from '../../../src/gateway/verify-signature.ts';

/** The credentials and the time of the examples in AWS's documentation of S3's signatures. */
const IDENTITY = {
  caller: { access_key_id: 'AKIAIOSFODNN7EXAMPLE', name: 'owner' },
  secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const NOW = Date.parse('2013-05-24T00:00:00Z');
const NO_BODY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const request = (query: string, headers: Record<string, string>): GatewayRequest => ({
  ...{ method: 'GET', path: '/test.txt', query: new URLSearchParams(query) },
  headers: { host: 'examplebucket.s3.amazonaws.com', ...headers },
  body: Buffer.alloc(0),
  source_ip: '127.0.0.1',
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
const PRESIGNED = request(
  'X-Amz-Algorithm=AWS4-HMAC-SHA256' +
    '&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
    '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
    '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  {},
);
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
const WITH_HEADER = request('', {
  range: 'bytes=0-9',
  'x-amz-content-sha256': NO_BODY,
  'x-amz-date': '20130524T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
    'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,' +
    'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
});

it.each([
  ['a presigned URL', PRESIGNED],
  ['a header', WITH_HEADER],
])(
  "the example signature of AWS's documentation in %s is right, and wrong for another path",
  async (_, signed) => {
    const check = (one: GatewayRequest) =>
      findSignatureFault(one, signatureOf(one)!, IDENTITY, NOW);
    expect(await check(signed)).toBeUndefined();
    expect(await check({ ...signed, path: '/test.tx' })).toEqual({ kind: 'mismatch' });
  },
);
