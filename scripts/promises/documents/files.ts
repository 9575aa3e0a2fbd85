import type { DocumentPromises } from '../entry.ts';

const CASES = 'the file $file with the options $options ends as expected';
const EXPORTS = 'an export of %s goes in with at most one hint followed';
const FUZZ =
  '1,000 generated and damaged files end as rows that are published or refused, or as an error with advice';
const FITS = 'a cell of the column %s with %j becomes %j';
const KEPT = 'a cell of the column %s that does not fit becomes an attribute, and is counted';
const LISTS =
  'a list of texts or numbers becomes one attribute; other lists and deep objects are counted';
const DATES = '%j is read as the time %s';
const FORMATS = 'readRecords reads the same records from a file in %s, packed or not';
const RESUME =
  'countInput and readInput find the same records in …, from the start and from every record, however the bytes arrive';

export const FILES: DocumentPromises = {
  path: 'docs/files.md',
  promises: [
    {
      says: 'The file shows its format, encoding, delimiter and columns.',
      tests: [CASES, EXPORTS],
    },
    {
      says: 'Each aurastream ingest is a run with an id such as run_20261127-182233-3fa9c1d0, which the summary prints and --json has as run_id.',
      tests: ['the records of an ingest carry the id of its run, which no other ingest has'],
    },
    {
      says: 'Its records carry the id to their results, and so do the records of a job with its job_id.',
      tests: [
        'the records of an ingest carry the id of its run, which no other ingest has',
        'the records of a job carry its id as their run, through every place that hands fields on',
      ],
    },
    {
      says: 'With --wait, the command then waits until the lake has the records, as query --wait does, and the summary counts in not_newer those that changed nothing, because their records have a newer version.',
      tests: [
        'ingest --wait counts the records that are not newer, when the lake has the records',
        'the lake says how many records of a run changed nothing, each once',
      ],
    },
    {
      says: '--replace waits anyway, and counts them too.',
      tests: [
        'ingest --replace withdraws the records of the source that the file does not have, in the same run',
      ],
    },
    {
      says: 'If the lake is not complete after 15 minutes, or --wait-limit SECONDS, not_waited says why, and the exit code is 2.',
      tests: [
        'ingest --wait that gives up says that it does not know what is not newer, and exits with 2',
      ],
    },
    {
      says: 'A replay or a redrive keeps it.',
      tests: [
        'the records of a job carry its id as their run, through every place that hands fields on',
      ],
    },
    {
      says: 'With --replace, the records of the source that the file does not have are withdrawn, in the same run, after all its rows are published and the lake has all that was accepted before (as with query --wait).',
      tests: [
        'ingest --replace withdraws the records of the source that the file does not have, in the same run',
        'exactly the records that were accepted before the run and that the file lacks are withdrawn, with the stamp of its beginning',
        'the wait ends when everything that was accepted before it is in the table, whatever the order of the steps',
      ],
    },
    {
      says: '--dry-run says how many these would be.',
      tests: [
        'ingest --replace --dry-run says how many records would be withdrawn, and publishes nothing',
      ],
    },
    {
      says: 'A record that was accepted after the run began is never withdrawn.',
      tests: [
        'exactly the records that were accepted before the run and that the file lacks are withdrawn, with the stamp of its beginning',
      ],
    },
    {
      says: 'The file needs ids and one source; a file without a column of ids is refused before its first record.',
      tests: [
        'ingest --replace refuses a file without ids before it publishes, and names --id-field',
        'a file with the rows %j replaces its source only if it has one and ids: %s',
      ],
    },
    {
      says: 'Nothing is withdrawn, and the summary says why, if a row was refused, failed or has no id, if the file could not be read to its end, or if the run was interrupted.',
      tests: [
        'ingest --replace withdraws nothing if %s, says so and exits with 2',
        'ingest --replace withdraws nothing if the stream refuses a record',
        'ingest --replace withdraws nothing if the file is not read to its end, as when the run is interrupted',
        'ingest --replace that is interrupted %s withdraws nothing and says so',
        'the wait ends with the reason of its signal, also if nothing is missing',
      ],
    },
    {
      says: 'Ctrl-C during the withdrawals ends them after at most 2,000 more, and the summary says how many were withdrawn.',
      tests: [
        'ingest --replace that is interrupted during the withdrawals ends after at most 2,000 more, and says how many it withdrew',
      ],
    },
    {
      says: 'A job that is not final is refused: cancel it first.',
      tests: ['undo of a job that is %s is done only if the job is final: %s'],
    },
    {
      says: 'It prints that run_id before it publishes.',
      tests: [
        'undo prints its run_id before it publishes, and Ctrl-C ends it after the records in hand',
      ],
    },
    {
      says: 'Ctrl-C ends it after at most 100 more records; the summary counts those, and a second undo of the run continues.',
      tests: [
        'undo prints its run_id before it publishes, and Ctrl-C ends it after the records in hand',
        'undo that is interrupted before it publishes changes nothing',
        'a second undo of a run changes nothing more, and the undo of an undo brings back the state before it',
      ],
    },
    {
      says: 'The exit code is then 2.',
      tests: ['ingest --replace withdraws nothing if %s, says so and exits with 2'],
    },
    {
      says: 'If more than a fifth of the source would be withdrawn, the command asks, and without a terminal it needs --yes.',
      tests: [
        'ingest --replace withdraws nothing if %s, says so and exits with 2',
        'ingest --replace --yes withdraws more than a fifth of the source',
      ],
    },
    {
      says: 'A record whose row has expired from the results table (after 90 days) is withdrawn too.',
      tests: [
        'ingest --replace also withdraws the records whose rows have expired, and says that SQL follows in the next night',
        'ingest --replace asks before it withdraws more than a fifth of the source, also if their rows have expired',
      ],
    },
    {
      says: 'The table results of the lake shows that after the next night, and the summary counts such records as expired.',
      tests: [
        'ingest --replace also withdraws the records whose rows have expired, and says that SQL follows in the next night',
        'the night withdraws the record whose row had expired when its withdrawal came, and no record that was published again',
      ],
    },
    {
      says: 'An undo cannot bring them back.',
      tests: [
        'the withdrawal of a record whose row had expired is not undone, and counts as not_kept',
      ],
    },
    {
      says: 'GET /stats goes on counting them.',
      tests: [
        'a row that DynamoDB deletes after its expiry stays counted, one that an operator deletes does not',
        'the withdrawal of a record that was never seen counts nowhere, and its later record counts once',
      ],
    },
    {
      says: '--replace, undo and query --wait are refused if the clock of the machine differs from that of AWS by more than 5 s.',
      tests: [
        'ingest --replace is refused before its first record if the clock differs by %d ms',
        'undo is refused if the clock of the machine is wrong, and publishes nothing',
        'a clock that differs from the time of a response by %d ms differs by %d ms at least',
      ],
    },
    {
      says: 'undo takes back what an ingest or a job has changed.',
      tests: [
        'an analyst undoes an ingest without ids, ingests again with ids, corrects a file with --replace, and undoes the correction',
        'aurastream undo takes a job back by its id',
        'the records of a job carry its id as their run, through every place that hands fields on',
      ],
    },
    {
      says: 'Each record whose current version comes from the run gets back its version before the run: text, author, url, attributes, language and created_at.',
      tests: [
        'the undo of a run gives a record the state that it would have without the run, whatever came before, between and late',
        'a restored record has all that its producer said, the stamp after that of the row, and no place in a job',
        'an analyst undoes an ingest without ids, ingests again with ids, corrects a file with --replace, and undoes the correction',
      ],
    },
    {
      says: 'A record that the run has created is withdrawn.',
      tests: [
        'the undo of a run gives a record the state that it would have without the run, whatever came before, between and late',
        'an analyst undoes an ingest without ids, ingests again with ids, corrects a file with --replace, and undoes the correction',
      ],
    },
    {
      says: 'Records that something else has changed since are left, and so are records that the run did not change; the summary counts both.',
      tests: [
        'the undo of a run gives a record the state that it would have without the run, whatever came before, between and late',
        'the undo of a run leaves a record if %s',
        'an analyst undoes an ingest without ids, ingests again with ids, corrects a file with --replace, and undoes the correction',
      ],
    },
    {
      says: 'A version that is accepted while the run is being undone stays.',
      tests: [
        'a version that is accepted while a run is being undone stays, whichever of the two arrives first',
      ],
    },
    {
      says: '--dry-run counts and publishes nothing.',
      tests: [
        'the undo publishes what it plans, counts what the stream refuses, and publishes nothing in a dry run',
        'undo --dry-run counts, asks nothing and publishes nothing',
      ],
    },
    {
      says: 'Without --dry-run the command asks, and without a terminal it needs --yes.',
      tests: ['undo %s, and publishes nothing'],
    },
    {
      says: 'Undoing a run twice changes nothing more.',
      tests: [
        'a second undo of a run changes nothing more, and the undo of an undo brings back the state before it',
        'an analyst undoes an ingest without ids, ingests again with ids, corrects a file with --replace, and undoes the correction',
      ],
    },
    {
      says: 'The undo is itself a run: its summary has a run_id, and undo takes that as well.',
      tests: [
        'a second undo of a run changes nothing more, and the undo of an undo brings back the state before it',
        'undo prints what it has done, and the run with which it can be undone',
      ],
    },
    {
      says: 'Records whose earlier text is no longer kept are left and counted, and the exit code is then 2.',
      tests: [
        'the undo of a run leaves a record if %s',
        'undo exits with 2 if the text of a record is no longer kept',
      ],
    },
    {
      says: 'The night removes the texts of withdrawn records from it, so the withdrawals of a run can be undone until then.',
      tests: [
        'the night removes withdrawn texts from the raw objects, and the history keeps the other versions',
        'the undo of a run leaves a record if %s',
      ],
    },
    {
      says: 'CSV, TSV | comma, semicolon, tab or pipe (recognised), or another delimiter (--delimiter); sep= lines and titles above the header',
      tests: [CASES],
    },
    { says: 'JSONL | one object on each line', tests: [FORMATS, CASES] },
    {
      says: 'JSON | an array, objects one after the other, or a document with an array of objects (--records data.items)',
      tests: [
        CASES,
        'an array in a JSON document is found by its path, and broken elements cost only themselves',
      ],
    },
    {
      says: 'XLSX | the first visible sheet, or --member NAME',
      tests: [
        'a workbook is read from its first visible sheet: texts, numbers, dates and line ends as Excel shows them',
        'another sheet is read by its name, and an unknown one is an error with the names',
      ],
    },
    {
      says: 'Parquet | all columns, by row group; a row group may have 48 MiB and 4,000,000 rows',
      tests: [
        'a Parquet file is read by row group, with exact large integers, dates and nested values',
        'a row group has the same rows in slices of any size, and its bytes are read once',
        'a Parquet file with a row group of %s is refused with a hint',
      ],
    },
    { says: 'plain text | one text on each line, with --format text', tests: [FORMATS] },
    { says: 'The content decides, not the ending of the name.', tests: [CASES, EXPORTS] },
    {
      says: 'gzip, zip and zstd are unpacked, also one within the other; a zip archive of several files needs --member NAME, and zstd needs Node.js 22.15.',
      tests: [FORMATS, 'a zip archive of one file is read, and one of several names them', CASES],
    },
    {
      says: 'UTF-8 and UTF-16 are recognised, with or without a byte order mark.',
      tests: ['a file in %s is read with and without a byte order mark', CASES],
    },
    {
      says: 'If the first 64 KiB are in another encoding, the file is refused before its first record, with the line, the byte and the likely encoding for --encoding.',
      tests: [
        'a file in %s is refused with its line and byte, and with the encoding that reads it',
      ],
    },
    {
      says: 'If most of the rows with other letters than ASCII are UTF-8, and for all rows after the first 64 KiB, only the row is refused.',
      tests: [
        'one broken row of a file whose other rows are UTF-8 refuses only its row',
        'a byte that is not UTF-8 behind the first 64 KiB refuses only its row',
      ],
    },
    {
      says: 'No reader invents U+FFFD.',
      tests: [
        FUZZ,
        'a text of a Parquet file that is not UTF-8 refuses its row, and no U+FFFD is invented',
      ],
    },
    { says: 'Names are compared without case.', tests: [CASES] },
    {
      says: 'text, record_id, source, tenant, language (or language_code), created_at, author, url, record_version and deleted become the fields of the record.',
      tests: [
        FITS,
        'a line of a job has the id, source and language that it names, or else those of its job',
      ],
    },
    {
      says: 'Other columns are named by --text-field, --id-field, --time-field, --language-field, and --map FIELD=COLUMN.',
      tests: [CASES, 'a column is mapped to a field or to an attribute of another name'],
    },
    {
      says: 'A path such as user.name reaches nested values of JSON and Parquet.',
      tests: [CASES],
    },
    {
      says: 'If no column holds the text, one error lists the columns and proposes the options for text, id, time and language.',
      tests: [
        CASES,
        'the hint for an export names the identity, the time and the language of its records as well',
      ],
    },
    {
      says: 'All other columns become attributes, in every format.',
      tests: [FORMATS, CASES],
    },
    {
      says: 'Their names keep letters and digits of every script.',
      tests: [
        'the name of an attribute keeps the letters of its column in every script, with at most 64 characters',
      ],
    },
    {
      says: 'If two names become the same, the later one gets a number.',
      tests: ['two columns never share an attribute: the later one gets a number'],
    },
    {
      says: 'A list of texts or numbers becomes one value with commas.',
      tests: [LISTS],
    },
    {
      says: 'Other lists, and objects that lie deeper than four levels, are left out and counted.',
      tests: [LISTS],
    },
    {
      says: 'Null, the empty string, and empty lists mean that there is no value.',
      tests: [CASES, LISTS],
    },
    { says: 'A value that does not fit its field never costs the record.', tests: [KEPT] },
    {
      says: 'It becomes an attribute, and the summary counts it:',
      tests: [KEPT],
    },
    {
      says: 'More than 32 attributes, and attributes of more than 1,024 characters, are left out and counted.',
      tests: [CASES],
    },
    {
      says: 'Only the text, a tenant that is not a name, and a withdrawal without an id can refuse a row.',
      tests: [
        'a tenant that is not a name refuses the row, because no row may change its owner',
        KEPT,
      ],
    },
    {
      says: 'With --id-field, or a column record_id, a file that is exported again counts its records once.',
      tests: [CASES],
    },
    {
      says: 'An id that cannot be a record_id is replaced by its hash.',
      tests: [
        'an id that is no record id is replaced by its hash, so the same id gives the same record',
      ],
    },
    {
      says: 'Without an id, a record is identified by its line and its content, and a changed file counts again.',
      tests: ['the id of a record depends on its tenant, its source, its line and its bytes'],
    },
    {
      says: 'The summary counts ids that occur twice.',
      tests: [
        'repeated ids are counted, each repetition once',
        'ingest says which values are not where the file has them, and how many ids occur twice',
      ],
    },
    {
      says: 'ISO 8601 with T or a space, dates alone, RFC 2822, English names of months, 31.12.2026, and seconds, milliseconds, microseconds or nanoseconds since 1970 are read.',
      tests: [DATES],
    },
    {
      says: 'A date without a zone is read in --time-zone, such as Europe/Berlin, or else as UTC; --dry-run shows which.',
      tests: [
        DATES,
        'in the time zone %s, %j is %s',
        'in every time zone, a clock shows the time that is read, unless the clock leaves it out',
        'ingest --time-zone reads dates without a zone there, and the dry run says which zone counts',
        'a job reads dates without a zone in the time zone of its options',
      ],
    },
    {
      says: 'When daylight saving time ends, a time that the clock shows twice is the earlier one.',
      tests: ['in the time zone %s, %j is %s'],
    },
    {
      says: 'When it begins, a time that the clock leaves out is as much later as the clock is advanced, so 02:30 becomes 03:30.',
      tests: ['in the time zone %s, %j is %s'],
    },
    {
      says: 'The order of 11/01/2026 differs by country: use --date-format day-first, month-first, or a pattern such as dd.MM.yyyy HH:mm.',
      tests: ['with --date-format %s, %j is read as %s', '%j is no date'],
    },
    {
      says: 'Codes are read as on the stream, and names such as German and Deutsch as well.',
      tests: [FITS],
    },
    {
      says: 'One bad row costs one row.',
      tests: [
        'a quote that never closes costs one row, however many rows come behind it',
        'a broken row with line ends in its cell costs one row, and its lines become no records',
      ],
    },
    {
      says: 'It is refused with the number of its line and a reason, which never quotes a cell, and the exit code is 2.',
      tests: [
        'no error and no reason quotes a cell of a file',
        'aurastream ingest publishes valid records, names the line of each invalid one, and exits with 2',
      ],
    },
    {
      says: 'A quote that is not closed, or stands within a quoted cell, costs the lines up to the next one that has as many cells as the header.',
      tests: [
        'a quote that never closes costs one row, however many rows come behind it',
        'a broken row with line ends in its cell costs one row, and its lines become no records',
      ],
    },
    { says: 'Short rows are padded.', tests: [CASES] },
    {
      says: 'A row may have 8 MiB.',
      tests: ['a row of %d MiB is read up to 8 MiB, and a longer one costs only itself'],
    },
    {
      says: 'A Parquet file with larger row groups is refused, and the error names an option that writes smaller ones.',
      tests: ['a Parquet file with a row group of %s is refused with a hint'],
    },
    {
      says: 'Data that is damaged or cut off costs what is missing, and the rows before it count.',
      tests: [
        'the rows before damage are the same however the bytes arrive',
        'the rows of a gzipped file before its damage are read, and the damage is a row that is refused',
        'an array that is cut off ends with a row that is refused',
      ],
    },
    {
      says: 'A file without a row is an error.',
      tests: ['ingest of a file without a row is an error'],
    },
    {
      says: 'After the first record is published, the summary is printed whatever happens, and the exit code is not 1.',
      tests: [
        'ingest prints its summary and exits with 2 if the file breaks off after records were published',
      ],
    },
    {
      says: 'If the file cannot be read to its end, ingest says at which line it stopped.',
      tests: [
        'ingest of a file that cannot be read to its end says at which line it stopped and what to do, and exits with 2',
        'ingest of a file that cannot be read to its end exits with 1 if no record was published',
      ],
    },
    {
      says: 'aurastream ingest --dry-run FILE prints what was understood, what each column becomes, the first three records, and how many rows would be refused and why.',
      tests: ['ingest --dry-run shows how a file is understood, and publishes nothing'],
    },
    {
      says: 'It publishes nothing and needs no cloud.',
      tests: ['ingest --dry-run shows how a file is understood, and publishes nothing'],
    },
    {
      says: 'aurastream ingest FILE, aurastream job submit FILE and npm run demo -- --file FILE read the same files in the same way.',
      tests: [
        RESUME,
        'A job reads its file with the options of its upload, also if the file is packed',
      ],
    },
  ],
  explains: [
    'The versions come from the log of the lake, which is kept for 30 days.',
    'Standard input cannot be a zip archive, a workbook or a Parquet file.',
    'npm run fuzz:files checks this and the rules below with generated and damaged files.',
    'Each test run checks 1,000 files.',
    'On 2026-11-27 it checked 100,000, of which 40,364 were readable, with 93,679 rows.',
    'It found one fault, in gzip files with bytes behind their end.',
    'A file of any size needs at most 256 MiB of memory, as JSONL, JSON, CSV or gzip.',
    'npm run files:memory measures the memory of a process that reads generated files:',
    'CSV, 1 GiB | 7,631,000 | 196 MiB | 56 s',
    'CSV in gzip, 1 GiB unpacked | 7,631,000 | 170 MiB | 54 s',
    'JSONL, 1 GiB | 6,942,000 | 197 MiB | 71 s',
    'a JSON array, 1 GiB | 6,898,001 | 200 MiB | 75 s',
    'a workbook with 115 MiB of distinct texts | 1,048,575 | 424 MiB | 21 s',
    'a workbook with 135 MiB of texts: refused | 0 | 306 MiB | 5 s',
    'Parquet, 174 MiB packed, row groups of 122,880 rows | 4,000,000 | 453 MiB | 77 s',
    'Parquet, row groups of 47 MiB and 430,000 rows | 2,000,000 | 503 MiB | 45 s',
    'Parquet with 30 columns, row groups of 190,000 rows | 1,000,000 | 394 MiB | 79 s',
    'Parquet with row groups of 219 MiB: refused | 0 | 105 MiB | 1 s',
    'The heap of the process is limited to 256 MiB (node --max-old-space-size=256), because Node.js collects garbage rarely on a machine with much memory.',
    'The Parquet files have one page for each column of a row group, which is the worst case.',
    'A workbook keeps its texts in memory, at most 128 MiB of them.',
    'A job reads a packed file, a workbook and other encodings than UTF-8 from the start each time that its submission continues, so these may have at most 256 MiB.',
  ],
  skipped_sections: {},
};
