import {
  deriveJobRecordId,
  type InputPosition,
  type Issue,
  type Job,
  type RecordInput,
  recordSchema,
  translateIssues,
} from '../../schemas/index.ts';
import { csvColumns, csvEnds, readCsv } from '../sources/csv.ts';
import { jsonlEnds, readJsonl } from '../sources/jsonl.ts';
import type { Row } from '../sources/row.ts';
import type { JobInputs } from './ports.ts';

/** One record of a job's input, or a line that is none and why; and where the next begins. */
export type InputEntry = { job_index: number; end: InputPosition } & (
  | { ok: true; record: RecordInput & { record_id: string } }
  | { ok: false; issues: Issue[] }
);

/** The field of a row that holds its text. */
const TEXT_FIELD = 'text';

/** The entries of a job's input from a position on, in flat memory. The job's input must have arrived. */
export async function* readInput(
  inputs: Pick<JobInputs, 'read'>,
  job: Job,
  from: InputPosition,
): AsyncIterable<InputEntry> {
  let job_index = from.records;
  for await (const row of rowsOf(inputs, job, from)) {
    const end = { records: job_index + 1, bytes: from.bytes + row.end };
    yield { job_index, end, ...entryOf(job, row, job_index) };
    job_index += 1;
  }
}

/** Where every record of the input ends: the same records as {@link readInput} gives, without reading what they say. */
export async function* countInput(
  inputs: Pick<JobInputs, 'read'>,
  job: Job,
  from: InputPosition,
): AsyncIterable<InputPosition> {
  let { records } = from;
  const source = bytesOf(inputs, job, from.bytes);
  const ends =
    job.input.format === 'csv'
      ? csvEnds(source, from.bytes === 0)
      : jsonlEnds(source, from.bytes === 0);
  for await (const end of ends) {
    records += 1;
    yield { records, bytes: from.bytes + end };
  }
}

async function* rowsOf(
  inputs: Pick<JobInputs, 'read'>,
  job: Job,
  from: InputPosition,
): AsyncIterable<Row> {
  const source = bytesOf(inputs, job, from.bytes);
  if (job.input.format === 'jsonl') yield* readJsonl(source, from.bytes === 0);
  else if (from.bytes === 0) yield* readCsv(source, TEXT_FIELD);
  else {
    const columns = await csvColumns(bytesOf(inputs, job, 0));
    yield* readCsv(source, TEXT_FIELD, columns ?? []);
  }
}

function bytesOf(
  inputs: Pick<JobInputs, 'read'>,
  { input }: Job,
  from: number,
): AsyncIterable<Buffer> {
  return inputs.read(input.key, { etag: input.etag!, from });
}

/** What the job says of a record stands above what its line says. */
function entryOf(
  job: Job,
  row: Row,
  job_index: number,
): { ok: true; record: RecordInput & { record_id: string } } | { ok: false; issues: Issue[] } {
  if ('wrong' in row) return { ok: false, issues: [{ path: '', message: row.wrong }] };
  const { job_id, tenant } = job;
  const { language_code, ...fields } = row.fields;
  const record = {
    record_id: deriveJobRecordId(job_id, job_index),
    source: job.source_id,
    ...(language_code === undefined ? {} : { language: language_code }),
    ...fields,
    text_claim: undefined,
    tenant,
    job_id,
    job_index,
  } as RecordInput & { record_id: string };
  const parsed = recordSchema.safeParse(record);
  if (parsed.success) return { ok: true, record };
  return { ok: false, issues: translateIssues(parsed.error) };
}
