import * as z from 'zod';
import { resultSchema } from './result.ts';

type JsonSchema = {
  type?: string;
  format?: string;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  const?: unknown;
};

/** A column of a Glue table: a name and a Hive type. */
export interface GlueColumn {
  name: string;
  type: string;
}

/** Derives the lake's columns from the result schema: one column per field. */
export function listResultColumns(): GlueColumn[] {
  const schema = z.toJSONSchema(resultSchema) as JsonSchema;
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    type: toHiveType(field),
  }));
}

/** @throws {Error} if the lake cannot hold the field: Hive has no such type. */
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
