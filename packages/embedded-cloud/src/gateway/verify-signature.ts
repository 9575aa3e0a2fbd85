import { timingSafeEqual } from 'node:crypto';
import {
  ALGORITHM_IDENTIFIER,
  createScope,
  getSigningKey,
  SignatureV4Base,
} from '@smithy/signature-v4';
import type { AwsCredentialIdentity, HttpRequest } from '@smithy/types';
import { Sha256, sha256Hex } from './sha256.ts';
import type { GatewayRequest, Signature } from './signature.ts';
import type { Identity } from './types.ts';
import type { UploadForm } from './upload-form.ts';

/** The reason for which a signature is refused. */
export type SignatureFault =
  | { kind: 'incomplete'; is_presigned: boolean }
  | { kind: 'wrong_token' }
  | { kind: 'expired_token' }
  | { kind: 'expired_url' }
  | { kind: 'skewed'; signed_at: string; now: number }
  | { kind: 'unsigned_headers'; names: string[] }
  | { kind: 'mismatch' };

/**
 * Maximum difference between the time of signing and the time of arrival, in milliseconds. S3
 * allows 15 minutes, and the other services allow 5 minutes.
 * Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (RequestTimeTooSkewed),
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
const SKEW_MS = { s3: 15 * 60_000, others: 5 * 60_000 };
/**
 * Maximum lifetime of a presigned URL, in seconds.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
const LONGEST_SECONDS = 604_800;
const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

/**
 * Verifies the SigV4 signature of a request, in the Authorization header or in a presigned URL. The
 * function computes the signature again from the request as it arrived.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * @returns the reason to refuse the request, or undefined if the signature is right.
 */
export async function findSignatureFault(
  request: GatewayRequest,
  signature: Signature,
  identity: Identity,
  now: number,
): Promise<SignatureFault | undefined> {
  const signed_at = parseTime(signature.signed_at);
  if (!isComplete(signature) || Number.isNaN(signed_at)) {
    return { kind: 'incomplete', is_presigned: signature.expires !== undefined };
  }
  if (tokenOf(request) !== identity.session_token) return { kind: 'wrong_token' };
  if (now >= (identity.expires_at ?? Number.POSITIVE_INFINITY)) return { kind: 'expired_token' };
  const late = findTimeFault(signature, signed_at, now);
  if (late !== undefined) return late;
  const names = unsignedHeaders(request, signature);
  if (names.length > 0) return { kind: 'unsigned_headers', names };
  const expected = await computeSignature(request, signature, identity);
  return isEqual(expected, signature.signature) ? undefined : { kind: 'mismatch' };
}

/**
 * Verifies the signature of a form that uploads a file to S3. The form signs its policy in base64,
 * and the policy has the expiry and the conditions, which S3 itself checks.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
 *
 * @returns the reason to refuse the form, or undefined if the signature is right.
 */
export async function findFormFault(
  { fields }: UploadForm,
  signature: Signature,
  identity: Identity,
  now: number,
): Promise<SignatureFault | undefined> {
  const policy = fields.get('policy') ?? '';
  const is_complete = hasScope(signature) && signature.signature !== '' && policy !== '';
  if (!is_complete) return { kind: 'incomplete', is_presigned: true };
  if (fields.get('x-amz-security-token') !== identity.session_token) return { kind: 'wrong_token' };
  if (now >= (identity.expires_at ?? Number.POSITIVE_INFINITY)) return { kind: 'expired_token' };
  const expected = await sign(policy, signature, credentialsOf(identity));
  return isEqual(expected, signature.signature) ? undefined : { kind: 'mismatch' };
}

function isComplete({ signed_headers, ...rest }: Signature): boolean {
  const signs_host = signed_headers.some((name) => name === 'host' || name === ':authority');
  const seconds = rest.expires === undefined ? 0 : Number(rest.expires || Number.NaN);
  const has_lifetime = seconds >= 0 && seconds <= LONGEST_SECONDS;
  return hasScope(rest) && rest.signature !== '' && signs_host && has_lifetime;
}

function hasScope({ algorithm, region, signed_at, day }: Omit<Signature, 'signed_headers'>) {
  return algorithm === ALGORITHM_IDENTIFIER && region !== '' && signed_at.startsWith(day);
}

/**
 * Parses a time of signing such as `20261123T100000Z`.
 * @returns milliseconds since 1970, or NaN if the time is invalid.
 */
