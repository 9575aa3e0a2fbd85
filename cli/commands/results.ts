import { Command } from 'commander';
import type { ResultsReader } from '../../api/ports.ts';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { withAudit } from '../audit.ts';
import { connect } from '../cloud.ts';
import { printAnswer } from '../output/print.ts';
import { adviseOnAbsence } from './results-absent.ts';
import { resultsHistoryCommand } from './results-history.ts';
import { resultsListCommand } from './results-list.ts';

/** Creates the command `aurastream results`, which reads results from the results table. */
export function resultsCommand(): Command {
  return new Command('results')
    .addCommand(getCommand())
    .addCommand(resultsHistoryCommand())
    .addCommand(resultsListCommand(openResults));
}

interface GetOptions {
  tenant: string;
  json?: boolean;
}

function getCommand(): Command {
  return new Command('get')
    .description('the result of one record')
    .argument('<source>')
    .argument('<record_id>')
    .option('--tenant <tenant>', 'whose record it is', 'default')
    .option('--json', 'print one line of JSON')
    .action(async (source: string, record_id: string, options: GetOptions, command: Command) => {
      const { tenant } = options;
      const { stack, results } = await openResults(command);
      const act = {
        act: 'read_result',
        tenant,
        selectors: { source },
        persons: { record_id },
      } as const;
      const result = await withAudit(stack, act, () => results.get({ tenant, source, record_id }));
      if (result === undefined) throw adviseOnAbsence(source, record_id);
      printAnswer(options, result, () => JSON.stringify(result, null, 2));
    });
}

/** Opens the results table of the stack that the options of the command name. */
export async function openResults(
  command: Command,
): Promise<{ stack: StackOutputs; results: ResultsReader }> {
  const stack = await connect(command);
  return { stack, results: createResultsReader({ table_name: stack.ResultsTableName }) };
}
