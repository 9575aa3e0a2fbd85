import type { AwsReply } from '../../gateway/types.ts';
import type { UploadForm } from '../../gateway/upload-form.ts';
import { createXmlReply, escapeXml } from '../wire.ts';
import { verifyChecksums } from './checksums.ts';
import { S3Error } from './errors.ts';
import { refuseLocked } from './lock-actions.ts';
import { checkPolicy } from './post-policy.ts';
import type { S3Request } from './request.ts';
import type { ObjectStore } from './store.ts';
import { putObject } from './write-object.ts';

/**
 * Maximum size of a form without the content of its file, in bytes.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html
 */
const LARGEST_FORM_BYTES = 20 * 1024;
/** Fields of S3 features that are not emulated. */
const UNSUPPORTED_FIELDS = ['acl', 'tagging', 'success_action_redirect', 'redirect'];

/**
 * Returns the key of the object that a form uploads. The variable `${filename}` in the field `key`
 * stands for the name of the file.
 */
export function readFormKey({ fields, file }: UploadForm): string {
  return (fields.get('key') ?? '').replace(/\$\{filename\}/g, () => file?.name ?? '');
}

/**
 * Handles PostObject, which uploads a file with a browser form. The gateway has verified the
 * signature of the policy.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 *
 * @throws {S3Error} if the form violates its policy, or if the object cannot be written
 */
export async function postObject(
  store: ObjectStore,
  request: S3Request,
  now: number,
): Promise<AwsReply> {
  const { bucket, form } = request;
  const file = form?.file;
  if (form === undefined || file === undefined) {
    const message = 'POST requires exactly one file upload per request.';
    throw new S3Error('InvalidArgument', message);
  }
  const key = readFormKey(form);
  if (key === '') {
    const message = "Bucket POST must contain a field named 'key'.";
    throw new S3Error('InvalidArgument', message);
  }
  if (request.body.length - file.bytes.length > LARGEST_FORM_BYTES) {
    throw new S3Error('MaxPostPreDataLengthExceeded');
  }
  if (UNSUPPORTED_FIELDS.some((name) => form.fields.has(name))) throw new S3Error('NotImplemented');
  await refuseLocked(store, bucket);
  checkPolicy(form, { bucket, file_bytes: file.bytes.length, now });
  const headers = Object.fromEntries(form.fields);
  const checksums = verifyChecksums(file.bytes, headers);
  const put = { ...request, key, headers, body: file.bytes, checksums };
  const reply = await putObject(store, put, now);
  return answer(form.fields.get('success_action_status'), reply, { bucket, key });
}

/** Creates the reply with the status that the form asks for. Without a valid one, it is 204. */
function answer(
  status: string | undefined,
  { headers }: AwsReply,
  { bucket, key }: { bucket: string; key: string },
): AwsReply {
  const location = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const all = { ...headers, location };
  if (status === '201') {
    const etag = escapeXml(headers.etag ?? '');
    const xml = `<PostResponse><Location>${escapeXml(location)}</Location><Bucket>${escapeXml(bucket)}</Bucket><Key>${escapeXml(key)}</Key><ETag>${etag}</ETag></PostResponse>`;
    return createXmlReply(201, xml, all);
  }
  return { status: status === '200' ? 200 : 204, headers: all, body: '' };
}
