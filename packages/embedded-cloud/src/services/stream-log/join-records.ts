import type { JsonObject } from '../../gateway/json-protocol.ts';
import type { LogRecord } from './types.ts';

/**
 * Builds the JSON of records, whose contents are in JSON already, and of other fields. Writing the
 * contents into one buffer takes an eighth of the time that joining them to a string takes.
 */
export function joinRecords(records: LogRecord[], rest: JsonObject): Buffer {
  const start = '{"Records":[';
  const fields = JSON.stringify(rest).slice(1);
  const end = fields === '}' ? ']}' : `],${fields}`;
  let size = start.length + Buffer.byteLength(end);
  for (const { content } of records) size += Buffer.byteLength(content) + 1;
  const body = Buffer.allocUnsafe(size);
  let at = body.write(start);
  let separator = '';
  for (const { content } of records) {
    at += body.write(separator, at);
    at += body.write(content, at);
    separator = ',';
  }
  return body.subarray(0, at + body.write(end, at));
}
