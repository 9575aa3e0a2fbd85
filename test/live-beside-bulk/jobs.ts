import type { Caller } from '../support/api.ts';

/** A job whose file is not uploaded yet. */
export interface CreatedJob {
  job_id: string;
  upload(): Promise<void>;
}

/** Creates a job of a file with records in English, each with a text of its own. */
export async function createJob(call: Caller, name: string, records: number): Promise<CreatedJob> {
  const file = Array.from({ length: records }, (_, i) =>
    JSON.stringify({
      text: `Review ${i.toLocaleString('en')} of ${name} is good`,
      language_code: 'en',
    }),
  ).join('\n');
  const body = {
    upload: { format: 'jsonl', size_bytes: Buffer.byteLength(file) },
    source_id: name,
  };
  const { body: answer } = await call('/analyze/async', { method: 'POST', body });
  const { url, headers } = answer.upload;
  return {
    job_id: answer.job_id,
    async upload() {
      const response = await fetch(url, { method: 'PUT', headers, body: file });
      if (!response.ok) throw new Error(`Expected the upload to succeed, got ${response.status}`);
    },
  };
}
