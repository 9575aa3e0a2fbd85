import * as z from 'zod';
import { resultSchema } from './result.ts';

type JsonSchema = {
  type?: string;
  format?: string;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  const?: unknown;
  description?: string;
};

/** A column of a Glue table, with the name and the Hive type of the column. DESCRIBE shows the comment. */
export interface GlueColumn {
  name: string;
  type: string;
  comment?: string;
}

/**
 * Derives the columns of the lake's table from the result schema. Each field of a result becomes
 * one column.
 */
export function listResultColumns(): GlueColumn[] {
  const schema = z.toJSONSchema(resultSchema) as JsonSchema;
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    type: toHiveType(field),
    ...(field.description === undefined ? {} : { comment: field.description }),
  }));
}

/** Columns that are text in the lines of the lake and times in the table `results`. */
const TIMES = new Set(['created_at', 'arrived_at', 'processed_at', 'first_created_at']);

const DAY: GlueColumn = {
  name: 'day',
  type: 'date',
  comment: 'Day of first_created_at, in UTC. Conditions on it make queries read less.',
};

/** Returns the columns of the table `results`: the day, and the fields of a result, with times as timestamps. */
export function listCurrentColumns(): GlueColumn[] {
  const columns = listResultColumns().map((column) =>
    TIMES.has(column.name) ? { ...column, type: 'timestamp' } : column,
  );
  return [DAY, ...columns];
}

/**
 * Returns the Hive type of a field.
 *
 * @throws {Error} if Hive has no type for the field.
 */
function toHiveType(field: JsonSchema): string {
  switch (field.type) {
    case 'string':
      return 'string';
    case 'integer':
      return 'bigint';
    case 'number':
      return Number.isInteger(field.const) ? 'bigint' : 'double';
    case 'boolean':
      return 'boolean';
    case 'array':
      return `array<${toHiveType(field.items ?? {})}>`;
    case 'object':
      return toHiveObject(field);
    default:
      throw new Error(
        `A result field has the JSON type ${field.type ?? 'unknown'}, which has no Hive type. Use a string, number, boolean, array or object.`,
      );
  }
}

function toHiveObject(field: JsonSchema): string {
  if (field.properties === undefined) {
    return `map<string,${toHiveType(field.additionalProperties as JsonSchema)}>`;
  }
  const members = Object.entries(field.properties).map(
    ([name, member]) => `${name}:${toHiveType(member)}`,
  );
  return `struct<${members.join(',')}>`;
}
