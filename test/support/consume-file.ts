import { readFileSync } from 'node:fs';
import { detectLanguage } from '@aurastream/language-detector';
import type { KinesisStreamEvent } from 'aws-lambda';
import { createResultsTable } from '../../aws/dynamodb/results/table.ts';
import { createLake } from '../../aws/firehose/lake.ts';
import { createSetAsideBucket } from '../../aws/s3/set-aside-bucket.ts';
import { createAnalysis } from '../../processors/analysis/analysis.ts';
import type { Analyzer } from '../../processors/analysis/ports.ts';
import { withBatchContext } from '../../processors/stream/batch.ts';
import { createConsumer } from '../../processors/stream/consumer.ts';
import { createTestPrivacy } from '../fakes/privacy.ts';

/*
 * Runs the consumer in its own process on the event in a file, as Lambda does, and prints the report
 * and the largest memory of the process. The services are clients that accept everything and keep
 * nothing. The arguments are the path of the file and the time of the invocation in milliseconds.
 */

/** The output of the function. */
export interface Consumed {
  results: number;
  set_asides: number;
  failed: number;
  reasons: Record<string, number>;
  failures: Record<string, number>;
  /** Sequence number from which Lambda must deliver the batch again. Null if it need not. */
  again_from: string | null;
  peak_mib: number;
}

const verdict = {
  ok: true,
  sentiment: 'NEUTRAL',
  scores: { positive: 0.1, negative: 0.1, neutral: 0.7, mixed: 0.1 },
} as const;

const analyzer: Analyzer = {
  name: 'accepting',
  version: '1',
  max_documents: 25,
  max_document_bytes: 5_000,
  supports: () => true,
  detectSentiment: async (documents) => documents.map(() => verdict),
};

/** Creates an SDK client whose calls all end with the same output. */
function clientThatAnswers(outputOf: (input: Record<string, unknown[]>) => object) {
  const send = async ({ input }: { input: Record<string, unknown[]> }) => outputOf(input);
  return { send } as never;
}

const consume = createConsumer({
  analyse: createAnalysis({
    analyzer,
    cache: {
      get: async () => ({ found: new Map(), unreadable: 0 }),
      put: async () => undefined,
    },
    detect_language: detectLanguage,
    default_language: 'en',
    memory_entries: 50_000,
    max_in_flight: 50,
  }),
  results_table: createResultsTable({
    client: clientThatAnswers(({ Statements = [] }) => ({ Responses: Statements.map(() => ({})) })),
    table_name: 'results',
    ttl_seconds: 86_400,
    now: Date.now,
  }),
  lake: createLake({
    client: clientThatAnswers(() => ({ FailedPutCount: 0 })),
    delivery_stream: 'lake',
  }),
  set_asides: createSetAsideBucket({ client: clientThatAnswers(() => ({})), bucket_name: 'b' }),
  claims: { get: async () => undefined },
  progress: { begin: async () => new Map(), mark: async () => [] },
  restoreKey: async () => 'key',
  privacy: createTestPrivacy(),
  now: Date.now,
});

const [path = '', time = '120000'] = process.argv.slice(2);
const { Records } = JSON.parse(readFileSync(path, 'utf8')) as KinesisStreamEvent;
const remaining_ms = Number(time);
const { response, results, set_asides, failed, reasons, failures } = await withBatchContext(
  { request_id: 'child', remaining_ms, now: Date.now },
  (context) => consume(Records, context),
);
const consumed: Consumed = {
  results,
  set_asides,
  failed,
  reasons,
  failures,
  again_from: response.batchItemFailures[0]?.itemIdentifier ?? null,
  // maxRSS is in KiB.
  peak_mib: Math.round(process.resourceUsage().maxRSS / 1_024),
};
process.stdout.write(`${JSON.stringify(consumed)}\n`);
