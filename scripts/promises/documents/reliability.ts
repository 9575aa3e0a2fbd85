import type { DocumentPromises } from '../entry.ts';

const STORIES = 'It reports how the tests work and what they found.';

export const RELIABILITY: DocumentPromises = {
  path: 'docs/reliability.md',
  promises: [
    {
      says: 'The same seed always gives the same execution.',
      tests: ['The same seed always gives the same simulated execution'],
    },
    {
      says: 'The simulation checks the promises after every write.',
      tests: ['The product keeps every promise in simulated worlds, whatever the faults'],
    },
    {
      says: 'Correct stores pass it.',
      tests: ['the chaos checker finds nothing in correct stores'],
    },
    {
      says: 'one for each broken promise that it can report, do not.',
      tests: ['the chaos checker finds %s'],
    },
    {
      says: 'cache table | every text is sent to Comprehend again, within the quota; metric `cache_errors`, alarm CacheIsDown',
      tests: [
        'If the cache table is down, texts are still analysed, and the outage is counted',
        'the alarm %s watches the metric of the runbook and goes off above its threshold, for its time',
      ],
    },
    {
      says: 'quota ledger | each consumer uses a fixed share of the quota; metric `ledger_errors`, alarm LedgerIsDown',
      tests: [
        'calls at its fallback rate while the ledger is down, counts the errors, and returns to the ledger',
        'the consumer makes ANALYZER_FALLBACK_CALLS_PER_SECOND calls while its quota table is down',
      ],
    },
    {
      says: 'Comprehend | records wait on the stream; the circuit breaker stops the calls; no text is called NEUTRAL instead',
      tests: [
        'A record that the analyzer fails fails alone',
        'opens the circuit after five failures in a row, and then makes no call',
        'A document that fails three times has the outcome failed, not a verdict',
      ],
    },
    {
      says: 'results table | records wait on the stream',
      tests: [
        'If a store throws, all records of its put fail',
        'The records of a lot whose store is down fail',
      ],
    },
    {
      says: 'Firehose | records wait on the stream; their rows can exist before their lake lines',
      tests: [
        'A record that the lake refuses fails alone',
        'If a store throws, all records of its put fail',
      ],
    },
    {
      says: 'set-aside bucket | invalid records wait on the stream, and the records behind them wait too',
      tests: ['Only a bad record that could not be set aside is delivered again'],
    },
    {
      says: 'jobs table | records of jobs wait; all other records are processed',
      tests: [
        'While jobs cannot be read, records with a job are delivered again later, and other records are processed',
      ],
    },
    {
      says: 'Records wait for at most 12 hours.',
      tests: [
        '%s gives %s the records of %s in order, in large batches, and retries for twelve hours',
        'only the records that are too old are discarded',
      ],
    },
    {
      says: 'Then Lambda writes them to the failure bucket with their payload, and `aurastream redrive` puts them back.',
      tests: [
        'aurastream redrive puts the records that Lambda gave up on back on the stream, and a second run puts back none',
        'a discarded batch is reported to the failure destination as Lambda does, and the shard continues',
      ],
    },
    {
      says: 'A document that Comprehend refuses permanently becomes a set-aside immediately.',
      tests: [
        'A text that the analyzer refuses in every call is set aside with its bytes, and never blocks its shard',
        'A document with a final failure is not sent again',
      ],
    },
  ],
  explains: [],
  skipped_sections: {
    Reliability: 'It introduces the page.',
    'The simulation': STORIES,
    'At scale': STORIES,
    'The chaos suite': STORIES,
    'What we found': STORIES,
    'Limits of these tests': STORIES,
  },
};
