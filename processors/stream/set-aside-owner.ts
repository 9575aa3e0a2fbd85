import { type SetAside, type StreamRecord, slug } from '../../schemas/index.ts';
import { readPlainText } from './decode/plain-bytes.ts';

/** Tenant of the records that name none. */
const DEFAULT_TENANT = 'default';
/** A field with a slug, also within JSON that is a string of other JSON. */
const NAMED = {
  tenant: /\\*"tenant\\*"\s*:\s*\\*"([a-z0-9][a-z0-9_-]{0,63})\\*"/g,
  source: /\\*"source\\*"\s*:\s*\\*"([a-z0-9][a-z0-9_-]{0,63})\\*"/g,
};

/**
 * Finds the tenant and the source of a record that is set aside. A record that could be decoded has both.
 * Of other bytes, the function reads the fields of their JSON; of broken JSON and of envelopes, the names
 * in it, if there is exactly one. A text that names no tenant belongs to the tenant `default`, as a record
 * does. The tenant is absent if the bytes are no text, name several, or have a wrong signature. Then only
 * an operator can read them.
 */
export function findOwner(
  { bytes, record }: { bytes: Uint8Array; record?: Pick<StreamRecord, 'tenant' | 'source'> },
  reason: SetAside['reason'],
): Pick<SetAside, 'tenant' | 'source'> {
  if (record !== undefined) return { tenant: record.tenant, source: record.source };
  if (reason === 'invalid_signature') return {};
  const text = readPlainText(bytes);
  if (text === undefined) return {};
  const fields = readFields(text);
  const tenant = fields?.tenant === undefined ? findTenant(text, reason) : toSlug(fields.tenant);
  const source = fields?.source === undefined ? findOnly(text, 'source') : toSlug(fields.source);
  return { ...(tenant && { tenant }), ...(source && { source }) };
}

function readFields(text: string): { tenant?: unknown; source?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The message of a service that names no tenant says nothing of whose records are in it. */
function findTenant(text: string, reason: SetAside['reason']): string | undefined {
  const named = findNames(text, 'tenant');
  if (named.size === 0) return reason === 'envelope' ? undefined : DEFAULT_TENANT;
  return named.size === 1 ? [...named][0] : undefined;
}

function findOnly(text: string, field: keyof typeof NAMED): string | undefined {
  const named = findNames(text, field);
  return named.size === 1 ? [...named][0] : undefined;
}

function findNames(text: string, field: keyof typeof NAMED): Set<string> {
  return new Set([...text.matchAll(NAMED[field])].map(([, name = '']) => name));
}

function toSlug(value: unknown): string | undefined {
  const parsed = slug.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
