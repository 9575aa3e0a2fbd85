import type { RecordFile, SourceItem } from '../../ingest/sources/read-records.ts';
import type { FileRow } from '../../operations/runs/replace.ts';
import type { FileDescription, RecordInput } from '../../schemas/index.ts';
import { createProgress } from '../output/progress.ts';
import { formatTable } from '../output/table.ts';
import { describeCounts, type FileCounts, joinIssues, Tally } from './tally.ts';

/** The report of `ingest --dry-run`: how the file is understood, and what would happen. */
export interface DryRunReport {
  file: FileDescription;
  first_records: RecordInput[];
  counts: FileCounts;
  /** Number of records of the source that the file does not have. Present with `--replace`. */
  would_withdraw?: number;
  /** The reasons of refused rows, with the number of rows and the first line. */
  refusals: { reason: string; rows: number; first_line: number }[];
}

const SHOWN_RECORDS = 3;
const MAX_REASONS = 50;

/**
 * Reads a whole file without publishing a record.
 *
 * @param onRecord gets each valid record, and whether its id is derived.
 */
export async function dryRun(
  file: RecordFile,
  onRecord?: (record: FileRow) => void,
): Promise<DryRunReport> {
  const progress = createProgress();
  const tally = new Tally();
  const first_records: RecordInput[] = [];
  const refusals = new Map<string, DryRunReport['refusals'][number]>();
  for await (const item of file.readRecords()) {
    tally.add(item);
    if (item.ok) onRecord?.({ ...item.record, is_id_derived: item.is_id_derived });
    if (!item.ok) addRefusal(refusals, item);
    else if (first_records.length < SHOWN_RECORDS) first_records.push(item.record);
    progress.update(`line ${item.line}`);
  }
  progress.finish();
  const counts = tally.counts();
  return { file: file.description, first_records, counts, refusals: [...refusals.values()] };
}

function addRefusal(
  refusals: Map<string, DryRunReport['refusals'][number]>,
  { line, issues }: Extract<SourceItem, { ok: false }>,
): void {
  const reason = joinIssues(issues);
  const known = refusals.get(reason);
  if (known !== undefined) known.rows += 1;
  else if (refusals.size < MAX_REASONS) refusals.set(reason, { reason, rows: 1, first_line: line });
}

/** Formats the report for the terminal. */
export function formatDryRun({
  file,
  first_records,
  counts,
  refusals,
  would_withdraw,
}: DryRunReport): string {
  const parts = [
    formatFacts(file),
    formatTable(
      ['column', 'becomes'],
      file.columns.map(({ name, becomes }) => ({ column: name, becomes })),
    ),
    ...first_records.map((record) => JSON.stringify(record, undefined, 1)),
    [
      `${counts.rows - counts.refused} of ${counts.rows} rows would be published, ${counts.refused} refused.`,
      ...refusals.map(
        ({ reason, rows, first_line }) => `  ${rows} × ${reason} (first in line ${first_line})`,
      ),
      ...describeCounts(counts).map((line) => `  ${line}`),
      ...(would_withdraw === undefined
        ? []
        : [
            `Records of the source that are not in the file and would be withdrawn: ${would_withdraw}.`,
          ]),
      ...file.notes.map((note) => `Note: ${note}`),
    ].join('\n'),
  ];
  return parts.join('\n\n');
}

const DELIMITERS: Record<string, string> = {
  '\t': 'tab',
  ',': 'comma',
  ';': 'semicolon',
  '|': 'pipe',
};

function formatFacts(file: FileDescription): string {
  const { packing, member, format, encoding, delimiter, header_line, records } = file;
  const has_time = file.columns.some(({ becomes }) => becomes === 'created_at');
  const facts: [string, string | number | undefined][] = [
    ['packing', packing.length === 0 ? undefined : packing.join(', ')],
    ['member', member],
    ['format', format],
    ['encoding', encoding],
    ['delimiter', delimiter === undefined ? undefined : (DELIMITERS[delimiter] ?? delimiter)],
    ['header', header_line === undefined ? undefined : `line ${header_line}`],
    ['records', records],
    ['time zone', has_time ? `${file.time_zone}, for dates without a zone` : undefined],
  ];
  return facts
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(10)} ${value}`]))
    .join('\n');
}
