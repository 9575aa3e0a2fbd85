import { KinesisClient } from '@aws-sdk/client-kinesis';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher, type RecordInput } from '../../ingest/index.ts';
import { readRecords } from '../../ingest/sources/read-records.ts';
import { answerParent } from './answer.ts';
import { readPeakRss } from './peak-rss.ts';

/** Asks this process to publish a file's records in the same way as `aurastream ingest`. */
export interface PublishFileQuestion {
  path: string;
  endpoint: string;
}

export interface PublishReport {
  accepted: number;
  seconds: number;
  peak_rss_bytes: number;
}

answerParent<PublishFileQuestion>(async ({ path, endpoint }): Promise<PublishReport> => {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const client = new KinesisClient({ endpoint, region: 'us-east-1', credentials });
  const publisher = createPublisher({
    stream: createKinesisStream({ client, stream_name: 'bench' }),
  });
  const started_at = performance.now();
  for await (const { status } of publisher.publishAll(readFileRecords(path))) {
    if (status !== 'accepted')
      throw new Error(`Expected every record to be accepted; one was ${status}`);
  }
  await publisher.close();
  const seconds = (performance.now() - started_at) / 1_000;
  return { accepted: publisher.stats().accepted, seconds, peak_rss_bytes: readPeakRss() };
});

async function* readFileRecords(path: string): AsyncIterable<RecordInput> {
  for await (const item of readRecords({ path })) {
    if (!item.ok) throw new Error(`Line ${item.line} of ${path} is not a valid record`);
    yield item.record;
  }
}
