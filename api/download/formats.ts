import { CSV_MARK } from '../../jobs/results-csv.ts';
import { formatCsvRows } from '../../jobs/results-csv-rows.ts';
import { formatCsvCell } from '../../lib/csv-cell.ts';
import type { JobDownloadEnd, JobResult } from '../../schemas/index.ts';
import { formatPosition } from '../http/cursor.ts';
import { HttpError } from '../http/errors.ts';

/** Counts the rows of a download, and says when the download must end before its last row. */
interface Progress {
  rows: number;
  /** True if the limits of one response are nearly reached. */
  isSpent: () => boolean;
}

/** A format of a download. The text of a complete download can be told from one that broke off. */
export interface DownloadFormat {
  media_type: string;
  file_ending: string;
  write: (rows: AsyncIterable<JobResult>, progress: Progress) => AsyncIterable<string>;
}

export const DOWNLOAD_FORMATS = {
  jsonl: { media_type: 'application/x-ndjson', file_ending: 'jsonl', write: writeJsonLines },
  csv: { media_type: 'text/csv', file_ending: 'csv', write: writeCsv },
} as const satisfies Record<string, DownloadFormat>;

/**
 * Writes a line for each row. The last line has the number of rows, and the cursor of the next
 * download if there are more. A download without this line is not complete.
 */
async function* writeJsonLines(
  rows: AsyncIterable<JobResult>,
  progress: Progress,
): AsyncIterable<string> {
  for await (const row of rows) {
    yield `${JSON.stringify(row)}\n`;
    progress.rows += 1;
    if (!progress.isSpent()) continue;
    yield endLine({ rows: progress.rows, next_cursor: formatPosition(row.job_index + 1) });
    return;
  }
  yield endLine({ rows: progress.rows });
}

function endLine(end: JobDownloadEnd['end']): string {
  return `${JSON.stringify({ end } satisfies JobDownloadEnd)}\n`;
}

/**
 * Writes CSV for Excel. A complete file has only rows. If the download breaks off, the last line says
 * so, and the connection closes before the end of the body.
 */
async function* writeCsv(
  rows: AsyncIterable<JobResult>,
  progress: Progress,
): AsyncIterable<string> {
  yield CSV_MARK;
  try {
    yield* formatCsvRows(countRows(rows, progress));
  } catch (error) {
    const advice = `This file has only ${progress.rows} rows of the job. Download it again as application/x-ndjson.`;
    yield `INCOMPLETE,,${formatCsvCell(advice)}\r\n`;
    throw error;
  }
}

async function* countRows(
  rows: AsyncIterable<JobResult>,
  progress: Progress,
): AsyncIterable<JobResult> {
  for await (const row of rows) {
    if (progress.isSpent()) {
      throw new HttpError('PAYLOAD_TOO_LARGE', 'The job is too large for one file as CSV');
    }
    yield row;
    progress.rows += 1;
  }
}