function parseTime(time: string): number {
  return Date.parse(
    time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
}

function tokenOf({ query, headers }: GatewayRequest): string | undefined {
  return query.get('X-Amz-Security-Token') ?? headers['x-amz-security-token'];
}

function findTimeFault(
  { service, expires, signed_at: text }: Signature,
  signed_at: number,
  now: number,
): SignatureFault | undefined {
  const skew = service === 's3' ? SKEW_MS.s3 : SKEW_MS.others;
  const is_early = signed_at > now + skew;
  const is_late = expires === undefined && signed_at < now - skew;
  if (is_early || is_late) return { kind: 'skewed', signed_at: text, now };
  if (expires !== undefined && now > signed_at + Number(expires) * 1_000)
    return { kind: 'expired_url' };
  return undefined;
}

/**
 * Lists the headers that S3 requires in the signature and that the client has left out. Without
 * this rule, the holder of a presigned URL could add headers that change the call.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
function unsignedHeaders({ headers }: GatewayRequest, { service, signed_headers }: Signature) {
  if (service !== 's3') return [];
  return Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') && !signed_headers.includes(name),
  );
}

async function computeSignature(
  request: GatewayRequest,
  signature: Signature,
  identity: Identity,
): Promise<string> {
  const signer = new RequestSigner(signature, credentialsOf(identity));
  return signer.computeSignature(
    request,
    signature.signed_headers,
    payloadHash(request, signature),
  );
}

function credentialsOf({ caller, secret_access_key }: Identity): AwsCredentialIdentity {
  return { accessKeyId: caller.access_key_id, secretAccessKey: secret_access_key };
}

/** Computes the signature of a text, in hexadecimal digits. */
async function sign(
  text: string,
  { day, region, service }: Signature,
  credentials: AwsCredentialIdentity,
): Promise<string> {
  const hash = new Sha256(await getSigningKey(Sha256, credentials, day, region, service));
  hash.update(Buffer.from(text));
  return Buffer.from(await hash.digest()).toString('hex');
}

/**
 * Returns the hash that the client has signed for the body. Clients of S3 may leave the body out of
 * the signature. S3 itself compares a signed hash with the body.
 */
function payloadHash({ headers, query, body }: GatewayRequest, signature: Signature): string {
  if (signature.service !== 's3') return sha256Hex(body);
  if (signature.expires === undefined) return headers['x-amz-content-sha256'] ?? sha256Hex(body);
  const signed = query.get('X-Amz-Content-Sha256') ?? UNSIGNED_PAYLOAD;
  return signed === UNSIGNED_PAYLOAD ? signed : sha256Hex(body);
}

/** Computes the signature of a request with the canonical form of the AWS SDK. */
class RequestSigner extends SignatureV4Base {
  readonly #signed: Signature;
  readonly #credentials: AwsCredentialIdentity;
  constructor(signed: Signature, credentials: AwsCredentialIdentity) {
    const { service, region } = signed;
    super({ service, region, credentials, sha256: Sha256, uriEscapePath: service !== 's3' });
    this.#signed = signed;
    this.#credentials = credentials;
  }
  async computeSignature(
    request: GatewayRequest,
    signed_headers: string[],
    payload_hash: string,
  ): Promise<string> {
    const { day, region, service, signed_at } = this.#signed;
    const text = await this.createStringToSign(
      signed_at,
      createScope(day, region, service),
      this.createCanonicalRequest(
        canonicalParts(request),
        canonicalHeaders(request, signed_headers),
        payload_hash,
      ),
      ALGORITHM_IDENTIFIER,
    );
    return sign(text, this.#signed, this.#credentials);
  }
}

function canonicalParts({ method, path, query, headers }: GatewayRequest): HttpRequest {
  const names = [...new Set(query.keys())];
  return {
    method,
    path,
    query: Object.fromEntries(names.map((name) => [name, query.getAll(name)])),
    headers,
    protocol: 'http:',
    hostname: headers.host ?? '',
  };
}

/** In HTTP/2, the pseudo-header `:authority` has the value of the header `host`. */
function canonicalHeaders(
  { headers }: GatewayRequest,
  signed_headers: string[],
): Record<string, string> {
  const readHeader = (name: string) => headers[name === ':authority' ? 'host' : name] ?? '';
  return Object.fromEntries(
    signed_headers.map((name) => [name, readHeader(name).trim().replace(/\s+/g, ' ')]),
  );
}

function isEqual(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
