import type { RunStatement } from './lease.ts';
import type { Statements } from './ports.ts';
import { READ_COLUMNS, writeAddColumns, writeCreateTable } from './sql.ts';

export interface TableDeps {
  statements: Statements;
  bucket: string;
  /** Days for which Iceberg keeps replaced rows. */
  snapshot_days: number;
}

/** Creates the table `results`, and adds the columns that the schema of results has gained. */
export interface TablePreparation {
  /** Whether this execution environment has prepared the table. */
  isDone(): boolean;
  /** Does nothing if the table is prepared. */
  prepare(run: RunStatement): Promise<void>;
}

export function createTablePreparation(deps: TableDeps): TablePreparation {
  let is_done = false;
  return {
    isDone: () => is_done,
    async prepare(run) {
      if (is_done) return;
      void (await run(writeCreateTable(deps.bucket, deps.snapshot_days)));
      const { columns } = await deps.statements.answer(await run(READ_COLUMNS));
      const addition = writeAddColumns(columns);
      if (addition !== undefined) void (await run(addition));
      is_done = true;
    },
  };
}
