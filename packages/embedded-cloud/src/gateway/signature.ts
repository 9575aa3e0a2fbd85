import type { AwsCall } from './types.ts';

/**
 * An HTTP request as the gateway received it, before the service, the action and the caller are
 * known.
 */
export type GatewayRequest = Omit<AwsCall, 'service' | 'action' | 'caller'>;

/** The access key that signed a request, and the service for which the request was signed. */
export interface Signature {
  access_key_id: string;
  /** The service's name in the SigV4 signature. */
  service: string;
}

/**
 * Reads the credential scope of a signed request. The scope is in the Authorization header, for
 * example `Credential=KEY/20261123/us-east-1/kinesis/aws4_request`, or in the query parameter
 * `X-Amz-Credential` of a presigned URL. The signature itself is not verified, because only
 * programs on this machine can reach the port.
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
  // The scope of SigV4a has no region, so the position of the service is counted from the end.
  const service = parts.at(-2);
  if (!access_key_id || !service || parts.length < 4) return undefined;
  return { access_key_id, service };
}

/**
 * Services by the lower-case prefix of the header `X-Amz-Target`. The table is for clients that
 * sign with a service name that the gateway does not know.
 */
const TARGETS: Record<string, string> = {
  kinesis_: 'kinesis',
  dynamodb_: 'dynamodb',
  firehose_: 'firehose',
  comprehend_: 'comprehend',
  amazonathena: 'athena',
};

/**
 * Finds the service that the header `X-Amz-Target` names.
 * @returns the service's name, or undefined if the header is missing or names no emulated service.
 */
export function targetService(request: GatewayRequest): string | undefined {
  const target = request.headers['x-amz-target']?.toLowerCase() ?? '';
  return Object.entries(TARGETS).find(([prefix]) => target.startsWith(prefix))?.[1];
}
