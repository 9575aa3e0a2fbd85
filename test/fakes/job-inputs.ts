import { createHash } from 'node:crypto';
import { InputChangedError, type JobInputs } from '../../ingest/submission/ports.ts';

/** Creates an in-memory store of job inputs. */
export function createFakeInputs(objects = new Map<string, Buffer>()) {
  const etagOf = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');
  const inputs: JobInputs = {
    async put(key, body) {
      objects.set(key, Buffer.from(body));
    },
    async delete(key) {
      objects.delete(key);
    },
    async head(key) {
      const bytes = objects.get(key);
      return bytes && { etag: etagOf(bytes), bytes: bytes.length };
    },
    async *read(key, { etag, from }) {
      const bytes = objects.get(key);
      if (bytes === undefined || etagOf(bytes) !== etag) {
        throw new InputChangedError('The input has changed');
      }
      yield bytes.subarray(from);
    },
  };
  return { inputs, objects };
}
