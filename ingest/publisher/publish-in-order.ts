import type { RecordInput } from '../../schemas/index.ts';
import { BoundedQueue } from './bounded-queue.ts';
import type { PublishOutcome } from './outcome.ts';
import { SourceReader } from './source-reader.ts';

/**
 * A record that the publisher has accepted. An object holds the promise, so that `await` does not wait for the outcome.
 */
export interface Admitted {
  outcome: Promise<PublishOutcome>;
}

/**
 * Reads the source ahead of the consumer. Yields the outcomes in the order of the source, each as soon as it and all
 * before it are known. Stops reading the source while `max_waiting` outcomes are buffered, whether they are known yet
 * or not. Throws an error of the source after the outcomes of the records before it. When the consumer leaves the loop,
 * the source is stopped.
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

/** Never rejects: an error ends the queue. */
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
      // The consumer awaits the outcome later. Without this, an earlier rejection would count as unhandled.
      outcome.catch(() => undefined);
      outcomes.push(outcome);
    }
    outcomes.end();
  } catch (error) {
    outcomes.end({ error });
  }
}
