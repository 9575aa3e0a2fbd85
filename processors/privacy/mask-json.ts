import type { Detection } from './ports.ts';
import { isAuthor, maskAuthor, redactUrl, redactWithCue } from './redact-metadata.ts';
import { redactText } from './redact-text.ts';

/** Fields that identify and order a record. They stay as they are, if they have the form of an id. */
const IDENTITY = new Set([
  ...['record_id', 'tenant', 'source', 'language', 'created_at', 'record_version', 'stamp'],
  ...['text_claim', 'job_id', 'job_index', 'run_id', 'analysis_run', 'deleted', 'schema_version'],
]);
const ID = /^[\w.:+-]*$/;

/**
 * Masks the values of a JSON text where they stand, so that everything else keeps its form: the order
 * of the fields, large numbers, and the same field twice. The name of a field is the cue of its value.
 *
 * @param author_key key of the tenant, if authors get a pseudonym.
 * @returns undefined if the text is no JSON, or has so many values that each would be searched for too
 * long. Such a text must be masked as a whole.
 */
export function maskJson(
  text: string,
  detect: (text: string) => Detection,
  author_key?: Uint8Array,
): string | undefined {
  if (hasManyValues(text) || !isJson(text)) return undefined;
  let result = '';
  let done = 0;
  let name = '';
  for (const { start, end, is_name } of listScalars(text)) {
    const literal = text.slice(start, end);
    const value = String(JSON.parse(literal));
    if (is_name) {
      name = value;
      continue;
    }
    const masked = maskValue(value, name, { detect, author_key });
    if (masked === value) continue;
    result += text.slice(done, start) + JSON.stringify(masked);
    done = end;
  }
  return result + text.slice(done);
}

/** Most commas and brackets of a JSON text whose values are masked one by one. */
const MAX_SEPARATORS = 10_000;

/** Counts without parsing, because the values of a hostile text would fill the memory. */
function hasManyValues(text: string): boolean {
  let count = 0;
  for (const character of text) {
    if (',[{'.includes(character)) count += 1;
    if (count > MAX_SEPARATORS) return true;
  }
  return false;
}

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

interface MaskValueDeps {
  detect: (text: string) => Detection;
  author_key: Uint8Array | undefined;
}

function maskValue(value: string, name: string, { detect, author_key }: MaskValueDeps): string {
  if (IDENTITY.has(name) && ID.test(value)) return value;
  if (name === 'author' && value !== '') return maskAuthor(value, author_key);
  if (isAuthor(name)) return value === '' ? value : maskAuthor(value);
  const deps = { detect, pseudonym_key: undefined };
  if (name === 'url' && URL.canParse(value)) return redactUrl(value, deps).value ?? '';
  if (name === 'text') return redactText(value, detect(value)).stored;
  return redactWithCue(value, name, deps)?.stored ?? value;
}

interface Scalar {
  start: number;
  end: number;
  is_name: boolean;
}

const NUMBER = /-?\d[\d.eE+-]{0,400}/y;

/** Lists the strings and numbers of a JSON text, in their order. */
function* listScalars(json: string): Generator<Scalar> {
  for (let i = 0; i < json.length; i += 1) {
    const character = json.charAt(i);
    if (character === '"') {
      const end = endOfString(json, i);
      yield { start: i, end, is_name: isName(json, end) };
      i = end - 1;
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      NUMBER.lastIndex = i;
      NUMBER.test(json);
      yield { start: i, end: NUMBER.lastIndex, is_name: false };
      i = NUMBER.lastIndex - 1;
    }
  }
}

/** Returns true if a colon comes next after an index. */
function isName(json: string, end: number): boolean {
  let i = end;
  while (i < json.length && ' \t\r\n'.includes(json.charAt(i))) i += 1;
  return json.charAt(i) === ':';
}

/** Returns the index after the closing quote of the string that starts at an index. */
function endOfString(json: string, start: number): number {
  for (let i = start + 1; i < json.length; i += 1) {
    const character = json.charAt(i);
    if (character === '\\') i += 1;
    else if (character === '"') return i + 1;
  }
  return json.length;
}
