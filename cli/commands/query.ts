import { Command } from 'commander';
import { createQuery, QueryError } from '../../aws/athena/query.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { printAnswer } from '../output/print.ts';
import { formatTable } from '../output/table.ts';

/** Creates the command `aurastream query SQL`, which runs a query on the data lake with Athena. */
export function queryCommand(): Command {
  return new Command('query')
    .description('run SQL over the lake')
    .argument('<sql>', 'a SELECT over results (one row per record version) or results_raw')
    .option('--json', 'print an array of row objects')
    .addHelpText(
      'after',
      `
Example:
  $ aurastream query "SELECT source, avg(scores.positive) AS p FROM results GROUP BY source"`,
    )
    .action(async (sql: string, options: { json?: boolean }, command: Command) => {
      const stack = await connect(command);
      const query = createQuery({
        work_group: stack.WorkgroupName,
        database: stack.DatabaseName,
      });
      const answer = await query(sql).catch((error: unknown) => {
        if (!(error instanceof QueryError)) throw error;
        throw new Advice(
          error.message,
          'The tables are results and results_raw: `aurastream query "DESCRIBE results"` lists the columns.',
          { cause: error },
        );
      });
      printAnswer(options, answer.rows, () => formatTable(answer.columns, answer.rows));
      if (!options.json) process.stderr.write(`${answer.rows.length} rows\n`);
    });
}
