import type { DocumentPromises } from '../entry.ts';

export const ARCHITECTURE: DocumentPromises = {
  path: 'docs/architecture.md',
  promises: [
    {
      says: 'texts without a cached verdict | texts that a tenant pays for; refusals',
      tests: [
        'A text over budget fails for good with the scope and the month, and is not sent to the analyzer',
      ],
    },
    {
      says: 'Records over budget are the exception: they are replayed when the budget resets;',
      tests: [
        'a tenant over its budget gets 429 and set-asides, other tenants go on, and the replay after the reset brings the results',
      ],
    },
    {
      says: 'no tenant spends more than its budget | units are taken from a ledger before the call; what no tenant can pay for becomes a set-aside and is replayed after the reset (`budgets/`)',
      tests: [
        'processes that work at the same time never use more than the budgets, and leave at most their advances',
        'A budget ledger never gives more than the limit to processes that take at the same time',
        /^a tenant over its budget loses and doubles nothing/,
      ],
    },
    {
      says: 'ingest/: validate, assign record_id, pack to limits, PutRecords, resend only what was rejected',
      tests: [
        'The publisher acknowledges each record once, whatever the stream rejects, and sends only rejected entries again',
        'The publisher keeps every request within the limits of PutRecords',
        'The publisher refuses an invalid record with the path and the reason, and does not send it',
        'readRecords gives each line its own record id, and the same id when the file is read again',
      ],
    },
    {
      says: 'partition key = tenant/source/record_id: versions of a record stay in order',
      tests: [
        'the partition key of the longest names fits in the 256 characters of Kinesis',
        '%s gives %s the records of %s in order, in large batches, and retries for thirteen hours, however often',
        'the partition key of an entry keeps all versions of a record of a tenant and a source together',
        'restore sends a record under the partition key that it came with',
      ],
    },
    {
      says: 'Everything that reads a file and every operation publishes on the bulk stream, so that a large file does not delay live records.',
      tests: [
        'ingest publishes the records of a file, says how many are on the stream, and exits with 0',
        'the function %s has its memory, its timeout and its environment',
        'the role %s may do what its function does, and nothing else',
      ],
    },
    {
      says: 'The first records of a file or a job go to one shard, as many as it accepts in a second, so that a small run is one batch with full calls.',
      tests: [
        'the first 1,000 records of a run go to one shard, and the others by their identity',
        'the first records of a run that have 1 MiB together go to one shard, and a larger one by its identity',
        'ingest puts the records of a small file on one shard',
        'a small job goes to one shard, and a submission that resumes spreads its records',
        'npm run demo accounts for every record of the sample and shows what batching and caching save',
      ],
    },
    {
      says: 'Applications and the API publish on the live stream.',
      tests: ['the function %s has its memory, its timeout and its environment'],
    },
    {
      says: 'The same code consumes both streams.',
      tests: ['each function runs the handler of its room, next to the files that it reads'],
    },
    {
      says: 'Each stream has its own function and its own event source mapping',
      tests: [
        '%s gives %s the records of %s in order, in large batches, and retries for thirteen hours, however often',
      ],
    },
    {
      says: 'event source mapping: batch, window, bisect, partial batch response, failure destination on S3',
      tests: [
        '%s gives %s the records of %s in order, in large batches, and retries for thirteen hours, however often',
      ],
    },
    {
      says: 'decode base64, gzip, zlib, KPL aggregates, lists, UTF-8, JSON, schema; a bad record becomes a set-aside',
      tests: [
        'A KPL aggregate decodes to its records, each with its sub-sequence number and its own key',
        'Bytes that are not a record are set aside as %s',
        'Any bytes decode to records or set-asides, without a throw, and always to the same',
        'the consumer reads gzipped records and KPL aggregates',
      ],
    },
    {
      says: 'deliver results table, then Firehose; resends only rejected entries.',
      tests: [
        'A record that the results table refuses fails alone',
        'A record that the lake refuses fails alone',
        'The results table sends only unprocessed items again',
        'The lake sends only rejected records again',
      ],
    },
    {
      says: 'Results from the caches are',
      tests: [
        'Full lots are delivered while the analyzer is called for other records, each result once',
        'The analysis yields every request once, cached ones first, while the calls for the others are in flight',
      ],
    },
    {
      says: 'respond only the sequence numbers that a retry can help',
      tests: [
        'Only a bad record that could not be set aside is delivered again',
        'A failed sub-record has its whole aggregate delivered again, and names it once',
      ],
    },
    {
      says: 'repeats in the batch → memory → cache table → budget → BatchDetectSentiment, 25 documents of one language',
      tests: [
        'The analysis of a batch makes as few calls as its distinct documents allow, and none for a repeat',
        'The outcome says where its verdict came from: miss, batch, memory or table',
        'every call to Comprehend is as full as its batch allows',
      ],
    },
    {
      says: 'It calls DetectSentiment, within a quota of its own.',
      tests: [
        'each attempt of a call to Comprehend takes a slot of the API’s own entry in the quota ledger',
        'beside a stream at full load, the synchronous API answers 10 misses a second, and Comprehend throttles no call',
      ],
    },
    {
      says: '`POST /analyze/sync` runs the same analysis with a batch of one.',
      tests: [
        'POST /analyze/sync says whether the verdict came from the cache',
        'POST /analyze/sync answers a repeated text from the cache',
      ],
    },
    {
      says: "`stream/compose.ts` `compose` | Lambda's event | the partial batch response",
      tests: [
        'the consumer writes each result to its table for RESULTS_TTL_SECONDS, and to its delivery stream',
      ],
    },
    {
      says: 'the remaining time | a context with two deadlines, cleared at the end',
      tests: [
        'The deadlines of a batch end analysis calls first and delivery calls later, and refuse calls after them',
        'The deadlines of a batch are times at 80 % and 95 % of the time that is left',
        'A batch that ends before its deadlines leaves no timer',
      ],
    },
    {
      says: 'records, context | the report, after one log line and the metrics',
      tests: [
        'a batch is one log line of counts and codes',
        'a batch is counted in metrics, which are published once',
      ],
    },
    {
      says: 'Kinesis records | portions of up to 32 MiB: items with their position; set-asides',
      tests: [
        'A record keeps its position, and gets its id from there if it has none',
        'a portion ends after 32 MiB of decompressed records',
      ],
    },
    {
      says: 'items | items without those of cancelled jobs',
      tests: ['Records of a cancelled job get no result and make no call'],
    },
    {
      says: 'a portion of items | items with their texts; missing texts',
      tests: [
        'A text that did not fit on the stream is fetched and analysed',
        'Only a few texts are fetched at a time, so that they fit in memory',
      ],
    },
    {
      says: 'versions of records | versions without personal data, and the language of their texts',
      tests: [
        'Under %s with the stored text %s, the matrix of docs/privacy.md holds',
        'the language is that of the text before it is masked',
        'a record waits if its personal data cannot be looked for, and the others do not',
      ],
    },
    {
      says: 'versions of records | versions with a result, a failure or a refusal, as they become known',
      tests: [
        'Of several versions the table keeps the highest, and the lake gets a line for each',
        'A resend is analysed and stored once, and both copies count',
      ],
    },
    {
      says: 'texts with a language or `auto` | each request with its outcome, as it becomes known',
      tests: [
        'The analysis yields every request once, cached ones first, while the calls for the others are in flight',
      ],
    },
    {
      says: 'a request | a canonical text with language and fingerprint',
      tests: [
        'normalise returns well-formed NFC with single spaces for any text',
        'texts that differ in ids alone have one fingerprint, and the text that is analysed is the same',
        'each input of a verdict changes its fingerprint',
        'a record with the language %s is analysed as %s',
      ],
    },
    {
      says: 'distinct fingerprints | verdicts of memory and of the cache table',
      tests: [
        'The caches never return the verdict of another language or analyzer version',
        'A cache returns verdicts as they were put, to the last digit',
      ],
    },
    {
      says: 'texts without a cached verdict | an answer per text, once its last chunk is known',
      tests: [
        'The verdict of several chunks is the plain mean of their scores',
        'If one chunk fails, its whole text fails, and no other text does',
      ],
    },
    {
      says: 'distinct documents | the answers of each call as it returns; retries single documents',
      tests: [
        'The analysis yields the verdicts of each call as it returns, while the slowest call is in flight',
        'Only failed documents are sent to the analyzer again',
      ],
    },
    {
      says: 'a call | its answer, after a wait while the circuit is open; or `CircuitOpen`',
      tests: [
        'waits in an open circuit for the next probe, and all waiting calls are made once it succeeds',
        'fails at once if the next probe is after its deadline',
      ],
    },
    {
      says: 'a call with its deadline | its answer, after a slot of the quota; or `OutOfQuota`',
      tests: [
        'immediately fails calls whose slot would start after their deadline, without making them',
      ],
    },
    {
      says: 'up to 25 documents of one language | an outcome per document',
      tests: [
        'The analyzer sends documents with their language, and returns results in the order of the documents',
      ],
    },
    {
      says: 'outcomes as they become known | lots of 400 outcomes, or fewer after 250 ms without a new one',
      tests: [
        'A lot has 400 results, sixteen full calls, unless the options say otherwise',
        'A lot that is not full waits for 250 ms, unless the options say otherwise',
      ],
    },
    {
      says: 'a lot | the lot, after the results table; failures instead of results',
      tests: ['The records of a lot whose store is down fail'],
    },
    {
      says: 'results that are in the results table | `PutRecordBatch`',
      tests: [
        'The lake sends at most 500 records per call, however long the lines are',
        'The lake sends at most 4 MiB per call',
      ],
    },
    {
      says: 'the report of a batch | the report, later if its shard makes no progress',
      tests: [
        'batches that make no progress take longer and longer, up to 30 seconds, and the first none',
      ],
    },
    {
      says: 'Deliveries run while other calls are in flight, and the consumer writes new verdicts to the cache table during the last delivery.',
      tests: [
        'Full lots are delivered while the analyzer is called for other records, each result once',
        'The analysis does not wait for the write to the cache table before it yields the last verdict',
      ],
    },
    {
      says: 'Then it counts finished records in their jobs, stores refused records as set-asides, and responds.',
      tests: [
        'Records that a service refused are counted only after they are delivered again',
        'A record that could not be set aside is not counted',
      ],
    },
    {
      says: "PENDING ─► input on S3 (by the API, or by the caller's upload)",
      tests: [
        'a job of documents has their records in their order',
        'A job stays PENDING while its input has not arrived',
      ],
    },
    {
      says: "the object's arrival: EventBridge ─► jobs queue",
      tests: [
        'the jobs queue gets a message for each input that arrives, and one every minute for the sweep',
        'only its service may assume a role, only for the own account, and no role but that of the access log has a managed policy',
        'The arrival of an object that ends with .%s submits the job that its key names',
      ],
    },
    {
      says: 'count (total known: PROCESSING) ─► publish, a checkpoint every 1,000 records ─► the stream',
      tests: [
        'a submission knows the total and is PROCESSING before it publishes the first record',
        'a submission moves its checkpoint after every 1,000 records',
        'A submission that runs out of time keeps its checkpoint, and the next invocation continues from it',
      ],
    },
    {
      says: 'out of time: a `resume` message to the queue; crashed: the sweeper sends one when the lease has ended',
      tests: [
        'A submission that runs out of time hands the job over, and counts how often it was handed over',
        'the submission function sweeps the jobs that are due, and resumes the submission of one that stopped',
        'The sweeper takes a crashed submission over within a sweep of the end of its lease, and no line is published twice',
      ],
    },
    {
      says: 'a record that is done is marked in its page, and the last full page ends the job',
      tests: [
        'Delivered records are counted in their job, and complete it',
        'Marking all records of a page in one batch closes the page without marking its records first',
      ],
    },
    {
      says: 'a queue with delays of 1, 5, 15 minutes ─► signed POST to callback_url',
      tests: [
        'a callback that fails is attempted again after 1, 5 and 15 minutes, and has then failed',
        'The callback queue sends an attempt with the delay until it is due',
      ],
    },
    {
      says: 'A submission publishes no faster than the consumers of the bulk stream follow.',
      tests: [
        'a submission publishes its first records at once, and the next when the rate allows it',
        'a submission stops if no consumer has begun a batch for half a minute, and goes on after a report',
      ],
    },
    {
      says: 'For each shard, the consumer writes to the jobs table when it begins a batch, how old its first record is, and how fast the last batch was.',
      tests: [
        'the consumer of the bulk stream stores in the jobs table when a batch has begun, and how fast it was',
        'the start of a batch is reported with the arrival of its first record, at most once a second for each shard',
      ],
    },
    {
      says: 'Rows that are set aside are not published, and wait for no room.',
      tests: [
        'a file of invalid rows alone is submitted at once, however slowly the consumers work',
        'a chunk takes room on the stream for its valid rows alone',
      ],
    },
    {
      says: 'The submission publishes at twice this throughput while nothing waits, and more slowly the older the oldest record is:',
      tests: ['a submission publishes %s'],
    },
    {
      says: 'at a lag of two minutes, or of six long batches, it waits.',
      tests: [
        'a submission publishes %s',
        'a submission that finds the stream too late waits, and says so when its time is up',
      ],
    },
    {
      says: 'So the stream holds minutes of work, not hours, and a later job starts soon.',
      tests: [
        'beside a job of 200,000 records, live records take at most 1.5 times as long, and the bulk stream holds minutes of work',
      ],
    },
    {
      says: 'Each step can run twice without harm.',
      tests: [
        'A submission publishes every record under one identity, whatever fails and however often it resumes, and repeats a chunk only if a call failed',
        'A page is the union of all marks, however often they are repeated',
        'a message of a callback that is delivered twice makes one attempt',
        'A sweep is idempotent, one after the other and concurrently',
      ],
    },
    {
      says: 'One invocation at a time submits a job:',
      tests: [
        'A submission that lasts much longer than a sweep publishes each line once, and the sweeper leaves it alone',
        'A message whose owner no longer has the lease reads and publishes nothing',
        'A lease is taken if it is free, has ended, or is handed over, and never by two',
      ],
    },
    {
      says: 'each checkpoint extends the lease of its owner, and is refused once another invocation has the lease.',
      tests: [
        'A checkpoint extends the lease of its owner, makes the job due at the end of the lease, and is refused to all others',
        'A submission whose lease has ended is taken over, and the owner before it stops at its next checkpoint',
      ],
    },
    {
      says: 'An invocation starts no chunk for which it has no time left.',
      tests: ['A submission starts no chunk that would take longer than the invocation has left'],
    },
    {
      says: 'A record that is published twice has one identity, marking a record adds it to a set, and a state transition is a conditional write.',
      tests: [
        'a line without an id has the id that is derived from the job and its place',
        'A page is the union of all marks, however often they are repeated',
        'A transition from $from to $to succeeds if it is legal, and is refused otherwise',
        'Of two writers that attempt the same transition, one succeeds',
      ],
    },
    {
      says: 'A text that does not fit into a stream record (1 MiB, gzipped) waits on S3, and the record carries its hash.',
      tests: [
        'The publisher gzips a record that does not fit in 1 MiB, and refuses one that is too large even gzipped',
        'POST /records puts a text that is too long for the stream under the caller’s tenant',
        'A fetched text with another hash than its record claims is not analysed',
      ],
    },
    {
      says: 'Tenant, source and id identify a record, so two sources can use the same ids.',
      tests: [
        'a record with the same id of another tenant or another source is another record',
        'A results table keeps the records of two %ss apart',
        'two sources with the same record_id keep a result each',
      ],
    },
    {
      says: 'A record that comes without an id gets one from its place: the names of stream and shard, the sequence number, and in a KPL aggregate its number there.',
      tests: [
        'a record id derived from the place on the stream is a valid record id',
        'A KPL aggregate decodes to its records, each with its sub-sequence number and its own key',
      ],
    },
    {
      says: 'A redelivery therefore has the same id, and records of the two streams never share one.',
      tests: [
        'records at different places have different derived ids, also at the same place of two streams',
      ],
    },
    {
      says: "The TypeScript types, the JSON Schema for producers (`schemas/output/`), the lake's columns and the projection of the table's index are derived from them.",
      tests: [
        'the JSON Schemas in schemas/output are those of the code: npm run schemas writes them',
        'the table results_raw reads lines of JSON, with a column for each field of a result',
        'the table %s has its keys, its expiry, its indexes, its stream, and recovery unless it can be built again',
      ],
    },
    {
      says: 'Each record ends as exactly one of:',
      tests: [
        'The product keeps every promise in simulated worlds, whatever the faults',
        'Any bytes decode to records or set-asides, without a throw, and always to the same',
        'a chaos storm loses no record, doubles none, leaks no text, invents no verdict and leaves no shard stuck',
      ],
    },
    {
      says: 'analyzed`, `unsupported_language`, `empty`, `withdrawn`), in the results table and the lake;',
      tests: [
        'A result without a verdict has a status that says why, and no sentiment',
        'A withdrawal removes the text without a call to the analyzer',
        'Each record of a batch becomes a row and a lake line, and no record is delivered again',
      ],
    },
    {
      says: 'on S3: its bytes, its position on the stream and the reason.',
      tests: [
        'A set-aside keeps the bytes and the position',
        'A set-aside is one object whose key is its position on the stream',
      ],
    },
    {
      says: 'a batch that Lambda stopped retrying, with its whole payload.',
      tests: [
        'a consumer without a grant for Firehose is denied, and its batch goes to the failure destination with its payload',
      ],
    },
    {
      says: 'no record is lost | the consumer reports a record as processed only if both stores acknowledged its result; it returns all other records for a retry, or sets them aside with their bytes',
      tests: [
        'A record that the results table refuses fails alone',
        'A record that the lake refuses fails alone',
        'Only a bad record that could not be set aside is delivered again',
        'A retry completes the batch, whichever entries failed before',
        'The product keeps every promise in simulated worlds, whatever the faults',
      ],
    },
    {
      says: "one row per record, however often a batch is delivered | the row's key is the record, and an insert that finds a row decides whether to replace it",
      tests: [
        'A batch that is delivered again writes each row once',
        'A redelivery leaves the row as it was',
        'A results table keeps the records of two %ss apart',
      ],
    },
    {
      says: 'a row says what the last acceptance of its record said, whatever the order of arrival | `decide` compares version, stamp and place (`schemas/order.ts`), and a row is replaced only if it still has the revision that was read',
      tests: [
        'a row is what the last acceptance said, in whatever order acceptances, resends and redeliveries arrive',
        'A row has what the last acceptance said, whatever the order, number and concurrency of puts',
        'a row is replaced only if it still has the revision that was read',
        'a record keeps its highest version, in whatever order versions arrive',
        'The product keeps every promise in simulated worlds, whatever the faults',
      ],
    },
    {
      says: 'the lake says the same as the table | the line of a row is the row as its write returned it; lines of other versions have no `revision`',
      tests: [
        'Of several versions the table keeps the highest, and the lake gets a line for each',
        'The line of a record that is delivered again is the row, also if it was analysed otherwise since',
        'The product keeps every promise in simulated worlds, whatever the faults',
      ],
    },
    {
      says: "the raw lake can contain repeats, the table `results` has one row per record | the row with the higher revision wins in the keeper's MERGE (`insight/keeper/sql.ts`)",
      tests: [
        'the table has one row for each record, with the highest revision, in any order and if merged twice',
      ],
    },
    {
      says: 'a raw object is merged once, or again if a keeper died; never left out | it leaves the manifest after its statements succeeded, and the night lists the bucket (`insight/keeper/`)',
      tests: [
        'the table results has the rows of the results table, whatever fails, dies, comes twice, late or out of order',
        'each raw object is merged by one statement if nothing fails',
      ],
    },
    {
      says: 'It creates the table, and adds a column when the schema of results gains a field.',
      tests: [
        'the table of an earlier release gains the new columns',
        'the table has the columns of a result, times as timestamps, and a day',
      ],
    },
    {
      says: 'One keeper at a time runs statements: the lease names the statement that runs, and a keeper that takes over stops the statement of a dead one.',
      tests: [
        'Only one owner has the lease until it ends or is released',
        'a keeper stops the statement of a dead keeper before it works',
      ],
    },
    {
      says: 'An object that a statement cannot merge stays, is tried again later and later, and alone after two failures.',
      tests: [
        'objects that a statement cannot merge stay, are tried again later and later, and alone after two failures',
      ],
    },
    {
      says: 'Once a night the keeper lists the bucket for objects of which no event came, removes the texts of withdrawn records from the raw objects, deletes the rows of sources whose days are over (`retention`), rewrites the files of the table that hold replaced rows (`OPTIMIZE`), and removes old snapshots (`VACUUM`).',
      tests: [
        'the night finds the objects of the last two days of which no event came, and then works once',
        'the night removes the texts of withdrawn records from the raw objects, and leaves all others',
        'the night deletes the rows of tenants and sources whose days are over, and keeps withdrawn rows and others',
        'OPTIMIZE and VACUUM are repeated until nothing is left, and no statement is of more than 90 days',
      ],
    },
    {
      says: 'the history of a record has each version that was current, once, however often a change is delivered | the key of an item is the record and the revision of the row, and all of the item comes from the change (`insight/history/`)',
      tests: [
        'the history has the versions that were accepted, the newest first, whatever Lambda delivers again and whichever writes fail',
        'A version that is put again is in the history once',
      ],
    },
    {
      says: 'an alert reports a record version once, however often a change is delivered | the key of its event comes from the change, the event is a conditional write, and each delivery counts its attempts (`insight/alerts/`)',
      tests: [
        'a record version that is delivered again is one event, and its counter is counted once',
        'a delivery that has begun is not begun again by a redelivered change',
        'are stored once, and a second time returns what is stored',
        'record each attempt of a delivery once, and none after its end',
      ],
    },
    {
      says: 'an alert on traffic judges each minute once, and an incident has one message that it fired and one that it is resolved | the minutes that a run has judged and the messages that follow are one conditional write (`schemas/traffic-state.ts`)',
      tests: [
        'runs that %s judge each minute once, and each incident has one firing and one resolved message',
        'are stored if the version is the stored one, and come back with the next version',
        'are opened once and resolved, and a late repetition of the opening changes nothing',
      ],
    },
    {
      says: 'a bad record never stalls a shard | it becomes a set-aside and counts as processed',
      tests: [
        'A bad record is set aside with its bytes, and the others are processed',
        'A text that the analyzer refuses in every call is set aside with its bytes, and never blocks its shard',
        'a record with %s is set aside with its bytes, and the shard continues',
      ],
    },
    {
      says: 'a failing service never becomes a verdict | `failed` is a separate outcome up to the partial batch response',
      tests: [
        'A final failure is not a verdict: the record fails, and Lambda sends it to the failure destination',
        'A document that fails three times has the outcome failed, not a verdict',
        'a failing analyzer becomes a 503, with Retry-After only if a retry can help',
      ],
    },
    {
      says: 'the text goes only where the policy allows | errors and issues contain paths and codes; a batch logs one line of counts',
      tests: [
        'personal data of every type in every language is in no request to a service and in no log',
        'If its text is not stored, a result has the hash and size of the text instead of the text',
        'the consumer that stores no text writes no text to the table or the lake',
        'The issues of a set-aside name fields and never quote the text',
        'translateIssues does not quote the names of unknown fields',
      ],
    },
    {
      says: 'the memory of the consumer is bounded, whatever the records | it decodes a batch in portions of 32 MiB, at most 64 MiB of one Kinesis record, and no JSON with more than 10,000 values',
      tests: [
        'an aggregate of 1 MB that unpacks to 1 GB takes at most 512 MiB, and the record behind it is processed',
        'a batch of 2,000 gzipped texts of 1 MiB takes at most 512 MiB, and what its time allows is processed',
        'records whose JSON is made to fill the memory take at most 512 MiB, and the record behind them is processed',
        'any batch is decoded in portions of bounded size, and each record is in exactly one portion',
        'The records of an aggregate after 64 MiB are set aside one by one, with their own bytes',
        'A JSON with millions of %s is set aside as too large, and not parsed',
      ],
    },
    {
      says: '`rooms.json` lists the rooms and says which are part of the product, of the deployment and of the npm package;',
      tests: [
        'rooms.json lists every folder with TypeScript, and no other',
        'rooms.json marks as deployed the rooms that the handlers and the template reach, and no other',
        'rooms.json marks as published the rooms that the exports of the package reach, and no other',
      ],
    },
    {
      says: '`npm run lint` fails if a room of the product or a package has a median file over 100 lines',
      tests: [
        'the sizes of a file are its lines and the lines of each function with a block body',
        'the size of a room has the median file, the 90th percentile and the maximum of functions',
      ],
    },
    {
      says: '`npm start` synthesizes the CDK app (cached by content) and runs its template.',
      tests: [
        'synthesizes once for the same sources, and again when they change',
        'npm start --json prints the addresses of the cloud in one line of JSON',
      ],
    },
    {
      says: 'It creates the streams, tables, buckets, delivery streams and mappings of the template, and runs the bundles in worker threads with the environment that the template sets.',
      tests: [
        'boot creates the resources of the template, with indexes and time to live',
        "a function's environment has the template's variables, Lambda's own, the endpoint, and nothing else",
      ],
    },
    {
      says: '`AWS_ENDPOINT_URL`, and the deployment parameters `LakeBufferSeconds=3` and `LakeMergeSeconds=1`, which make new results visible in the lake sooner.',
      tests: [
        "a function's environment has the template's variables, Lambda's own, the endpoint, and nothing else",
        'the embedded cloud buffers results for three seconds, merges them after one, and takes all else from the template',
        'a given parameter wins over its default',
      ],
    },
    {
      says: 'Every call is verified as on AWS: signature, expiry, session token.',
      tests: [
        'each service takes the signature of the right secret over HTTP/1.1 and HTTP/2, and refuses others in its own form',
        'a presigned URL works until it has expired, and for one method and one key',
        'temporary credentials are refused without their session token',
      ],
    },
    {
      says: 'Each data folder has its own secrets, which only its owner can read.',
      tests: [
        'each data folder has secrets of its own, which a restart keeps',
        'only the owner can read the data folder, its folders and its secrets',
      ],
    },
    {
      says: 'The port refuses requests that a web page of another origin sends, and requests under another host name than 127.0.0.1, localhost or [::1].',
      tests: [
        'cannot inject faults, release messages, or create API keys',
        'cannot use a presigned URL whose bucket has no CORS rule',
        'reads nothing by DNS rebinding, whatever it asks for',
      ],
    },
    {
      says: 'Only the stages of the REST API and buckets with a CORS rule decide for themselves about other origins.',
      tests: [
        'a request from a page of another origin is refused, unless the resource has a CORS rule: %j',
      ],
    },
    {
      says: 'All control routes but `health` need a token, which `cloud.json` in the data folder contains as `control_token`.',
      tests: ['a control route needs the token, and only GET health answers without it'],
    },
    {
      says: '`GET /_cloud/health` | says that the cloud is up',
      tests: ['each control route of docs/architecture.md answers'],
    },
    {
      says: '`GET /_cloud/status` | shards, iterator age, batches, what is in flight',
      tests: [
        'records are delivered to the consumer, and the status shows when nothing is left',
        'each control route of docs/architecture.md answers',
      ],
    },
    {
      says: '`POST /_cloud/flush` | delivers what Firehose has buffered, now',
      tests: ['each control route of docs/architecture.md answers'],
    },
    {
      says: '`GET /_cloud/meter`, `POST /_cloud/meter/reset` | calls, errors, bytes and billed units by service, action and caller',
      tests: [
        'the meter counts per service, action and caller, until it is reset',
        'the meter counts calls, errors, bytes and units',
      ],
    },
    {
      says: '`GET /_cloud/iam/unused` | grants of the template that no call has used',
      tests: [
        'grants that no call used are listed',
        'the functions use every permission that their roles grant, but for the listed exceptions',
      ],
    },
    {
      says: '`POST /_cloud/queues/release` | makes delayed messages visible now',
      tests: ['a delayed message is counted and is delivered immediately after a release'],
    },
    {
      says: '`POST /_cloud/rules/fire` | fires the scheduled rules now: the sweeper',
      tests: [
        'fire() fires the schedules whose name contains the text',
        'a job whose file is never uploaded becomes FAILED at its deadline, with the reason',
      ],
    },
    {
      says: "`POST /_cloud/table-streams/roll`, `POST /_cloud/table-streams/split` | closes the shards of the tables' streams, and opens a child, or two, for each",
      tests: [
        'a template gives a table a stream, and two functions read it, also over a replaced shard and a restart',
        'a shard that is replaced ends, and its child or children go on',
      ],
    },
    {
      says: '`POST /_cloud/faults`, `GET`, `DELETE` | injects throttles, errors, timeouts, latency, partial failures, killed functions; `GET` shows how',
      tests: [
        'a throttle fault has the form of each service',
        'an error fault has the form of each service, or another code',
        'a timeout fault leaves a call unanswered, before or after its effect',
        'a latency fault delays an answer',
        'a kill fault ends a function during its invocation',
        'failed entries of %s keep their positions, and so do the others',
        'fault rules are listed with their hits and a manual, and are removed one by one or all',
      ],
    },
  ],
  explains: [
    '`insight/keeper` keeps the Iceberg table `results`.',
    'Send it as a bearer token in the header `Authorization`.',
    'Each stage is a function or an async iterable over the stage before it.',
    'No stage calls back up.',
    'Every stage gets the batch context as a parameter.',
    'The context holds the deadlines and the counts of the batch',
    'records, context | the report; its for await delivers lots',
    'bytes | records, or Unreadable',
    'The schemas in `schemas/` are the contracts',
    'Names on the wire are the names in the code.',
    'a result (status:',
    'A retry would fail in the same way.',
    'The rules are in `.dependency-cruiser.mjs`',
    'Only two things differ from AWS:',
    'Control routes, on the same port:',
  ],
  skipped_sections: { Sizes: 'It is the output of scripts/lint-sizes.ts.' },
};
