/** File systems allow 255 bytes in a name. A part of a name and its suffixes stay below. */
const LONGEST_PART_BYTES = 200;
const EMPTY = '%-';
const CONTINUED = '%+';
/** Marks a file whose name is used by a directory: the keys `a` and `a/b` may both exist. */
export const BESIDE_DIRECTORY = '%_';

/**
 * Converts a key to the path of its file below the bucket. The path of an ordinary key is the key itself, so that
 * people and globs can read it. Empty names, `.`, `..` and control characters are encoded with `%`, and `%` itself as
 * `%25`. A name over 200 bytes is split into nested directories.
 */
export function keyToPath(key: string): string {
  return key.split('/').map(encodeName).join('/');
}

/** The inverse of `keyToPath`. */
export function pathToKey(path: string): string {
  return path
    .replaceAll(`${CONTINUED}/`, '')
    .split('/')
    .map((name) => {
      const own = name.endsWith(BESIDE_DIRECTORY) ? name.slice(0, -BESIDE_DIRECTORY.length) : name;
      if (own === EMPTY) return '';
      return own.replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
    })
    .join('/');
}

function encodeName(name: string): string {
  if (name === '') return EMPTY;
  if (name === '.' || name === '..') return name.replaceAll('.', '%2E');
  const encoded = name.replace(
    /[%\p{Cc}]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return Buffer.byteLength(encoded) <= LONGEST_PART_BYTES
    ? encoded
    : splitName(encoded).join(`${CONTINUED}/`);
}

/** Splits between characters, but not within `%XX`. */
function splitName(encoded: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (const [unit] of encoded.matchAll(/%[0-9A-F]{2}|[\s\S]/gu)) {
    if (Buffer.byteLength(part) + Buffer.byteLength(unit) > LONGEST_PART_BYTES) {
      parts.push(part);
      part = '';
    }
    part += unit;
  }
  return [...parts, part];
}
