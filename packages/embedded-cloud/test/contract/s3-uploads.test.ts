import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import { createS3 } from '../../src/services/s3/s3.ts';

const credentials = { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' };
const FILE = 'ten bytes.';
const KEY = 'inputs/a file+.csv';

let ahead_ms = 0;
const now = () => Date.now() + ahead_ms;
let folder: string;
let gateway: Gateway;
let client: S3Client;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uploads-'));
  const s3 = createS3({ dataDir: folder, now });
  await s3.createBucket('bucket');
  gateway = createGateway({
    services: [s3],
    findIdentity: (access_key_id) => {
      const caller = { access_key_id, name: 'owner' };
      if (access_key_id === 'ASIASESSION')
        return { caller, secret_access_key: 'secret', session_token: 'token' };
      return access_key_id === 'AKIAOWNER' ? { caller, secret_access_key: 'secret' } : undefined;
    },
    policiesOf: () => [],
    now,
  });
  const { port } = await gateway.listen(0);
  client = createClient(`http://127.0.0.1:${port}`);
});
afterEach(() => {
  ahead_ms = 0;
});
afterAll(async () => {
  client.destroy();
  await gateway.close();
  await rm(folder, { recursive: true, force: true });
});

function createClient(
  endpoint: string,
  more: Partial<typeof credentials & { sessionToken: string }> = {},
) {
  return new S3Client({
    ...{ endpoint, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    credentials: { ...credentials, ...more },
  });
}

async function read(Key = KEY): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key }));
  return Body!.transformToString();
}

const codeOf = async (response: Response) => {
  const text = await response.text();
  return [response.status, /<Code>([^<]+)/.exec(text)?.[1] ?? text];
};

const presignPut = (ContentLength: number) =>
  getSignedUrl(client, new PutObjectCommand({ Bucket: 'bucket', Key: KEY, ContentLength }), {
    expiresIn: 900,
    signableHeaders: new Set(['content-length', 'host']),
  });

