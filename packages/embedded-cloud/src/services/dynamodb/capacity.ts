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

/** Actions that consume capacity: they are asked what, whether the caller wants to know or not. */
export function consumes(action: string): boolean {
  return READS.has(action) || WRITES.has(action);
}

/** The capacity of an answer as `read_units` or `write_units`; the writes of indexes are not counted. */
export function unitsOf(action: string, { ConsumedCapacity }: JsonObject): Usage {
  const units = [ConsumedCapacity]
    .flat()
    .filter(isObject)
    .reduce((sum, { CapacityUnits }) => sum + Number(CapacityUnits ?? 0), 0);
  if (READS.has(action)) return { read_units: units };
  return WRITES.has(action) ? { write_units: units } : {};
}
