const BYTES_A_LINE = 16;

/**
 * Formats bytes in lines of 16, each with its offset, its bytes in hex, and the characters that they are
 * in ASCII.
 *
 * @param hex two hexadecimal digits for each byte.
 */
export function formatHex(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += BYTES_A_LINE) {
    const some = bytes.slice(offset, offset + BYTES_A_LINE);
    const place = offset.toString(16).padStart(6, '0');
    const columns = some.join(' ').padEnd(BYTES_A_LINE * 3 - 1);
    lines.push(`${place}  ${columns}  ${some.map(toAscii).join('')}`);
  }
  return lines.join('\n');
}

function toAscii(byte: string): string {
  const code = Number.parseInt(byte, 16);
  return code >= 32 && code < 127 ? String.fromCharCode(code) : '·';
}
