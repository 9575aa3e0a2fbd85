/**
 * Returns a random text. A text of 1 MiB does not fit on the stream, even gzipped. About a fifth of
 * the characters are control characters that take six bytes each in JSON.
 */
export function createLongText(length = 1_048_576): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return String.fromCharCode((state >>> 16) % 128);
  }).join('');
}
