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

/** The lake's columns, one for each field of a result: the schema says them, nothing else does. */
export function resultColumns(): GlueColumn[] {
  const schema = z.toJSONSchema(resultSchema) as JsonSchema;
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    type: hiveType(field),
  }));
}

/** @throws {Error} where a field has no Hive type: a schema change that the lake could not hold. */
function hiveType(field: JsonSchema): string {
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
      return `array<${hiveType(field.items ?? {})}>`;
    case 'object':
      return objectType(field);
    default:
      throw new Error(`No Hive type for a field of type ${field.type ?? 'unknown'}`);
  }
}

function objectType(field: JsonSchema): string {
  if (field.properties === undefined) {
    return `map<string,${hiveType(field.additionalProperties as JsonSchema)}>`;
  }
  const members = Object.entries(field.properties).map(
    ([name, member]) => `${name}:${hiveType(member)}`,
  );
  return `struct<${members.join(',')}>`;
}
