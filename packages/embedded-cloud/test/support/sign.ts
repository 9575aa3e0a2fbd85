import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../src/gateway/sha256.ts';

export interface SignOptions {
  service: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  access_key_id?: string;
  secret_access_key?: string;
  session_token?: string;
  signed_at?: Date;
}

const HASH_OF_NO_BODY = 'UNSIGNED-PAYLOAD';

function signerOf(options: SignOptions): SignatureV4 {
  const { service, session_token: sessionToken } = options;
  return new SignatureV4({
    service,
    region: 'us-east-1',
    credentials: {
      accessKeyId: options.access_key_id ?? 'AKIAOWNER',
      secretAccessKey: options.secret_access_key ?? 'secret',
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
    sha256: Sha256,
    uriEscapePath: service !== 's3',
  });
}

function requestOf(url: string, { service, method = 'GET', headers = {}, body }: SignOptions) {
  const { host, hostname, pathname, protocol, searchParams } = new URL(url);
  const query = Object.fromEntries(searchParams);
  const payload = service === 's3' ? { 'x-amz-content-sha256': HASH_OF_NO_BODY } : {};
  return {
    ...{ method, hostname, protocol, path: pathname, query },
    headers: { host, ...payload, ...headers },
    ...(body === undefined ? {} : { body }),
  };
}

/** Returns the headers of a signed request. The request may then be sent, or changed before that. */
export async function signHeaders(
  url: string,
  options: SignOptions,
): Promise<Record<string, string>> {
  const signed = await signerOf(options).sign(requestOf(url, options), {
    signingDate: options.signed_at ?? new Date(),
  });
  const { host: _, ...headers } = signed.headers;
  return headers;
}

/** Sends a request that is signed in the header Authorization. */
export async function fetchSigned(url: string, options: SignOptions): Promise<Response> {
  const { method = 'GET', body } = options;
  const headers = await signHeaders(url, options);
  return fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
}

/** Returns a presigned URL of S3. */
export async function presign(
  url: string,
  options: Omit<SignOptions, 'service'> & { expires: number },
): Promise<string> {
  const s3 = { ...options, service: 's3' };
  const { query = {} } = await signerOf(s3).presign(requestOf(url, s3), {
    signingDate: options.signed_at ?? new Date(),
    expiresIn: options.expires,
  });
  const presigned = new URL(url);
  for (const [name, value] of Object.entries(query))
    presigned.searchParams.set(name, String(value));
  return presigned.href;
}
