import type { PublishedFile } from './publish-file.ts';
import { describeReplacement, type Replacement } from './replace.ts';
import { describeCounts } from './tally.ts';

/** The summary of `aurastream ingest`, as `--json` prints it. */
export interface IngestSummary extends PublishedFile {
  /** Id of the run, which each record carries. */
  run_id: string;
  /** The outcome for the records that the file does not have. Present with `--replace`. */
  replaced?: Replacement;
  /**
   * Number of records whose row stays as it was, because a newer version of the record was there. Present
   * if the command has waited until the lake is complete.
   */
  not_newer?: number;
  /** The reason for which the lake is not complete, although the command was asked to wait. */
  not_waited?: string;
  seconds: number;
  records_per_second: number;
}

/** Returns true if a part of what the command was asked for is not done. */
export function isPartial(summary: IngestSummary): boolean {
  const { refused, failed, error, replaced, not_waited } = summary;
  const is_not_replaced = replaced?.reason !== undefined || (replaced?.failed ?? 0) > 0;
  const is_unknown = not_waited !== undefined;
  return refused + failed > 0 || error !== undefined || is_not_replaced || is_unknown;
}

/** Formats the summary for the terminal. */
export function formatSummary(summary: IngestSummary): string {
  const { lines, accepted, refused, failed, resent, seconds, records_per_second } = summary;
  const parts = [
    `${accepted} of ${lines} records are on the stream`,
    `${refused} refused`,
    `${failed} failed`,
    `${resent} sent again`,
    `${seconds} s, ${records_per_second} records/s`,
  ];
  const { replaced, not_newer, not_waited } = summary;
  const lines_below = describeCounts({ ...summary, rows: lines });
  if (replaced !== undefined) lines_below.push(describeReplacement(replaced));
  if (not_newer !== undefined) lines_below.push(describeNotNewer(not_newer));
  if (not_waited !== undefined) lines_below.push(`not_newer is unknown: ${not_waited}`);
  return [parts.join('; '), ...lines_below, `run ${summary.run_id}`].join('\n');
}

function describeNotNewer(not_newer: number): string {
  const reason = not_newer === 0 ? '' : ': their records have a newer version, which stays';
  return `${not_newer} not newer${reason}`;
}
