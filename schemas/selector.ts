import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { recordId, slug, timestamp } from './record.ts';

/**
 * Selects the records that are erased or exported: all of a tenant, or those of one of its sources, and of
 * them one record, those of one author, or those that were created before a time. Names of fields are those
 * of records.
 */
export const selectorSchema = z
  .strictObject({
    tenant: slug,
    source: slug.optional(),
    record_id: recordId.optional().describe('One record. It needs a source.'),
    author: z.string().min(1).max(1_024).optional().describe('Records that name this author.'),
    before: timestamp.optional().describe('Records whose created_at is before this time.'),
  })
  .refine(({ source, record_id }) => record_id === undefined || source !== undefined, {
    path: ['source'],
    message: 'must be given with record_id, because an id is unique within its source',
  })
  .refine(
    ({ record_id, author, before }) =>
      [record_id, author, before].filter((one) => one !== undefined).length <= 1,
    { path: ['record_id'], message: 'must be the only one of record_id, author and before' },
  );
export type Selector = z.infer<typeof selectorSchema>;

/** A selector without the values that name a person. They are HMACs under a key of the deployment. */
export const hashedSelectorSchema = z.object({
  tenant: slug,
  source: slug.optional(),
  record_id_hmac: z.string().optional(),
  author_hmac: z.string().optional(),
  before: timestamp.optional(),
});
export type HashedSelector = z.infer<typeof hashedSelectorSchema>;

/** A record, a result or a line of the lake, as far as a selector looks at it. */
export interface Selectable {
  tenant: string;
  source: string;
  record_id: string;
  author?: string | undefined;
  /** In ISO 8601. Absent if the producer gave no time: `arrived_at` then counts. */
  created_at?: string | undefined;
  arrived_at?: string | undefined;
  /** When it was accepted, in epoch milliseconds. Absent if that is not known: `arrived_at` then counts. */
  stamp?: number | undefined;
}

/** A selector, and the time until which it selects what was accepted, in epoch milliseconds. */
export interface Selection {
  selector: Selector;
  accepted_until: number;
  /** The forms in which stores hold the author. Absent: as it is. */
  authors?: string[];
}

/** Returns whether a record is selected. */
export function selects(selection: Selection, record: Selectable): boolean {
  const { selector, accepted_until } = selection;
  const { tenant, source, record_id, author, before } = selector;
  const accepted_at = record.stamp ?? Date.parse(record.arrived_at ?? '');
  if (accepted_at > accepted_until) return false;
  if (record.tenant !== tenant) return false;
  if (source !== undefined && record.source !== source) return false;
  if (record_id !== undefined && record.record_id !== record_id) return false;
  if (author !== undefined && !isOneOf(listAuthors(selection), record.author)) return false;
  if (before === undefined) return true;
  return Date.parse(record.created_at ?? record.arrived_at ?? '') < Date.parse(before);
}

/** Returns the forms in which stores hold the author of a selection. None if it selects no author. */
export function listAuthors({ selector: { author }, authors }: Selection): string[] {
  if (author === undefined) return [];
  return authors ?? [author];
}

function isOneOf(values: string[], value: string | undefined): boolean {
  return value !== undefined && values.includes(value);
}

/** Returns whether a selector selects all that a tenant, or one of its sources, has. */
export function selectsAll({ record_id, author, before }: Selector): boolean {
  return [record_id, author, before].every((one) => one === undefined);
}

/**
 * Derives a key of the deployment for one purpose from its secret, so that a signature for one purpose is
 * none for another.
 */
export function deriveErasureKey(secret: string, purpose: 'selector' | 'report'): Buffer {
  return createHmac('sha256', secret).update(`erasure-${purpose}`).digest();
}

/** Replaces the values of a selector that name a person by HMACs. */
export function hashSelector(selector: Selector, secret: string): HashedSelector {
  const { tenant, source, record_id, author, before } = selector;
  const key = deriveErasureKey(secret, 'selector');
  const hide = (kind: string, value: string | undefined) =>
    value === undefined
      ? undefined
      : createHmac('sha256', key).update(`${kind}\n${tenant}\n${value}`).digest('base64url');
  return {
    tenant,
    source,
    record_id_hmac: hide(`record_id/${source}`, record_id),
    author_hmac: hide('author', author),
    before,
  };
}
