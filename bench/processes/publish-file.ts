import { KinesisClient } from '@aws-sdk/client-kinesis';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher, type RecordInput } from '../../ingest/index.ts';
import { readRecords } from '../../ingest/sources/read-records.ts';
import { answerParent } from './answer.ts';
import { peakRss } from './peak-rss.ts';

/** Puts a file's records on a stream, as `aurastream ingest` does. */
export interface PublishFileQuestion {
  path: string;
  endpoint: string;
}

export interface PublishedFile {
  accepted: number;
  seconds: number;
  peak_rss_bytes: number;
}

answerParent<PublishFileQuestion>(async ({ path, endpoint }): Promise<PublishedFile> => {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const client = new KinesisClient({ endpoint, region: 'us-east-1', credentials });
  const publisher = createPublisher({
    stream: createKinesisStream({ client, stream_name: 'bench' }),
  });
  const started_at = performance.now();
  for await (const { status } of publisher.publishAll(records(path))) {
    if (status !== 'accepted') throw new Error(`A record was ${status}`);
  }
  await publisher.close();
  const seconds = (performance.now() - started_at) / 1_000;
  return { accepted: publisher.stats().accepted, seconds, peak_rss_bytes: peakRss() };
});

async function* records(path: string): AsyncIterable<RecordInput> {
  for await (const item of readRecords({ path })) {
    if (!item.ok) throw new Error(`Line ${item.line} is no record`);
    yield item.record;
  }
}
