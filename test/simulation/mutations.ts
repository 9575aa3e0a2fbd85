/**
 * A bug that an edit of the product could introduce. The mutation replaces the text `from` with the
 * text `to` in one file.
 */
export interface Mutation {
  name: string;
  file: string;
  from: string;
  to: string;
}

/**
 * Each mutation must make a check fail within this number of seeds. The world of each seed has this
 * number of records.
 */
export const CAUGHT_WITHIN = { seeds: 60, records: 500 };

export const MUTATIONS: Mutation[] = [
  {
    name: 'the response leaves out the first failed record',
    file: 'processors/stream/respond.ts',
    from: 'return { batchItemFailures: in_order.map(',
    to: 'return { batchItemFailures: in_order.slice(1).map(',
  },
  {
    name: 'records that the results table refused are not delivered again',
    file: 'processors/stream/deliver.ts',
    from: "if (row_code !== undefined) return { stage: 'results_table', code: row_code };",
    to: '',
  },
  {
    name: 'records that the lake refused are not delivered again',
    file: 'processors/stream/deliver.ts',
    from: "line_code === undefined ? undefined : { stage: 'lake', code: line_code }",
    to: 'void line_code',
  },
  {
    name: 'the lowest version in a batch is written instead of the highest',
    file: 'processors/stream/versions.ts',
    from: 'replaces(result, best)',
    to: 'replaces(best, result)',
  },
  {
    name: 'the second copy of a record in a batch is ignored',
    file: 'processors/stream/versions.ts',
    from: 'else version.places.push(item);',
    to: '',
  },
  {
    name: 'a store that throws counts as if it kept all entries',
    file: 'processors/stream/put.ts',
    from: '{ kept: [], failed: entries.map((entry) => ({ entry, code: cause.code })) }',
    to: '{ kept: entries, failed: [] }',
  },
  {
    name: 'a bad record is dropped',
    file: 'processors/stream/decode/decode.ts',
    from: 'decoded.rejected.push({ item, why });',
    to: '',
  },
  {
    name: 'the verdicts of a call are shifted by one document',
    file: 'processors/analysis/ask.ts',
    from: 'const outcome = outcomes[i];',
    to: 'const outcome = outcomes[(i + 1) % outcomes.length];',
  },
  {
    name: 'a text with a failed chunk gets the verdict of its other chunks',
    file: 'processors/analysis/answers.ts',
    from: 'if (failure !== undefined) {',
    to: 'if (failure !== undefined && failures.length < 0) {',
  },
  {
    name: 'the cache key leaves out the text',
    file: 'schemas/identity.ts',
    from: '`${origin}\\n${normalised_text}`',
    to: '`${origin}\\n`',
  },
  {
    name: 'the publisher reports a rejected record as accepted',
    file: 'ingest/publisher/sender.ts',
    from: 'return false;',
    to: "pending.resolve({ status: 'accepted', record_id, shard_id: '', sequence_number: '' });",
  },
  {
    name: 'records whose job cannot be read are dropped',
    file: 'processors/stream/progress.ts',
    from: "tally.addFailed(in_jobs.map(({ delivered_as }) => ({ stage: 'progress', code, delivered_as })));",
    to: 'void code;',
  },
  {
    name: 'records are counted before they are delivered',
    file: 'processors/stream/consumer.ts',
    from: 'deliveries.add(deliver(lot, deps, context));',
    to: 'const { ended } = sortOutcomes(lot, context); deliveries.add(countInJobs(ended, deps.progress, job_of, context).then(() => deliver(lot, deps, context)));',
  },
  {
    name: 'records that could not be counted are not delivered again',
    file: 'processors/stream/progress.ts',
    from: 'if (entry === undefined) continue;',
    to: 'if (entry !== undefined) continue;',
  },
  {
    name: 'a page is closed one record early',
    file: 'jobs/progress.ts',
    from: 'if (doneOf(counts) < size) return undefined;',
    to: 'if (doneOf(counts) < size - 1) return undefined;',
  },
  {
    name: 'a job waits for one page too many',
    file: 'jobs/progress.ts',
    from: 'if (closed < pageCount(total)) return;',
    to: 'if (closed <= pageCount(total)) return;',
  },
];
