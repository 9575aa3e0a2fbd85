import type { GlueTable } from '@aurastream/embedded-cloud/testing';
import { createHistoryView, RESULTS_SERDE } from '../../infra/constructs/history-view.ts';
import { createSummaryViews } from '../../infra/constructs/summary-views.ts';
import { createTypedView } from '../../infra/constructs/typed-view.ts';
import { listResultColumns } from '../../schemas/glue.ts';

/** Creates the table `results_raw` and its views as the template defines them. */
export function createLakeTables(database: string): GlueTable[] {
  const partition_keys = [{ name: 'hour', type: 'string' }];
  const columns = [...listResultColumns(), ...partition_keys];
  const table: GlueTable = {
    database,
    name: 'results_raw',
    table_type: 'EXTERNAL_TABLE',
    columns: listResultColumns(),
    partition_keys,
    location: 's3://lake/results_raw/',
    parameters: {
      'projection.enabled': 'true',
      'projection.hour.type': 'date',
      'projection.hour.format': 'yyyy/MM/dd/HH',
      'projection.hour.range': '2026/01/01/00,2030/01/01/00',
      'projection.hour.interval': '1',
      'projection.hour.interval.unit': 'HOURS',
      'storage.location.template': `s3://lake/results_raw/\${hour}/`,
    },
    serde: { library: RESULTS_SERDE, parameters: {} },
  };
  const views = [
    createHistoryView(database, columns),
    ...createSummaryViews(database),
    createTypedView(database),
  ];
  return [
    ...views.map(
      ({ name = '', viewOriginalText, storageDescriptor }): GlueTable => ({
        ...table,
        ...{ name, table_type: 'VIRTUAL_VIEW', partition_keys: [], location: '', parameters: {} },
        columns: (storageDescriptor as { columns: GlueTable['columns'] }).columns,
        view_original_text: String(viewOriginalText),
      }),
    ),
    table,
  ];
}
