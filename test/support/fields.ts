import type * as z from 'zod';

/** Returns the values that a schema accepts. */
export function listAccepted<Value>(schema: z.ZodType, values: Value[]): Value[] {
  return values.filter((value) => schema.safeParse(value).success);
}

/**
 * Lists the paths of all fields of a value, such as `jobs.0.status`, and those without which a schema
 * refuses the value.
 */
export function listRequired(
  schema: z.ZodType,
  value: object,
): { all: string[]; required: string[] } {
  const all = listPaths(value);
  return {
    all,
    required: all.filter((path) => !schema.safeParse(removeField(value, path)).success),
  };
}

/** Lists the paths of the fields of objects. The elements of a list are no fields. */
function listPaths(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    const path = `${prefix}${name}`;
    return [...(Array.isArray(value) ? [] : [path]), ...listPaths(part, `${path}.`)];
  });
}

function removeField(value: object, path: string): object {
  const copy = structuredClone(value);
  const names = path.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce<unknown>(
    (part, name) => (part as Record<string, unknown>)[name],
    copy,
  );
  delete (parent as Record<string, unknown>)[last];
  return copy;
}
