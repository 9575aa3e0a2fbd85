import { type Command, InvalidArgumentError } from 'commander';
import { recordId, type Selector, selectorSchema, translateIssues } from '../../schemas/index.ts';
import { aSlug, parseTime } from '../commands/options.ts';
import { Advice } from '../errors.ts';

/** Options of a command that select records. */
export interface SelectorOptions {
  tenant: string;
  source?: string;
  record?: string;
  author?: string;
  before?: string;
}

/** Adds the options that select records to a command. */
export function addSelector(command: Command): Command {
  return command
    .requiredOption('--tenant <tenant>', 'the owner of the records', aSlug)
    .option('--source <source>', 'only records of this source', aSlug)
    .option('--record <id>', 'only this record; needs --source', aRecordId)
    .option('--author <author>', 'only records that name this author')
    .option('--before <time>', 'only records that were created before this day or time', parseTime);
}

/**
 * Reads the options that select records.
 *
 * @throws {Advice} if they contradict each other.
 */
export function readSelector(options: SelectorOptions): Selector {
  const { tenant, source, record: record_id, author, before } = options;
  const parsed = selectorSchema.safeParse({ tenant, source, record_id, author, before });
  if (parsed.success) return parsed.data;
  const [issue] = translateIssues(parsed.error);
  throw new Advice(
    `${issue?.path.replace('record_id', 'record') ?? 'The selection'}: ${issue?.message}.`,
    'Select with --tenant, --source, and one of --record, --author and --before.',
  );
}

/** Describes a selection in words, for a question. */
export function describeSelector({ tenant, source, record_id, author, before }: Selector): string {
  const where = source === undefined ? `the tenant ${tenant}` : `${source} of the tenant ${tenant}`;
  if (record_id !== undefined) return `the record ${record_id} of ${where}`;
  if (author !== undefined) return `the records by ${author} of ${where}`;
  if (before !== undefined) return `the records from before ${before} of ${where}`;
  return `all records of ${where}`;
}

function aRecordId(value: string): string {
  if (recordId.safeParse(value).success) return value;
  throw new InvalidArgumentError('Use 1 to 256 of A-Z, a-z, 0-9, ., _, : and -.');
}
