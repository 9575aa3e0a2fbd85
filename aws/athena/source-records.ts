import * as z from 'zod';
import type { SourceRecords } from '../../operations/runs/ports.ts';
import type { ReadRows } from './query.ts';
import { writeText } from './write-text.ts';

const rowSchema = z.object({ record_id: z.string() });

/** Creates the adapter that lists the records of a source from the table `results`. */
export function createSourceRecords({ readRows }: { readRows: ReadRows }): SourceRecords {
  return {
    async *list({ tenant, source }, accepted_before) {
      const rows = readRows(
        `SELECT record_id FROM results
         WHERE tenant = ? AND source = ? AND status <> 'withdrawn' AND stamp < ?`,
        { parameters: [writeText(tenant), writeText(source), String(accepted_before)] },
      );
      for await (const row of rows) yield rowSchema.parse(row).record_id;
    },
  };
}
