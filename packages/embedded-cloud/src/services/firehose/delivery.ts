import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { DeliveryStream } from './configuration.ts';
import type { Journal } from './journal.ts';
import { formatNameTimestamp } from './prefix.ts';
import { createRandomString } from './random-names.ts';

/** Writes an object to S3 with the permissions of a role. @throws if the object was not written */
export type PutObject = (
  bucket: string,
  key: string,
  body: Buffer,
  headers: Record<string, string>,
  role_arn: string,
) => Promise<void>;

/**
 * Writes sealed journals to S3. The delivery of a journal is retried until the journal is written.
 */
export interface Delivery {
  add(journal: Journal): void;
  /**
   * Tries to deliver each waiting journal once.
   *
   * @returns the number of journals that are still waiting. These journals are retried later. After
   * `stop`, they are retried when the process starts again.
   */
  attempt(): Promise<number>;
  /** Stops the retries. */
  stop(): void;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 30_000;

export function createDelivery(stream: DeliveryStream, putObject: PutObject): Delivery {
  const waiting = new Set<Journal>();
  let failures = 0;
  let retry: NodeJS.Timeout | undefined;
  let is_stopped = false;
  let last: Promise<unknown> = Promise.resolve();

  const attemptAll = async () => {
    clearTimeout(retry);
    retry = undefined;
    let has_failed = false;
    for (const journal of waiting) {
      try {
        await deliver(stream, putObject, journal);
        waiting.delete(journal);
      } catch {
        // The journal stays in `waiting`, so that its delivery is retried.
        has_failed = true;
      }
    }
    failures = has_failed ? failures + 1 : 0;
    if (has_failed && !is_stopped) {
      const delay_ms = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
      retry = setTimeout(() => void attempt(), delay_ms);
      retry.unref();
    }
    return waiting.size;
  };
  const attempt = (): Promise<number> => {
    const run = last.then(attemptAll);
    last = run;
    return run;
  };

  return {
    add(journal) {
      waiting.add(journal);
      // A new journal is delivered immediately, unless a retry of earlier journals is pending. In
      // that case, the new journal is delivered with the retry.
      if (retry === undefined && !is_stopped) void attempt();
    },
    attempt,
    stop() {
      is_stopped = true;
      clearTimeout(retry);
    },
  };
}

/**
 * Writes the records of a journal to S3. A retry writes to the same key, so that the records are
 * not duplicated if the first put succeeded but its reply was lost.
 */
async function deliver(
  stream: DeliveryStream,
  putObject: PutObject,
  journal: Journal,
): Promise<void> {
  const records = await journal.readRecords();
  if (records.length > 0) {
    const delimiter = Buffer.from(stream.delimiter);
    const body = Buffer.concat(records.flatMap((record) => [record, delimiter]));
    const packed = stream.gzip ? await promisify(gzip)(body) : body;
    const headers = { 'content-type': 'application/octet-stream' };
    await putObject(stream.bucket, buildKey(stream, journal), packed, headers, stream.role_arn);
  }
  await journal.remove();
}

/**
 * Builds a key of the form `<prefix><stream>-<version>-<arrival>-<id><extension>`. The version is
 * always 1, because a delivery stream is never updated.
 */
function buildKey(
  { name, prefix, file_extension }: DeliveryStream,
  { id, arrived_at }: Journal,
): string {
  const folder = prefix({ arrived_at, random_string: createRandomString(id) });
  return `${folder}${name}-1-${formatNameTimestamp(arrived_at)}-${id}${file_extension}`;
}
