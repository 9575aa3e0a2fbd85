import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import type { Usage } from '../../gateway/types.ts';

const READS = new Set(['BatchGetItem', 'GetItem', 'Query', 'Scan']);
const WRITES = new Set([
  'BatchExecuteStatement',
  'BatchWriteItem',
  'DeleteItem',
  'PutItem',
  'UpdateItem',
]);

/** Whether an action consumes capacity. If so, the emulator always reports it, for the meter. */
export function consumesCapacity(action: string): boolean {
  return READS.has(action) || WRITES.has(action);
}

/** Reads the capacity of a reply as `read_units` or `write_units`, without the writes of indexes. */
export function readUsage(action: string, { ConsumedCapacity }: JsonObject): Usage {
  const units = [ConsumedCapacity]
    .flat()
    .filter(isObject)
    .reduce((sum, { CapacityUnits }) => sum + Number(CapacityUnits ?? 0), 0);
  if (READS.has(action)) return { read_units: units };
  return WRITES.has(action) ? { write_units: units } : {};
}
