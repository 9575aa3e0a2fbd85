/**
 * Sends a job document with one field through all stages that copy fields. The program prints as
 * JSON which stages the field reached. Usage: `tsx test/support/follow-field.ts author '"Ada"'`.
 * test/e2e/extension.test.ts runs this program in a changed copy of the code.
 */
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { createLake } from '../../aws/firehose/lake.ts';
import { createPublisher } from '../../ingest/index.ts';
import type { RecordStream } from '../../ingest/ports.ts';
import { createSubmit } from '../../ingest/submission/submit.ts';
import { replay } from '../../operations/replay.ts';
import { readRestorables } from '../../operations/restore.ts';
import { decode } from '../../processors/stream/decode/decode.ts';
import { buildResult } from '../../processors/stream/result.ts';
import { type Result, recordKey, resultSchema } from '../../schemas/index.ts';
import { createFakeInputs } from '../fakes/job-inputs.ts';
import { NO_LIMITS } from '../fakes/pace.ts';
import { createFakeRecordLists } from '../fakes/record-lists.ts';
import { testApi } from '../unit/api/app.ts';
import { ARRIVED_AT, kinesisRecord } from './kinesis-event.ts';
import { rowFor } from './results.ts';

type Fields = Record<string, unknown>;

const [field = '', json = ''] = process.argv.slice(2);
const now = () => ARRIVED_AT;
const { inputs } = createFakeInputs();
const { record_lists } = createFakeRecordLists();
const api = testApi(undefined, { inputs, record_lists });

const job_id = await postJob({ text: 'I love my cat', [field]: JSON.parse(json) });
const published = await submitJob(job_id);
const result = analyze(published);
const replayed = await replayLine(result);
const [restored] = await readRestorables([kinesisRecord(published)], async () => '');
const api_fields = await readOpenApi();

console.log(
  JSON.stringify({
    row: rowFields(result)[field],
    lake_line: (await putInLake(result))[field],
    job_result: (await readJobResult(job_id, result))[field],
    openapi_result: field in api_fields.result,
    openapi_job_document: field in api_fields.job_document,
    redriven_record: restored?.kind === 'record' && (restored.record as Fields)[field],
    replayed_row: rowFields(analyze(replayed))[field],
  }),
);

async function postJob(document: Fields): Promise<string> {
  const response = await api.post({ documents: [document] }, undefined, '/analyze/async');
  return ((await response.json()) as { job_id: string }).job_id;
}

/** Creates a stream that stores the bytes of the last record. */
function createStream(): RecordStream & { bytes: Uint8Array } {
  const stream = {
    bytes: new Uint8Array() as Uint8Array,
    async putRecords(entries: { data: Uint8Array }[]) {
      return entries.map(({ data }) => {
        stream.bytes = data;
        return { ok: true as const, shard_id: 'shardId-0', sequence_number: '1' };
      });
    },
  };
  return stream;
}

async function submitJob(id: string): Promise<Uint8Array> {
  const stream = createStream();
  const submit = createSubmit({
    store: api.jobs,
    ...{ inputs, record_lists },
    stream,
    claims: { put: async () => '' },
    on_final: async () => {},
    ...NO_LIMITS,
    now,
  });
  void (await submit({ job_id: id, owner: 'the test', hops: 0 }, () => 60_000));
  return stream.bytes;
}

function analyze(bytes: Uint8Array): Result {
  const [item] = decode([kinesisRecord(bytes)]).items;
  if (item === undefined) throw new Error('The record was set aside.');
  const scores = { positive: 1, negative: 0, neutral: 0, mixed: 0 };
  return buildResult(
    item,
    {
      status: 'analyzed',
      verdict: { sentiment: 'POSITIVE', scores, chunks: 1 },
      language_code: 'en',
      language_source: 'detected',
      analyzer: { name: 'comprehend', version: 'old' },
      cache: 'miss',
    },
    { keeps_text: true, processed_at: new Date(now()).toISOString() },
  );
}

function rowFields(of: Result): Fields {
  return resultSchema.parse(unmarshall(rowFor(of)));
}

async function putInLake(of: Result): Promise<Fields> {
  let line = '';
  const client = {
    async send({ input }: { input: { Records: { Data: Uint8Array }[] } }) {
      line = input.Records.map(({ Data }) => Buffer.from(Data).toString()).join('\n');
      return { FailedPutCount: 0 };
    },
  };
  await createLake({ client: client as never, delivery_stream: 'lake' }).put([of]);
  return JSON.parse(line);
}

async function readJobResult(id: string, of: Result): Promise<Fields> {
  api.rows.set(recordKey(of), of);
  const response = await api.request(`/jobs/${id}/results`);
  return ((await response.json()) as { results: { result: Fields }[] }).results[0]?.result ?? {};
}

async function readOpenApi(): Promise<{ result: Fields; job_document: Fields }> {
  // biome-ignore lint/suspicious/noExplicitAny: the document has no type; a missing path makes the test fail.
  const document = (await (await api.request('/openapi.json')).json()) as any;
  const body = document.paths['/analyze/async'].post.requestBody.content['application/json'];
  return {
    result: document.components.schemas.Result.properties,
    job_document: body.schema.properties.documents.items.properties,
  };
}

async function replayLine(line: Result): Promise<Uint8Array> {
  const stream = createStream();
  const hour = Date.parse(line.arrived_at);
  await replay(
    {
      lake: {
        async *hour(start) {
          if (start <= hour && hour < start + 3_600_000) yield line;
        },
      },
      results: { getMany: async () => new Map() },
      publisher: createPublisher({ stream, linger_ms: 0 }),
      pace: async () => {},
      now: () => now() + 1_000,
    },
    { from: hour, to: hour + 1, analyzer: { name: 'comprehend', version: 'new' } },
  );
  return stream.bytes;
}
