import type { AwsCall } from './types.ts';

/**
 * An HTTP request for which the gateway does not yet know the service, the action and the caller.
 */
export type GatewayRequest = Omit<AwsCall, 'service' | 'action' | 'caller'> & {
  /** IP address of the client. */
  source_ip: string;
};

/** Access key that signed a request, and name of the service in the signature. */
export interface Signature {
  access_key_id: string;
  /** The service's name in the SigV4 signature. */
  service: string;
}

/**
 * Reads the credential scope of a signed request. For example, the Authorization header contains
 * the scope `Credential=KEY/20261123/us-east-1/kinesis/aws4_request`. A presigned URL has the scope
 * in the query parameter `X-Amz-Credential`. The function does not verify the signature, because
 * only programs on this machine can reach the port.
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
  // Counts the position of the service from the end, because the scope of SigV4a has no region.
  const service = parts.at(-2);
  if (!access_key_id || !service || parts.length < 4) return undefined;
  return { access_key_id, service };
}

/**
 * Maps prefixes of the header `X-Amz-Target` to services. The prefixes are in lower case. If a
 * client signs with a service name that the gateway does not know, the prefix identifies the
 * service.
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
