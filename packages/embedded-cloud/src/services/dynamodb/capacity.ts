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

/**
 * Returns whether an action consumes capacity. For such an action, the emulator always determines
 * the consumed capacity, because the meter needs the capacity.
 */
export function consumesCapacity(action: string): boolean {
  return READS.has(action) || WRITES.has(action);
}

/**
 * Reads the consumed capacity from a reply as `read_units` or `write_units`. The units of indexes
 * are not included.
 */
export function readUsage(action: string, { ConsumedCapacity }: JsonObject): Usage {
  const units = [ConsumedCapacity]
    .flat()
    .filter(isObject)
    .reduce((sum, { CapacityUnits }) => sum + Number(CapacityUnits ?? 0), 0);
  if (READS.has(action)) return { read_units: units };
  return WRITES.has(action) ? { write_units: units } : {};
}
