import type { DocumentPromises } from '../entry.ts';
import { AUDIT_TRAIL } from './audit-trail.ts';
import { SERVICE_LEVELS } from './service-levels.ts';

const ALARM =
  'the alarm %s watches the metric of the runbook and goes off above its threshold, for its time';
const SILENCE = 'the alarm %s goes off while records arrive and the consumer is not invoked';
const RETENTION = 'both streams are on demand, encrypted, and keep records for a day';
const BATCH_METRICS = 'a batch is counted in metrics, which are published once';
const ENGINE_METRICS =
  'the metrics of the engine that finds personal data are what its counts grew by in the batch';
const QUOTA_METRICS =
  'the metrics of a batch say what it took of the quota, and the present rate and circuit';

const SMOKE =
  'npm run smoke drives every route and promise of a stack, and answers have the recorded form';

const ALARMS = [
  'StreamIsLate | AWS/Lambda',
  'BulkStreamIsLate | AWS/Lambda',
  'BatchesGivenUp | AWS/Lambda',
  'BulkBatchesGivenUp | AWS/Lambda',
  'RecordsDropped | AWS/Lambda',
  'BulkRecordsDropped | AWS/Lambda',
  'ConsumerFails | AWS/Lambda',
  'BulkConsumerFails | AWS/Lambda',
  'ConsumerIsThrottled | AWS/Lambda',
  'BulkConsumerIsThrottled | AWS/Lambda',
  'ProducersAreThrottled | AWS/Kinesis',
  'RecordsSetAside | AuraStream',
  'AnalyzerIsDown | AuraStream',
  'AnalyzerThrottles | AuraStream',
  'CacheIsDown | AuraStream',
  'LedgerIsDown | AuraStream',
  'BudgetExceeded | AuraStream',
  'ResultsAreThrottled | AWS/DynamoDB',
  'ResultsIndexIsThrottled | AWS/DynamoDB',
  'JobsAreThrottled | AWS/DynamoDB',
  'LakeIsLate | AWS/Firehose',
  'SubmissionsFail | AWS/SQS',
  'SubmissionsWait | AWS/SQS',
  'SubmissionsStop | AuraStream',
  'SubmissionLoopsStop | AWS/Lambda',
  'CallbacksFail | AWS/SQS',
  'BudgetReplaysFail | AWS/SQS',
  'CallbacksWait | AWS/SQS',
  'AlertsFail | AWS/SQS',
  'AlertsWait | AWS/SQS',
  'TrafficAlertsFail | AWS/Lambda',
  'CountsAreLate | AWS/Lambda',
  'CountsFail | AWS/Lambda',
  'CountsSkipRows | AuraStream',
  'CountsDrift | AuraStream',
  'CountsUnchecked | AuraStream',
  'HistoryIsLate | AWS/Lambda',
  'HistoryFails | AWS/Lambda',
  'HistorySkipsRows | AuraStream',
  'LakeTableIsLate | AuraStream',
  'RawObjectsUnreadable | AuraStream',
  'KeeperFails | AWS/SQS',
  'KeeperWaits | AWS/SQS',
  'AuditFails | AWS/SQS',
  'AuditChanged | AuraStream',
  'PrivacyRequestsFail | AWS/SQS',
  'ApiFails | AWS/ApiGateway',
  'ApiIsSlow | AWS/Lambda',
  'ApiIsThrottled | AWS/Lambda',
  'DownloadsFail | AWS/Lambda',
  'DownloadsAreThrottled | AWS/Lambda',
];

