import { describe } from 'vitest';
import { memoryStores } from '../../../support/memory-stores.ts';
import { resultsTableContract } from '../../../support/results-table-contract.ts';

describe('the results table in memory, which other tests use', () => {
  const { results_table, rows } = memoryStores();
  resultsTableContract(
    () => ({ table: results_table, get: async (tenant, id) => rows.get(`${tenant}#${id}`) }),
    { runs: 100 },
  );
});
