/**
 * A file that a browser form uploads to S3 with POST. The form itself contains the signature.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html
 */
export interface UploadForm {
  /** Values of the fields before the file, by their names in lower case. */
  fields: Map<string, string>;
  file: { name: string; bytes: Buffer } | undefined;
}

interface FormRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** Returns whether a request is a form that uploads a file to a bucket. */
export function isUploadForm({ method, path, headers }: Omit<FormRequest, 'body'>): boolean {
  const type = headers['content-type']?.toLowerCase() ?? '';
  return method === 'POST' && /^\/[^/]+\/?$/.test(path) && type.startsWith('multipart/form-data');
}

/**
 * Reads a form. S3 ignores the fields after the file.
 * @returns undefined if the body is not multipart/form-data, or if it has a field twice.
 */
export async function readUploadForm({
  headers,
  body,
}: FormRequest): Promise<UploadForm | undefined> {
  const type = headers['content-type'] ?? '';
  const fields = new Map<string, string>();
  try {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': type },
    }).formData();
    for (const [name, value] of form) {
      const field = name.toLowerCase();
      if (field === 'file') return { fields, file: await readFile(value) };
      if (typeof value !== 'string' || fields.has(field)) return undefined;
      fields.set(field, value);
    }
    return { fields, file: undefined };
  } catch {
    return undefined;
  }
}

/** Reads the content of the field `file`, which is a file or a text. */
async function readFile(value: File | string) {
  if (typeof value === 'string') return { name: '', bytes: Buffer.from(value) };
  return { name: value.name, bytes: Buffer.from(await value.arrayBuffer()) };
}
