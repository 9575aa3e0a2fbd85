import type { DocumentPromises } from '../entry.ts';

const RUNS = 'the query of docs/sql.md runs and has an answer: $title';
const HABITS =
  'each habit that docs/sql.md lists is refused, and what it names instead is accepted';
const ONE_ROW =
  'SQL shows one row for each record, with its corrected text and without its withdrawn text';
const OUTPUTS =
  'query writes the format that the ending of --output names, and CSV begins with the mark for Excel';
const WAIT =
  'the wait ends when everything that was accepted before it is in the table, whatever the order of the steps';
const TYPED =
  'results_typed has the rows of results, and the attributes as numbers and as times in UTC, or null';
const TIMES = 'in results_typed, an attribute with the value %s is the time %s';
const COLUMNS = 'the table has the columns of a result, times as timestamps, and a day';

export const SQL: DocumentPromises = {
  path: 'docs/sql.md',
  promises: [
    {
      says: 'The embedded cloud runs the same SQL as AWS, and refuses what AWS refuses.',
      tests: [
        HABITS,
        RUNS,
        'a statement that writes to more than 100 partitions fails, and one that writes to 100 does not',
        'a value of another type is refused as in Trino, and a value that Trino widens is not',
      ],
    },
    {
      says: 'The tests run every query on this page.',
      tests: [RUNS, 'docs/sql.md answers at least 25 questions'],
    },
    { says: '`results` has one row per record: its current version.', tests: [ONE_ROW] },
    {
      says: 'Corrected texts replace older ones, and a withdrawn record keeps its row, with the status `withdrawn` and without its text.',
      tests: [
        ONE_ROW,
        'a withdrawn record keeps its identity and status, and has no text, author or attributes',
      ],
    },
    {
      says: '`results_typed` is `results` with two more columns: the attributes as numbers and as times.',
      tests: [TYPED, 'the view results_typed names all columns of results, with types of Trino'],
    },
    {
      says: '`results_history` has the versions and analyses of records, as long as the log of the lake keeps them.',
      tests: [
        'the history shows each version once, although its line was delivered twice, and later analyses too',
        'the night removes withdrawn texts from the raw objects, and the history keeps the other versions',
      ],
    },
    {
      says: '`results_by_hour`, `results_by_day` and `results_by_week` count the texts by source, language and sentiment.',
      tests: ['the views by hour, day and week count each text once'],
    },
    {
      says: '`results_raw` is the log: every line that was written, also repeats.',
      tests: ['the view has one row per record version and the raw table has every line'],
    },
    ...[
      '`status` | text | `analyzed`, or why a record has no verdict',
      '`sentiment` | text | `POSITIVE`, `NEGATIVE`, `NEUTRAL` or `MIXED`; null without a verdict',
      '`scores` | row | the four probabilities: `scores.positive`, `scores.negative`, …',
      '`created_at` | timestamp | when the text was written, in UTC; without a time of its own, when it arrived',
      '`arrived_at` | timestamp | when the record reached AuraStream, in UTC',
      '`day` | date | the day of the first `created_at` of the record, in UTC; the table is stored by it',
      '`run_id` | text | the `ingest`, the job or the other run that published the current version',
      "`attributes` | map | the other columns of your file, as text: `element_at(attributes, 'product')`",
    ].map((says) => ({ says, tests: [COLUMNS, RUNS] })),
    {
      says: 'A condition on `day` makes Athena read these days only, and Athena bills what it reads.',
      tests: ['a query of an Iceberg table scans only its columns and its partitions'],
    },
    ...[
      'To compute with them, read `results_typed`:',
      "`element_at(numbers, 'stars')` is a number, and `element_at(times, 'ordered_at')` a timestamp in UTC.",
    ].map((says) => ({ says, tests: [TYPED, TIMES] })),
    {
      says: 'Both are null for a value of another kind, such as `4,5` or `22.11.2026`.',
      tests: [TYPED, TIMES],
    },
    {
      says: "`element_at` gives null for a record without the attribute; `attributes['stars']` fails for it.",
      tests: [RUNS, '%s fails as in Trino'],
    },
    {
      says: "`created_at AT TIME ZONE 'Europe/Berlin'` is the same moment on a clock in Berlin.",
      tests: ['the hours of docs/sql.md are those of Berlin, in summer and in winter'],
    },
    { says: '`--output` writes `.csv`, `.xlsx` or `.json`.', tests: [OUTPUTS] },
    {
      says: 'With `--locale de`, CSV has semicolons and decimal commas, as Excel expects in German.',
      tests: [
        'query prints CSV for --csv, and separates its columns as the locale does',
        'CSV separates by commas, and by semicolons with decimal commas where Excel expects these',
      ],
    },
    {
      says: '`--param` gives the values of the question marks, in their order: numbers, dates such as `2026-11-01`, or text.',
      tests: [
        'query reads SQL from a file, and passes the values of --param in their order',
        'every value of --param is one literal of SQL, whatever it contains',
      ],
    },
    {
      says: '`--with` makes a table of a file of your own, for one query:',
      tests: [
        'query puts the file of --with before the SQL, as a table',
        'a CSV file of any delimiter becomes a named query of its values, with types',
      ],
    },
    {
      says: 'CSV, Excel or JSON, up to about 250 KB.',
      tests: ['a CSV file of any delimiter becomes a named query of its values, with types'],
    },
    {
      says: '`aurastream query "DESCRIBE results"` lists the columns with their meaning.',
      tests: [COLUMNS, 'no comment of a column has an apostrophe, or is longer than Glue allows'],
    },
    {
      says: 'It looks at three things, one after the other: no shard of the streams has an older record that its consumer has not processed; Firehose has had the time of its buffer, and a quarter more, to deliver; the keeper has merged each raw object that is there.',
      tests: [
        WAIT,
        'the next arrival is that of the first record after a position, in closed shards too',
      ],
    },
    {
      says: 'On AWS that takes up to seven minutes, because of the buffer (60 s) and of `lake.merge_seconds`, and a few seconds if nothing has arrived lately.',
      tests: [
        'the wait ends at once if the lake has had everything for longer than Firehose buffers',
      ],
    },
    {
      says: 'After 15 minutes, or `--wait-limit SECONDS`, the command fails and names what is missing.',
      tests: ['the wait is given up at its limit, and the error says what is missing (%j)'],
    },
    {
      says: 'The consumers store how far they are.',
      tests: ['after a batch, the position of the shard is its last record'],
    },
    {
      says: 'Where that stays behind, for example because the write failed or a batch went to the failure bucket, and no more records arrive, the command puts a marker on the shard after ten seconds: a stream record of six bytes, which the consumer drops.',
      tests: [
        'the wait ends on a quiet shard whose position is behind, by a marker and not by its limit',
        'the consumer stores its position after a marker, and nothing else',
        'aurastream query --wait ends on quiet shards whose positions were lost',
      ],
    },
    {
      says: 'It needs the permission `kinesis:PutRecord`; if Kinesis refuses the marker, the command says at once that the wait may last until its limit.',
      tests: [
        'a marker that is refused is noted at once, and not tried again',
        'the wait says soon, and long before its limit, that a shard whose position is behind takes no marker',
      ],
    },
    {
      says: 'A note and the last line name what may be missing: batches in the failure bucket that were not put back, and, with a `consumer.parallelization_factor` above 1, batches that still run beside later ones.',
      tests: [
        'query --wait names the batches in the failure bucket that were not put back',
        'query --wait says before it waits that batches of a shard may still run side by side',
      ],
    },
    {
      says: 'These habits of other engines are refused, here as on AWS:',
      tests: [HABITS],
    },
    {
      says: '`--json` prints objects for `scores` and `attributes`.',
      tests: ['with --json, scores and attributes are objects, in the order of the query'],
    },
    {
      says: 'The last line says as of when the answer is, and when the table `results` last changed:',
      tests: ['a query says when results last changed, and says nothing of other tables'],
    },
    {
      says: '`--wait` first waits until `results` has all that was accepted before the command began, and shows what is missing.',
      tests: [
        WAIT,
        'aurastream query --wait counts every record that was accepted before it, and says as of when',
      ],
    },
    ...[
      "`text ILIKE '%late%'` | `lower(text) LIKE '%late%'` or `regexp_like(text, '(?i)late')`",
      '`GROUP BY ALL`, `GROUP BY product` for an alias | the expression again, or its number: `GROUP BY 1`',
      '`QUALIFY row_number() OVER (…) = 1` | a query around it: `WHERE n = 1`',
      "`day >= '2026-11-01'` | `day >= DATE '2026-11-01'`",
      "`attributes.product` | `element_at(attributes, 'product')`",
      "`scores['negative']` | `scores.negative`",
      "`strftime(created_at, '%Y')` | `date_format(created_at, '%Y')`",
      '`x::integer` | `CAST(x AS integer)`, or `TRY_CAST`, which gives null where the value is no number',
      "`string_agg(x, ', ')` | `array_join(array_agg(x), ', ')` or `listagg(x, ', ') WITHIN GROUP (ORDER BY x)`",
      '`LIMIT 10 OFFSET 20` | `OFFSET 20 LIMIT 10`',
    ].map((says) => ({ says, tests: [HABITS] })),
  ],
  explains: [
    'AuraStream keeps its results in a data lake.',
    'You ask it in SQL, with aurastream query or with any client of Amazon Athena.',
    'Its times are text.',
    'The most important ones:',
    'Three rules save time and money:',
    'Name the days.',
    'Attributes are text.',
    'Times are UTC.',
    'Set-asides count as processed.',
    'Firehose does not say what it has delivered, so the wait does not notice if Firehose is late because S3 refuses its objects.',
    'The file prices.csv has the columns product and price:',
    'aurastream query --with prices=prices.csv --file by-price.sql',
    'The question marks take their values from --param:',
    'aurastream query --file by-source.sql --param reviews --param 2026-09-01',
    "Athena speaks Trino's SQL.",
  ],
  skipped_sections: {
    'Other programs': 'Names what to enter in programs that are not part of this repository.',
  },
};
