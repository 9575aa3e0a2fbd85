import type { RecordInput } from '../../schemas/index.ts';
import { BoundedQueue } from './bounded-queue.ts';
import type { PublishOutcome } from './outcome.ts';
import { SourceReader } from './source-reader.ts';

/**
 * A record that the publisher has admitted. The promise of the outcome is wrapped in an object.
 * Without the object, `await` on the admission would also wait for the outcome.
 */
export interface Admitted {
  outcome: Promise<PublishOutcome>;
}

/**
 * Publishes all records of a source and yields the outcomes in the order of the source. Yields an
 * outcome as soon as the outcome and all earlier outcomes are known. Reads the source ahead of the
 * consumer, but stops reading while `max_waiting` outcomes are buffered. Outcomes that are not
 * known yet count as buffered too. If the source throws an error, the generator first yields the
 * outcomes of the earlier records and then throws the error. When the consumer leaves the loop, the
 * generator stops the source.
 */
export async function* publishInOrder(
  source: AsyncIterable<RecordInput> | Iterable<RecordInput>,
  admit: (record: RecordInput) => Promise<Admitted>,
  max_waiting: number,
): AsyncGenerator<PublishOutcome, void, undefined> {
  const reader = new SourceReader(source);
  const outcomes = new BoundedQueue<Promise<PublishOutcome>>(max_waiting);
  void admitAll(reader, admit, outcomes);
  try {
    for (let next = await outcomes.shift(); next !== undefined; next = await outcomes.shift()) {
      yield await next;
    }
  } finally {
    outcomes.end();
    await reader.stop();
  }
}

/**
 * Admits the records of the source one after the other. The returned promise never rejects, because
 * an error ends the queue, and the consumer gets the error from the queue.
 */
async function admitAll(
  reader: SourceReader<RecordInput>,
  admit: (record: RecordInput) => Promise<Admitted>,
  outcomes: BoundedQueue<Promise<PublishOutcome>>,
): Promise<void> {
  try {
    while (await outcomes.waitForRoom()) {
      const next = await reader.read();
      if (next === undefined) break;
      const { outcome } = await admit(next.item);
      // The consumer awaits the outcome later. Without this handler, Node.js would report an
      // earlier rejection as unhandled.
      outcome.catch(() => undefined);
      outcomes.push(outcome);
    }
    outcomes.end();
  } catch (error) {
    outcomes.end({ error });
  }
}
