import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { DeliveryStream } from './configuration.ts';
import type { Journal } from './journal.ts';
import { nameTimestamp } from './prefix.ts';
import { randomString } from './random-names.ts';

/** Writes an object to S3 in the name of a role. @throws where it did not get there */
export type PutObject = (
  bucket: string,
  key: string,
  body: Buffer,
  headers: Record<string, string>,
  role_arn: string,
) => Promise<void>;

/** Brings sealed journals to S3, again and again until each is there. */
export interface Delivery {
  add(journal: Journal): void;
  /** Tries everything once, now. @returns how many journals still wait, for a retry or the next start */
  attempt(): Promise<number>;
  /** No retries after this. */
  stop(): void;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 30_000;

export function createDelivery(stream: DeliveryStream, putObject: PutObject): Delivery {
  const waiting = new Set<Journal>();
  let failures = 0;
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;
  let last: Promise<unknown> = Promise.resolve();

  const attemptAll = async () => {
    clearTimeout(retry);
    retry = undefined;
    let failed = false;
    for (const journal of waiting) {
      try {
        await deliver(stream, putObject, journal);
        waiting.delete(journal);
      } catch {
        // Its journal holds it until S3 takes it.
        failed = true;
      }
    }
    failures = failed ? failures + 1 : 0;
    if (failed && !stopped) {
      const delay_ms = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
      retry = setTimeout(() => void attempt(), delay_ms);
      retry.unref();
    }
    return waiting.size;
  };
  const attempt = (): Promise<number> => {
    const turn = last.then(attemptAll);
    last = turn;
    return turn;
  };

  return {
    add(journal) {
      waiting.add(journal);
      // While S3 refuses, new objects wait for the retry as well.
      if (retry === undefined && !stopped) void attempt();
    },
    attempt,
    stop() {
      stopped = true;
      clearTimeout(retry);
    },
  };
}

/** A second try after a put whose answer was lost writes the same key. */
async function deliver(
  stream: DeliveryStream,
  putObject: PutObject,
  journal: Journal,
): Promise<void> {
  const records = await journal.records();
  if (records.length > 0) {
    const delimiter = Buffer.from(stream.delimiter);
    const body = Buffer.concat(records.flatMap((record) => [record, delimiter]));
    const packed = stream.gzip ? await promisify(gzip)(body) : body;
    const headers = { 'content-type': 'application/octet-stream' };
    await putObject(stream.bucket, keyOf(stream, journal), packed, headers, stream.role_arn);
  }
  await journal.remove();
}

/** `<prefix><stream>-<version>-<arrival>-<id><extension>`: the version of a stream never changed is 1. */
function keyOf(
  { name, prefix, file_extension }: DeliveryStream,
  { id, arrived_at }: Journal,
): string {
  const folder = prefix({ arrived_at, random_string: randomString(id) });
  return `${folder}${name}-1-${nameTimestamp(arrived_at)}-${id}${file_extension}`;
}
