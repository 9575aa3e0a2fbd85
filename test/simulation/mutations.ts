/** A bug that a change of the product could introduce: one replaced place. */
export interface Mutation {
  name: string;
  file: string;
  from: string;
  to: string;
}

/** Within how many worlds of how many records each of these must be caught. */
export const CAUGHT_WITHIN = { seeds: 60, records: 500 };

export const MUTATIONS: Mutation[] = [
  {
    name: 'the first failed record is not asked for again',
    file: 'processors/stream/respond.ts',
    from: 'return { batchItemFailures: in_order.map(',
    to: 'return { batchItemFailures: in_order.slice(1).map(',
  },
  {
    name: 'what the results table refused is not asked for again',
    file: 'processors/stream/deliver.ts',
    from: "if (row_code !== undefined) return { stage: 'results_table', code: row_code };",
    to: '',
  },
  {
    name: 'what the lake refused is not asked for again',
    file: 'processors/stream/deliver.ts',
    from: "line_code === undefined ? undefined : { stage: 'lake', code: line_code }",
    to: 'void line_code',
  },
  {
    name: 'the lowest version of a batch is written, not the highest',
    file: 'processors/stream/versions.ts',
    from: 'replaces(result, best)',
    to: 'replaces(best, result)',
  },
  {
    name: 'the second place of a record in a batch is forgotten',
    file: 'processors/stream/versions.ts',
    from: 'else version.places.push(item);',
    to: '',
  },
  {
    name: 'a store that throws counts as one that has kept all',
    file: 'processors/stream/put.ts',
    from: '{ kept: [], failed: entries.map((entry) => ({ entry, code: cause.code })) }',
    to: '{ kept: entries, failed: [] }',
  },
  {
    name: 'a bad record is dropped',
    file: 'processors/stream/decode/decode.ts',
    from: 'decoded.set_asides.push(setAsideOf(entry, error));',
    to: '',
  },
  {
    name: 'verdicts of a call are off by one',
    file: 'processors/analysis/ask.ts',
    from: 'const outcome = outcomes[i];',
    to: 'const outcome = outcomes[(i + 1) % outcomes.length];',
  },
  {
    name: 'a document that failed has the verdict of those that did not',
    file: 'processors/analysis/answers.ts',
    from: 'if (failure !== undefined) {',
    to: 'if (failure !== undefined && failures.length < 0) {',
  },
  {
    name: 'the cache key forgets the text',
    file: 'schemas/identity.ts',
    from: '`${origin}\\n${normalised_text}`',
    to: '`${origin}\\n`',
  },
  {
    name: 'the publisher takes a refusal for an acknowledgement',
    file: 'ingest/publisher/sender.ts',
    from: 'return false;',
    to: "pending.resolve({ status: 'accepted', record_id, shard_id: '', sequence_number: '' });",
  },
  {
    name: 'records whose job cannot be read are dropped',
    file: 'processors/stream/progress.ts',
    from: "tally.addFailed(in_jobs.map(({ position }) => ({ stage: 'progress', code, position })));",
    to: 'void code;',
  },
  {
    name: 'records are counted before they are delivered',
    file: 'processors/stream/consumer.ts',
    from: 'deliveries.add(deliver(lot, deps, context));',
    to: 'const { ended } = sortOutcomes(lot, context); deliveries.add(countInJobs(ended, deps.progress, job_of, context).then(() => deliver(lot, deps, context)));',
  },
  {
    name: 'what could not be counted is not asked for again',
    file: 'processors/stream/progress.ts',
    from: 'if (entry !== undefined)',
    to: 'if (entry === undefined)',
  },
  {
    name: 'a page is closed one record early',
    file: 'jobs/progress.ts',
    from: 'if (doneOf(counts) < size) return undefined;',
    to: 'if (doneOf(counts) < size - 1) return undefined;',
  },
  {
    name: 'a job waits for one page more than it has',
    file: 'jobs/progress.ts',
    from: 'if (closed < pageCount(total)) return;',
    to: 'if (closed <= pageCount(total)) return;',
  },
];
