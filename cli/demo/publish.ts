import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher, type PublishOutcome, type RecordInput } from '../../ingest/index.ts';
import { gatherFirstRecords } from '../../ingest/publisher/gather.ts';
import type { RecordFile } from '../../ingest/sources/read-records.ts';
import { deriveRecordId, type RecordIdentity, recordKey } from '../../schemas/index.ts';
import type { Progress } from '../output/progress.ts';

/** Record on the stream. The ids identify the result or the set-aside that the record becomes. */
export interface Published extends RecordIdentity {
  record_version: number;
  /** If the consumer sets the record aside, the set-aside has this id. */
  position_id: string;
  /** True if the line is not a valid record. The consumer sets such a line aside. */
  bad: boolean;
}

export interface PublishFileOptions {
  file: RecordFile;
  stream_name: string;
  progress: Progress;
  signal: AbortSignal;
}

/** The demo has a cloud of its own, so its run needs no other name. */
const RUN_ID = 'demo';
/** Number of invalid lines that are published. More would show nothing new. */
const MAX_BAD_LINES = 100;

/**
 * Publishes each line of a file. The function publishes the first 100 invalid lines unchanged,
 * because the demo shows that the consumer sets invalid lines aside. It refuses the others, as
 * `ingest` does.
 *
 * @returns the lines that are on the stream, and the number of refused lines.
 * @throws {Error} if the stream did not accept a line.
 */
export async function publishFile(
  options: PublishFileOptions,
): Promise<{ published: Published[]; refused: number }> {
  const { file, stream_name, progress, signal } = options;
  const publisher = createPublisher({
    stream: createKinesisStream({ stream_name }),
    choosePartitionKey: gatherFirstRecords(RUN_ID),
  });
  const published: Published[] = [];
  const good: RecordInput[] = [];
  const bad: Promise<PublishOutcome>[] = [];
  let refused = 0;

  async function* records(): AsyncIterable<RecordInput> {
    for await (const item of file.readRecords()) {
      signal.throwIfAborted();
      if (item.ok) {
        good.push(item.record);
        yield item.record;
      } else if (bad.length >= MAX_BAD_LINES || item.bytes.length === 0) refused += 1;
      else {
        bad.push(publisher.publishBytes(item.bytes, RUN_ID));
      }
      progress.update(`${publisher.stats().accepted} records are on the stream`);
    }
  }

  for await (const outcome of publisher.publishAll(records())) {
    published.push(entry(stream_name, outcome, good.shift()));
  }
  for (const outcome of await Promise.all(bad)) published.push(entry(stream_name, outcome));
  await publisher.close();
  return { published: dropDuplicates(published), refused };
}

function entry(stream_name: string, outcome: PublishOutcome, record?: RecordInput): Published {
  if (outcome.status !== 'accepted') {
    throw new Error(`The stream did not take every record: ${JSON.stringify(outcome)}`);
  }
  const position_id = deriveRecordId({ stream_name, ...outcome });
  return {
    tenant: record?.tenant ?? 'default',
    source: record?.source ?? '',
    record_id: record === undefined ? position_id : outcome.record_id,
    record_version: record?.record_version ?? 0,
    position_id,
    bad: record === undefined,
  };
}

/** Returns one entry for each version of a record. */
function dropDuplicates(published: Published[]): Published[] {
  const by_version = new Map(
    published.map((one) => [`${recordKey(one)}#${one.record_version}`, one]),
  );
  return [...by_version.values()];
}
