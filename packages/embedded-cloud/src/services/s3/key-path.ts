/** A segment's piece and its suffixes stay below the 255 bytes that file systems allow a name. */
const LONGEST_PIECE_BYTES = 200;
const EMPTY = '%-';
const CONTINUED = '%+';
/** Marks a file whose own name is taken by a directory: keys `a` and `a/b` may both exist. */
export const BESIDE_DIRECTORY = '%_';

/**
 * The path of a key's file below its bucket, with `/` between names. Ordinary keys are their own path, so that
 * globs and people can read them. What a file system cannot hold is encoded with `%`, and `%` itself is `%25`:
 * empty names, `.` and `..`, control characters, names over 200 bytes (cut into nested directories).
 */
export function keyToPath(key: string): string {
  return key.split('/').map(encodeName).join('/');
}

/** The inverse of `keyToPath`, for a file found on disk. */
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
  return Buffer.byteLength(encoded) <= LONGEST_PIECE_BYTES
    ? encoded
    : pieces(encoded).join(`${CONTINUED}/`);
}

/** Cuts between characters and outside of `%XX`. */
function pieces(encoded: string): string[] {
  const found: string[] = [];
  let piece = '';
  for (const [unit] of encoded.matchAll(/%[0-9A-F]{2}|[\s\S]/gu)) {
    if (Buffer.byteLength(piece) + Buffer.byteLength(unit) > LONGEST_PIECE_BYTES) {
      found.push(piece);
      piece = '';
    }
    piece += unit;
  }
  return [...found, piece];
}
