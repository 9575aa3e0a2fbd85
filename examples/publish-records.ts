/**
 * Publishes records to the stream and prints the outcome of each record.
 *
 *     STREAM_NAME=… npx tsx examples/publish-records.ts
 */
import { createPublisher, type RecordInput } from 'aurastream/ingest';
import { createKinesisStream } from 'aurastream/kinesis';

const { STREAM_NAME } = process.env;
if (STREAM_NAME === undefined) throw new Error('STREAM_NAME: set it to the output StreamName.');

/**
 * The records to publish. The source of the records can be any iterable, for example an array, the
 * lines of a file, a database cursor or a queue.
 */
const records: RecordInput[] = [
  { record_id: 'review-1', source: 'reviews', text: 'I love my cat' },
  { record_id: 'review-2', source: 'reviews', text: 'The lid broke after one day', author: 'Ada' },
  // The publisher refuses this record, because the record has no text. The other records are still
  // published.
  { record_id: 'review-3', source: 'reviews', text: '' },
];

const publisher = createPublisher({ stream: createKinesisStream({ stream_name: STREAM_NAME }) });
let index = 0;
// The publisher yields the outcomes in the order of the records.
for await (const outcome of publisher.publishAll(records)) {
  const name = records[index++]?.record_id;
  switch (outcome.status) {
    case 'accepted':
      console.log(`${name} accepted by ${outcome.shard_id}`);
      break;
    case 'refused':
      for (const { path, message } of outcome.issues) {
        console.log(`${name} refused: ${path} ${message}`);
      }
      break;
    case 'failed':
      console.log(`${name} failed with ${outcome.code}: publish it again later`);
  }
}
await publisher.close();
