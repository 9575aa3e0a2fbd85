import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { type EmulatedError, emulatedError } from '../../gateway/level-emulator.ts';

/** Builds the error of an input that breaks a rule of the API's model. */
export function invalid(path: string, rule: string, value?: unknown): EmulatedError {
  const shown = value === undefined || value === null ? 'Value null' : 'Value';
  return emulatedError(
    'ValidationException',
    `1 validation error detected: ${shown} at '${path}' failed to satisfy constraint: Member must ${rule}`,
  );
}

/** Reads a text that must be present. @throws {EmulatedError} ValidationException */
export function readText(
  input: JsonObject,
  name: string,
  pattern = /^[a-zA-Z0-9_.-]{1,128}$/,
): string {
  const value = input[name];
  if (typeof value !== 'string') throw invalid(lower(name), 'not be null');
  if (pattern.test(value)) return value;
  throw invalid(lower(name), `satisfy regular expression pattern: ${pattern.source}`, value);
}

/** Reads an integer. Without a value, it is the default. @throws {EmulatedError} */
export function readInteger(
  input: JsonObject,
  name: string,
  limits: { least: number; most: number; absent?: number },
): number {
  const value = input[name] ?? limits.absent;
  if (value === undefined) throw invalid(lower(name), 'not be null');
  if (Number.isInteger(value) && Number(value) >= limits.least && Number(value) <= limits.most) {
    return Number(value);
  }
  throw invalid(lower(name), `have value between ${limits.least} and ${limits.most}`, value);
}

/** Reads a map from texts to texts. @throws {EmulatedError} ValidationException */
export function readTexts(input: JsonObject, name: string): Record<string, string> {
  const value = input[name];
  if (!isObject(value)) throw invalid(lower(name), 'not be null');
  if (Object.values(value).every((text) => typeof text === 'string')) {
    return value as Record<string, string>;
  }
  throw invalid(lower(name), 'be a map of texts', value);
}

/** Hashes as decimal numbers. */
export const HASH_PATTERN = /^(0|[1-9]\d{0,38})$/;

const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
