import type { AwsCall } from './types.ts';

/** An HTTP request as it reached the gateway, before anybody is asked whose it is. */
export type GatewayRequest = Omit<AwsCall, 'service' | 'action' | 'caller'>;

/** Who signed a request, and for which service. */
export interface Signature {
  access_key_id: string;
  /** The service's SigV4 name. */
  service: string;
}

/**
 * Reads the credential scope of a signed request: `Credential=KEY/20261123/us-east-1/kinesis/aws4_request` in the
 * Authorization header, or `X-Amz-Credential` of a presigned URL. The signature itself is not verified: whoever
 * reaches this port is on this machine.
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
  // SigV4a's scope has no region: the service is the last but one in both.
  const service = parts.at(-2);
  if (!access_key_id || !service || parts.length < 4) return undefined;
  return { access_key_id, service };
}

/** Prefixes of `X-Amz-Target`, for clients that sign with a name of their own. */
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
