import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import * as z from 'zod';
import { readTemplate } from '../../aws/cloudformation/template.ts';
import { createSecret } from '../../aws/secrets-manager/secrets.ts';
import { describeRetention, type KeptData } from '../../operations/retention/report.ts';
import {
  isSignedExport,
  isSignedReport,
  type SignedExport,
  type SignedReport,
  signedExportSchema,
  signedReportSchema,
} from '../../schemas/index.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { printAnswer } from '../output/print.ts';
import { formatTable } from '../output/table.ts';

/** Creates the command `aurastream privacy`, which shows what is kept, and verifies reports. */
export function privacyCommand(): Command {
  return new Command('privacy').addCommand(reportCommand()).addCommand(verifyCommand());
}

function reportCommand(): Command {
  return new Command('report')
    .description('show which store keeps what, how long, and what ends it')
    .option('--json', 'print an array')
    .addHelpText(
      'after',
      `
The times come from the template of the deployed stack. A store without days has no end of its own.`,
    )
    .action(async (options: { json?: boolean }, self: Command) => {
      void (await connect(self));
      const { stack } = self.optsWithGlobals<{ stack: string }>();
      const kept = describeRetention(await readTemplate(stack));
      printAnswer(options, kept, () => formatTable(COLUMNS, kept.map(toRow)));
    });
}

const COLUMNS = ['store', 'texts', 'days', 'by source', 'restorable', 'ended by', 'holds'];

function toRow(kept: KeptData) {
  const { store, holds, has_texts, days, by_source = {}, ended_by, restorable_days } = kept;
  return {
    ...{ store, holds, 'ended by': ended_by },
    texts: has_texts ? 'yes' : 'no',
    days: days === undefined ? '' : String(Math.round(days * 10) / 10),
    'by source': Object.entries(by_source)
      .map(([name, of_source]) => `${name} ${of_source}`)
      .join(', '),
    restorable: restorable_days === undefined ? '' : `${restorable_days} days`,
  };
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('check that a report comes from this deployment and was not changed')
    .argument('<file>', 'a report of aurastream erase --json, or `signed` of an answer of the API')
    .option('--json', 'print one line of JSON')
    .action(async (file: string, options: { json?: boolean }, self: Command) => {
      const stack = await connect(self);
      const signed = await readReport(file);
      const secret = await createSecret({ secret_id: stack.RestoreKeyArn })();
      const { id, is_valid } = checkReport(signed, secret);
      if (!is_valid) {
        throw new Advice(
          `The report of ${id.value} is not the one that this deployment has signed.`,
          'It was changed, or comes from another stack. Name the stack with --stack.',
        );
      }
      printAnswer(options, { [id.name]: id.value, is_valid: true }, () => {
        return `The report of ${id.value} is unchanged, and signed by this deployment.`;
      });
    });
}

function checkReport(signed: SignedReport | SignedExport, secret: string) {
  if ('export_id' in signed.report) {
    const { export_id: value } = signed.report;
    const is_valid = isSignedExport(signed as SignedExport, secret);
    return { id: { name: 'export_id', value }, is_valid };
  }
  const { erasure_id: value } = signed.report;
  const is_valid = isSignedReport(signed as SignedReport, secret);
  return { id: { name: 'erasure_id', value }, is_valid };
}

async function readReport(file: string): Promise<SignedReport | SignedExport> {
  try {
    const json: unknown = JSON.parse(await readFile(file, 'utf8'));
    return z.union([signedReportSchema, signedExportSchema]).parse(json);
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error;
    throw new Advice(
      `${file} is no report of an erasure or an export.`,
      'Print one with aurastream erase --json, or store `signed` of an answer of the API.',
    );
  }
}
