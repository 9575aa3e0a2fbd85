/** A part of a text, and its start in UTF-16 code units. */
export interface Window {
  text: string;
  start: number;
}

/** Number of code units that a window shares with the one before it. No entity is longer. */
const OVERLAP = 500;
/** A code unit takes at most three bytes of UTF-8, and a surrogate pair four. */
const BYTES_PER_UNIT = 3;

/** Cuts a text into windows of at most `max_bytes` bytes of UTF-8, which overlap. */
export function cutWindows(text: string, max_bytes: number): Window[] {
  if (text.length * BYTES_PER_UNIT <= max_bytes || Buffer.byteLength(text) <= max_bytes) {
    return [{ text, start: 0 }];
  }
  const length = Math.floor(max_bytes / BYTES_PER_UNIT);
  const windows: Window[] = [];
  for (let start = 0; ; ) {
    const end = alignToCodePoint(text, Math.min(text.length, start + length));
    windows.push({ text: text.slice(start, end), start });
    if (end === text.length) return windows;
    start = alignToCodePoint(text, Math.max(start + 1, end - OVERLAP));
  }
}

/** Moves an index that is between the halves of a surrogate pair to the start of the pair. */
function alignToCodePoint(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index;
}
