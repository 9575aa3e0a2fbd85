import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DISTINCT_SHARE } from '../cost.ts';
import { check, type SmokeContext, type Step } from '../step.ts';

/** Largest number of records in one `POST /records`. */
const RECORDS_PER_REQUEST = 500;

/** Half of the records go through the command, and half through the API. */
export const publish: Step = {
  promise: 'Every record that is published has a result',
  async run(context) {
    const ids = listRecordIds(context);
    const half = Math.ceil(ids.length / 2);
    const accepted = await ingest(context, ids.slice(0, half));
    check(accepted === half, `ingest: ${accepted} of ${half} records are accepted`);
    await post(context, ids.slice(half));
    const started_at = performance.now();
    await context.waitFor(async () => {
      const found = await countResults(context);
      check(found === ids.length, `${found} of ${ids.length} records have a result`);
    });
    const seconds = Math.round((performance.now() - started_at) / 1_000);
    return `${ids.length} records; the last result came ${seconds} s after the last record`;
  },
};

export function listRecordIds({ run, records }: SmokeContext): string[] {
  return Array.from({ length: records }, (_, i) => `${run}-${i}`);
}

/** Returns the record of an id. Some texts repeat, as those of real sources do. */
function buildRecord({ run, records }: SmokeContext, record_id: string) {
  const n = Number(record_id.slice(run.length + 1));
  const mood = n % 2 === 0 ? 'I love this' : 'I hate this';
  const distinct = Math.ceil(records * DISTINCT_SHARE);
  return { record_id, source: run, text: `${mood}, says visitor ${n % distinct} of ${run}` };
}

/** Publishes records with `aurastream ingest`. Returns how many records the stream accepted. */
async function ingest(context: SmokeContext, ids: string[]): Promise<number> {
  const lines = ids.map((id) => JSON.stringify(buildRecord(context, id)));
  return ingestLines(context, 'records.jsonl', lines);
}

export async function ingestLines(
  { folder, run, aurastream }: SmokeContext,
  name: string,
  lines: string[],
): Promise<number> {
  const file = join(folder, name);
  await writeFile(file, `${lines.join('\n')}\n`);
  const { accepted } = (await aurastream('ingest', file, '--source', run)) as { accepted: number };
  return accepted;
}

async function post(context: SmokeContext, ids: string[]): Promise<void> {
  const { http, keys } = context;
  for (let from = 0; from < ids.length; from += RECORDS_PER_REQUEST) {
    const part = ids.slice(from, from + RECORDS_PER_REQUEST);
    const records = part.map((id) => buildRecord(context, id));
    const { status, json, text } = await http.send('POST /records', '/records', {
      method: 'POST',
      api_key: keys.own.api_key,
      body: { records },
    });
    check(status === 202 && json.accepted === part.length, `POST /records: ${status} ${text}`);
  }
}

interface ResultsPage {
  results: { record_id: string; status: string }[];
  next_cursor?: string | null;
}

/** Counts the results of the run that the API lists. */
async function countResults({ http, keys, run }: SmokeContext): Promise<number> {
  let count = 0;
  let cursor: string | null | undefined;
  do {
    const query = new URLSearchParams({ source: run, limit: '200' });
    if (cursor) query.set('cursor', cursor);
    const { status, json, text } = await http.send('GET /results', `/results?${query}`, {
      api_key: keys.own.api_key,
    });
    check(status === 200, `GET /results answered ${status}: ${text}`);
    const page = json as unknown as ResultsPage;
    count += page.results.filter((result) => result.status === 'analyzed').length;
    cursor = page.next_cursor;
  } while (cursor);
  return count;
}

export const isolation: Step = {
  promise: 'A tenant does not see the results of another tenant',
  async run({ http, keys, run }) {
    const path = `/results/${run}/${run}-0`;
    const own = await http.send('GET /results/{source}/{record_id}', path, {
      api_key: keys.own.api_key,
    });
    check(own.status === 200, `the own tenant: ${own.status} ${own.text}`);
    const other = await http.send('a result of another tenant', path, {
      api_key: keys.other.api_key,
    });
    check(other.status === 404, `the other tenant: ${other.status}`);
    return '200 and 404';
  },
};
