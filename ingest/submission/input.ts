import {
  deriveJobRecordId,
  type InputPosition,
  type Issue,
  type Job,
  type RecordInput,
  recordSchema,
  translateIssues,
} from '../../schemas/index.ts';
import { READERS } from '../sources/readers.ts';
import type { Row, RowSource } from '../sources/row.ts';
import type { JobInputs } from './ports.ts';

/**
 * One row of a job's input, with a record or with the issues that explain why the row is invalid.
 * `end` is the position of the next row.
 */
export type InputEntry = { job_index: number; end: InputPosition } & EntryContent;

type EntryContent =
  | { ok: true; record: RecordInput & { record_id: string } }
  | { ok: false; issues: Issue[] };

/** Name of the field or column that holds the text. */
const TEXT_FIELD = 'text';

/**
 * Reads the input of a job, starting at a position. The memory in use does not grow with the size
 * of the input. The input must have arrived before the call.
 */
export async function* readInput(
  inputs: Pick<JobInputs, 'read'>,
  job: Job,
  from: InputPosition,
): AsyncIterable<InputEntry> {
  const reader = READERS[job.input.format];
  let job_index = from.records;
  for await (const row of reader.readRows(openInput(inputs, job, from), TEXT_FIELD)) {
    const end = { records: job_index + 1, bytes: from.bytes + row.end };
    yield { job_index, end, ...readEntry(job, row, job_index) };
    job_index += 1;
  }
}

/**
 * Finds the end of each row that {@link readInput} would return, without converting the row to a
 * record.
 */
export async function* countInput(
  inputs: Pick<JobInputs, 'read'>,
  job: Job,
  from: InputPosition,
): AsyncIterable<InputPosition> {
  const reader = READERS[job.input.format];
  let { records } = from;
  for await (const end of reader.findRowEnds(openInput(inputs, job, from))) {
    records += 1;
    yield { records, bytes: from.bytes + end };
  }
}

function openInput(
  inputs: Pick<JobInputs, 'read'>,
  { input: { key, etag } }: Job,
  from: InputPosition,
): RowSource {
  if (etag === undefined) throw new Error('Expected a job whose input has arrived, with its etag');
  return { open: (offset) => inputs.read(key, { etag, from: offset }), from: from.bytes };
}

/**
 * Builds a record from a row. If the row has fields named `tenant`, `job_id` or `job_index`, the
 * job's own values replace these fields. A `text_claim` in the row is ignored.
 */
function readEntry(job: Job, row: Row, job_index: number): EntryContent {
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
