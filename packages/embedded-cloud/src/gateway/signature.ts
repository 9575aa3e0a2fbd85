import type { AwsCall } from './types.ts';

/** An HTTP request as it reached the gateway, before service, action and caller are known. */
export type GatewayRequest = Omit<AwsCall, 'service' | 'action' | 'caller'>;

/** The access key that signed a request, and the service that it was signed for. */
export interface Signature {
  access_key_id: string;
  /** The service's SigV4 name. */
  service: string;
}

/**
 * Reads the credential scope of a signed request: `Credential=KEY/20261123/us-east-1/kinesis/aws4_request` in the
 * Authorization header, or `X-Amz-Credential` of a presigned URL. The signature itself is not verified: the port is
 * open to this machine alone.
 *
 * @returns undefined for an unsigned request.
 */
export function signatureOf(request: GatewayRequest): Signature | undefined {
  const credential =
    request.query.get('X-Amz-Credential') ??
    /^AWS4-\S+\s.*?Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1];
  if (credential == null) return undefined;
  const parts = credential.split('/');
  const [access_key_id] = parts;
  // The scope of SigV4a has no region. In both versions the service is the second to last part.
  const service = parts.at(-2);
  if (!access_key_id || !service || parts.length < 4) return undefined;
  return { access_key_id, service };
}

/** Services by the prefix of `X-Amz-Target`, for clients that sign with another service name. */
const TARGETS: Record<string, string> = {
  kinesis_: 'kinesis',
  dynamodb_: 'dynamodb',
  firehose_: 'firehose',
  comprehend_: 'comprehend',
  amazonathena: 'athena',
};

/** @returns the service that `X-Amz-Target` names, or undefined. */
export function targetService(request: GatewayRequest): string | undefined {
  const target = request.headers['x-amz-target']?.toLowerCase() ?? '';
  return Object.entries(TARGETS).find(([prefix]) => target.startsWith(prefix))?.[1];
}
