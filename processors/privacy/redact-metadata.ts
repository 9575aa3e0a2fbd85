import type { Pii } from '../../schemas/index.ts';
import { writePlaceholder } from './mask.ts';
import { findPlaceholders, WHOLE_TEXT_PLACEHOLDER } from './placeholders.ts';
import type { Detection } from './ports.ts';
import { redactText } from './redact-text.ts';

export interface MetadataDeps {
  /** Finds the personal data of a short value in this process. */
  detect: (text: string) => Detection;
  /** Key of the tenant, if pseudonyms stand for values. */
  pseudonym_key: Uint8Array | undefined;
}

type Attributes = Record<string, string | number | boolean>;

/** A value with placeholders, and what was found in it. */
interface Redacted<Value> {
  value: Value;
  pii: Pii[];
}

const AUTHOR_NAME = /^author(?:_\d{1,3})?$/;

/** Returns true for an attribute that holds an author, for example one that did not fit its field. */
export function isAuthor(name: string): boolean {
  return AUTHOR_NAME.test(name);
}

/**
 * Masks an author whole, because it is a name whatever it looks like.
 *
 * @param pseudonym_key key of the tenant. Stored authors always have a pseudonym, so that an erasure and an
 * export can find the records of one author.
 */
export function maskAuthor(author: string, pseudonym_key?: Uint8Array): string {
  const [first] = findPlaceholders(author);
  if (first !== undefined && first.end - first.start === author.length) return author;
  return writePlaceholder('NAME', author, pseudonym_key === undefined ? {} : { pseudonym_key });
}

/**
 * Masks the values of attributes. The name of an attribute stands before its value as a cue, so that
 * `phone: 4155552671` is found. Numbers that are personal data become text.
 */
export function redactAttributes(attributes: Attributes, deps: MetadataDeps): Redacted<Attributes> {
  const pii: Pii[] = [];
  const entries = Object.entries(attributes).map(([name, value]) => {
    if (typeof value === 'boolean') return [name, value] as const;
    if (isAuthor(name)) return [name, maskAuthor(String(value), deps.pseudonym_key)] as const;
    const redacted = redactWithCue(String(value), name, deps);
    if (redacted === undefined) return [name, value] as const;
    pii.push(redacted.pii);
    return [name, redacted.stored] as const;
  });
  return { value: Object.fromEntries(entries), pii };
}

/** Redacts a value behind a cue. Returns undefined if nothing was found in it. */
export function redactWithCue(value: string, name: string, deps: MetadataDeps) {
  const cue = `${name.replace(/[_.-]+/g, ' ')}: `;
  const detection = deps.detect(cue + value);
  const redacted = redactText(value, shift(detection, cue.length), deps.pseudonym_key);
  const { count, failed } = redacted.pii;
  return count === 0 && !failed ? undefined : redacted;
}

/** Moves findings to the value behind a cue. Findings in the cue alone are left out. */
function shift(detection: Detection, by: number): Detection {
  if (!detection.ok) return detection;
  const findings = detection.findings.flatMap((finding) => {
    const { start, end } = finding.utf16;
    if (end <= by) return [];
    return [{ ...finding, utf16: { start: Math.max(0, start - by), end: end - by } }];
  });
  return { ok: true, findings };
}

/**
 * Masks the parts of a URL that are personal data. User, password and the values of parameters with a
 * secret are replaced, and each part of the path or query in which something was found. A URL that is
 * none after that is left out.
 */
export function redactUrl(url: string, deps: MetadataDeps): Redacted<string | undefined> {
  const parsed = URL.parse(url);
  if (parsed === null) return { value: undefined, pii: [] };
  if (!url.includes('://')) return redactOpaque(url, deps);
  const pii: Pii[] = [];
  const mask = (part: string): string => {
    const text = decodeSafely(part);
    const redacted = redactText(text, deps.detect(text), deps.pseudonym_key);
    if (redacted.pii.count === 0 && !redacted.pii.failed) return part;
    pii.push(redacted.pii);
    return encodeURIComponent(redacted.stored).replace(/%(?:5B|5D|3A)/g, decodeURIComponent);
  };
  const [before = '', fragment] = splitOnce(url, '#');
  const [address = '', query] = splitOnce(before, '?');
  const host_end = address.indexOf('/', address.indexOf('://') + 3);
  const origin = host_end === -1 ? address : address.slice(0, host_end);
  const path = host_end === -1 ? '' : address.slice(host_end);
  const has_user = parsed.username !== '' || parsed.password !== '';
  if (has_user) pii.push({ types: ['PASSWORD'], count: 1, redacted: true, failed: false });
  const maskQuery = (text: string) =>
    text
      .split('&')
      .map((pair) => maskPair(pair, mask, pii))
      .join('&');
  const value = [
    has_user ? dropUser(origin) : origin,
    path.split('/').map(mask).join('/'),
    query === undefined ? '' : `?${maskQuery(query)}`,
    fragment === undefined ? '' : `#${maskQuery(fragment)}`,
  ].join('');
  if (pii.length === 0) return { value: url, pii };
  return { value: URL.canParse(value) && value.length <= 2_048 ? value : undefined, pii };
}

/** Leaves out a URL without a host, such as `mailto:`, in which something was found. */
function redactOpaque(url: string, deps: MetadataDeps): Redacted<string | undefined> {
  const { pii } = redactText(url, deps.detect(url));
  if (pii.count === 0 && !pii.failed) return { value: url, pii: [] };
  return { value: undefined, pii: [pii] };
}

/** Removes user and password of an origin such as `https://ann:secret@example.com`. */
function dropUser(origin: string): string {
  const scheme_end = origin.indexOf('://') + 3;
  return origin.slice(0, scheme_end) + origin.slice(origin.lastIndexOf('@') + 1);
}

const SECRET_NAME =
  /(?:token|key|secret|sig|signature|passw(?:or)?d|pwd|auth|session|code|jwt|email|user|phone)/i;

function maskPair(pair: string, mask: (part: string) => string, pii: Pii[]): string {
  const [name = '', value] = splitOnce(pair, '=');
  if (value === undefined || value === '') return mask(pair);
  const is_masked = findPlaceholders(value).length > 0 || value === WHOLE_TEXT_PLACEHOLDER;
  if (!SECRET_NAME.test(name) || is_masked) return `${mask(name)}=${mask(value)}`;
  pii.push({ types: ['PASSWORD'], count: 1, redacted: true, failed: false });
  return `${name}=[PASSWORD]`;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const index = text.indexOf(separator);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

/** Decodes percent signs. A part with a broken one stays as it is. */
function decodeSafely(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
