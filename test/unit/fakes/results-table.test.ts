import { describeResultsTable } from '../../contract/suites/results-table.ts';
import { createRefusingStores } from '../../fakes/refusing-stores.ts';

const { results_table, rows } = createRefusingStores();
describeResultsTable(
  () => ({ table: results_table, get: async (tenant, id) => rows.get(`${tenant}#${id}`) }),
  { runs: 100 },
);
