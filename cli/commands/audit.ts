import { Command, InvalidArgumentError, Option } from 'commander';
import { composeAuditKeys } from '../../audit/compose.ts';
import { type ListedAct, listActs } from '../../audit/list.ts';
import { type VerifyReport, verifyTrail } from '../../audit/verify.ts';
import { createAuditBucket } from '../../aws/s3/audit-bucket.ts';
import { AUDITED_ACTS, type AuditedAct } from '../../schemas/index.ts';
import { connect } from '../cloud.ts';
import { type OutputFormat, printAnswer } from '../output/print.ts';
import { formatTable } from '../output/table.ts';

const DAY_MS = 86_400_000;
/** Number of days that the list shows if the user names no day. */
const LISTED_DAYS = 7;

/** Creates the command `aurastream audit`, which lists and verifies the audit trail. */
export function auditCommand(): Command {
  return new Command('audit').addCommand(listCommand()).addCommand(verifyCommand());
}

interface ListOptions {
  since: string;
  act?: AuditedAct;
  who?: string;
  json?: boolean;
  output?: OutputFormat;
}

function listCommand(): Command {
  const week_ago = new Date(Date.now() - (LISTED_DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
  return new Command('list')
    .description('list administrative acts and reads of texts, the earliest first')
    .addOption(
      new Option('--since <date>', 'first day in UTC, such as 2026-11-26')
        .argParser(readDay)
        .default(week_ago, 'six days ago'),
    )
    .addOption(new Option('--act <act>', 'only acts of this kind').choices(AUDITED_ACTS))
    .option('--who <text>', 'only acts of callers whose ARN, key id or tenant has this text')
    .option('--json', 'print an array')
    .addHelpText(
      'after',
      `
An act without an outcome is \`unknown\`: it still runs, or its process ended before it could write the outcome. Values
that name a person, such as an author or a record_id, are HMACs. Reads by the API arrive within a minute.`,
    )
    .action(async ({ json, output, ...filter }: ListOptions, command: Command) => {
      const acts = await listActs(await openTrail(command), filter);
      printAnswer({ json, output }, acts, () =>
        acts.length === 0 ? 'There are no acts.' : formatActs(acts),
      );
    });
}

function formatActs(acts: ListedAct[]): string {
  const columns = ['at', 'act', 'who', 'from', 'tenant', 'outcome', 'selectors'];
  const rows = acts.map(({ from, selectors, ...act }) => ({
    ...act,
    counts: undefined,
    from: from.source_ip ?? from.host,
    selectors: Object.entries(selectors)
      .map(([name, value]) => `${name}=${name.endsWith('_hmac') ? value.slice(0, 8) : value}`)
      .join(' '),
  }));
  return formatTable(columns, rows);
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('find entries that were changed, removed, added or moved')
    .option('--since <date>', 'first day in UTC (default: the first of the trail)', readDay)
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      `
Reads the whole trail from that day on. Exit code: 0 the trail is as its writers wrote it; 1 it is not, and each place
is named.`,
    )
    .action(async (options: { since?: string; json?: boolean }, command: Command) => {
      const report = await verifyTrail(await openTrail(command), options.since);
      printAnswer(options, report, () => describe(report));
      if (report.findings.length > 0) process.exitCode = 1;
    });
}

function describe({ first_day, last_day, sealed_days, lines, findings }: VerifyReport): string {
  if (first_day === undefined) return 'The audit trail is empty.';
  const extent = `${lines} entries from ${first_day} to ${last_day}, ${sealed_days} days sealed`;
  if (findings.length === 0) return `The audit trail is intact: ${extent}.`;
  const list = findings.map(({ place, problem }) => `${place}: ${problem}`);
  return [`The audit trail was changed: ${extent}.`, ...list].join('\n');
}

async function openTrail(command: Command) {
  const { AuditBucketName, AuditKeyArn, AuditRetentionDays } = await connect(command);
  return {
    store: createAuditBucket({ bucket_name: AuditBucketName }),
    keys: composeAuditKeys(AuditKeyArn),
    retention_days: AuditRetentionDays,
    now: Date.now,
  };
}

function readDay(value: string): string {
  const time = Date.parse(`${value}T00:00:00Z`);
  if (!Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === value) return value;
  throw new InvalidArgumentError('Write it as 2026-11-26.');
}
