import type { AwsCall } from './types.ts';
import type { UploadForm } from './upload-form.ts';

/**
 * An HTTP request for which the gateway does not yet know the service, the action and the caller.
 */
export type GatewayRequest = Omit<AwsCall, 'service' | 'action' | 'caller'> & {
  /** IP address of the client. */
  source_ip: string;
};

/** The parts of an AWS signature. A part that the request lacks is an empty string. */
export interface Signature {
  access_key_id: string;
  /** The service's name in the SigV4 signature. */
  service: string;
  /** The signing algorithm, for example `AWS4-HMAC-SHA256`. */
  algorithm: string;
  /** The day of the credential scope, for example `20261123`. */
  day: string;
  region: string;
  /** The lower-case names of the signed headers. */
  signed_headers: string[];
  /** The signature in hexadecimal digits. */
  signature: string;
  /** The time of signing, for example `20261123T100000Z`. */
  signed_at: string;
  /** Lifetime of a presigned URL, in seconds. Undefined if the signature is in a header. */
  expires?: string;
}

/**
 * Reads the signature of a request. For example, the Authorization header contains the credential
 * scope `Credential=KEY/20261123/us-east-1/kinesis/aws4_request`. A presigned URL has the scope in
 * the query parameter `X-Amz-Credential`. The function does not verify the signature.
 *
 * @returns undefined for an unsigned request.
 */
export function signatureOf(request: GatewayRequest): Signature | undefined {
  const from_query = request.query.get('X-Amz-Credential');
  if (from_query !== null) return withScope(from_query, querySignature(request.query));
  const authorization = request.headers.authorization ?? '';
  const [, algorithm = '', fields = ''] = /^(AWS4-\S+)\s+(.*)$/s.exec(authorization) ?? [];
  const field = (name: string) => new RegExp(`\\b${name}=([^,\\s]*)`).exec(fields)?.[1] ?? '';
  return withScope(field('Credential'), {
    algorithm,
    signed_headers: namesOf(field('SignedHeaders')),
    signature: field('Signature'),
    signed_at: request.headers['x-amz-date'] ?? '',
  });
}

/** Returns the signature in the fields of a form. Returns undefined for an unsigned form. */
export function signatureOfForm({ fields }: UploadForm): Signature | undefined {
  return withScope(fields.get('x-amz-credential') ?? '', {
    algorithm: fields.get('x-amz-algorithm') ?? '',
    signed_headers: [],
    signature: fields.get('x-amz-signature') ?? '',
    signed_at: fields.get('x-amz-date') ?? '',
  });
}

type Unscoped = Omit<Signature, 'access_key_id' | 'service' | 'day' | 'region'>;

function querySignature(query: URLSearchParams): Unscoped {
  return {
    algorithm: query.get('X-Amz-Algorithm') ?? '',
    signed_headers: namesOf(query.get('X-Amz-SignedHeaders') ?? ''),
    signature: query.get('X-Amz-Signature') ?? '',
    signed_at: query.get('X-Amz-Date') ?? '',
    expires: query.get('X-Amz-Expires') ?? '',
  };
}

function namesOf(list: string): string[] {
  return list.split(';').filter((name) => name !== '');
}

function withScope(credential: string, rest: Unscoped): Signature | undefined {
  const parts = credential.split('/');
  const [access_key_id, day = ''] = parts;
  // Counts the position of the service from the end, because the scope of SigV4a has no region.
  const service = parts.at(-2);
  if (!access_key_id || !service || parts.length < 4) return undefined;
  const region = parts.length > 4 ? (parts.at(-3) ?? '') : '';
  return { access_key_id, service, day, region, ...rest };
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
