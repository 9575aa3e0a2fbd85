/**
 * Maximum length of one part of a split file name, in bytes. File systems allow 255 bytes in a
 * name, so suffixes fit after a part of 200 bytes.
 */
const LONGEST_PART_BYTES = 200;
const EMPTY = '%-';
const CONTINUED = '%+';
/**
 * If a file and a directory would have the same name, this suffix is added to the name of the file.
 * For example, if the keys `a` and `a/b` both exist, the file of the key `a` has the suffix.
 */
export const BESIDE_DIRECTORY = '%_';

/**
 * Converts a key to the path of its file, relative to the folder of the bucket. The path of an
 * ordinary key equals the key, so that people and glob patterns can find the file. Empty names,
 * `.`, `..`, `%` and control characters are encoded with `%`. For example, `%` is encoded as `%25`.
 * A name of more than 200 bytes is split into nested directories.
 */
export function keyToPath(key: string): string {
  return key.split('/').map(encodeName).join('/');
}

/** Converts the path of a file to its key. The function is the inverse of `keyToPath`. */
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

/**
 * Splits an encoded name into parts of at most 200 bytes. The function never splits a character or
 * an escape sequence `%XX`.
 */
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
