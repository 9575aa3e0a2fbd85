import { expect, it } from 'vitest';
import { findUploadOrigin } from '../../../../aws/s3/upload-origin.ts';

it.each([
  [{ AWS_REGION: 'eu-central-1' }, 'https://inputs.s3.eu-central-1.amazonaws.com'],
  [{ AWS_REGION: 'cn-north-1' }, 'https://inputs.s3.cn-north-1.amazonaws.com.cn'],
  [
    { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:4566/x' },
    'http://127.0.0.1:4566',
  ],
  [
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:2' },
    'http://127.0.0.1:2',
  ],
])('with %j, files are uploaded to %s', (variables, origin) => {
  expect(findUploadOrigin('inputs', variables)).toBe(origin);
});

it('without a region and an endpoint, there is nowhere to upload', () => {
  expect(() => findUploadOrigin('inputs', {})).toThrow('AWS_REGION');
});
