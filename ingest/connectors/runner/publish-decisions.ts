import { BoundedQueue } from '../../publisher/bounded-queue.ts';
import type { PublishOutcome } from '../../publisher/outcome.ts';
import { SourceReader } from '../../publisher/source-reader.ts';
import type { SourceRecord } from '../emission.ts';
import { PublishingFailed } from '../errors.ts';
import type { ConnectorEvent, ConnectorStats } from '../stats.ts';
import type { Decision } from './decide.ts';

/** A mark whose records, and all before them, are on the stream or were refused for good. */
export interface SettledMark {
  cursor: unknown;
  at: number | undefined;
}

export interface PublishDeps {
  publish: (record: SourceRecord) => Promise<PublishOutcome>;
  /** Maximum number of records whose outcome is open. While so many are, no decision is taken. */
  max_in_flight: number;
  stats: ConnectorStats;
  tell: (event: ConnectorEvent) => void;
}

/** A decision whose record, if it has one, is being published. */
interface Sent {
  record?: SourceRecord;
  outcome?: Promise<PublishOutcome>;
  cursor?: unknown;
  at?: number | undefined;
}

/**
 * Publishes the records of decisions and yields each mark once all outcomes before it are known, in
 * order. A refused record counts as done, because another attempt would give the same answer.
 *
 * @throws {PublishingFailed} for an outcome that is neither. No later mark is yielded.
 */
export async function* publishDecisions(
  decisions: AsyncIterable<Decision[]>,
  deps: PublishDeps,
): AsyncGenerator<SettledMark, void, undefined> {
  const reader = new SourceReader(decisions);
  const queue = new BoundedQueue<Sent>(deps.max_in_flight);
  void sendAll(reader, queue, deps);
  try {
    for (let sent = await queue.shift(); sent !== undefined; sent = await queue.shift()) {
      if (sent.record !== undefined && sent.outcome !== undefined) {
        noteOutcome(sent.record, await sent.outcome, deps);
      }
      if (sent.cursor !== undefined) yield { cursor: sent.cursor, at: sent.at };
    }
  } finally {
    queue.end();
    await reader.stop();
  }
}

/** The returned promise never rejects, because an error ends the queue. */
async function sendAll(
  reader: SourceReader<Decision[]>,
  queue: BoundedQueue<Sent>,
  { publish }: PublishDeps,
): Promise<void> {
  try {
    for (let next = await reader.read(); next !== undefined; next = await reader.read()) {
      for (const { record, ...mark } of joinMarks(next.item)) {
        if (!(await queue.waitForRoom())) return;
        queue.push(
          record === undefined ? mark : { ...mark, record, outcome: start(publish, record) },
        );
      }
    }
    queue.end();
  } catch (error) {
    queue.end({ error });
  }
}

/** Node.js would report a rejection as unhandled if it came before the consumer awaits the outcome. */
function start(publish: PublishDeps['publish'], record: SourceRecord): Promise<PublishOutcome> {
  const outcome = publish(record);
  outcome.catch(() => undefined);
  return outcome;
}

/** Gives the mark of a decision without a record to the decision before it, so that few entries wait. */
function joinMarks(decisions: Decision[]): Decision[] {
  const joined: Decision[] = [];
  for (const decision of decisions) {
    const last = joined.at(-1);
    if (decision.record !== undefined || last === undefined) joined.push({ ...decision });
    else if (decision.cursor !== undefined) {
      last.cursor = decision.cursor;
      last.at = decision.at ?? last.at;
    }
  }
  return joined;
}

/** @throws {PublishingFailed} if the stream will never accept the record, and the record is not to blame. */
function noteOutcome(
  record: SourceRecord,
  outcome: PublishOutcome,
  { stats, tell }: PublishDeps,
): void {
  if (outcome.status === 'failed') throw new PublishingFailed(outcome.code);
  if (outcome.status === 'refused') {
    const paths = outcome.issues.map(({ path }) => path);
    tell({ kind: 'refused', record_id: record.record_id, paths });
  } else if (record.deleted) stats.counts.withdrawn += 1;
  else stats.counts.published += 1;
}