/** Sends a PUT in chunks, and so without the header Content-Length. */
function putChunks(url: string): Promise<[number | undefined, string | undefined]> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'PUT' }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve([response.statusCode, /<Code>([^<]+)/.exec(text)?.[1]]));
    });
    sent.on('error', reject);
    sent.write(FILE.slice(0, 5));
    sent.end(FILE.slice(5));
  });
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html (X-Amz-SignedHeaders)
it('a presigned PUT that signs its content-length takes a file of this size, and refuses every other size', async () => {
  const url = await presignPut(FILE.length);
  expect(new URL(url).searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;host');
  const put = async (body: string) => codeOf(await fetch(url, { method: 'PUT', body }));
  expect(await put(FILE)).toEqual([200, '']);
  expect(await read()).toBe(FILE);
  for (const body of ['', FILE.slice(1), `${FILE}!`, FILE.repeat(1_000)])
    expect(await put(body)).toEqual([403, 'SignatureDoesNotMatch']);
  expect(await putChunks(url)).toEqual([403, 'SignatureDoesNotMatch']);
  expect(await read()).toBe(FILE);
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (MissingContentLength)
it('S3 refuses a PUT whose headers do not have the size of the object', async () => {
  const url = await getSignedUrl(client, new PutObjectCommand({ Bucket: 'bucket', Key: 'chunks' }));
  expect(await putChunks(url)).toEqual([411, 'MissingContentLength']);
});

type Post = Parameters<typeof createPresignedPost>[1];
type Conditions = NonNullable<Post['Conditions']>;

const presignPost = (Conditions: Conditions = [], more: Partial<Post> = {}, signer = client) =>
  createPresignedPost(signer, { Bucket: 'bucket', Key: KEY, Conditions, Expires: 900, ...more });

interface PostedForm {
  url: string;
  fields: Record<string, string>;
}

/** Posts a form as a browser does: the fields, and the file after them. */
function post({ url, fields }: PostedForm, file = FILE, more: Record<string, string> = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...more })) form.set(name, value);
  form.set('file', new File([file], 'reviews.csv', { type: 'text/plain' }));
  form.set('after-the-file', 'is ignored');
  return fetch(url, { method: 'POST', body: form });
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
it('S3 stores the file of a form under its key, and answers with the status that the form asks for', async () => {
  const form = await presignPost([['starts-with', '$success_action_status', '']]);
  expect((await post(form, '', { success_action_status: '' })).status).toBe(204);
  expect(await read()).toBe('');
  expect((await post(form, FILE, { success_action_status: '200' })).status).toBe(200);
  expect(await read()).toBe(FILE);
  const created = await post(form, FILE, { success_action_status: '201' });
  expect(created.status).toBe(201);
  expect(await created.text()).toContain(`<Key>${KEY}</Key>`);
  const named = await presignPost([], { Key: ['inputs/', '$', '{filename}'].join('') });
  expect((await post(named)).status).toBe(204);
  expect(await read('inputs/reviews.csv')).toBe(FILE);
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html (content-length-range)
it('a form with a content-length-range takes files of these sizes, both limits included, and refuses others', async () => {
  const form = await presignPost([['content-length-range', 4, 10]]);
  for (const file of ['four', FILE]) expect((await post(form, file)).status).toBe(204);
  expect(await codeOf(await post(form, 'thr'))).toEqual([400, 'EntityTooSmall']);
  expect(await codeOf(await post(form, `${FILE}!`))).toEqual([400, 'EntityTooLarge']);
  expect(await read()).toBe(FILE);
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html (expiration)
it('a form works until its policy has expired', async () => {
  const form = await presignPost();
  ahead_ms = 898_000;
  expect((await post(form)).status).toBe(204);
  ahead_ms = 901_000;
  const late = await post(form);
  expect(late.status).toBe(403);
  expect(await late.text()).toContain('Policy expired');
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html (conditions)
it('S3 refuses a form whose field differs from its condition, or has none', async () => {
  const form = await presignPost(
    [
      ['starts-with', '$Content-Type', 'text/'],
      ['eq', '$x-amz-meta-kind', 'reviews'],
    ],
    { Fields: { 'Content-Type': 'text/csv', 'x-amz-meta-kind': 'reviews' } },
  );
  expect((await post(form)).status).toBe(204);
  expect((await post(form, FILE, { 'x-ignore-me': '1' })).status).toBe(204);
  for (const changed of [
    { key: 'inputs/another' },
    { 'Content-Type': 'image/png' },
    { 'x-amz-meta-kind': 'other' },
    { 'x-amz-meta-more': '1' },
    { 'Cache-Control': 'no-store' },
  ]) {
    expect(await codeOf(await post(form, FILE, changed))).toEqual([403, 'AccessDenied']);
  }
  const elsewhere = { ...form, url: form.url.replace('bucket', 'other') };
  expect(await codeOf(await post(elsewhere))).toEqual([403, 'AccessDenied']);
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
it('S3 refuses a form whose policy is unsigned, changed, or signed with another secret or session', async () => {
  const form = await presignPost([['content-length-range', 10, 10]]);
  const { Policy = '', 'X-Amz-Signature': _, ...unsigned } = form.fields;
  const wider = JSON.parse(Buffer.from(Policy, 'base64').toString());
  wider.conditions[0] = ['content-length-range', 0, 1_000_000];
  const changed = Buffer.from(JSON.stringify(wider)).toString('base64');
  const refused = [403, 'SignatureDoesNotMatch'];
  expect(await codeOf(await post(form, FILE.repeat(9), { Policy: changed }))).toEqual(refused);
  const incomplete = { ...form, fields: { ...unsigned, Policy } };
  expect((await post(incomplete)).status).toBe(400);
  expect(await codeOf(await post({ ...form, fields: { key: KEY } }))).toEqual([
    ...[403, 'AccessDenied'],
  ]);
  const endpoint = new URL(form.url).origin;
  const signWith = async (more: Parameters<typeof createClient>[1]) => {
    const signer = createClient(endpoint, more);
    const signed = await presignPost([], {}, signer);
    signer.destroy();
    return codeOf(await post(signed));
  };
  expect(await signWith({ secretAccessKey: 'guess' })).toEqual(refused);
  expect(await signWith({ accessKeyId: 'AKIAOTHER' })).toEqual([403, 'InvalidAccessKeyId']);
  const session = { accessKeyId: 'ASIASESSION' };
  expect(await signWith({ ...session, sessionToken: 'token' })).toEqual([204, '']);
  expect(await signWith({ ...session, sessionToken: 'other' })).toEqual([400, 'InvalidToken']);
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html
it('S3 refuses a form without a file or a key, of more than 20 KB beside its file, or that is cut off', async () => {
  const { url, fields } = await presignPost([['starts-with', '$x-amz-meta-a', '']]);
  const send = (form: FormData) => fetch(url, { method: 'POST', body: form });
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  expect(await codeOf(await send(form))).toEqual([400, 'InvalidArgument']);
  const { key: _, ...keyless } = fields;
  expect(await codeOf(await post({ url, fields: keyless }))).toEqual([400, 'InvalidArgument']);
  const large = await post({ url, fields }, FILE, { 'x-amz-meta-a': 'a'.repeat(20 * 1024) });
  expect(await codeOf(large)).toEqual([400, 'MaxPostPreDataLengthExceeded']);
  const headers = { 'content-type': 'multipart/form-data; boundary=xx' };
  const broken = await fetch(url, { method: 'POST', headers, body: '--xx\r\nnot a part' });
  expect(await codeOf(broken)).toEqual([400, 'MalformedPOSTRequest']);
});
