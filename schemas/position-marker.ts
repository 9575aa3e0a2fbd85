/**
 * The data of a marker: the byte 0xf5, `Aura` and the byte 2. A command that waits for the lake puts a
 * marker behind the records of a shard. The consumer drops the marker and stores its position, as that of any
 * record. So the position shows that the consumer has passed the records before it. No record begins with
 * these bytes, for the reason that the format of restored records names.
 */
export const POSITION_MARKER: Uint8Array = Buffer.from([0xf5, 0x41, 0x75, 0x72, 0x61, 0x02]);

const MARKER_BASE64 = Buffer.from(POSITION_MARKER).toString('base64');

/**
 * Returns true if the data of a stream record is a marker.
 *
 * @param data the bytes in base64.
 */
export function isPositionMarker(data: string): boolean {
  return data === MARKER_BASE64;
}
