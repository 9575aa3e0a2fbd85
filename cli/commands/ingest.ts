import { Command, Option } from 'commander';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher, type RecordInput } from '../../ingest/index.ts';
import { FORMATS, type Format, type ReadOptions, readRecords } from '../../ingest/sources/index.ts';
import type { Issue } from '../../schemas/index.ts';
import { connect } from '../cloud.ts';
import { createProgress, type Progress } from '../output/progress.ts';
import { aSlug } from './options.ts';

interface IngestOptions {
  source?: string;
  tenant?: string;
  format?: Format;
  textField: string;
  json?: boolean;
}

interface Summary {
  lines: number;
  accepted: number;
  refused: number;
  failed: number;
  /** Records that the stream rejected at first. */
  resent: number;
  seconds: number;
  records_per_second: number;
}

/** Some lines could not be published; the others were. */
const EXIT_SOME_FAILED = 2;
/** How many bad lines are told one by one; all are counted. */
const TOLD_LINES = 20;

/** `aurastream ingest FILE|-`: puts a file's records on the stream. */
export function ingestCommand(): Command {
  return new Command('ingest')
    .description('put the records of a file on the stream')
    .argument('<file>', 'JSONL or CSV, .gz too; - reads standard input')
    .option(
      '--source <source>',
      'for records that name none (default: the name of the file)',
      aSlug,
    )
    .option('--tenant <tenant>', 'for records that name none', aSlug)
    .addOption(new Option('--format <format>', "default: by the file's ending").choices(FORMATS))
    .option('--text-field <name>', 'the field or column that holds the text', 'text')
    .option('--json', 'print the summary as one line of JSON')
    .addHelpText(
      'after',
      `
The same file ingested again gives the same record ids, so nothing counts twice.
Exit code: 0 all accepted; 2 some lines failed, the others are accepted; 1 nothing could be done.`,
    )
    .action(async (file: string, options: IngestOptions, command: Command) => {
      const { StreamName } = await connect(command);
      const summary = await ingest(file, options, StreamName);
      console.log(options.json ? JSON.stringify(summary) : inWords(summary));
      if (summary.refused + summary.failed > 0) process.exitCode = EXIT_SOME_FAILED;
    });
}

async function ingest(path: string, options: IngestOptions, stream_name: string): Promise<Summary> {
  const publisher = createPublisher({ stream: createKinesisStream({ stream_name }) });
  const progress = createProgress();
  const tell = teller(progress);
  const started_at = performance.now();
  const count = { lines: 0, refused: 0, failed: 0 };
  const lines: number[] = [];

  async function* records(): AsyncIterable<RecordInput> {
    for await (const item of readRecords(readOptions(path, options))) {
      count.lines += 1;
      if (item.ok) {
        lines.push(item.line);
        yield item.record;
      } else {
        count.refused += 1;
        tell(item.line, inOneLine(item.issues));
      }
      progress.update(`${publisher.stats().accepted} records accepted, line ${item.line}`);
    }
  }

  // Outcomes come in the order of the records.
  for await (const outcome of publisher.publishAll(records())) {
    const line = lines.shift()!;
    if (outcome.status === 'accepted') continue;
    count[outcome.status] += 1;
    tell(line, outcome.status === 'refused' ? inOneLine(outcome.issues) : outcome.code);
  }
  await publisher.close();
  progress.done();
  const { accepted, resent } = publisher.stats();
  const seconds = (performance.now() - started_at) / 1_000;
  return {
    ...count,
    accepted,
    resent,
    seconds: Number(seconds.toFixed(2)),
    records_per_second: Math.round(accepted / seconds),
  };
}

function readOptions(path: string, options: IngestOptions): ReadOptions {
  const { source, tenant, format, textField: text_field } = options;
  return {
    path,
    text_field,
    ...(source === undefined ? {} : { source }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(format === undefined ? {} : { format }),
  };
}

function inOneLine(issues: Issue[]): string {
  return issues
    .map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
    .join('; ');
}

function teller(progress: Progress): (line: number, reason: string) => void {
  let told = 0;
  return (line, reason) => {
    told += 1;
    if (told > TOLD_LINES + 1) return;
    progress.done();
    process.stderr.write(
      told > TOLD_LINES
        ? 'More lines failed; the summary counts them.\n'
        : `line ${line}: ${reason}\n`,
    );
  };
}

function inWords(summary: Summary): string {
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
