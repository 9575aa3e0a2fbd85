import type { Publisher, RecordInput } from '../../ingest/index.ts';
import type { RecordFile } from '../../ingest/sources/read-records.ts';
import type { FileRow } from '../../operations/runs/replace.ts';
import { createProgress } from '../output/progress.ts';
import { createLinePrinter, describeBreak } from './bad-lines.ts';
import { type AdjustmentCount, joinIssues, Tally } from './tally.ts';

/** The counts of the records of a file that were published. */
export interface PublishedFile {
  lines: number;
  accepted: number;
  refused: number;
  failed: number;
  /**
   * Number of entries that the publisher sent again because the stream had rejected the entries.
   */
  resent: number;
  /** Values that are not where the file has them, by field and reason. */
  adjustments: AdjustmentCount[];
  /** Number of rows that repeat the id of an earlier row. */
  repeated_ids: number;
  /** The error that ended the reading of the file early. */
  error?: string;
}

export interface PublishFileOptions {
  publisher: Publisher;
  run_id: string;
  /** Ends the reading of the file as an error does. */
  signal: AbortSignal;
  /** Gets each valid record, and whether its id is derived. */
  onRecord?: (record: FileRow) => void;
}

/**
 * Publishes the records of a file as a run, prints its bad lines and shows the progress. If the file
 * cannot be read to its end, the records before are published, and `error` says where it ends.
 *
 * @throws {ServiceError} if the stream cannot be called.
 */
export async function publishFile(
  file: RecordFile,
  { publisher, run_id, signal, onRecord }: PublishFileOptions,
): Promise<PublishedFile> {
  const progress = createProgress();
  const printLine = createLinePrinter(progress);
  const tally = new Tally();
  const count = { refused: 0, failed: 0 };
  const pending_lines: number[] = [];
  let error: string | undefined;
  let last_line = 0;

  async function* records(): AsyncIterable<RecordInput> {
    try {
      for await (const item of file.readRecords()) {
        if (signal.aborted) throw new Error('the run was interrupted');
        tally.add(item);
        last_line = item.line;
        if (item.ok) {
          pending_lines.push(item.line);
          onRecord?.({ ...item.record, is_id_derived: item.is_id_derived });
          yield { ...item.record, run_id };
        } else printLine(item.line, joinIssues(item.issues));
        progress.update(`${publisher.stats().accepted} records accepted, line ${item.line}`);
      }
    } catch (cause) {
      // Published records stay published: the summary says how far the file was read.
      error = describeBreak(cause, last_line);
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
  await publisher.flush();
  progress.finish();
  const { rows, refused, adjustments, repeated_ids } = tally.counts();
  const { accepted, resent } = publisher.stats();
  return {
    ...{ lines: rows, accepted, refused: refused + count.refused, failed: count.failed, resent },
    ...{ adjustments, repeated_ids },
    ...(error === undefined ? {} : { error }),
  };
}

/** Returns the reason for which the records that were published are not the whole file. */
export function findProblem({ refused, failed, error }: PublishedFile): string | undefined {
  if (error !== undefined) return 'the file was not read to its end';
  if (failed > 0) return `rows that could not be published: ${failed}`;
  return refused > 0 ? `rows that were refused: ${refused}` : undefined;
}
