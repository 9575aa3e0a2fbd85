import { recordKey } from '../../../schemas/index.ts';
import { describeResultsTable } from '../../contract/suites/results-table.ts';
import { createRefusingStores } from '../../fakes/refusing-stores.ts';

const { results_table, rows } = createRefusingStores();
describeResultsTable(
  () => ({ table: results_table, get: async (record) => rows.get(recordKey(record)) }),
  { runs: 100 },
);
