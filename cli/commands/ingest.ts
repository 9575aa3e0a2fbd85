import { Command } from 'commander';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher, type RecordInput } from '../../ingest/index.ts';
import { chooseFormat } from '../../ingest/sources/choose-format.ts';
import { type ReadOptions, readRecords } from '../../ingest/sources/read-records.ts';
import { FORMAT_TITLES, type Format, type Issue } from '../../schemas/index.ts';
import { connect } from '../cloud.ts';
import { createProgress, type Progress } from '../output/progress.ts';
import { aSlug, formatOption } from './options.ts';

interface IngestOptions {
  source?: string;
  tenant?: string;
  format?: Format;
  textField: string;
  json?: boolean;
}

interface IngestSummary {
  lines: number;
  accepted: number;
  refused: number;
  failed: number;
  /**
   * Number of entries that the publisher sent again because the stream had rejected the entries.
   */
  resent: number;
  seconds: number;
  records_per_second: number;
}

/** Exit code of the command if some lines could not be published. */
const EXIT_SOME_FAILED = 2;
/** Largest number of bad lines that the command prints. The summary counts all bad lines. */
const MAX_PRINTED_LINES = 20;

/** Creates the command `aurastream ingest FILE|-`, which publishes the records of a file. */
export function ingestCommand(): Command {
  return new Command('ingest')
    .description('publish the records of a file on the bulk stream')
    .argument('<file>', `${FORMAT_TITLES}, also with .gz; - reads standard input`)
    .option(
      '--source <source>',
      'source of records that name none (default: the name of the file)',
      aSlug,
    )
    .option('--tenant <tenant>', 'tenant of records that name none', aSlug)
    .addOption(formatOption("default: by the file's ending; JSONL for -"))
    .option('--text-field <name>', 'the field or column that holds the text', 'text')
    .option('--json', 'print the summary as one line of JSON')
    .addHelpText(
      'after',
      `
Ingesting the same file again gives the same record ids, so nothing counts twice.
Exit code: 0 if all records are accepted; 2 if some lines failed and the others are accepted; 1 for any other error.`,
    )
    .action(async (file: string, options: IngestOptions, command: Command) => {
      const read_options = readOptions(file, options);
      const { BulkStreamName } = await connect(command);
      const summary = await ingest(read_options, BulkStreamName);
      console.log(options.json ? JSON.stringify(summary) : summarize(summary));
      if (summary.refused + summary.failed > 0) process.exitCode = EXIT_SOME_FAILED;
    });
}

async function ingest(options: ReadOptions, stream_name: string): Promise<IngestSummary> {
  const publisher = createPublisher({ stream: createKinesisStream({ stream_name }) });
  const progress = createProgress();
  const printLine = createLinePrinter(progress);
  const started_at = performance.now();
  const count = { lines: 0, refused: 0, failed: 0 };
  const pending_lines: number[] = [];

  async function* records(): AsyncIterable<RecordInput> {
    for await (const item of readRecords(options)) {
      count.lines += 1;
      if (item.ok) {
        pending_lines.push(item.line);
        yield item.record;
      } else {
        count.refused += 1;
        printLine(item.line, joinIssues(item.issues));
      }
      progress.update(`${publisher.stats().accepted} records accepted, line ${item.line}`);
    }
  }

  // The publisher yields the outcomes in the order of the records. Therefore the first pending line
  // belongs to the next outcome.
  for await (const outcome of publisher.publishAll(records())) {
    const line = pending_lines.shift() ?? 0;
    if (outcome.status === 'accepted') continue;
    count[outcome.status] += 1;
    printLine(line, outcome.status === 'refused' ? joinIssues(outcome.issues) : outcome.code);
  }
  await publisher.close();
  progress.finish();
  const { accepted, resent } = publisher.stats();
  const seconds = (performance.now() - started_at) / 1_000;
  const records_per_second = Math.round(accepted / seconds);
  return { ...count, accepted, resent, seconds: Number(seconds.toFixed(2)), records_per_second };
}

/**
 * Translates the command's options into the options of the file reader.
 *
 * @throws {Error} if the format is unknown.
 */
function readOptions(path: string, options: IngestOptions): ReadOptions {
  const { source, tenant, textField: text_field } = options;
  return {
    path,
    text_field,
    format: chooseFormat(path, options.format),
    ...(source === undefined ? {} : { source }),
    ...(tenant === undefined ? {} : { tenant }),
  };
}

function joinIssues(issues: Issue[]): string {
  return issues
    .map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
    .join('; ');
}

/** Creates a function that prints bad lines until {@link MAX_PRINTED_LINES} lines were printed. */
function createLinePrinter(progress: Progress): (line: number, reason: string) => void {
  let printed = 0;
  return (line, reason) => {
    printed += 1;
    if (printed > MAX_PRINTED_LINES + 1) return;
    progress.finish();
    process.stderr.write(
      printed > MAX_PRINTED_LINES
        ? 'More lines failed; the summary counts them.\n'
        : `line ${line}: ${reason}\n`,
    );
  };
}

function summarize(summary: IngestSummary): string {
  const { lines, accepted, refused, failed, resent, seconds, records_per_second } = summary;
  const parts = [
    `${accepted} of ${lines} records are on the stream`,
    `${refused} refused`,
    `${failed} failed`,
    `${resent} sent again`,
    `${seconds} s, ${records_per_second} records/s`,
  ];
  return parts.join('; ');
}
