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
      says: 'for each broken promise that it can report, fail it.',
      tests: ['the chaos checker finds %s'],
    },
    {
      says: 'Both rates are set 2 % below their quotas, so 98 % is the most that either can use.',
      tests: [
        'the consumers and the API each stay within their quota of each analyzer, and leave at most 2 %',
      ],
    },
    {
      says: 'In an overload, each request that is answered waits almost 8 seconds, and the others get 429 at once.',
      tests: [
        'the API answers 429 with Retry-After at once if the slots of the next eight seconds are taken',
      ],
    },
    {
      says: '`test/e2e/sync-quota.test.ts` does the first row for a few seconds with the deployed bundles on the embedded cloud.',
      tests: [
        'beside a stream at full load, the synchronous API answers 10 misses a second, and Comprehend throttles no call',
      ],
    },
    {
      says: 'It runs every night, and `test/e2e/live-beside-bulk.test.ts` runs seconds of it in each build, with wider limits.',
      tests: [
        'live records keep their pace beside a large job, nothing is given up or throttled, and a job that would be late is refused with its figures',
      ],
    },
    {
      says: 'cache table | every text is sent to Comprehend again, within the quota; metric `cache_errors`, alarm CacheIsDown',
      tests: [
        'If the cache table is down, texts are still analysed, and the outage is counted',
        'the alarm %s watches the metric of the runbook and goes off above its threshold, for its time',
      ],
    },
    {
      says: 'quota ledger | each consumer uses a fixed share of the quota and a credit of each budget; metric `ledger_errors`, alarm LedgerIsDown',
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
      says: 'Records wait for at most 13 hours, however often Lambda delivers them again.',
      tests: [
        '%s gives %s the records of %s in order, in large batches, and retries for thirteen hours, however often',
        'only the records that are too old are discarded',
      ],
    },
    {
      says: 'While the circuit breaker is open, a batch waits in the function for the next probe, until its time ends.',
      tests: [
        'waits in an open circuit for the next probe, and all waiting calls are made once it succeeds',
        'keeps its batch for nearly the whole time of an outage, with one probe at a time',
      ],
    },
    {
      says: 'A batch that makes no progress for the second time is answered after 1 second, then after 2, 4, and up to 30 seconds.',
      tests: [
        'batches that make no progress take longer and longer, up to 30 seconds, and the first none',
        'the consumer delays its answer when a batch makes no progress for the second time',
      ],
    },
    {
      says: 'A record whose row and line are written is not written again by the same process.',
      tests: [
        'A record that is delivered again after its row and line were written is neither analysed nor written again',
        'every copy of a delivered version is known, and no other record',
      ],
    },
    {
      says: 'took less than one invocation in 45 seconds for each shard, lost nothing, and wrote each line at most 1.1 times.',
      tests: [
        'An outage of 12 hours loses nothing and writes each line at most 1.1 times, if Lambda retries %s',
        /^an outage of Comprehend of/,
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
    {
      says: 'The consumer then halves the call until it has found the document.',
      tests: [
        'of a call that is refused as a whole, exactly the poison documents are refused, wherever they are',
        'a text that makes the analyzer refuse its call is refused alone, and the other texts get their verdicts',
      ],
    },
    {
      says: 'One refused document of a call costs at most 6 more calls, k refused documents cost at most 6k, and the other documents of the call get their verdicts.',
      tests: [
        'one poison text among 25 costs at most six more calls, at each of the 25 places',
        'k poison documents among n cost at most k × (⌈log2 n⌉ + 1) more calls',
        'a text that makes Comprehend refuse its call is set aside, and the other 24 texts of the call get verdicts',
      ],
    },
    {
      says: 'The refused document becomes a set-aside with the reason `refused_by_analyzer`.',
      tests: [
        'a text that makes Comprehend refuse its call is set aside, and the other 24 texts of the call get verdicts',
      ],
    },
    {
      says: 'A missing permission is no such refusal: its records wait on the stream.',
      tests: [
        'a call that fails because of a missing permission is not taken apart, and refuses no text',
        'the error %s with status %s refuses the content of its call: %s',
      ],
    },
    {
      says: "A third simulation runs jobs beside live records, with the product's quota ledger, rate limiter and pace of submissions.",
      tests: [
        'beside a job of 200,000 records, live records take at most 1.5 times as long, and the bulk stream holds minutes of work',
      ],
    },
    {
      says: '200,000 | 2.7 s | 118 s | 163 | 97 % | 0 | 21',
      tests: [
        'beside a job of 200,000 records, live records take at most 1.5 times as long, and the bulk stream holds minutes of work',
      ],
    },
    {
      says: 'Nothing was given up.',
      tests: [
        'beside a job of 200,000 records, live records take at most 1.5 times as long, and the bulk stream holds minutes of work',
      ],
    },
  ],
  explains: [
    'The same on the embedded cloud, with the deployed bundles and the default quota:',
    '50 live records per second for two minutes alone, and for two minutes beside a job of 200,000 records.',
    'The time of a record is measured from its put until a reader finds its row.',
    'The command fails if the 99th percentile beside the job is more than 1.5 times that without it, if a batch reaches the failure bucket, if Comprehend throttles a call, or if a second job that cannot make its deadline is not refused with its figures.',
    'It prints the load of the machine before and after.',
    'On a quiet machine with two cores, of 6,000 live records in each phase:',
    'alone | 1.54 s | 3.19 s | 52 ms | 2.9 | 0 | 0',
    'beside the job | 1.73 s | 3.44 s | 113 ms | 9.5 | 0 | 0',
    'The 99th percentile rose by 8 %, and the late job was refused with its figures.',
    'The same simulation with requests of the synchronous API that arrive at random times and whose texts are in no cache.',
    'Four shards could use more than the 10 calls per second of BatchDetectSentiment, and the API has 20 calls per second of DetectSentiment, the quotas of a new account.',
    'Each request has an execution environment of its own, as on Lambda.',
    '10 | 100 % | 0.4 s | 98.0 % | 49.5 % | 0',
    '19 | 100 % | 2.9 s | 98.0 % | 94.0 % | 0',
    '40 | 48.9 % | 8.4 s | 98.0 % | 98.0 % | 0',
    '50 live records per second share 9.8 calls per second with jobs on four shards.',
    'No text repeats in the first two rows, and 60 % in the last two.',
    'none, 60 % repeat | 3.0 s | | | 18 % | 0 | 2',
    '20,000,000 | 2.8 s | 84 s | 484 | 97 % | 0 | 22',
    'The job of 20 million records took 11.5 hours.',
    'none | 3.0 s | | | 30 % | 0 | 2',
    'test/unit/simulation/bulk.test.ts runs the second row in each build.',
    'Comprehend may also refuse a whole call and not say which document caused it.',
    'AWS does not document how soon Lambda delivers a failed batch again, so the consumer must work at every pace.',
  ],
  skipped_sections: {
    Reliability: 'It introduces the page.',
    'The simulation': STORIES,
    'At scale': STORIES,
    'The chaos suite': STORIES,
    'What we found': STORIES,
    'Limits of these tests': STORIES,
  },
};
