import type { DocumentPromises } from '../entry.ts';

export const API: DocumentPromises = {
  path: 'docs/api.md',
  promises: [
    {
      says: 'While you wait, AuraStream analyzes texts with calls of their own quota, by default 19.6 texts per second, so records on the streams neither delay them nor are delayed.',
      tests: [
        'beside a stream at full load, 10 misses a second of the synchronous API are answered, no call is throttled, and both quotas are used up to 98 %',
        'beside a stream at full load, the synchronous API answers 10 misses a second, and Comprehend throttles no call',
        'the function %s has its memory, its timeout and its environment',
      ],
    },
    {
      says: 'A text waits up to 8 seconds for its turn; if that is not enough, it gets RATE_LIMIT_EXCEEDED at once.',
      tests: [
        'the API answers 429 with Retry-After at once if the slots of the next eight seconds are taken',
      ],
    },
    {
      says: 'A request with 100 new texts takes about 5 seconds of this quota; texts with a cached verdict take none.',
      tests: [
        'the API sends several texts in parallel calls with a text each',
        'POST /analyze/sync answers a repeated text from the cache',
      ],
    },
    {
      says: '`GET`, `POST /alerts`, `DELETE /alerts/{name}` | lists, sets and deletes alerts, which report records that match a filter, or unusual traffic of a source: alerts.md',
      tests: [
        'an alert on traffic fires from the counts, posts what it found, and is an incident',
        'an alert is created, listed and replaced by its name, and its URL is never shown',
        'an alert reports a record to a webhook, signed and tried again after a refusal, and its history has no text',
      ],
    },
    {
      says: '`POST /alerts/{name}/mute`, `/test`, `GET /alerts/{name}/history` | mutes an alert, sends a test, and shows what it has reported and to which hosts',
      tests: [
        'an alert is muted until a time, reports again, and is deleted',
        'a test goes to each destination, and is in the history of its tenant',
        'an alert reports a record to a webhook, signed and tried again after a refusal, and its history has no text',
      ],
    },
    {
      says: '`GET /incidents?from=&to=` | lists when alerts on traffic fired for a source and were resolved, newest first, with the traffic that fired them',
      tests: [
        'of a range are listed newest first in pages',
        'GET /incidents shows the incidents of the tenant in a range, in pages',
        'an alert on traffic fires from the counts, posts what it found, and is an incident',
      ],
    },
    {
      says: '`GET /set-asides/counts`, `/set-asides` | counts your records that could not be processed, by reason; lists them with their bytes, newest first',
      tests: [
        'GET /set-asides/counts counts the set-asides of the tenant by reason, and failed batches of all',
        'GET /set-asides lists the set-asides of the tenant with their bytes, newest first, and records the read',
        'the set-asides of a tenant are listed without those of others, and those that were put back are marked',
      ],
    },
    {
      says: '`POST /set-asides/replay` | puts such records on the stream again, as `aurastream set-aside replay` does',
      tests: [
        'POST /set-asides/replay replays set-asides of the tenant as the command does, and records it before',
        'a record that could not be processed is shown with its bytes, fixed on the page, and then has its result',
      ],
    },
    {
      says: '`GET /budget` | returns how many billed units of its budget the tenant has used this month',
      tests: [
        'GET /budget shows the budget of the tenant, its use and its reset',
        'a tenant over its budget gets 429 and set-asides, other tenants go on, and the replay after the reset brings the results',
      ],
    },
    {
      says: 'Each tenant has a budget of billed units per calendar month in UTC (`budgets.units_per_tenant`, by default 10,000,000, or `budgets.units_by_tenant`), and so has the deployment (`budgets.units_per_deployment`).',
      tests: [
        'the function %s has its memory, its timeout and its environment',
        'a budget resets at the start of a month in UTC, and not earlier',
        'the budget of the deployment limits all tenants together',
        'processes that work at the same time never use more than the budgets, and leave at most their advances',
      ],
    },
    {
      says: 'A unit is 100 characters, and a text has at least three.',
      tests: [
        'a text of up to 5,000 bytes is billed by its characters, at least three units (%#)',
        'the units of a text that is cut into parts are an upper bound, at most two per part too high',
      ],
    },
    {
      says: 'Only texts that are in no cache cost units.',
      tests: ['Cached verdicts and repeats cost nothing, also for a tenant without a budget'],
    },
    {
      says: '`GET /budget` and `npx aurastream budget` show what is used.',
      tests: [
        'aurastream budget describes what is used, what is left and until when',
        'a tenant over its budget gets 429 and set-asides, other tenants go on, and the replay after the reset brings the results',
      ],
    },
    {
      says: 'Over the budget, the API answers 429 with `BUDGET_EXCEEDED`; `resets_at` and `Retry-After` say when it resets.',
      tests: [
        'is answered with 429, BUDGET_EXCEEDED and the time of the reset by /analyze/sync',
        'publishes nothing and creates no job',
        'a tenant over its budget gets 429 and set-asides, other tenants go on, and the replay after the reset brings the results',
      ],
    },
    {
      says: '`POST /analyze/batch` answers so if no text of the request has a verdict, and otherwise puts the error beside the verdicts.',
      tests: [
        'is answered by /analyze/batch with an error beside the verdicts, and with 429 if there is no verdict',
      ],
    },
    {
      says: 'Known texts still get their verdicts, and `POST /records` still takes withdrawals.',
      tests: [
        'withdrawals are published also over the budget',
        'a tenant over its budget gets 429 and set-asides, other tenants go on, and the replay after the reset brings the results',
      ],
    },
    {
      says: 'Records on the stream are set aside, and analyzed after the reset.',
      tests: [
        'a tenant over its budget gets 429 and set-asides, other tenants go on, and the replay after the reset brings the results',
        /^a tenant over its budget loses and doubles nothing/,
      ],
    },
    {
      says: 'A job that costs more than the budget leaves fails as soon as its records are counted, with `BUDGET_EXCEEDED`.',
      tests: [
        'a job that exceeds what the budget leaves is refused with the figures',
        'a tenant over its budget gets 429 and set-asides, other tenants go on, and the replay after the reset brings the results',
      ],
    },
    {
      says: '`error.figures` has its `units`, the `units_ahead` of it, the `remaining_units` and `resets_at`.',
      tests: [
        'a job that exceeds what the budget leaves is refused with the figures',
        'the units of the open jobs of the tenant that are not on the stream yet come first',
      ],
    },
    {
      says: 'The units are counted as if no text were in the cache.',
      tests: [
        'the billed units of a job are counted over all invocations, and no other fields of a row cost units',
      ],
    },
    {
      says: '429 | BUDGET_EXCEEDED | wait until `resets_at`, or ask for a larger budget',
      tests: ['every error code of the API has the HTTP status that docs/api.md says'],
    },
    {
      says: 'The client does not retry after `BUDGET_EXCEEDED`.',
      tests: ['the client does not wait for the reset of a budget'],
    },
    {
      says: 'The OpenAPI 3.1 document at `GET /openapi.json` describes the requests and responses of each route, and `/docs` shows it as a page.',
      tests: [
        'the OpenAPI document names every operation once, and every parameter of its path',
        'every schema of the OpenAPI document compiles',
        'shows every operation, asks no other host, and tries one out with a key',
      ],
    },
    {
      says: 'Both are generated from the schemas that parse the requests, and the tests check every response against them.',
      tests: [
        'the client and the API agree on every request and answer',
        'no request causes a 5xx, an undocumented answer, or a refusal that quotes the text',
      ],
    },
    {
      says: '`POST /analyze/sync` | analyzes one text of up to 102,400 bytes and returns its verdict in the response',
      tests: [
        'POST /analyze/sync answers %j with a verdict',
        'POST /analyze/sync splits a text of up to 102,400 bytes, and refuses a longer one',
      ],
    },
    {
      says: '`POST /analyze/batch` | analyzes up to 100 texts; returns a verdict or an error for each, in the same order',
      tests: [
        'POST /analyze/batch takes 100 texts',
        'POST /analyze/batch refuses %s',
        'POST /analyze/batch answers in order, also around a text that is too long',
        'POST /analyze/batch gives each text its own verdict or error, equal texts included',
        'POST /analyze/batch answers 100 texts in order, each with a verdict or an error',
      ],
    },
    {
      says: '`POST /analyze/async` | creates a job of one `text` of up to 1 MiB, up to 1,000 `documents` (4 MiB), or an `upload` of up to 5 GB',
      tests: [
        'a job of one text has one record, in the language that the caller gives',
        'a job analyses a text of 1 MiB that does not compress',
        'a job of documents has their records in their order',
        'a job with %s is a 400',
        'a job of more than 4 MiB is a 413',
        'an upload is signed for its format and its size, until it expires, and writes no input',
      ],
    },
    {
      says: '`GET /status/{job_id}` | returns state, exact progress, counts by sentiment, the result of a single text, and the callback attempts',
      tests: [
        'GET /status shows progress, counts by outcome, and where the results are',
        'GET /status has the result of a job of one text once it is done',
        'GET /status shows the callback with its attempts, and the reason of a failure',
      ],
    },
    {
      says: '`GET /jobs` | lists your jobs, newest first',
      tests: [
        'GET /jobs lists the caller’s jobs, newest first, in pages of 20',
        'A listing has the jobs of a tenant, newest first, page by page',
      ],
    },
    {
      says: '`DELETE /jobs/{job_id}` | cancels a job; its remaining records are not analyzed and cost nothing',
      tests: [
        'DELETE /jobs cancels a job that is %s',
        'DELETE /jobs of a job that is %s is a 409, and changes nothing',
        'Records of a cancelled job get no result and make no call',
        'a cancelled job pays for no further document',
      ],
    },
    {
      says: '`GET /jobs/{job_id}/results` | returns the outcome of each record in the order of the input, as JSON, `application/x-ndjson` or `text/csv` by `Accept`',
      tests: [
        'the results of a job are pending, done or set aside, in the order of its input',
        'job results are JSON lines if the caller accepts application/x-ndjson, with the cursor in headers',
        'job results are CSV if the caller accepts text/csv',
        'the CSV of job results gives back every text that a CSV parser reads, quotes and line breaks included',
      ],
    },
    {
      says: '`POST /records` | puts up to 500 records on the stream and returns an outcome for each',
      tests: [
        'POST /records answers each record in its order',
        'POST /records refuses %s',
        'POST /records publishes to STREAM_NAME',
      ],
    },
    {
      says: "`GET /results`, `/results/{source}/{record_id}` | returns results, newest first, by any of source, status, sentiment, language and time; returns one record's result",
      tests: [
        'the pages of a listing, of any sizes, have each result of the query exactly once, in order',
        'the pages of GET /results hold each result of the sentiment once, `limit` at most, newest first',
        'GET /results passes on each of its filters, and what it is asked to include',
        'GET /results/{source}/{record_id} reads the row of the caller’s tenant from RESULTS_TABLE',
      ],
    },
    {
      says: '`GET /results/{source}/{record_id}/history` | returns the versions of one record and the runs they came from, newest first, without texts',
      tests: [
        'GET /results/{source}/{record_id}/history follows a record, its correction and its withdrawal',
        'GET /results/{source}/{record_id}/history has the current version, and then the versions before, without texts',
        'GET /results/{source}/{record_id}/history reads the versions of the caller’s tenant from HISTORY_TABLE',
      ],
    },
    {
      says: '`GET /results/{source}/{record_id}/history` lists the versions of a record, the newest first: the verdict, the times, the `record_version`, and the `run_id` of the ingest or job that it came from.',
      tests: [
        'the history has the versions that were accepted, the newest first, whatever Lambda delivers again and whichever writes fail',
        'The history gives back each version with all of its fields, the newest first',
      ],
    },
    {
      says: 'It has no texts, authors, urls and attributes.',
      tests: [
        'GET /results/{source}/{record_id}/history has the current version, and then the versions before, without texts',
        'An item of the history has no text, takes one write unit, and has the time of its expiry',
        'a replaced version is stored without its text, and expires as long after it as raw lines are kept',
      ],
    },
    {
      says: 'The first version is the current one, and of a withdrawn record it is the withdrawal.',
      tests: [
        'the history of a withdrawn record begins with the withdrawal',
        'GET /results/{source}/{record_id}/history follows a record, its correction and its withdrawal',
      ],
    },
    {
      says: 'An unknown record gets 404.',
      tests: ['the history of an unknown record is a 404'],
    },
    {
      says: 'A version is in the history a few seconds after another one has replaced it, and for 30 days (`lake.raw_days`).',
      tests: [
        'GET /results/{source}/{record_id}/history follows a record, its correction and its withdrawal',
        'history and alerts get every new row and every replacement, until it is done, and no deleted row',
        'a replaced version is stored without its text, and expires as long after it as raw lines are kept',
        'An expired version is in no page, although its item still exists',
        'the deployed function stores versions in HISTORY_TABLE for LAKE_RAW_DAYS',
      ],
    },
    {
      says: 'A record that is accepted again with the same content, and a new analysis by a replay, are versions too.',
      tests: ['%s adds the version before it to the history'],
    },
    {
      says: 'A version that another one of the same batch replaced was never current, and is left out.',
      tests: ['a version that another one of the same batch replaces is not in the history'],
    },
    {
      says: '`next_cursor` leads to older versions.',
      tests: ['the pages of a history with a limit of %s have each version once'],
    },
    {
      says: 'For another record, or with the key of another tenant, it is refused with 400.',
      tests: [
        'a history belongs to the tenant of the key, and so does its cursor',
        'the cursor of a history is refused for another record, and if it is none',
      ],
    },
    {
      says: '`aurastream results history SOURCE RECORD_ID` shows the same, and `client.listHistory(source, record_id)` reads all pages.',
      tests: [
        'results history prints the versions of a record and their runs, the newest first',
        'results history --json has up to --limit versions, in as many pages as it takes',
        'listHistory reads every page with its size, and has nothing for a record without a result',
      ],
    },
    {
      says: '`GET /results` lists the results of all sources.',
      tests: [
        'a listing asks each partition of the tenant for its newest rows, of all times by default',
        'the pages of a listing, of any sizes, have each result of the query exactly once, in order',
      ],
    },
    {
      says: 'Withdrawn records are left out, unless you ask for',
      tests: ['GET /results leaves withdrawn records out unless the query asks for them'],
    },
    {
      says: '`include=text` adds text, author, url and attributes',
      tests: [
        'a listing has texts only if the query asks for them',
        'a listing with texts leaves out a row that was withdrawn or replaced after the index was read',
      ],
    },
    {
      says: 'A page with texts may end before `limit`, because an answer has at most 6 MB.',
      tests: [
        'A page with texts ends before an answer of Lambda is full, and the next page goes on',
      ],
    },
    {
      says: 'Each result comes once, also while new results arrive.',
      tests: [
        'GET /results shows each result once over all pages while new results arrive',
        'a listing stays in its order while newer results arrive between its pages',
      ],
    },
    {
      says: 'With other parameters than `limit` the answer is a 400 that says so.',
      tests: [
        'GET /results refuses the cursor of another query or another tenant with a 400 that says so',
        'GET /results takes a cursor whatever the order of the parameters',
      ],
    },
    {
      says: 'Then `searched_until` says down to which time it has searched, and the next page goes on there.',
      tests: [
        'a listing that finds nothing for a second says how far it searched, and its next page goes on there',
        'GET /results says how far it searched if a page is not full',
        'merged pages have each matching row once and in order, wherever the time of a page is over',
      ],
    },
    {
      says: '`aurastream results list` has the same filters.',
      tests: [
        'results list leaves the choice of results to the table, and adds texts with --text',
        'results list goes by arrival with --order, and lists withdrawn records with --withdrawn',
      ],
    },
    {
      says: '`aurastream stats` draws an answer of `GET /stats`: the series as sparklines, and bars by sentiment, source, language or type of personal data (`--by pii`).',
      tests: [
        'aurastream stats --by pii draws the records by type of personal data, with their share of all records',
        'aurastream stats draws the series by sentiment, and the bars of the breakdown with their shares',
        'aurastream stats draws the records of a job by source',
        'no line of the statistics is wider than a terminal of %d columns',
      ],
    },
    {
      says: 'It has the same filters, `--since` and `--until` (a time, or `90m`, `24h` or `7d` ago).',
      tests: [
        'aurastream stats asks for the range, the interval and the filters, and prints the answer with --json',
        '--since %s is refused',
      ],
    },
    {
      says: 'With `--watch` it draws again every two seconds, until Ctrl-C.',
      tests: [
        'aurastream stats --watch redraws until Ctrl-C, and shows a request that failed below the last statistics',
        'a screen redraws in place, fits the terminal, and leaves it as it was with the last content',
      ],
    },
    {
      says: '`--json` prints the answer.',
      tests: [
        'aurastream stats asks for the range, the interval and the filters, and prints the answer with --json',
        'aurastream stats --watch in a pipe prints each change once, with --json as a line',
      ],
    },
    {
      says: '`aurastream tail` prints results as they arrive, oldest first, each version of a record once',
      tests: [
        'tail has the newest results first, then each new one once, oldest arrival first',
        'tail shows another version of a record as another result',
        'tail prints a line of JSON per result with --json',
      ],
    },
    {
      says: 'It shows a result that becomes visible up to 30 seconds of arrivals late.',
      tests: ['tail shows a result that becomes visible after later arrivals, up to 30 seconds'],
    },
    {
      says: '`GET /stats` | returns counts by sentiment, source and language over time, cache hit rate, units, average scores and personal data by type',
      tests: [
        'GET /stats counts the records by sentiment, source, language and time',
        'GET /stats counts verdicts of the batch, the memory and the table as cache hits',
        'GET /stats prices billed and avoided units at the $0.0001 that Comprehend asks for a unit',
        'GET /stats averages the scores over all verdicts',
        'GET /stats counts records with personal data and its pieces by type, of all sources or of one',
      ],
    },
    {
      says: '`GET /overview` | returns all that a dashboard shows: the counts of a period and of the period before, budget, lag and open jobs',
      tests: [
        'GET /overview has the counts of a day and of the day before, by default',
        'GET /overview lists the open jobs among the newest 50',
        'GET /overview reads COUNTS_TABLE, JOBS_TABLE and the budget',
      ],
    },
    {
      says: '`GET`, `POST /digests`, `DELETE /digests/{name}`, `GET /digests/{name}/history` | lists, sets and deletes digests, which say each day or week what changed, and shows what they have sent: digests.md',
      tests: [
        'a digest is created, listed and deleted by its name, and its URL is never shown',
        'a digest is sent once for each period, however often the function runs',
        'a digest of yesterday is posted once to its webhook, signed, however often the rule fires',
      ],
    },
    {
      says: '`GET /digests/preview` | returns what changed in the last day or week that is over, with the texts that stand for it: digests.md',
      tests: [
        'GET /digests/preview has the digest of the last week that is over, in each of its forms',
        'a digest compares records, net sentiment and the negative share with the period before',
        'the texts come from the source that moved net sentiment most, in the direction in which it moved',
      ],
    },
    {
      says: '`GET /stats` counts each record once, with its current version: a correction moves the record to its new sentiment, and a withdrawn record counts in `withdrawn` and in no total.',
      tests: [
        'GET /stats counts the records by sentiment, source, language and time',
        'a correction moves the count of a record, and a withdrawal too',
        'counts equal a recount of the table after corrections, withdrawals, expiries, splits of shards, deaths, zombies and lost answers',
      ],
    },
    {
      says: 'A change is counted a few seconds after it is in the results table.',
      tests: ['GET /stats follows a record, its correction and its withdrawal'],
    },
    {
      says: '`as_of` is the time of the last change that the answer contains.',
      tests: ['GET /stats counts the records by sentiment, source, language and time'],
    },
    {
      says: '`interval` | `minute` (kept 2 days), `quarter_hour` (42 days), `hour` or `day`; by default `hour`',
      tests: [
        'GET /stats by %s refuses a range that begins %d days ago, because it is no longer kept',
        'a request without options has the defaults that docs/api.md and the OpenAPI document name',
      ],
    },
    {
      says: '`time` | `created_at` (when it was said, the default) or `arrived_at` (when it came in)',
      tests: [
        'a new record counts in the minute, quarter of an hour, hour and day of its creation and of its arrival',
        'GET /stats by %s without from and to counts whole intervals, from %s to %s',
      ],
    },
    {
      says: '`from`, `to` | at most 1 day by minute, 7 days by quarter of an hour, 31 days by hour, 366 days by day',
      tests: ['GET /stats by %s takes a range of %d days, and refuses a longer one'],
    },
    {
      says: '`source`, `language`, `sentiment` | count only these records',
      tests: ['GET /stats counts one source, one language or one sentiment if the query names it'],
    },
    {
      says: '`over_time` has an entry for each interval, also without records.',
      tests: ['GET /stats lists every interval of the range, also those without records'],
    },
    {
      says: '`cache`, `billing`, `average_scores` and `pii` are absent if `language` or `sentiment` is given, because they are not counted by them.',
      tests: [
        'GET /stats of one language or sentiment has no cache, billing, scores and personal data',
      ],
    },
    {
      says: '`billing` has the units of the current versions; `GET /budget` has all that was billed.',
      tests: [
        'counts equal a recount of the table after corrections, withdrawals, expiries, splits of shards, deaths, zombies and lost answers',
      ],
    },
    {
      says: '`pii` counts the personal data of the current versions, and never has a value: the records with any, its pieces, the records that are stored with placeholders, those of which a detector failed, and the records by type.',
      tests: [
        'personal data counts by record, piece and type, and what is redacted or failed, without a value',
        'GET /stats counts records with personal data and its pieces by type, of all sources or of one',
        'GET /stats follows a record, its correction and its withdrawal',
      ],
    },
    {
      says: 'An answer is at most a second old, and the days that ended more than a day ago at most five minutes.',
      tests: [
        'GET /stats answers the same query within a second from memory, for each tenant',
        'days that ended more than a day ago are read again after five minutes, later ones after a second',
      ],
    },
    {
      says: 'Answers of `GET /stats`, `GET /overview` and `GET /results` have an `ETag`.',
      tests: [
        'an answer that the caller already has is a 304 without a body, with the same ETag',
        'GET /results is a 304 without a body while the page has no news, and has one again after a new result',
      ],
    },
    {
      says: 'A request with `If-None-Match` gets 304 without a body while nothing has changed.',
      tests: [
        'an answer that the caller already has is a 304 without a body, with the same ETag',
        'an answer that has changed is sent whole, with another ETag',
      ],
    },
    {
      says: '`GET /overview` chooses the interval: minutes for up to three hours, hours for up to 31 days, otherwise days.',
      tests: ['GET /overview from %s until now is by %s'],
    },
    {
      says: 'By default it covers the last 24 hours.',
      tests: ['GET /overview has the counts of a day and of the day before, by default'],
    },
    {
      says: 'It takes the parameters of `GET /stats` but `interval`.',
      tests: ['the queries keep each of their filters', 'GET /overview filters both periods'],
    },
    {
      says: '`GET /health`, `/ready` | `/health` calls no service; `/ready` calls each dependency and returns 503 with the names of those that fail',
      tests: [
        'GET /health says that the function runs, and calls no service',
        'GET /ready calls each dependency and is ready if all of them answer',
        'GET /ready is unavailable if %s alone fails, and names it with its code',
      ],
    },
    {
      says: '`GET /openapi.json`, `/docs`, `/dashboard` | return the OpenAPI document, the page that shows it, and the dashboard',
      tests: [
        'GET /dashboard needs no key, and lets the page load and call nothing but the API and the upload bucket',
        'GET /openapi.json and GET /docs need no key',
      ],
    },
    {
      says: 'All routes except those of the last two rows need a key.',
      tests: [
        'every path needs a key that the authorizer accepts, except health, readiness and documentation',
        'without an API key only health, readiness and documentation are answered',
      ],
    },
    {
      says: 'A key (`X-API-Key`) belongs to a tenant.',
      tests: [
        'an API key says which tenant, tier, rights and end it was made for',
        'a key of the tier %s is allowed, with its tenant, its rate of %s, its burst of %s and its %s records of open jobs',
      ],
    },
    {
      says: 'A tenant sees only its own jobs and results.',
      tests: [
        'a tenant sees nothing of another in lists',
        'the results of a job never have the row of another tenant, whatever its lines say',
        'two tenants see nothing of each other on any route',
        'GET /stats asks for the statistics of the caller’s tenant, whatever the query says',
      ],
    },
    {
      says: "The id of another tenant's job gives the same 404 as an id that does not exist.",
      tests: [
        '%s of the job of another tenant is the 404 of a job that does not exist, and changes nothing',
        'two tenants see nothing of each other on any route',
      ],
    },
    ...['starter | 5 | 10', 'growth | 25 | 50', 'professional | 100 | 200', 'enterprise | 500'].map(
      (says) => ({
        says,
        tests: [
          'each tier has a usage plan of the stage with the rate, burst and quota of docs/api.md',
        ],
      }),
    ),
    {
      says: 'A key has one or more rights.',
      tests: [
        'an API key says which tenant, tier, rights and end it was made for',
        'keys create --rights makes a key with these rights only',
      ],
    },
    {
      says: 'They do not include each other, and cannot be changed: create another key.',
      tests: [
        '%s answers a caller with the right %s alone only if the route names it',
        'each route answers a key with each right as it declares, whatever the key has requested before',
      ],
    },
    ...['`read` | results', '`publish` | `POST', '`jobs` | submit', '`admin` | administrative'].map(
      (says) => ({
        says,
        tests: [
          '%s answers a caller with the right %s alone only if the route names it',
          'each route answers a key with each right as it declares, whatever the key has requested before',
        ],
      }),
    ),
    {
      says: 'Without `--rights`, a key has `read`, `publish` and `jobs`.',
      tests: [
        'keys create prints the key, its id, tenant and tier, and the callback secret of the tenant',
      ],
    },
    {
      says: 'Give a dashboard, and any web page, a key that has only `read`: it can neither spend money nor change anything.',
      tests: [
        'only reading routes answer a read-only key, so that it can neither spend nor change anything',
      ],
    },
    {
      says: '`npm start` prints one.',
      tests: [
        'npm start makes a key of the highest tier with all rights for two tenants, a read-only key, and gives the callback secret of the first',
        'npm start prints a table of the resources, and commands that work when they are pasted',
      ],
    },
    {
      says: 'The OpenAPI document names the rights of each route; where it names several, one is enough.',
      tests: [
        'the OpenAPI document asks for the key in the header X-API-Key, with a right that each route needs',
        '%s answers a caller with the right %s alone only if the route names it',
      ],
    },
    {
      says: 'A request whose key lacks the right gets 403 with the code `MISSING_RIGHT`, and `required_rights` lists those of which it needs one.',
      tests: [
        'each route answers a key with each right as it declares, whatever the key has requested before',
        '%s answers a caller with the right %s alone only if the route names it',
      ],
    },
    {
      says: 'With `--expires-in`, a key expires after that time, rounded up to a full hour; without it, never.',
      tests: [
        'keys create --expires-in makes a key that expires after this time, rounded up to an hour',
        'a key that expires is refused from its end on, also while API Gateway still remembers it',
        'a key is refused from its end on, without a read',
      ],
    },
    {
      says: '`keys rotate` creates a key of the same tenant, tier, rights and name, which lives as long as the old one was to live, or for `--expires-in`.',
      tests: [
        'a rotation makes a key of the same tenant, tier, rights and name, and the old one ends after the overlap',
        'a rotated key lives as long as the old one was to live, unless another time is asked for',
      ],
    },
    {
      says: 'The old key stays valid for `--overlap` (24 hours by default), so that its users can change to the new one.',
      tests: [
        'a rotated key is refused from the end of the overlap on, and is allowed no longer than that',
        'keys rotate prints a new key like the old one, and until when the old one is valid',
      ],
    },
    {
      says: '`keys list` shows the rights of each key, its end, and the day on which it was last used, and never the key itself: only `keys create` and `keys rotate` print it.',
      tests: [
        'keys list shows all keys or those of a tenant, and never a value',
        'keys list shows until when each key is valid and when it was last used',
        'the list has rights, end and last use of each key, and never a value',
      ],
    },
    {
      says: 'The day is written at most once a day for each key.',
      tests: ['the use of a key is written once a day, however often it is used'],
    },
    {
      says: 'With the setting `api.oidc`, the API also accepts tokens of one issuer of OpenID Connect, such as a user pool of Amazon Cognito, in the header `Authorization` with the scheme Bearer.',
      tests: [
        'a token acts for the tenant and with the rights that its claims name, within what the operator allows',
        'with an issuer, API Gateway invokes the authorizer for each request, with the settings of the issuer',
      ],
    },
    {
      says: '`X-API-Key` wins if a request has both.',
      tests: ['the key of a request counts, and not its token'],
    },
    {
      says: 'The signature, the issuer, the audience, the end and the begin of a token are verified; its algorithm must be asymmetric.',
      tests: [
        'a token that %s is not valid',
        'an access token of Cognito names its audience in client_id',
      ],
    },
    {
      says: 'A token that is not valid gets 401.',
      tests: ['a request without a key and without a valid token gets 401, and a key still works'],
    },
    {
      says: 'The claim `tenant_claim` names the tenant, and the claim `rights_claim` its rights, as a list or as words; a word that `rights_by_value` does not have counts if it is the name of a right.',
      tests: [
        'a token acts for the tenant and with the rights that its claims name, within what the operator allows',
      ],
    },
    {
      says: 'An operator allows tokens for each tenant, with a tier, and with rights beyond which no token goes:',
      tests: [
        'a token acts for the tenant and with the rights that its claims name, within what the operator allows',
        'tokens are allowed for a tenant once, by a key that no caller gets, until it is revoked',
      ],
    },
    {
      says: 'A token of another tenant gets 403.',
      tests: ['tokens do not act for a tenant for which no operator allows them, or no longer'],
    },
    {
      says: '`keys revoke` of the printed id ends that within a minute.',
      tests: ['tokens do not act for a tenant for which no operator allows them, or no longer'],
    },
    {
      says: 'While the issuer does not publish its keys, requests whose key is not known yet get 503.',
      tests: ['a token cannot be checked while the issuer does not answer, which is not a refusal'],
    },
    {
      says: 'A request without a key gets 401.',
      tests: [
        'the API answers 401 to a request without a key, where one is needed',
        'API Gateway answers with the status and code of docs/api.md, and says when to retry',
      ],
    },
    {
      says: 'A request with an unknown, expired or revoked key gets 403.',
      tests: [
        'the API answers 403 to a key %s',
        'the API answers 403 to a key from the moment that it is revoked',
        'a key that expires is refused from its end on, also while API Gateway still remembers it',
      ],
    },
    {
      says: 'A request over the rate or the quota gets 429 with `Retry-After`, `X-RateLimit-Limit`, `X-RateLimit-Remaining` (0) and `X-RateLimit-Reset`, in seconds.',
      tests: [
        'a key beyond its rate gets 429 with Retry-After, and another key is not throttled',
        'a key beyond its monthly quota gets 429 with the reason, and another key does not',
        'a 429 of API Gateway has the rate of the tier, and no request remains',
      ],
    },
    {
      says: 'Other responses have only `X-RateLimit-Limit`',
      tests: ['every answer has X-Request-ID, X-RateLimit-Limit and Cache-Control: no-store'],
    },
    {
      says: 'API Gateway also limits each method over all callers.',
      tests: ['the limit of a stage applies to each method separately'],
    },
    {
      says: 'The routes that need no key answer 10 requests a second (`api.open_method`), and every other method 1,000 (`api.each_method`).',
      tests: [
        'the stage is traced, limits the keyless methods to 10 requests per second, and logs neither requests nor responses',
        'a keyless route is throttled, and the routes with a key are not',
      ],
    },
    {
      says: 'Answers of 1 KiB and more are compressed for clients that send `Accept-Encoding: gzip`.',
      tests: ['a client that accepts gzip gets the docs page and results compressed'],
    },
    {
      says: 'With the setting `api.serves_docs: false`, `/docs` does not exist.',
      tests: [
        'without docs and dashboard, the API has no method for the pages, which then need a key like any other path',
        'without docs, the page is a 404 and the OpenAPI document does not name it',
      ],
    },
    {
      says: '400 | VALIDATION_ERROR | correct the `field`',
      tests: [
        'POST /analyze/sync refuses the body %s and names the field %s',
        'POST /analyze/sync names every wrong field in one error',
      ],
    },
    {
      says: '401 | UNAUTHORIZED | send a key, or a valid token',
      tests: ['GET %s without a tenant is a 401 that says which header to send'],
    },
    { says: '403 | FORBIDDEN | send another key', tests: ['the API answers 403 to a key %s'] },
    {
      says: '403 | MISSING_RIGHT | send a key with one of the `required_rights`',
      tests: ['%s answers a caller with the right %s alone only if the route names it'],
    },
    {
      says: '404 | NOT_FOUND | check the path and the id; the id may belong to another tenant',
      tests: [
        'the unknown path %s is a 404 with the body of any other error',
        'GET %s of a job that does not exist is a 404',
      ],
    },
    {
      says: '405 | METHOD_NOT_ALLOWED | use a method from the `Allow` header',
      tests: ['%s %s is a 405 that names the allowed method'],
    },
    {
      says: '409 | CONFLICT | use a new Idempotency-Key: this one was used with another body',
      tests: ['an Idempotency-Key with another body is a 409 that names the header'],
    },
    {
      says: '413 | PAYLOAD_TOO_LARGE | send a job, upload a file, or split the file',
      tests: [
        'a job of more than 4 MiB is a 413',
        'the API answers unknown paths, wrong methods, large bodies and invalid JSON with errors of one shape',
      ],
    },
    {
      says: '415 | UNSUPPORTED_MEDIA_TYPE | send `Content-Type: application/json`, not encoded or with gzip',
      tests: [
        'a request with a body that is not in the coding %s is answered with 415',
        'a body in the coding %s is a 415',
        'POST /analyze/sync accepts application/json in any casing, and refuses other content types',
      ],
    },
    {
      says: '429 | RATE_LIMIT_EXCEEDED | wait `Retry-After` seconds',
      tests: ['a throttling analyzer becomes a 429 with Retry-After'],
    },
    {
      says: '500 | INTERNAL_ERROR | report the `request_id`',
      tests: [
        'a bug becomes a 500 that hides the error from the caller and reports it to the log',
        'the API names a request after API Gateway, or else after Lambda, or else by a uuid',
      ],
    },
    {
      says: '503 | SERVICE_UNAVAILABLE | a dependency is unavailable: wait `Retry-After` seconds',
      tests: [
        'a service that fails with %j is a 503 with Retry-After %s, which does not name the service',
      ],
    },
    {
      says: 'A failing dependency never causes a 500.',
      tests: ['with the fault %j every route answers with a documented status, and never with 500'],
    },
    {
      says: 'A body has at most 4 MiB, whatever its characters, also after its gzip.',
      tests: [
        'a body of 4 MiB fits whatever its characters, and a larger one is a 413, not a 500',
        'a gzipped body is read, and is limited by its size without gzip',
      ],
    },
    {
      says: 'A body that is not UTF-8 gets 400, body: is not UTF-8.',
      tests: [
        'a body whose bytes are not UTF-8 is a 400, and none of them becomes U+FFFD',
        'the API refuses bytes that are not UTF-8, and reads a gzipped body',
      ],
    },
    {
      says: 'Headers of more than 10 KB get 431.',
      tests: ['request line and header values of more than 10,240 bytes are refused'],
    },
    {
      says: 'Errors never contain your text.',
      tests: [
        '%s %s does not quote the text when a bug throws it',
        'no body causes a 5xx, and neither the answer nor the log quotes it',
        'the API logs each answer, and a bug without what its message quotes',
      ],
    },
    {
      says: 'You can safely send a request twice: analysis has no side effects, a record counts once per `source` and `record_id`, and a job is created once per `Idempotency-Key`.',
      tests: [
        'A redelivery leaves the row as it was',
        'the same Idempotency-Key and body give the same job, once',
        'A job is created once: a later creator is answered the existing job',
      ],
    },
    {
      says: 'AuraStream counts the input before it publishes the first record, so `progress.total` is known as soon as the job is PROCESSING.',
      tests: [
        'a submission knows the total and is PROCESSING before it publishes the first record',
        'Progress is 0 of 0 while the input has not arrived, and while it is counted',
      ],
    },
    {
      says: '`done` is `succeeded + failed + set_aside`.',
      tests: ['Progress of any pages conforms to its schema, and its parts add up'],
    },
    {
      says: 'It never decreases, never exceeds `total`, and equals `total` at the end, even when records are delivered twice or a function crashes.',
      tests: [
        'Progress is exact at every step under redelivery, bisecting, crashes and lost responses, and ends once with done = total',
        'The progress of the smallest jobs survives the fate "%s" at every single step',
        'a job counts each record once under redeliveries, killed functions and refused calls',
      ],
    },
    {
      says: 'A line whose record has a newer version already changes nothing; it counts as succeeded, and in `counts.not_newer`.',
      tests: [
        'A job all of whose records are not newer than their rows completes, and says how many they are',
        'A record without a verdict counts as such in its job, also if its row is newer',
      ],
    },
    {
      says: 'A line that is not a valid record becomes a set-aside with the reason, and counts as done.',
      tests: [
        'a job of an uploaded file sets bad lines aside with a reason, and counts every line',
        'readInput says what is wrong with a row of …, and never quotes the row',
      ],
    },
    {
      says: 'A job that cannot finish in time fails as soon as its records are counted, before the first one is published.',
      tests: [
        'a job that is not admitted fails with the code and the figures, before its first record is published',
        'a job that the quota can just finish before its deadline starts, and one record more is refused',
      ],
    },
    {
      says: 'The job is FAILED with `DEADLINE_UNREACHABLE`, and `error.figures` has its `records`, the `records_ahead` of it, the `estimated_hours` and the `deadline_at`.',
      tests: [
        'a refusal has the figures: records, records ahead, hours and deadline',
        'a job that cannot meet its deadline is refused with the figures, and publishes nothing',
      ],
    },
    {
      says: 'The estimate uses the quota of the analyzer, or the throughput of the last 15 minutes if repeated texts make it higher, or if live records leave less of the quota.',
      tests: [
        'a measured throughput above the quota admits more, because texts repeat',
        'a measured throughput below the quota refuses only if the consumers were saturated',
      ],
    },
    {
      says: 'Each tier also limits how many records the open jobs of a tenant have together.',
      tests: [
        'the open jobs of a tenant have at most the records of its tier, whatever other tenants have',
        'a job has the cap of records that the authorizer has read from the tier',
      ],
    },
    {
      says: 'More are refused with `TOO_MANY_RECORDS`, `records`, `open_records` and `max_records`.',
      tests: [
        'the open jobs of a tenant have at most the records of its tier, whatever other tenants have',
      ],
    },
    {
      says: 'starter | 1,000,000',
      tests: ['the tiers allow the records in open jobs that the API page lists'],
    },
    {
      says: 'growth | 5,000,000',
      tests: ['the tiers allow the records in open jobs that the API page lists'],
    },
    {
      says: 'professional | 20,000,000',
      tests: ['the tiers allow the records in open jobs that the API page lists'],
    },
    {
      says: 'enterprise | 100,000,000',
      tests: ['the tiers allow the records in open jobs that the API page lists'],
    },
    {
      says: 'The deadline of a job is one day (`jobs.deadline_seconds`).',
      tests: [
        'the function %s has its memory, its timeout and its environment',
        'a job has the deadline of JOB_DEADLINE_SECONDS, expires after JOB_RETENTION_SECONDS, and its input is in INPUT_BUCKET',
      ],
    },
    {
      says: 'After that the job is FAILED with `DEADLINE_EXCEEDED`, or with `INPUT_NEVER_ARRIVED` if its file was never uploaded.',
      tests: [
        'A job fails at its deadline, and with DEADLINE_EXCEEDED once its input has arrived',
        'a job whose file is never uploaded becomes FAILED at its deadline, with the reason',
      ],
    },
    {
      says: 'A job whose records are not on the stream after 1,000 invocations of the submission is FAILED with `SUBMISSION_STOPPED`.',
      tests: [
        'A submission that was handed over 1,000 times makes its job FAILED with SUBMISSION_STOPPED',
      ],
    },
    {
      says: 'AuraStream keeps jobs for 30 days.',
      tests: [
        'the function %s has its memory, its timeout and its environment',
        'inputs expire a day after the deadline of their job, record lists with their job and long texts after 45 days, answers of queries and files of exports after a week, raw lines of results after 30 days, set-asides after 80, failed batches after 14; all else stays',
        'a new job belongs to the tenant of the key, has its source, its deadline, and expires',
      ],
    },
    {
      says: 'The input of a job is deleted within minutes of its end, also if the job has failed or was cancelled.',
      tests: [
        'A sweep deletes the input of each job that is over, however it ended, and says when',
        'A sweep that crashes after it has deleted an input is repeated, and then says that the input is deleted',
        'An upload that arrives when its job is %s is deleted',
        'personal data from the stream, a file, a job and the API is in no table, object, query, metric and log, also if services fail',
      ],
    },
    {
      says: 'any other value is refused with 400.',
      tests: ['a job with %s is a 400'],
    },
    {
      says: '`upload.options` takes the options of `ingest`, such as `text_field`; [files.md](files.md) explains them, and what can be read.',
      tests: [
        'A job reads its file with the options of its upload, also if the file is packed',
        'job submit sends the options of the file, and refuses a file that cannot be read before it creates a job',
      ],
    },
    {
      says: 'Formats with columns name them in the first line.',
      tests: [
        'readRecords fills record fields from CSV columns of their name, and attributes from the others',
        'countInput and readInput find the same records in …, from the start and from every record, however the bytes arrive',
      ],
    },
    {
      says: 'You can also upload it without the command.',
      tests: ['the commands of docs/api.md upload a file with $method, and its job ends'],
    },
    {
      says: 'Declare its size in bytes when you create the job:',
      tests: [
        'the commands of docs/api.md upload a file with $method, and its job ends',
        'an upload is signed for its format and its size, until it expires, and writes no input',
        'a job with %s is a 400',
      ],
    },
    {
      says: 'A size of more than 5 GiB (`jobs.max_upload_bytes`) is refused with 413.',
      tests: [
        'an upload of the largest size is signed, and one that is a byte larger is a 413 that makes no job',
        'an upload has at most MAX_UPLOAD_BYTES',
        'a limit of uploads that is above the 5 GiB of one upload to S3 is refused at synthesis',
        'a file whose declared size is above the limit is a 413',
      ],
    },
    {
      says: 'S3 refuses a file of any other size with 403 `SignatureDoesNotMatch`.',
      tests: [
        'a file of another size than declared is refused, with PUT and with POST, and its job keeps waiting',
        'a presigned PUT that signs its content-length takes a file of this size, and refuses every other size',
        'the URL of an upload is signed for one object, its size and its time to live, without a checksum or a type',
      ],
    },
    {
      says: 'S3 then refuses another size with 400 `EntityTooLarge` or `EntityTooSmall`.',
      tests: [
        'a file of another size than declared is refused, with PUT and with POST, and its job keeps waiting',
        'a form with a content-length-range takes files of these sizes, both limits included, and refuses others',
        'the form of an upload is signed for one object, its type and exactly its size',
      ],
    },
    {
      says: 'Both live for an hour (`jobs.upload_url_ttl_seconds`): the upload must begin before `upload.expires_at`.',
      tests: [
        'the form of an upload is valid at least until the upload expires',
        'a form works until its policy has expired',
        'an upload URL expires with its time to live, or with its session if that ends first',
        'an upload URL of %d s is signed by a new session of %d s',
        'the time for an upload is that of the settings',
      ],
    },
    {
      says: '`GET /jobs/{job_id}/download` | streams the outcome of all records of a job in one response',
      tests: [
        'a download has a line for each record in the order of the input, and a last line with their number',
        'a download of 20,000 rows comes whole and in order from a function with 128 MB',
        'a caller that names no format gets JSON lines',
      ],
    },
    {
      says: 'A response has status 200 before its last row is read, so look at its end to know that it is complete:',
      tests: ['a download during which a service fails breaks off without its last line'],
    },
    {
      says: 'The last of the JSON lines is `{"end":{"rows":N}}`, after N rows.',
      tests: [
        'a download has a line for each record in the order of the input, and a last line with their number',
      ],
    },
    {
      says: 'A download without this line is not complete.',
      tests: ['a download during which a service fails breaks off without its last line'],
    },
    {
      says: 'If it has `next_cursor`, the job has more records: go on with `?cursor=`.',
      tests: [
        'a download that reaches its limit of %s ends with a cursor, and the downloads together have each row once',
      ],
    },
    {
      says: 'A complete CSV file has only rows.',
      tests: [
        'a download as CSV begins with a byte order mark, has a column for each attribute, and no cell is a formula',
      ],
    },
    {
      says: 'If reading the rows fails, the last line begins with INCOMPLETE.',
      tests: [
        'CSV that reaches a limit ends with a line that says INCOMPLETE, and the body breaks off, in the coding %s',
      ],
    },
    {
      says: 'The header `X-Job-Records` has the number of records of the job: compare it with the rows, because a function that is killed writes no last line.',
      tests: [
        'a download as CSV is compressed, begins with a byte order mark and has the number of rows in a header',
      ],
    },
    {
      says: 'If a download breaks off, the connection closes before the end of the body, which `curl` reports as an error.',
      tests: [
        'a function that fails after its first byte cuts the body off, and the status stays: %s',
        'the handler waits for a slow reader, and fails if the body fails, without ending the stream',
      ],
    },
    {
      says: 'A response is compressed if the caller accepts gzip.',
      tests: [
        'a download is compressed for a caller that accepts gzip',
        'a caller that accepts %j accepts gzip: %s',
      ],
    },
    {
      says: 'It ends at the next row after 190 MB or 14 minutes, because Lambda stops at 200 MB and 15 minutes.',
      tests: [
        'a download that reaches its limit of %s ends with a cursor, and the downloads together have each row once',
        'a download ends before the limits of Lambda',
      ],
    },
    {
      says: 'Lambda sends at most 2 MB per second after the first 6 MB.',
      tests: ['Lambda sends the first 6 MB of a response at once, and 2 MB a second after them'],
    },
    {
      says: 'A larger job needs several downloads of JSON lines, and as CSV it breaks off.',
      tests: [
        'CSV that reaches a limit ends with a line that says INCOMPLETE, and the body breaks off, in the coding %s',
      ],
    },
    {
      says: 'By default, downloads start at 0.5 per second after a burst of 20, over all callers, and more get 429.',
      tests: [
        'the stage has the name of its setting, each kind of method the limit of its own, and reading the head of a path counts as reading it',
        "slow downloads at the limit of their rate leave half of an account's concurrency of 1,000 to other functions",
      ],
    },
    {
      says: 'The client and `aurastream job results` go on by themselves, and request a download that breaks off again.',
      tests: [
        'a download goes on at the cursor of its last line',
        'a download that breaks off is requested again, and no row comes twice',
        'a download whose function is killed on the way is requested again, and comes whole all the same',
      ],
    },
    {
      says: 'The CSV of a page has no byte order mark, and all attributes as JSON in the last column, so that every page has the same columns.',
      tests: ['the CSV of job results has a column for each field under its name'],
    },
    {
      says: '`client.download` reads all outcomes of a job from one response, and `client.results` reads them in pages.',
      tests: ['a download goes on at the cursor of its last line'],
    },
    {
      says: 'If a download breaks off five times without a new row, the loop ends with an `ApiError` whose code is `INCOMPLETE`.',
      tests: [
        'a download that breaks off again and again without a new row fails after five requests, and says so',
      ],
    },
    {
      says: '`GET /jobs/{job_id}/results` returns the same outcomes in pages.',
      tests: [
        'the pages of a job hold each record once, `limit` at a time, and only the last is short',
      ],
    },
    {
      says: 'A page has `limit` records, at most 1,000 and at most 4 MiB, because a Lambda response is limited to 6 MB.',
      tests: [
        'the pages of a job hold each record once, `limit` at a time, and only the last is short',
        'job results refuse %j as the limit',
        'a page of job results is at most 4 MiB, and the next page goes on behind it',
      ],
    },
    {
      says: 'The cursor of the next page is `next_cursor` in JSON, and in the headers `X-Next-Cursor` and `Link` for NDJSON and CSV.',
      tests: [
        'job results are JSON lines if the caller accepts application/x-ndjson, with the cursor in headers',
        'the last page of job results has no headers of a next page',
      ],
    },
    {
      says: 'A cursor stays valid while more results arrive.',
      tests: ['a cursor of job results stays valid while more results arrive'],
    },
    {
      says: 'A job whose file cannot be read is FAILED before its first record is published, and its results are empty.',
      tests: [
        'the results of a job that could not be read are empty',
        'without faults every route answers, also for the results of a job whose file cannot be read',
      ],
    },
    {
      says: 'Records that the submission has not reached are pending, and have no id yet.',
      tests: [
        'records that a submission has not reached are pending and have no id, and those behind its checkpoint have one if they are listed',
      ],
    },
    {
      says: 'A result that is stored without its text, because of `privacy.stored_text` or its size, has no text here either.',
      tests: ['a result that is stored without its text has no text in the results of its job'],
    },
    {
      says: 'CSV has a line for each record: its id, outcome, verdict, source, `created_at`, author, url, text, and issues.',
      tests: ['the CSV of job results has a column for each field under its name'],
    },
    {
      says: 'A text that a spreadsheet would run as a formula begins with an apostrophe.',
      tests: [
        'a CSV cell that begins with %j has an apostrophe, so that no spreadsheet runs it as a formula',
      ],
    },
    {
      says: 'The file begins with a byte order mark, so that Excel shows umlauts, and each attribute that occurs in the first 1,000 records has a column of its own, such as `attributes.stars`.',
      tests: [
        'a download as CSV begins with a byte order mark, has a column for each attribute, and no cell is a formula',
        'job results --output FILE.csv begins with a byte order mark, so that Excel shows umlauts',
      ],
    },
    {
      says: 'Attributes that occur later are in the last column.',
      tests: [
        'job results as CSV gives attributes that occur later than the first 1,000 records as JSON',
        'the CSV of job results has every attribute exactly once: in its column, or in the JSON of the last column',
      ],
    },
    {
      says: 'If the first records have more than 16 Mi characters of text, the columns are those of fewer records.',
      tests: [
        'CSV begins before 1,000 rows if their texts and attributes have 16 Mi characters',
        'CSV that begins early has each row once, and the attributes of later rows in the last column',
      ],
    },
    {
      says: '`aurastream job results JOB_ID --output results.csv` writes the same file.',
      tests: [
        'job results --output FILE.csv begins with a byte order mark, so that Excel shows umlauts',
        'job results --format csv has the text, source, date and attributes of each record, and no cell is a formula for a spreadsheet',
      ],
    },
    {
      says: 'It has its name only when it is whole: until then it is `results.csv.part`, which Ctrl-C deletes.',
      tests: [
        'a download that breaks off leaves no file under its name, and a file that was there stays',
        'Ctrl-C during a download deletes what was written, and exits with 130',
        'job results --output has written the whole file when it says how many rows there are',
      ],
    },
    {
      says: 'Without `--output`, the command writes the same lines without the mark, for a pipe.',
      tests: [
        'job results --format csv has the text, source, date and attributes of each record, and no cell is a formula for a spreadsheet',
      ],
    },
    {
      says: 'The range from `from` to `to` is extended to whole intervals, and the response has the extended range.',
      tests: [
        'GET /stats extends the range to whole intervals, so that ranges within the same intervals share one answer',
      ],
    },
    {
      says: 'Web pages of other origins may call the API if the deployment names their origins, or `*` for all:',
      tests: [
        'a page of an allowed origin calls the API, reads its errors, and uploads a file',
        'with the CORS origins %j, a page of %s may read answers: %s',
      ],
    },
    {
      says: 'by default, it is empty.',
      tests: ['the function %s has its memory, its timeout and its environment'],
    },
    {
      says: 'API Gateway answers preflight requests, which need no key.',
      tests: [
        'API Gateway answers preflight requests of every path alone, without a key, and limits their rate',
      ],
    },
    {
      says: 'A page can then read every response, errors included, and upload the file of a job to its upload URL or form.',
      tests: ['a page of an allowed origin calls the API, reads its errors, and uploads a file'],
    },
    {
      says: 'If several origins are named, pages of all origins can read the errors that API Gateway itself answers;',
      tests: [
        'for %j, the answers of API Gateway itself allow the origin %s, and let a page read their headers',
      ],
    },
    {
      says: 'A job with a `callback_url` sends `job.completed` or `job.failed` to that URL when it ends.',
      tests: [
        'the callback of a job that is %s is the event %s with the state of the job',
        'The end of a job makes its callback pending and due in the same write, and asks for the first attempt',
      ],
    },
    {
      says: 'If the receiver does not respond with 2xx within 30 s, AuraStream retries after about 1, 5 and 15 minutes.',
      tests: [
        'a callback that fails is attempted again after 1, 5 and 15 minutes, and has then failed',
        'the answer %j of the receiver does not deliver a callback',
        'a receiver has 30 seconds if the deployment sets no other limit',
        'A callback ends at its time limit if the receiver does not answer',
      ],
    },
    {
      says: '`GET /status/{job_id}` shows each attempt.',
      tests: ['GET /status shows the callback with its attempts, and the reason of a failure'],
    },
    {
      says: 'A cancelled job gets no callback.',
      tests: ['A cancelled job gets no callback', 'a job that %s gets no callback'],
    },
    {
      says: 'The URL must use https, and its address must not be private, loopback or link-local.',
      tests: [
        'the callback URL %s is a 400, and makes no job',
        'A callback URL never leads to a private, loopback, link-local or shared address, however it is written',
      ],
    },
    {
      says: 'AuraStream checks this when you submit the job, when it resolves the name (it connects to the address that it checked) and at every redirect.',
      tests: [
        'the callback URL %s is a 400, and makes no job',
        'A callback refuses a host name with a private address, even among public ones',
        'the connection goes to an address that was checked, in the form that Node.js asks for',
        'A callback follows no redirect to %s',
      ],
    },
    {
      says: '`X-AuraStream-Timestamp` | epoch seconds of this attempt',
      tests: [
        'every attempt of a callback has the same delivery id, and is signed with the secret of the tenant',
      ],
    },
    {
      says: '`X-AuraStream-Signature` | `sha256=` and the hex HMAC-SHA256 over `TIMESTAMP.BODY` with your secret',
      tests: [
        'every attempt of a callback has the same delivery id, and is signed with the secret of the tenant',
        'a signed callback reports the end of a job, is retried after a refusal, and the status lists each attempt',
      ],
    },
    {
      says: '`X-AuraStream-Delivery` | an id that is equal for all attempts: store it to ignore repeated deliveries',
      tests: [
        'every attempt of a callback has the same delivery id, and is signed with the secret of the tenant',
      ],
    },
    {
      says: 'Each tenant has its own secret:',
      tests: [
        'tenants have different secrets for their callbacks, and none is that of the deployment',
        'keys secret prints the callback secret of the tenant that is named',
      ],
    },
    {
      says: 'In the week after the operator has replaced the secrets, the header has two signatures with a comma between them, one by the new and one by the old secret.',
      tests: [
        'while the secret is replaced, a callback has a signature by the new and one by the old secret',
        'a replaced secret is used within five minutes, and the old one counts for a week',
      ],
    },
    {
      says: 'Verify the signature before you parse the body:',
      tests: [
        'the function isOurs of docs/api.md accepts a signed callback, also while the secret is replaced, and no changed or old one',
      ],
    },
    {
      says: 'The TypeScript client runs in browsers and Node.js and uses only `fetch`.',
      tests: [
        'the client runs with the globals that browsers and Node.js share, and without process or Buffer',
        'a browser bundle of the client holds no Node.js module and no third-party module',
        'the client runs in Chromium',
      ],
    },
    {
      says: 'Install it from the tarball of `npm pack`',
      tests: [
        'every export of the package can be imported with its dependencies alone',
        'a TypeScript program of a consumer compiles against the declarations of every export',
      ],
    },
    {
      says: 'It retries after any other 429, 502, 503, 504 and lost connections, and waits as long as `Retry-After` asks.',
      tests: [
        'the client retries after the status %d',
        'the client does not retry after the status %d',
        'the client retries after a network failure, and an answer that is not JSON is an ApiError',
        'the client sends the API key, and waits for as long as Retry-After says before it retries',
        'the client waits for a Retry-After %s before it retries',
      ],
    },
    {
      says: 'It gives records and jobs their ids before the first attempt, so retries do not create duplicates.',
      tests: [
        'the client gives records their ids before it first sends them, and keeps those that they have',
        'the client gives a job its Idempotency-Key before it first sends it: a uuid, or that of the caller',
        'the client keeps one Idempotency-Key over all attempts to submit a job',
      ],
    },
    {
      says: 'It rejects with an `ApiError` that has `status`, `code`, `field` and `request_id`.',
      tests: [
        'the client rejects with status, code, field, retry_after and request_id of a refusal',
      ],
    },
    {
      says: 'Generate a client for any other language from the OpenAPI document.',
      tests: [
        'the OpenAPI document has every schema that it refers to',
        'every schema of the OpenAPI document compiles',
      ],
    },
    {
      says: '`POST /privacy/erasures` | erases records of your tenant from every store, as `aurastream erase` does',
      tests: [
        'POST /privacy/exports writes the records of an author to files, POST /privacy/erasures erases them and the files, by a function that uses only its permissions, and the trail has both acts by the key',
        'POST /privacy/erasures hands the selection within the tenant of the caller to the function, and answers 202 with its id',
      ],
    },
    {
      says: '`GET /privacy/erasures/{erasure_id}` | returns the step and the counts of an erasure, and its signed report',
      tests: [
        'GET /privacy/erasures/{erasure_id} shows the step, the counts, and in the end the signed report',
        '%s answers another tenant as if the resource did not exist',
      ],
    },
    {
      says: 'The body selects records of your tenant by `source`, and of them by one of `author`, `before` and, with a source, `record_id`.',
      tests: [
        'POST /privacy/erasures hands the selection within the tenant of the caller to the function, and answers 202 with its id',
        'the selection %j is refused, and the error names %s',
      ],
    },
    {
      says: 'Only `"all": true` selects everything, and `"dry_run": true` only counts.',
      tests: [
        'everything of the tenant is selected only by all: true',
        'a dry run counts, and changes nothing',
      ],
    },
    {
      says: 'The response is 202 with an `erasure_id`.',
      tests: [
        'POST /privacy/erasures hands the selection within the tenant of the caller to the function, and answers 202 with its id',
      ],
    },
    {
      says: 'The audit trail gets the request first; if it does not take it, the response is 503 and nothing is erased.',
      tests: ['a request that the audit trail does not take is refused, and nothing is erased'],
    },
    {
      says: 'A function does the erasure, and writes the act with your key and address to the audit trail before it erases anything.',
      tests: [
        'an act is in the audit trail, by its caller, before anything is erased',
        'a request whose act cannot be recorded is not done, and is delivered again',
        'POST /privacy/exports writes the records of an author to files, POST /privacy/erasures erases them and the files, by a function that uses only its permissions, and the trail has both acts by the key',
      ],
    },
    {
      says: 'It works in slices of up to 15 minutes, and goes on after a crash.',
      tests: [
        'the function %s has its memory, its timeout and its environment',
        'a request goes on in other messages until it is done, and has one act in the trail',
        'the erasure of a request goes on slice by slice, and one that is delivered again erases nothing twice',
        'a slice that fails is thrown, so that SQS delivers its message again, and no message goes on',
      ],
    },
    {
      says: 'It waits while a job of your tenant has not ended.',
      tests: ['the erasure of a request waits while a job of the tenant has not ended'],
    },
    {
      says: '`GET /privacy/erasures/{erasure_id}` returns the `step`, the `counts` by store, and in the end `signed`: the report, which `aurastream privacy verify` accepts.',
      tests: [
        'GET /privacy/erasures/{erasure_id} shows the step, the counts, and in the end the signed report',
        'POST /privacy/exports writes the records of an author to files, POST /privacy/erasures erases them and the files, by a function that uses only its permissions, and the trail has both acts by the key',
      ],
    },
    {
      says: 'It answers for 80 days; the report itself is kept.',
      tests: ['every store of the template is in the report, with its time from the settings'],
    },
    {
      says: '`POST /privacy/exports` | writes all that is held on records of your tenant to files',
      tests: [
        'POST /privacy/exports writes the records of an author to files, POST /privacy/erasures erases them and the files, by a function that uses only its permissions, and the trail has both acts by the key',
        'POST /privacy/exports hands the selection within the tenant of the caller to the function, and answers 202 with its id',
      ],
    },
    {
      says: '`GET /privacy/exports/{export_id}` | returns how far an export is, its signed report, and a URL of each file',
      tests: [
        'GET /privacy/exports/{export_id} shows the store that is read and the lines, and in the end the signed report and a URL of each file',
        '%s answers another tenant as if the resource did not exist',
      ],
    },
    {
      says: 'The body selects records as for an erasure, without `dry_run`.',
      tests: [
        'POST /privacy/exports hands the selection within the tenant of the caller to the function, and answers 202 with its id',
        'the selection %j of an export is refused, and the error names %s',
      ],
    },
    {
      says: 'The response is 202 with an `export_id`.',
      tests: [
        'POST /privacy/exports hands the selection within the tenant of the caller to the function, and answers 202 with its id',
      ],
    },
    {
      says: 'A function writes the lines that `aurastream export` prints to numbered files of about 32 MiB, and writes the act to the audit trail first.',
      tests: [
        'POST /privacy/exports writes the records of an author to files, POST /privacy/erasures erases them and the files, by a function that uses only its permissions, and the trail has both acts by the key',
        'the signed report has each part with its number, lines, bytes and SHA-256, and no name of a person',
        'an act is in the audit trail, by its caller, before anything is erased',
      ],
    },
    {
      says: 'It goes on after a crash without a doubled or a lost line.',
      tests: [
        'an export that crashes at any call to its store goes on without a doubled or a lost line',
        'an export that ends after each place has the same lines, in the same order, as one that is never interrupted',
        'a part ends after a minute, so that a crash repeats no more',
      ],
    },
    {
      says: '`GET /privacy/exports/{export_id}` returns the store that is read (`step`) and the `lines` of each store.',
      tests: [
        'GET /privacy/exports/{export_id} shows the store that is read and the lines, and in the end the signed report and a URL of each file',
      ],
    },
    {
      says: 'Once the status is `done`, `signed` is the report with the lines, bytes and SHA-256 of each file.',
      tests: [
        'the signed report has each part with its number, lines, bytes and SHA-256, and no name of a person',
        'GET /privacy/exports/{export_id} shows the store that is read and the lines, and in the end the signed report and a URL of each file',
        'POST /privacy/exports writes the records of an author to files, POST /privacy/erasures erases them and the files, by a function that uses only its permissions, and the trail has both acts by the key',
      ],
    },
    {
      says: '`downloads` has a URL of each of 100 files, which needs no key and is valid for 15 minutes; `next_after` is the `after` of the next 100.',
      tests: [
        'an export with more than 100 files has the URLs of the next ones after next_after',
        'a file of an export has a URL that is valid for 15 minutes, or until the session that signed it ends',
        'POST /privacy/exports writes the records of an author to files, POST /privacy/erasures erases them and the files, by a function that uses only its permissions, and the trail has both acts by the key',
      ],
    },
    {
      says: 'Each response with URLs is in the audit trail.',
      tests: [
        'GET /privacy/exports/{export_id} shows the store that is read and the lines, and in the end the signed report and a URL of each file',
        'a URL that the audit trail does not take is not sent',
      ],
    },
    {
      says: 'The files are deleted after 7 days (`privacy_requests.export_days`).',
      tests: [
        'inputs expire a day after the deadline of their job, record lists with their job and long texts after 45 days, answers of queries and files of exports after a week, raw lines of results after 30 days, set-asides after 80, failed batches after 14; all else stays',
        'files that have expired, and those that an erasure has deleted, are offered no more',
      ],
    },
    {
      says: 'An erasure deletes the files of all exports of its tenant, because they can hold what it erases.',
      tests: [
        'an erasure deletes the files of all exports of the tenant, and marks first that those which go on must end',
        'POST /privacy/exports writes the records of an author to files, POST /privacy/erasures erases them and the files, by a function that uses only its permissions, and the trail has both acts by the key',
      ],
    },
    {
      says: 'The status is `deleted` then, and an export that was being written has failed.',
      tests: [
        'files that have expired, and those that an erasure has deleted, are offered no more',
        'an export whose tenant erases records while it writes a part deletes all its files and fails',
      ],
    },
    {
      says: 'A request whose message fails five times gets the status `failed`.',
      tests: [
        'a request whose message fails for the fifth time has failed, with its reason, and so has its act',
        'an erasure that has failed says so with its reason and advice, and can be asked for again',
      ],
    },
    {
      says: 'So does one that has waited for two days, and one that nothing has worked on for 25 hours, because its message is gone.',
      tests: [
        'a request ends after two days of waiting, and has failed',
        'an erasure of which there was no sign for 25 hours has failed, because its message is gone',
      ],
    },
    {
      says: '`failure` has the reason, the time and an `advice`.',
      tests: [
        'an erasure that has failed says so with its reason and advice, and can be asked for again',
        'an export that has failed says so with its reason and advice',
      ],
    },
  ],
  explains: [
    'Upload a file again to analyze it again.',
    'Ask for it again: the new request does everything anew.',
    '[privacy.md](privacy.md) says what an erasure reaches.',
    '`order` is `created_at`',
    '`source`, `status`, `sentiment` and',
    'The newest result comes first.',
    'Follow `next_cursor` with the same',
    'A cursor belongs to the tenant and',
    'A page is full unless the search',
    'Such a page may be empty.',
    'Few results match a rare source',
    '`--sentiment NEGATIVE`, `--source S`',
    'This page explains what a schema cannot.',
    'The tiers are usage plans in the template.',
    'API Gateway invokes the authorizer for each request, which costs $0.20 for a million requests.',
    'Revoke keys that are not used.',
    'Change them in `infra/settings.ts`.',
    'Upload a file:',
    'Then PUT the file to `upload.url`.',
    'The size is part of the signature:',
    'Or POST it as an HTML form does: the fields of `upload.form`, and after them the file.',
    '`upload.format` is the format of the file:',
    'Download the outcome of all records of a job:',
    'npx aurastream keys secret --tenant acme',
    'For Python:',
    'The setting is `api.cors_origins`;',
    'these contain no data of a tenant.',
    'A key in a web page is visible to its users: give the page a key of its own that has only the right `read`.',
  ],
  skipped_sections: { Measured: 'It reports measurements, which npm run bench repeats.' },
};
