/**
 * Returns the origin of the URLs that presign uploads to a bucket. It follows the SDK, which takes the
 * variables `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL` before its own endpoints.
 * Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 *
 * @throws {Error} if neither an endpoint nor a region is set.
 */
export function findUploadOrigin(
  bucket_name: string,
  { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION }: Record<string, string | undefined>,
): string {
  const endpoint = AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL;
  if (endpoint !== undefined) return new URL(endpoint).origin;
  if (AWS_REGION === undefined) throw new Error('The variable AWS_REGION is not set.');
  const suffix = AWS_REGION.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://${bucket_name}.s3.${AWS_REGION}.${suffix}`;
}