export const OPERATIONS: DocumentPromises = {
  path: 'docs/operations.md',
  promises: [
    ...AUDIT_TRAIL.promises,
    ...SERVICE_LEVELS.promises,
    {
      says: 'A receiver that refuses an alert does not cause this alarm; `GET /alerts/{name}/history` shows those attempts.',
      tests: [
        'an alert reports a record to a webhook, signed and tried again after a refusal, and its history has no text',
        'an alert is tried again after 1, 5 and 15 minutes, and then it has failed',
      ],
    },
    {
      says: 'A later run makes up for up to six hours.',
      tests: [
        'a run makes up for six hours, and judges no minute before',
        'runs that %s judge each minute once, and each incident has one firing and one resolved message',
      ],
    },
    {
      says: 'Lambda refuses to start downloads, and their requests get status 500.',
      tests: ['a streaming function that Lambda throttles is answered with 500'],
    },
    {
      says: 'Lambda runs a download to its end, also after its caller has closed the connection.',
      tests: [
        'a function goes on to the end of its stream after the client has closed the connection',
      ],
    },
    {
      says: 'Downloads of results break off.',
      tests: [ALARM],
    },
    {
      says: 'Callers notice it, and the client requests a download again.',
      tests: ['a download that breaks off is requested again, and no row comes twice'],
    },
    {
      says: 'Take the `request_id` from the log lines `download ended` with `is_cut_off`, and look for its error beside it.',
      tests: [
        'CSV that reaches a limit ends with a line that says INCOMPLETE, and the body breaks off, in the coding %s',
      ],
    },
    {
      says: 'A job that is too large for one CSV file ends this way: a response has at most 190 MB and 14 minutes.',
      tests: [
        'CSV that reaches a limit ends with a line that says INCOMPLETE, and the body breaks off, in the coding %s',
      ],
    },
    {
      says: 'Changes of results wait to be counted, so `GET /stats` is behind.',
      tests: [ALARM],
    },
    {
      says: '`error_codes` says what failed, and `lag_ms` how far it is behind.',
      tests: [
        'a batch that is counted answers without failures and with a state, in one log line and five metrics',
        'rows that fail are reported with their first change, and all others are written',
      ],
    },
    {
      says: 'The command compares a day with the results table, and repairs it:',
      tests: [
        'a comparison names what each bucket of the day lacks, or has too much',
        'a rebuild makes the counts of a day equal to the results table, also if it runs again',
        'aurastream counts check says what the counts lack, and fails',
        'aurastream counts rebuild writes what the counts lack',
      ],
    },
    {
      says: 'A rebuild writes what the counts of each tenant lack into rows of their own.',
      tests: [
        'a rebuild makes the counts of a day equal to the results table, also if it runs again',
        'a tenant without rows in the results table is rebuilt to zero',
        'the rows of generations that no reader adds are removed by the next rebuild',
      ],
    },
    {
      says: '`GET /stats` and `GET /overview` add these rows all at once when the rebuild is done, so a rebuild that fails changes nothing, and can run again.',
      tests: [
        'readers see the counts before a rebuild or after it, although rebuilds die, overlap and lose answers, and batches are delivered again',
        'a rebuild that finds the day changed while it wrote, or another rebuild begun, changes nothing that readers see',
      ],
    },
    {
      says: 'Both commands read the whole results table and the whole table of counts, and refuse a day that has changed within the last minute.',
      tests: [
        'a day that changed %d ms before the comparison is refused: %s',
        'a day that has just changed is not compared',
      ],
    },
    {
      says: 'Results expire after 90 days, so older days are refused too.',
      tests: ['aurastream counts check --day %s is refused'],
    },
    {
      says: 'The counts of a source whose results expire sooner (`retention`) stay as they are on older days.',
      tests: [
        'the counts of a source whose results may have expired stay as they are, also through the rebuild of another source',
      ],
    },
    {
      says: 'Lambda delivers the batch again until it succeeds, in ever smaller parts, and counts nothing twice.',
      tests: [
        'the counts get every change of the results table in order, until it is counted, and know its shard',
        'counts equal a recount of the table after corrections, withdrawals, expiries, splits of shards, deaths, zombies and lost answers',
      ],
    },
    {
      says: 'Rows of the results table are not counted, because they are no results.',
      tests: ['a row that is no result counts neither before nor after, and is reported'],
    },
    {
      says: 'Every night after 02:00 UTC the keeper recounts the last seven days from the table `results` with SQL, and compares the hours and days of the counts, by both times.',
      tests: [
        'the counts are checked once a night, and a check publishes the number of buckets that differ',
        'the check recounts the last seven closed days by both times, and finds no drift in equal counts',
        'a recount by SQL is what the rows of the results table add up to, by hour and day, and by both times',
      ],
    },
    {
      says: 'It leaves out buckets that changed within the last hour, and those of sources whose results may have expired (`retention`).',
      tests: [
        'buckets of a source whose results may have expired are left out, and those of others are not',
        'a bucket that %s changed %d ms before the check is left out: %d',
        'a bucket in which a record was processed within the last hour is left out',
      ],
    },
    {
      says: 'It compares records by language and outcome, by origin and by analyzer.',
      tests: [
        'a recount by SQL is what the rows of the results table add up to, by hour and day, and by both times',
      ],
    },
    {
      says: 'The metric is the number of buckets that differ; the log line `counts have drifted` names the first ten and what they lack.',
      tests: [
        'the counts are checked once a night, and a check publishes the number of buckets that differ',
        'a bucket that lacks records, or has records that SQL does not find, has drifted, and the check says by how much',
      ],
    },
    {
      says: 'The alarm ends with the next check that finds no difference.',
      tests: [ALARM, 'counts without a difference publish a drift of 0'],
    },
    {
      says: 'If no check has ever ended, the time counts from the first hour that asked for one.',
      tests: [
        'a stack whose check has never ended publishes the time since it was first asked for one',
      ],
    },
    {
      says: 'A check that fails is tried again every hour.',
      tests: [
        'a check that fails is tried again by the next message, and the time without a check goes on',
      ],
    },
    {
      says: 'Look for `message failed` and `counts check postponed` in the log of the keeper:',
      tests: [
        'the check waits while objects of the lake have waited for more than half an hour',
        'a message that fails is delivered again, and the log has no text of the error',
      ],
    },
    {
      says: 'Replaced versions wait to be stored, so the histories of records lack them.',
      tests: [ALARM],
    },
    {
      says: '`error_codes` says what failed.',
      tests: [
        'if versions fail, the others are stored, and Lambda delivers again from the first that failed',
      ],
    },
    {
      says: 'Lambda delivers the batch again until it succeeds, in ever smaller parts, and stores each version once.',
      tests: [
        'history and alerts get every new row and every replacement, until it is done, and no deleted row',
        'the history has the versions that were accepted, the newest first, whatever Lambda delivers again and whichever writes fail',
      ],
    },
    {
      says: 'Replaced rows of the results table are not in the history, because they are no results.',
      tests: ['a row that is no result is reported, and the other versions are stored'],
    },
    {
      says: 'The keeper tries an object again after 1, 2, 4 minutes and so on, at most every 64 minutes, and merges an object that failed twice alone, so that it holds up no other.',
      tests: [
        'objects that a statement cannot merge stay, are tried again later and later, and alone after two failures',
      ],
    },
    {
      says: "Look for `merge failed` in the log of the keeper: it has Athena's name for the reason and the keys of the objects.",
      tests: [
        'objects that a statement cannot merge stay, are tried again later and later, and alone after two failures',
      ],
    },
    {
      says: 'The log line `object is unreadable` has its key.',
      tests: ['an object that Athena could not read is counted, logged by its key, and not merged'],
    },
    {
      says: 'Objects whose messages are lost are found by the search of the night, and merged then.',
      tests: [
        'the night finds the objects of the last two days of which no event came, and then works once',
      ],
    },
    {
      says: 'A withdrawal removes the text from the results table at once, and from the table `results` of the lake with the next merge.',
      tests: [
        'SQL shows one row for each record, with its corrected text and without its withdrawn text',
        'a withdrawn record keeps its identity and status, and has no text, author or attributes',
      ],
    },
    {
      says: 'If the row of the record has expired (after 90 days), the table `results` follows in the next night.',
      tests: [
        'the night withdraws the record whose row had expired when its withdrawal came, and no record that was published again',
        'the night searches all days for records whose rows had expired, once after a withdrawal without a row',
      ],
    },
    {
      says: 'raw objects (`results_raw`) | the next night. Lines that arrive later: the night after that',
      tests: [
        'the night removes the texts of withdrawn records from the raw objects, and leaves all others',
        'raw objects are searched for texts of withdrawn records for two days after a withdrawal, and then not',
      ],
    },
    {
      says: 'files of the table `results` | OPTIMIZE of the next night, then a day (`lake.snapshot_days`), then VACUUM of that night',
      tests: [
        'every replaced row makes OPTIMIZE rewrite its file, and snapshots end after their days',
        'the night optimises the days that have changed, and then none',
      ],
    },
    {
      says: '`over_budget` | records for which no tenant could pay; they are replayed after the reset | BudgetExceeded',
      tests: [
        'records over budget are counted in a metric of their own, and errors of budgets as errors of the ledger',
      ],
    },
    {
      says: 'Behind them, the command lists the rows of jobs that are no valid record, as long as the job is kept: the first 100 of each job.',
      tests: [
        'set-aside list shows the invalid rows of jobs behind the records of the stream, or those of one job',
        'set-aside list shows at most 100 rows of each job, and all rows of a job that is named',
        'set-aside list leaves out the rows of a job whose record list is no longer kept',
      ],
    },
    {
      says: '`set-aside list --job JOB_ID` lists all rows of one job, and its records that were set aside on the stream.',
      tests: [
        'set-aside list shows the invalid rows of jobs behind the records of the stream, or those of one job',
        'set-aside list shows at most 100 rows of each job, and all rows of a job that is named',
      ],
    },
    {
      says: 'Each process uses at most a hundredth of each budget, and at most 10,000 units; then records wait, and the API answers 503.',
      tests: [
        'a process continues on credit, and then refuses texts as unavailable, not as over budget',
        'While the ledger does not answer and the credit is used up, texts fail and may be retried',
      ],
    },
    {
      says: 'Its texts that are in no cache are set aside with the reason `over_budget`, and the API answers 429 with `BUDGET_EXCEEDED`.',
      tests: [
        'a tenant over its budget gets 429 and set-asides, other tenants go on, and the replay after the reset brings the results',
      ],
    },
    {
      says: 'Cached verdicts, withdrawals and the records of other tenants go on.',
      tests: [
        'a tenant over its budget gets 429 and set-asides, other tenants go on, and the replay after the reset brings the results',
        'a tenant over its budget does not delay the records of other tenants',
      ],
    },
    {
      says: '`set-aside list` shows the records, and whether the budget of the tenant or of the deployment is used up.',
      tests: [
        'set-aside list shows each with its reason and issue, in the order of the stream',
        'a record over budget is refused with the scope, the month and the time, and a withdrawal is not',
      ],
    },
    {
      says: 'A function replays the records of past months every 15 minutes, beginning a quarter of an hour after the month, on the bulk stream.',
      tests: [
        'nothing is replayed before the budget resets, nor in the quarter of an hour after it',
        'records over budget are replayed after the month in the signed envelope, with their positions, and once',
        'a tenant over its budget gets 429 and set-asides, other tenants go on, and the replay after the reset brings the results',
      ],
    },
    {
      says: 'It stops while the consumers are behind, and continues with its next run.',
      tests: [
        'a run stops when its time is up or the bulk stream has no room, and the next run continues',
      ],
    },
    {
      says: 'Records that exceed the new budget too are set aside again.',
      tests: ['what exceeds the budget of the next month as well stays set aside under that month'],
    },
    {
      says: 'The records stay set aside, and the next run, 15 minutes later, tries again.',
      tests: ['records that the stream rejects stay, and the next run replays them'],
    },
    {
      says: 'Every command here works on AWS and on the embedded cloud.',
      untested: 'The tests run on the embedded cloud only; no AWS account is available to them.',
    },
    {
      says: 'Alarms publish to one SNS topic, which the stack output `AlarmTopicArn` names.',
      tests: [ALARM, 'each output names the resource that the commands look for under it'],
    },
    {
      says: 'To get them by email, deploy with `npm run deploy -- -c alarmEmails=you@example.com`.',
      tests: ['-c alarmEmails sends the alarms to each address'],
    },
    {
      says: '[Alarms](#alarms) lists what each alarm watches.',
      tests: ['the runbook lists every alarm, and has a section for each'],
    },
    {
      says: 'Logs are JSON, one line for each batch or request, with `request_id`, `shard_id`, counts and error codes.',
      tests: [
        'a batch is one log line of counts and codes',
        'the API logs each answer, and a bug without what its message quotes',
        'the consumer logs one line per batch, not per record',
      ],
    },
    {
      says: 'Logs never contain text.',
      tests: [
        'a bug stops the batch loudly, without the words that its error may quote',
        'the API function writes no text to its log',
        'A message that fails is delivered again, and the log quotes the messages of known errors alone',
        'the callback function gives back the messages that failed, and no others, and quotes none of them',
        'no log holds a text',
      ],
    },
    {
      says: 'X-Ray traces each function as a whole (active tracing).',
      tests: ['the function %s has its memory, its timeout and its environment'],
    },
    {
      says: 'The namespace is `AuraStream`, and the dimensions are `service` (`consumer`) and `environment` (such as `dev`).',
      tests: [
        'the consumer publishes its metrics in the namespace AuraStream, by service and environment',
        ALARM,
      ],
    },
    { says: 'The consumer publishes each metric once per batch.', tests: [BATCH_METRICS] },
    {
      says: '`records_in` | Kinesis records in the batch; a KPL aggregate counts as one |',
      tests: [BATCH_METRICS, 'a batch is one log line of counts and codes'],
    },
    {
      says: '`results` | records whose row and lake line are written |',
      tests: [
        BATCH_METRICS,
        'Each record of a batch becomes a row and a lake line, and no record is delivered again',
        'A record that the lake refuses fails alone',
      ],
    },
    {
      says: '`set_asides` | records that are invalid, or that the analyzer refuses permanently | RecordsSetAside',
      tests: [
        BATCH_METRICS,
        'A bad record is set aside with its bytes, and the others are processed',
        'A text that the analyzer refuses in every call is set aside with its bytes, and never blocks its shard',
      ],
    },
    {
      says: '`cancelled` | records of a cancelled job; they are skipped and cost nothing |',
      tests: [BATCH_METRICS, 'Records of a cancelled job get no result and make no call'],
    },
    {
      says: '`unchanged` | results that say what the row of their record said before; they are part of `results` |',
      tests: [
        BATCH_METRICS,
        'A result says whether the row said the same before, and whether the row is newer',
      ],
    },
    {
      says: '`not_newer` | results of a record whose row is newer; they have a lake line and no row, and are part of `results` |',
      tests: [
        BATCH_METRICS,
        'Of several versions the table keeps the highest, and the lake gets a line for each',
      ],
    },
    {
      says: '`misfits` | values of metadata that became an attribute or were dropped; the log line names their fields |',
      tests: [BATCH_METRICS, 'the values that do not fit their field are counted by field'],
    },
    {
      says: '`failed` | records that failed because a service failed; Lambda delivers them again |',
      tests: [BATCH_METRICS, 'A record that the analyzer fails fails alone'],
    },
    {
      says: '`iterator_age_ms` | age of the last record of the batch when the batch was done |',
      tests: [
        BATCH_METRICS,
        'the iterator age is that of the last record, and end to end counts from the first',
      ],
    },
    {
      says: '`end_to_end_ms` | time from the arrival of the first record of the batch to its result |',
      tests: [
        BATCH_METRICS,
        'the iterator age is that of the last record, and end to end counts from the first',
      ],
    },
    ...[
      '`cache_hits_batch` | texts that occurred earlier in the same batch |',
      '`cache_hits_memory` | texts whose verdict was in the memory of the process |',
      '`cache_hits_table` | texts whose verdict was in the cache table |',
      '`cache_misses` | texts that were sent to Comprehend |',
    ].map((says) => ({
      says,
      tests: [
        BATCH_METRICS,
        'The outcome says where its verdict came from: miss, batch, memory or table',
        'The analysis counts each text once, and gives equal texts equal verdicts',
      ],
    })),
    {
      says: '`cache_errors` | failed reads and writes of the cache table | CacheIsDown',
      tests: [
        BATCH_METRICS,
        'If the cache table is down, texts are still analysed, and the outage is counted',
        'A cache that does not answer in time counts as a cache error, not as cold traffic',
      ],
    },
    {
      says: '`cache_unreadable` | rows of the cache table that could not be parsed |',
      tests: [
        BATCH_METRICS,
        'The verdict cache treats expired rows as misses, and counts rows that do not parse',
      ],
    },
    {
      says: '`analyzer_calls` | calls of Comprehend; the minimum is `analyzer_documents` ÷ 25 |',
      tests: [
        BATCH_METRICS,
        'The analysis of a batch makes as few calls as its distinct documents allow, and none for a repeat',
      ],
    },
    {
      says: '`analyzer_documents` | documents in those calls |',
      tests: [BATCH_METRICS, 'Only failed documents are sent to the analyzer again'],
    },
    {
      says: '`analyzer_units` | units that Comprehend bills for the documents that it scored; a unit costs at most $0.0001 |',
      tests: [
        BATCH_METRICS,
        'the units of each document that the analyzer scored are counted once, with at least three for each',
      ],
    },
    {
      says: '`analyzer_throttles` | calls and documents that Comprehend throttled | AnalyzerThrottles',
      tests: [
        BATCH_METRICS,
        'The analyzer translates the document error %s: retryable %s, throttled %s',
        'If one call fails, the verdicts of the other calls are kept and cached',
        'throttled documents of a call that succeeded are counted as throttles',
      ],
    },
    {
      says: '`quota_calls` | calls that got a slot of the shared quota |',
      tests: [
        QUOTA_METRICS,
        'immediately fails calls whose slot would start after their deadline, without making them',
      ],
    },
    {
      says: '`quota_refused` | calls whose slot would have come too late; Lambda delivers their records again |',
      tests: [
        QUOTA_METRICS,
        'immediately fails calls whose slot would start after their deadline, without making them',
      ],
    },
    {
      says: '`quota_waited_ms` | time that calls waited for their slots |',
      tests: [QUOTA_METRICS, 'counts the time that calls wait for their slots'],
    },
    {
      says: '`quota_calls_per_second` | the call rate that all consumers share now |',
      tests: [
        QUOTA_METRICS,
        'lowers the rate for a service with less capacity than its quota, and raises it again later',
      ],
    },
    {
      says: '`ledger_errors` | failed reads and writes of the ledger of quotas and budgets | LedgerIsDown',
      tests: [
        QUOTA_METRICS,
        'calls at its fallback rate while the ledger is down, counts the errors, and returns to the ledger',
      ],
    },
    {
      says: '`position_errors` | positions of shards that could not be stored; `query --wait` then takes longer, and puts a marker on the shard |',
      tests: [
        'a position that could not be stored is counted in a metric, and the batch is logged as a warning',
        'the consumer counts a position that it could not store, and processes the batch',
        'the wait ends on a quiet shard whose position is behind, by a marker and not by its limit',
      ],
    },
    {
      says: '`breaker_open` | 1 while the circuit breaker is open | AnalyzerIsDown',
      tests: [
        QUOTA_METRICS,
        'opens the circuit after five failures in a row, and then makes no call',
      ],
    },
    {
      says: '`breaker_spared` | calls that failed because the circuit breaker was open until their deadline |',
      tests: [QUOTA_METRICS, 'fails at once if the next probe is after its deadline'],
    },
    {
      says: '`pii_calls` | calls of DetectPiiEntities that got a slot of its quota; like all `pii_` metrics, only with `privacy.engine: comprehend` or `both` |',
      tests: [
        'equal texts of a tenant are searched and billed once, and the units and calls are metrics',
      ],
    },
    {
      says: '`pii_units` | units that Comprehend bills for these calls |',
      tests: [
        'equal texts of a tenant are searched and billed once, and the units and calls are metrics',
      ],
    },
    {
      says: '`pii_throttles` | calls of DetectPiiEntities that were throttled |',
      tests: [ENGINE_METRICS],
    },
    {
      says: '`pii_refused` | calls whose slot would have come too late; Lambda delivers their records again |',
      tests: [ENGINE_METRICS],
    },
    {
      says: '`pii_waited_ms` | time that these calls waited for their slots |',
      tests: [ENGINE_METRICS],
    },
    {
      says: '`pii_breaker_open` | 1 while the circuit breaker of DetectPiiEntities is open |',
      tests: ['after five failures the circuit opens, and further texts wait without a call'],
    },
    {
      says: 'An alarm goes off when its metric is above the threshold in as many consecutive periods of five minutes as the table says.',
      tests: [ALARM],
    },
    {
      says: 'A period without data counts as a period without a failure; only ConsumerIsSilent, BulkConsumerIsSilent, CountsDrift and CountsUnchecked keep their state.',
      tests: [ALARM, SILENCE],
    },
    { says: 'An alarm publishes when it goes off and when it ends.', tests: [ALARM] },
    ...ALARMS.map((says) => ({ says, tests: [ALARM] })),
    { says: 'ConsumerIsSilent | ', tests: [SILENCE] },
    { says: 'BulkConsumerIsSilent | ', tests: [SILENCE] },
    {
      says: 'Records arrive, and Lambda has not invoked the consumer for ten minutes.',
      tests: [SILENCE],
    },
    { says: 'The records wait on the stream for 24 hours', tests: [RETENTION] },
    { says: 'Those records are on the stream until they are 24 hours old.', tests: [RETENTION] },
    {
      says: 'Records that were processed before do not count twice.',
      tests: [
        'a repeated text costs no further call, and a record that is sent again keeps its verdict and its times',
      ],
    },
    {
      says: 'The publisher and the API send rejected records again, so nothing is lost as long as the producers run.',
      tests: [
        'The publisher acknowledges each record once, whatever the stream rejects, and sends only rejected entries again',
      ],
    },
    {
      says: 'The consumer tries again, and records wait on the stream.',
      tests: ['If a store throws, all records of its put fail'],
    },
    {
      says: 'Records of jobs wait on the stream.',
      tests: [
        'While jobs cannot be read, records with a job are delivered again later, and other records are processed',
      ],
    },
    {
      says: 'Five jobs are submitted at the same time; a sixth waits.',
      tests: ['%s delivers one message at a time, and only failed messages again'],
    },
    {
      says: 'Nothing is lost in an outage of 12 hours.',
      tests: [
        'An outage of 12 hours loses nothing and writes each line at most 1.1 times, if Lambda retries %s',
      ],
    },
    {
      says: 'Lambda retries until a record is 13 hours old (`consumer.max_record_age_seconds`).',
      tests: [
        '%s gives %s the records of %s in order, in large batches, and retries for thirteen hours, however often',
        '%s gives a batch up before %s forgets it',
      ],
    },
    {
      says: 'After that, Lambda moves the records to the failure bucket.',
      tests: [
        '%s gives %s the records of %s in order, in large batches, and retries for thirteen hours, however often',
        'a consumer without a grant for Firehose is denied, and its batch goes to the failure destination with its payload',
      ],
    },
    {
      says: 'Read `failed` and its error codes in the log lines `batch processed`.',
      tests: ['a batch is one log line of counts and codes'],
    },
    {
      says: 'raise `quotas.comprehend.consumers_calls_per_second`.',
      tests: [
        'the function %s has its memory, its timeout and its environment',
        'the consumer reserves its calls from its quota table at ANALYZER_CALLS_PER_SECOND',
      ],
    },
    {
      says: 'An on-demand stream splits its shards by itself within minutes.',
      untested: 'Kinesis does this on AWS; the template only sets the mode ON_DEMAND.',
    },
    {
      says: 'They are in the failure bucket with their payload.',
      tests: [
        'a consumer without a grant for Firehose is denied, and its batch goes to the failure destination with its payload',
      ],
    },
    {
      says: 'They expire after 14 days (`failures_days`), because they hold records as they came.',
      tests: [
        'inputs expire a day after the deadline of their job, record lists with their job and long texts after 45 days, answers of queries and files of exports after a week, raw lines of results after 30 days, set-asides after 80, failed batches after 14; all else stays',
      ],
    },
    {
      says: 'put them back on the stream:',
      tests: [
        'redrive list shows the batches that are not back yet, those of a reason, or all',
        'redrive run puts all open batches back, says how many records, and exits with 0',
        'redrive run --dry-run counts the records, and neither publishes nor marks',
        'redrive marks a batch once all of its records are on the stream, and not before',
        'aurastream redrive puts the records that Lambda gave up on back on the stream, and a second run puts back none',
      ],
    },
    {
      says: 'Each record comes back with its identity, its time of arrival and its bytes, so a record that was processed before does not count twice.',
      tests: [
        'whatever bytes come, restore accepts them, and they decode to the same record at the same place and time',
        'each sub-record of a KPL aggregate is restored under the id that its place in the aggregate gave it',
        'redrive puts back withdrawals, long texts, sub-records and invalid bytes, and marks their batch',
      ],
    },
    {
      says: 'Invalid records of the batch that have a set-aside already are left out.',
      tests: [
        'redrive leaves out bytes that have a set-aside, and marks their batch',
        'redrive and set-aside replay give each invalid record of a given-up batch one set-aside and one result',
      ],
    },
    {
      says: '`redrive` puts the records of both streams back on the bulk stream, so that a large redrive does not delay live records.',
      tests: [
        'redrive run puts all open batches back, says how many records, and exits with 0',
        'aurastream redrive puts the records that Lambda gave up on back on the stream, and a second run puts back none',
      ],
    },
    {
      says: 'Nothing is lost for 12 hours.',
      tests: [
        '%s gives %s the records of %s in order, in large batches, and retries for thirteen hours, however often',
      ],
    },
    {
      says: '`redrive show KEY` lists the records of one batch.',
      tests: [
        'redrive show lists the records of a batch without their texts',
        'a failed batch shows its records under the ids that redrive gives them',
      ],
    },
    {
      says: 'What `redrive` and `set-aside replay` put on the stream is signed with a key that is a secret of the stack (`RestoreKeyArn`).',
      tests: [
        'the keys of callbacks and of restored records are generated with 64 characters each',
        'each output names the resource that the commands look for under it',
      ],
    },
    {
      says: 'The operator needs `secretsmanager:GetSecretValue` for it.',
      untested: 'The rights of operators are theirs to grant; the stack has no role for them.',
    },
    {
      says: 'No producer can read the key, so no producer can choose the identity or the time of arrival of a record.',
      tests: [
        'the role %s may do what its function does, and nothing else',
        'a restored record %s is set aside, byte for byte',
      ],
    },
    {
      says: 'the consumer sets a record with a wrong signature aside with the reason `invalid_signature`.',
      tests: ['a restored record %s is set aside, byte for byte'],
    },
    {
      says: 'The log line `batch stopped by a bug` names the error and its place in the code.',
      tests: [
        'a bug stops the batch loudly, without the words that its error may quote',
        'a described error has its name and frames, and nothing of its message',
      ],
    },
    {
      says: '`Task timed out` is a timeout, and `signal: killed` means that `consumer.memory_mb` is too low.',
      tests: ['the failure "%s" is reported as Lambda does, and the next invocation succeeds'],
    },
    {
      says: 'Lambda delivers the batch again in halves until the record that causes the failure is alone.',
      tests: [
        '%s gives %s the records of %s in order, in large batches, and retries for thirteen hours, however often',
        'a failed batch is halved until one record is left, which counts no retry',
      ],
    },
    {
      says: 'List them with their reason and source:',
      tests: ['set-aside list shows each with its reason and issue, in the order of the stream'],
    },
    {
      says: 'To recover the records, write a function that repairs their bytes.',
      tests: [
        'aurastream set-aside replay publishes the set-asides that a fix repairs, under their ids, and leaves the others',
        'a replayed set-aside is on the stream under the id and the time of its place, and is marked',
      ],
    },
    {
      says: 'Try it with `--dry-run` first:',
      tests: [
        'a dry run of a replay counts the records of a set-aside, publishes none and marks nothing',
        'set-aside replay --dry-run says what would be put back, and neither publishes nor marks',
      ],
    },
    {
      says: '`fix.mjs` exports a default function with the arguments `(bytes, set_aside)`.',
      tests: [
        'a fix gets the bytes of the set-aside, and its reason and place',
        'aurastream set-aside replay says what is wrong with an invalid fix',
      ],
    },
    {
      says: '`set-aside replay --help` shows an example.',
      tests: ['the help of set-aside replay shows a fix that works'],
    },
    {
      says: 'Tenants see their own set-asides on the page Pipeline of the dashboard and by `GET /set-asides`, and replay them there, with a key that has the right `admin` (ADR 0105).',
      tests: [
        'GET /set-asides lists the set-asides of the tenant with their bytes, newest first, and records the read',
        'a record that could not be processed is shown with its bytes, fixed on the page, and then has its result',
        '%s answers a caller with the right %s alone only if the route names it',
      ],
    },
    {
      says: 'A text that names no tenant belongs to the tenant `default`, as a record does.',
      tests: [
        'bytes that are JSON belong to the tenant that they name, and to `default` if they name none',
        'broken JSON belongs to the only tenant that it names',
      ],
    },
    {
      says: 'Bytes that are no text, name several tenants or have a wrong signature belong to none, and only the command shows them.',
      tests: [
        'bytes that are no text, or that have a wrong signature, belong to no tenant',
        'the message of a service belongs to a tenant only if all its records name that one',
        'the set-asides of a tenant are listed without those of others, and those that were put back are marked',
      ],
    },
    {
      says: 'Failed batches hold records of all tenants: the API only counts them.',
      tests: [
        'GET /set-asides/counts counts the set-asides of the tenant by reason, and failed batches of all',
      ],
    },
    {
      says: 'Comprehend failed five times in a row, so the circuit breaker stopped the calls.',
      tests: ['opens the circuit after five failures in a row, and then makes no call'],
    },
    {
      says: 'It lets one call through from time to time to test the service.',
      tests: [
        'lets one probe through an open circuit after a pause, and all calls once the probe succeeds',
        'doubles the pause of an open circuit after each failed probe, up to 30 seconds',
      ],
    },
    {
      says: 'Batches wait in the function for this call, so invocations are few and long.',
      tests: [
        'keeps its batch for nearly the whole time of an outage, with one probe at a time',
        /^an outage of Comprehend of/,
      ],
    },
    {
      says: 'Records wait on the stream, and no verdict is invented.',
      tests: [
        'A document that fails three times has the outcome failed, not a verdict',
        'A record that the analyzer fails fails alone',
      ],
    },
    {
      says: 'The rate limiter has already slowed down:',
      tests: [
        'a throttle lowers the rate by a fifth, to a twentieth of the quota at least',
        'lowers the rate for a service with less capacity than its quota, and raises it again later',
      ],
    },
    {
      says: '`quota_calls_per_second` is the current rate.',
      tests: [QUOTA_METRICS],
    },
    {
      says: 'Records are processed, but each text is sent to Comprehend and paid for again, within the quota.',
      tests: ['If the cache table is down, texts are still analysed, and the outage is counted'],
    },
    {
      says: 'You can delete the table and deploy it again.',
      tests: [
        'results, counts, alerts, jobs and the states of keys outlive the stack; the cache, the history, the quota ledger and the manifest of the keeper do not',
      ],
    },
    {
      says: 'Each consumer uses the fixed rate `quotas.comprehend.fallback_calls_per_second`, which is lower for bulk.',
      tests: [
        'the consumer makes ANALYZER_FALLBACK_CALLS_PER_SECOND calls while its quota table is down',
        'a ledger that fails is left alone for a second, and the slots meanwhile are a fixed share',
      ],
    },
    {
      says: 'Five or more consumers of the live stream then exceed the default quota; fewer use only part of it.',
      tests: [
        'four consumers of each stream stay within the quota at their fallback rates, and a fifth live one exceeds it',
      ],
    },
    {
      says: 'Each execution environment of the API makes one call per second then (`quotas.comprehend.sync.fallback_calls_per_second`), and logs `quota ledger unavailable`.',
      tests: [
        'the API logs that analysis is degraded when %s',
        'the function %s has its memory, its timeout and its environment',
      ],
    },
    {
      says: 'Firehose keeps records that it cannot deliver for 24 hours.',
      untested: 'Firehose does this on AWS; the embedded Firehose retries without a limit.',
    },
    {
      says: 'A message about a job failed five times.',
      tests: [
        'a message becomes a dead letter after five attempts, and queues keep messages for 14 days',
      ],
    },
    {
      says: 'The job makes no progress and becomes FAILED at its deadline.',
      tests: [
        'A sweep fails late jobs, resumes unfinished submissions, repeats pending callbacks, and changes no other job',
      ],
    },
    {
      says: 'The log of the submission function has the reason.',
      tests: [
        'A message that fails is delivered again, and the log quotes the messages of known errors alone',
      ],
    },
    {
      says: 'After you fix it, the sweeper resubmits the stalled jobs within minutes.',
      tests: [
        'the submission function sweeps the jobs that are due, and resumes the submission of one that stopped',
        'the jobs queue gets a message for each input that arrives, and one every minute for the sweep',
        'A sweep checks a resumed submission again after 10 minutes, a repeated callback after 20, and a submitted job at its deadline',
      ],
    },
    {
      says: 'A job took more than 1,000 invocations to put its records on the stream, and is FAILED with `SUBMISSION_STOPPED`.',
      tests: [
        'A submission that was handed over 1,000 times makes its job FAILED with SUBMISSION_STOPPED',
      ],
    },
    {
      says: 'The log line `submission handled` with the outcome `stopped` names the job.',
      tests: [
        'A submission that takes too many invocations ends, is logged as an error and is counted',
        'the submission function counts a submission that it stops, for the alarm SubmissionsStop',
      ],
    },
    {
      says: 'With the default settings a job reaches its deadline before this limit, so its invocations end without progress.',
      tests: [
        'Lambda lets the submission of a job run in a loop, and a job reaches its deadline before the limit of the loop',
      ],
    },
    {
      says: 'because 20 s of it are reserved for the last steps of an invocation.',
      tests: [
        'the submission function goes on if Lambda leaves it more than 20 s and the time of a chunk',
        'the submission function asks its queue for another invocation when its time is up',
      ],
    },
    {
      says: 'The submission function continues a long job with a message to its own queue.',
      tests: [
        'A submission that runs out of time hands the job over, and counts how often it was handed over',
        'a submission of more than 20 invocations ends, and publishes each line once',
      ],
    },
    {
      says: 'Lambda allows this loop because the function has the property `RecursiveLoop` with the value `Allow`.',
      tests: [
        'Lambda lets the submission of a job run in a loop, and a job reaches its deadline before the limit of the loop',
        'A function with `RecursiveLoop: Allow` may send messages to its own queue more than 16 times',
      ],
    },
    {
      says: 'If the property was changed, Lambda stops a submission after about 16 invocations, and the sweeper continues it minutes later.',
      tests: [
        'Lambda stops a function that sends messages to its own queue after 16 invocations, and the next message becomes a dead letter',
        'The sweeper takes a crashed submission over within a sweep of the end of its lease, and no line is published twice',
      ],
    },
    {
      says: 'A message about a callback failed five times.',
      tests: [
        'a message becomes a dead letter after five attempts, and queues keep messages for 14 days',
      ],
    },
    {
      says: 'The log of the callbacks function has the reason.',
      tests: ['the callback function says which service failed'],
    },
    {
      says: 'A receiver that refuses a callback does not cause this alarm; `GET /status/{job_id}` shows those attempts.',
      tests: [
        'a callback that fails is attempted again after 1, 5 and 15 minutes, and has then failed',
        'GET /status shows the callback with its attempts, and the reason of a failure',
      ],
    },
    {
      says: 'Take the `request_id` from an answer, find the log line `bug in the API` with that id, and check which dependency does not respond:',
      tests: [
        'the API logs each answer, and a bug without what its message quotes',
        'GET /ready is unavailable if %s alone fails, and names it with its code',
      ],
    },
    {
      says: 'New records use it immediately.',
      tests: [
        'the setting %s chooses the analyzer with that name and its facts',
        'each input of a verdict changes its fingerprint',
      ],
    },
    {
      says: 'To analyze older records again, replay a time range of the lake:',
      tests: [
        'a replay publishes each record once, as the same version of a later run, with the fields of its producer',
        'a replay takes only records of its time and its source that have a text',
        'aurastream replay analyses outdated results again, keeps the old lines, and leaves withdrawn records alone',
      ],
    },
    {
      says: 'The replay uses at most that share of the quota.',
      tests: [
        'replay paces itself by %s',
        'the pace lets no more records pass than its rate',
        'a replay publishes each of many records once, and waits for the pace before each step',
      ],
    },
    {
      says: 'It skips records that are up to date or withdrawn.',
      tests: [
        'a replay skips a record whose result %s',
        'aurastream replay analyses outdated results again, keeps the old lines, and leaves withdrawn records alone',
      ],
    },
    {
      says: 'You can stop it and run it again.',
      tests: [
        'a replay skips a record whose result %s',
        'A results table replaces an analysis by a later one, never by an earlier one, and a newer version by neither',
      ],
    },
    {
      says: '`results_raw` keeps both results of a record, with their `analyzer.version` and `analysis_run`; `results` and the results table show the newer one.',
      tests: [
        'aurastream replay analyses outdated results again, keeps the old lines, and leaves withdrawn records alone',
        'the table has one row for each record, with the highest revision, in any order and if merged twice',
        'A results table replaces an analysis by a later one, never by an earlier one, and a newer version by neither',
      ],
    },
    {
      says: 'A live call waits at most 200 ms for calls of the bulk stream, if the quota is at least 7.5 calls per second.',
      tests: [
        'a live call waits at most 200 ms for bulk calls, however many bulk processes there are',
        'A bulk ledger lets live calls go first, and shares its slots evenly with other bulk ledgers',
        'the consumer of the bulk stream takes its calls behind those of live consumers',
      ],
    },
    {
      says: 'The synchronous API calls DetectSentiment, which has a quota of its own, and has an entry of its own in the ledger (`quotas.comprehend.sync`).',
      tests: [
        'each attempt of a call to Comprehend takes a slot of the API’s own entry in the quota ledger',
        'the consumers and the API each stay within their quota of each analyzer, and leave at most 2 %',
      ],
    },
    {
      says: 'Each call takes its slot with one write.',
      tests: [
        'each attempt of a call to Comprehend takes a slot of the API’s own entry in the quota ledger',
      ],
    },
    {
      says: 'Each attempt of a call, also after an error, takes a slot of its own.',
      tests: [
        'each attempt of a call to Comprehend takes a slot of the API’s own entry in the quota ledger',
      ],
    },
    {
      says: 'Bulk calls get what live calls leave over, and at least a tenth of the quota.',
      tests: [
        'bulk uses what live calls leave over, so that nearly the whole quota is used',
        'bulk gets a tenth of the quota while live calls want all of it, and live gets the rest',
      ],
    },
    {
      says: 'One conditional write reserves up to six calls, as many as wait in the consumer.',
      tests: [
        'one reservation takes a slot for each call that waits, up to slotsPerWrite, and hands them out in turn',
        'at %d calls a second a write takes at most %d slots',
      ],
    },
    {
      says: 'Above 600 calls per second, one write reserves the slots of 10 ms.',
      tests: ['at %d calls a second a write takes at most %d slots'],
    },
    {
      says: 'Above 5,000 calls per second, the quota is divided among several items, and each process uses one of them.',
      tests: [
        'a quota of up to 5,000 calls a second has one item, under its own name',
        'the parts of a large quota add up to it, and each serves about the same number of processes',
      ],
    },
    ...[
      'It publishes 1,000 records',
      'It runs a job with a callback',
      'Then it withdraws its records and revokes its keys.',
      'Its last lines compare the form of each answer',
      'Lines of the raw lake and set-asides of the run stay until they expire.',
    ].map((says) => ({ says, tests: [SMOKE] })),
    {
      says: 'The exit code is 1 if a promise does not hold.',
      tests: ['npm run smoke goes on after a promise that does not hold, and exits with 1'],
    },
    {
      says: "`--only 'set aside'` repeats the steps whose line has these words, and withdraws.",
      tests: ['npm run smoke goes on after a promise that does not hold, and exits with 1'],
    },
    ...[
      'It first prints what it costs and asks',
      'It refuses to spend more than a dollar, and ends after fifteen minutes at the latest.',
    ].map((says) => ({
      says,
      tests: ['npm run smoke says what it costs, and does nothing without a yes'],
    })),
    {
      says: 'A request to erase or export records failed five times, and does not go on by itself.',
      tests: [
        'the alarm %s watches the metric of the runbook and goes off above its threshold, for its time',
      ],
    },
    {
      says: 'Its caller sees the status `failed`, and may have asked for it again.',
      tests: [
        'an erasure that has failed says so with its reason and advice, and can be asked for again',
      ],
    },
    {
      says: "Fix the cause within a day, and move the dead letters back to the queue with SQS's redrive: the erasure goes on where it was.",
      tests: [
        'every store of the template is in the report, with its time from the settings',
        'the erasure of a request goes on slice by slice, and one that is delivered again erases nothing twice',
      ],
    },
    {
      says: 'Later the message, which may name a person, is gone: ask for the erasure again.',
      tests: ['every store of the template is in the report, with its time from the settings'],
    },
  ],
  explains: [
    'Ask the caller to download JSON lines.',
    'Otherwise a service does not answer.',
    '`curl -s $AURASTREAM_API/ready` names it.',
    'DynamoDB never changes the attributes of an index, and',
    'To list another field, deploy three times:',
    'Add an index of a new name, such as',
    'DynamoDB fills it from the table.',
    'The writes of this cost as much as',
    'When the index is active, let',
    'Delete the old index.',
    'The stream of the results table keeps a change for 24 hours',
    'Read the log lines `changes dispatched` of the history function:',
    'A message about an alert failed five times.',
    'The function that evaluates the alerts on traffic each minute fails.',
    'Read the log lines `evaluation of alerts failed`.',
    'The log of the alerts function has the reason.',
    'A message about an alert has waited for half an hour, twice as long as the longest delay between two attempts.',
    'Check whether the event source mapping of the alerts function is enabled.',
    'The versions of an outage of more than 24 hours stay missing;',
    'The history function throws or times out.',
    'Read the log lines `dispatch stopped by a bug`.',
    'Read the log lines `changes counted` of the counts function:',
    'The counts of at least one bucket differ from a recount, so',
    'If LakeIsLate or CountsAreLate is on, mend that first,',
    'Otherwise check the day, and rebuild it as CountsAreLate says.',
    'The counts have not been compared with a recount for 30 hours.',
    'Athena or DynamoDB refuse the check, or objects of',
    'Do not rebuild while CountsAreLate is on:',
    'changes that are counted later would count twice.',
    'The counts function throws or times out.',
    'If the function was away for longer than that, recount the days whose results have changed meanwhile.',
    'Read the log lines `counting stopped by a bug`.',
    'Something other than the consumer has written them.',
    'A raw object has waited for an hour to be merged into the table `results`, so SQL queries of `results` miss its results.',
    'The results table is up to date.',
    'A statement that exceeds `lake.max_scanned_gb_per_query`, a changed work group or a missing permission fail all objects.',
    'An object below `results_raw/` is not gzipped lines of results.',
    'Firehose writes no such object; a person or another program does.',
    'Remove the object: queries of `results_raw` in its hour fail as long as it is there.',
    'A message of the keeper failed five times.',
    'The log of the keeper has the reason.',
    'Delete the dead letters after you fix the reason.',
    'A message of the keeper has waited for half an hour.',
    'Check whether the event source mapping of the keeper is enabled.',
    'What is left goes by itself:',
    'deleted versions of both, on S3 | 7 more days (`deleted_objects_days`)',
    'backups of the results table | 35 days, the time of point-in-time recovery',
    'Rows cannot be replayed: mend the file and submit it again.',
    'Live calls go first.',
    'Records of jobs and of operations wait on the bulk stream.',
    'Live records have priority, so first see whether they use the whole quota:',
    'quota_calls_per_second and quota_waited_ms.',
    'A large aurastream ingest or redrive also fills the stream for a while.',
    'As BatchesGivenUp, for records of the bulk stream.',
    'As ConsumerFails, for the function BulkConsumerFunctionName.',
    'Live records are not affected.',
    '`IteratorAge` has no data then',
    'Is the event source mapping of the consumer enabled?',
    "Lambda's console shows its state and its last problem.",
    'Is the reserved concurrency of the function 0?',
    'May the role of the function still read the stream',
    'Lambda gave up on records.',
    'Normally BatchesGivenUp goes off as well',
    'If `OnFailureDestinationDeliveredEventCount` is lower',
    'Read them again with a second event source mapping',
    'As ConsumerIsSilent, for the bulk stream',
    'As RecordsDropped, for records of the bulk stream.',
    'As ConsumerIsThrottled, with',
    'Lambda refuses to start the consumer.',
    'Records wait on the stream, and Lambda does not count these attempts as retries.',
    'A new AWS account has a concurrency of 10',
    'If other functions of the account use it up',
    'The stream rejects records.',
    'An on-demand stream takes twice its peak',
    'If the alarm stays, most records may have one partition key',
    'DynamoDB throttles writes of results.',
    'A new on-demand table takes 4,000 writes',
    'Before a larger load, set its warm throughput.',
    'DynamoDB throttles the indexes, and with them the results table.',
    'One source has more than 8,000 records',
    'Split the source into several.',
    'DynamoDB throttles the jobs table.',
    'Submit fewer large jobs at once.',
    'A message about a job has waited',
    'If no job makes progress, check',
    'A message about a callback has waited',
    'Check whether the event source mapping of the callback function is enabled.',
    'One in a hundred requests takes longer',
    'Look at `duration_ms`',
    '`POST /analyze/sync` waits for the analyzer.',
    'Lambda refuses to start the API',
    'The concurrency of the account is used up',
    ...AUDIT_TRAIL.explains,
    ...SERVICE_LEVELS.explains,
    'The log of the privacy function says why:',
    '`request failed`, with the name of the error.',
    'This page is for the engineer on call.',
    'Check `jobs.timeout_seconds` first,',
    'Submit the job again after you fix the cause.',
    'Deploy the stack again.',
    'All of them were run on the embedded cloud.',
    'It does not trace the calls within a function',
    'The fill of calls is',
    'The cache hit rate is',
    'Records wait on the stream.',
    'Read `quota_waited_ms` and `quota_refused`.',
    'If calls wait for the quota, the texts need more calls than the quota allows.',
    'If `iterator_age_ms` is high',
    'Lambda stopped retrying some batches.',
    'The function threw an error, timed out or ran out of memory.',
    'A producer sends invalid records.',
    'Fix the producer.',
    'Check the AWS Health Dashboard',
    'The real quota is lower than',
    'Lower the setting to the real quota',
    'Check whether the cache table is throttled',
    'Its loss costs only money.',
    'Check the quota table.',
    'A tenant, or the deployment, has used its budget',
    'Wait, or raise the budget in',
    'To replay the records of this month after you have raised the budget:',
    'The function that replays records of past months failed five times',
    'Its log says why.',
    'Delete the dead letters.',
    'The results table is up to date, but SQL queries are not.',
    'Check its error logs',
    'The API answered with 5xx.',
    'The consumers share the quota through a ledger',
    'A million writes cost $0.625',
    'npm run simulate:scale shows how many writes an item gets',
    'The smoke test drives every route of a deployed stack',
    'You may run it on a stack in use',
    'npm run bench -- --only quota',
    '1 | 98 %',
    '4 | 98 %',
    '10 | 98 %',
  ],
  skipped_sections: {},
};
