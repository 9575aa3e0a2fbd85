import * as z from 'zod';
import { listAuthors, parseWellFormedJson, type Selection, selects } from '../../schemas/index.ts';
import type { Restorable } from '../restore.ts';

/**
 * Whether bytes hold something that is selected: `selected`, `not_selected`, or `unreadable` if
 * they hold bytes that do not say whose they are.
 */
export type Found = 'selected' | 'not_selected' | 'unreadable';

/** Fields of a record that is not valid as a whole. Other values of these fields count as absent. */
const looseRecordSchema = z.looseObject({
  tenant: z.string().default('default').catch('default'),
  source: z.string(),
  record_id: z.string().optional().catch(undefined),
  author: z.string().optional().catch(undefined),
  created_at: z.string().optional().catch(undefined),
});

/** Looks for selected records in bytes that are a record or not. */
export function findSelected(selection: Selection, one: Restorable): Found {
  const { arrived_at } = one;
  if (one.kind === 'record') {
    const { record, stamp } = one;
    return selects(selection, { ...record, arrived_at, stamp }) ? 'selected' : 'not_selected';
  }
  const values = readLoosely(one.bytes);
  if (values === undefined) return searchBytes(selection, one.bytes);
  const is_selected = values.some((value) =>
    selects(selection, {
      ...{ ...value, stamp: undefined, arrived_at },
      record_id: value.record_id ?? '',
    }),
  );
  return is_selected ? 'selected' : 'not_selected';
}

/** Returns the records in JSON that is not valid as a whole. Undefined if the bytes are something else. */
function readLoosely(bytes: Uint8Array): z.infer<typeof looseRecordSchema>[] | undefined {
  try {
    const json: unknown = parseWellFormedJson(Buffer.from(bytes).toString());
    return z.array(looseRecordSchema).parse(Array.isArray(json) ? json : [json]);
  } catch {
    return undefined;
  }
}

/** Looks for the name of an author or the id of a record in bytes that are not JSON. */
function searchBytes(selection: Selection, bytes: Uint8Array): Found {
  const names = [...listAuthors(selection), selection.selector.record_id ?? []].flat();
  const has_name = names.some((name) => Buffer.from(bytes).includes(name));
  return has_name ? 'selected' : 'unreadable';
}
