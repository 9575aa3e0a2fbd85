import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { emulatedError } from '../../gateway/level-emulator.ts';

/**
 * Maximum number of projected attributes in one index, and in all indexes of a table together.
 * dynalite does not check these limits.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Projection.html
 */
const MAX_PER_INDEX = 20;
const MAX_PER_TABLE = 100;

const INDEX_LISTS = ['LocalSecondaryIndexes', 'GlobalSecondaryIndexes'];

/**
 * Checks the index projections in the input of CreateTable.
 *
 * @throws {EmulatedError} ValidationException
 */
export function checkProjections(input: JsonObject): void {
  let total = 0;
  for (const list of INDEX_LISTS) {
    for (const [i, index] of listObjects(input[list]).entries()) {
      const attributes = listAttributes(index);
      total += attributes.length;
      if (attributes.length <= MAX_PER_INDEX) continue;
      const place = `${list[0]?.toLowerCase()}${list.slice(1)}.${i + 1}.member.projection.nonKeyAttributes`;
      throw emulatedError(
        'ValidationException',
        `1 validation error detected: Value '[${attributes.join(', ')}]' at '${place}' failed to satisfy constraint: ` +
          `Member must have length less than or equal to ${MAX_PER_INDEX}`,
      );
    }
  }
  if (total <= MAX_PER_TABLE) return;
  throw emulatedError(
    'ValidationException',
    `One or more parameter values were invalid: the secondary indexes project ${total} attributes together, ` +
      `and a table has at most ${MAX_PER_TABLE}`,
  );
}

/**
 * Checks the index updates in the input of UpdateTable. An update must not create an index whose
 * name already exists, because UpdateTable cannot change the projection of an index. All other
 * creations and deletions of indexes are also refused, because they are not emulated.
 * Source:
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GlobalSecondaryIndexUpdate.html
 *
 * @throws {EmulatedError} ValidationException
 */
export function checkIndexUpdates(input: JsonObject, table: JsonObject): void {
  const names = listObjects(table.GlobalSecondaryIndexes).map(({ IndexName }) => IndexName);
  for (const update of listObjects(input.GlobalSecondaryIndexUpdates)) {
    if (isObject(update.Create) && names.includes(update.Create.IndexName)) {
      throw emulatedError(
        'ValidationException',
        `Attempting to create an index which already exists: ${update.Create.IndexName}`,
      );
    }
    if (update.Create !== undefined || update.Delete !== undefined) {
      throw emulatedError(
        'ValidationException',
        'UpdateTable is not emulated for creating and deleting indexes',
      );
    }
  }
}

function listObjects(list: unknown): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function listAttributes({ Projection }: JsonObject): unknown[] {
  const attributes = isObject(Projection) ? Projection.NonKeyAttributes : undefined;
  return Array.isArray(attributes) ? attributes : [];
}
