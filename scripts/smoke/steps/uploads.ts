import type { AsyncResponse } from '../../../schemas/index.ts';
import { check, type SmokeContext, type Step } from '../step.ts';

type Upload = NonNullable<AsyncResponse['upload']>;

const DECLARED_BYTES = 20;
/** Sizes that differ from the declared one, and the code with which S3 refuses a form of each. */
const OTHER_SIZES = [
  [DECLARED_BYTES - 1, 'EntityTooSmall'],
  [DECLARED_BYTES + 1, 'EntityTooLarge'],
] as const;

export const upload: Step = {
  promise: 'S3 refuses a file of another size than its job declares; the job can be cancelled',
  async run(context) {
    const { job_id, upload: target } = await submit(context);
    for (const [bytes, code] of OTHER_SIZES) {
      const file = 'x'.repeat(bytes);
      await expectRefusal(await putFile(target, file), 403, 'SignatureDoesNotMatch');
      await expectRefusal(await postFile(target, file), 400, code);
    }
    const { http, keys } = context;
    const cancelled = await http.send('DELETE /jobs/{job_id}', `/jobs/${job_id}`, {
      method: 'DELETE',
      api_key: keys.own.api_key,
    });
    check(cancelled.status === 200, `DELETE /jobs answered ${cancelled.status}`);
    return `${OTHER_SIZES.length} sizes with PUT and with POST; CANCELLED`;
  },
};

async function submit({ http, keys }: SmokeContext): Promise<{ job_id: string; upload: Upload }> {
  const { status, json, text } = await http.send('POST /analyze/async', '/analyze/async', {
    method: 'POST',
    api_key: keys.own.api_key,
    body: { upload: { format: 'jsonl', size_bytes: DECLARED_BYTES } },
  });
  check(status === 202, `POST /analyze/async: ${status} ${text}`);
  return json as unknown as { job_id: string; upload: Upload };
}

function putFile({ url }: Upload, file: string): Promise<Response> {
  return fetch(url, { method: 'PUT', body: file });
}

function postFile({ form }: Upload, file: string): Promise<Response> {
  const data = new FormData();
  for (const [name, value] of Object.entries(form.fields)) data.set(name, value);
  data.set('file', new File([file], 'file.jsonl'));
  return fetch(form.url, { method: 'POST', body: data });
}

async function expectRefusal(response: Response, status: number, code: string): Promise<void> {
  const text = await response.text();
  const is_refused = response.status === status && text.includes(`<Code>${code}</Code>`);
  check(is_refused, `expected ${status} ${code} of S3, got ${response.status}`);
}
