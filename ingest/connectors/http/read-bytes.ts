/** A body is larger than a source accepts. */
export class BodyTooLarge extends Error {
  override name = 'BodyTooLarge';
}

/**
 * Reads a body, after its compression is undone, of at most `max_bytes` bytes.
 *
 * @throws {BodyTooLarge} for a larger body, of which the rest is not read.
 */
export async function readBytes(response: Response, max_bytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    // Leaving the loop cancels the body.
    if (length > max_bytes) throw new BodyTooLarge(`the body has more than ${max_bytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
