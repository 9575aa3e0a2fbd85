import type { LakeLog } from '../../operations/erase/ports.ts';
import { ServiceError } from '../../schemas/index.ts';
import { createLake, type LakeDeps } from './lake.ts';

/** Creates the log to which an erasure writes its withdrawals. */
export function createLakeLog(deps: LakeDeps): LakeLog {
  const lake = createLake(deps);
  return {
    async put(rows) {
      if (rows.length === 0) return;
      const [failure] = await lake.put(rows);
      if (failure !== undefined) throw new ServiceError('firehose', failure.code, failure);
    },
  };
}
