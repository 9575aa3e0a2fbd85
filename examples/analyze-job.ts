/**
 * Submits texts as a job, waits until the job is final, and prints one line for each text.
 *
 *     API_URL=… API_KEY=… [CALLBACK_URL=…] npx tsx examples/analyze-job.ts
 */
import { ApiError, createClient } from 'aurastream/client';

const { API_URL, API_KEY, CALLBACK_URL } = process.env;
if (API_URL === undefined) throw new Error('API_URL: set it to the output ApiUrl.');
if (API_KEY === undefined) throw new Error('API_KEY: make one with `aurastream keys create`.');

const client = createClient({ base_url: API_URL, api_key: API_KEY });
const texts = ['I love my cat', 'The lid broke after one day', 'It is a box'];

try {
  const { job_id } = await client.submit({
    documents: texts.map((text) => ({ text })),
    source_id: 'examples',
    ...(CALLBACK_URL === undefined ? {} : { callback_url: CALLBACK_URL }),
  });
  const { status } = await client.waitForJob(job_id, {
    on_progress: ({ progress }) => console.error(`${progress.done} of ${progress.total}`),
  });
  console.log(`${job_id} ${status}`);
  for await (const { job_index, result } of client.results(job_id)) {
    console.log(`${result?.sentiment ?? 'no verdict'}: ${texts[job_index]}`);
  }
} catch (error) {
  if (!(error instanceof ApiError)) throw error;
  console.error(`${error.code}: ${error.message} (request ${error.request_id ?? '-'})`);
  process.exitCode = 1;
}
