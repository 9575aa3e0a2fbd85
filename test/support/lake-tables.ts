import type { GlueTable } from '@aurastream/embedded-cloud/testing';
import { createResultsView, RESULTS_SERDE } from '../../infra/constructs/results-view.ts';
import { listResultColumns } from '../../schemas/glue.ts';

/** Creates the view `results` and the table `results_raw` as the template defines them. */
export function createLakeTables(database: string, partitions: string[]): GlueTable[] {
  const partition_keys = partitions.map((name) => ({ name, type: 'int' }));
  const columns = [...listResultColumns(), ...partition_keys];
  const table: GlueTable = {
    database,
    name: 'results_raw',
    table_type: 'EXTERNAL_TABLE',
    columns: listResultColumns(),
    partition_keys,
    location: 's3://lake/results/',
    parameters: {},
    serde: { library: RESULTS_SERDE, parameters: {} },
  };
  const view: GlueTable = {
    ...table,
    name: 'results',
    table_type: 'VIRTUAL_VIEW',
    view_original_text: String(createResultsView(database, columns).viewOriginalText),
  };
  return [view, table];
}
