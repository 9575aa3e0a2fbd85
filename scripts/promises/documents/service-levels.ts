import type { DocumentPromises } from '../entry.ts';

const ERRORS =
  'in the window %s of %d s, an alarm compares the share of requests with 5xx with %d times the budget';
const LATENCY =
  'in the window %s of %d s, an alarm compares the share of slow requests with %d times the budget';
const LAG =
  'in the window %s of %d minutes, an alarm goes off if live records wait too long in %d of them';
const COMPOSITE =
  'the alarm %s goes off if both windows of a burn rate say so, and it alone publishes';
const STATED =
  'the runbook states each objective as the settings do, and has a section for its alarm';
const RATES =
  'a burn rate of 1 spends the budget in exactly 30 days, and 14.4 spends 2 % of it in an hour';
const COSTS =
  'a stack has no more metrics with alarms, composite alarms, dashboards and secrets than the cost model assumes';

/** The promises of the sections on the dashboard and on service levels in docs/operations.md. */
export const SERVICE_LEVELS: Pick<DocumentPromises, 'promises' | 'explains'> = {
  promises: [
    {
      says: 'It shows the state of each alarm first, then records, lag, analysis and its cost, the API, and errors and throttles of every function, table and queue.',
      tests: [
        'the dashboard starts with the state of each alarm that publishes, those on objectives first',
        'the dashboard shows records, lag, analysis, cost, API, tables, queues and the lake',
        'the dashboard has each %s of the stack',
      ],
    },
    {
      says: 'Kinesis charges for metrics of single shards, so the dashboard reads the lag of each shard from the log lines',
      tests: ['the lag of each shard and the routes of the API come from the logs that hold them'],
    },
    {
      says: '`has_dashboard: false` leaves it out.',
      tests: [
        'the thresholds of all windows follow the objectives of the settings, and the setting leaves the dashboard out',
      ],
    },
    {
      says: 'Each objective counts over 30 days (`objectives` in `infra/settings.ts`).',
      tests: [STATED, RATES],
    },
    {
      says: '99.9 % | requests to the API that are not answered with 5xx',
      tests: [ERRORS, STATED],
    },
    {
      says: '99 % | requests that the function of the API answers within 2 s, without downloads',
      tests: [LATENCY, STATED],
    },
    {
      says: '99 % | minutes in which the oldest record that the consumer of the live stream gets is at most 60 s old',
      tests: [LAG, STATED],
    },
    {
      says: 'An alarm goes off when it burns 14.4 times too fast, in the last hour and in the last 5 minutes, which spends 2 % of the budget of 30 days;',
      tests: [COMPOSITE, ERRORS, LATENCY, LAG, RATES],
    },
    {
      says: 'At 14.4 times, 1.44 % of the requests fail, or 14.4 % are slow, or live records wait in 9 of 60 minutes.',
      tests: [ERRORS, LATENCY, LAG],
    },
    {
      says: 'Up to five bad requests in an hour, or in six hours, raise no alarm, because one of ten requests would be 10 %.',
      tests: [ERRORS, LATENCY],
    },
    {
      says: 'Each window is an alarm of its own that publishes nothing, and a composite alarm for each objective publishes.',
      tests: [COMPOSITE],
    },
    {
      says: '16 metrics with alarms at $0.10, and three composite alarms at $0.50.',
      tests: [COSTS, ERRORS, LATENCY, LAG],
    },
  ],
  explains: [
    'The stack has a dashboard of CloudWatch with the name of the stack.',
    'The cost of Comprehend is its units at the first price, which is the highest.',
    'A dashboard costs $3 per month after the first three of an account;',
    'The rest to 100 % is the error budget.',
    'Together they cost $3.10 per month:',
    'The short window ends the alarm soon after the cause.',
    'Too many requests to the API are answered with 5xx to keep the objective.',
    'Do what ApiFails says.',
    'If downloads fail, do what DownloadsFail says:',
    'their answers are part of the same metric.',
    'Too many requests take longer than 2 s to keep the objective.',
    'The table of routes on the dashboard names the slowest.',
    'Do what ApiIsSlow says.',
    'Live records wait for too many minutes to keep the objective, although StreamIsLate may be silent.',
    'Do what StreamIsLate says.',
    'Records of a burst that is over soon need nothing: the stream holds them, and the budget is there to be spent.',
  ],
};
