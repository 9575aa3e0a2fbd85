import type { KinesisStreamBatchResponse, KinesisStreamRecord } from 'aws-lambda';
import type { SetAside } from '../../schemas/index.ts';
import { portions } from './claims.ts';
import { decode, type StreamItem } from './decode/decode.ts';
import { keep } from './keep.ts';
import { createPortion, type Ended, type PortionDeps } from './portion.ts';
import type { SetAsides } from './ports.ts';
import { createStart, type Started } from './progress.ts';
import { respond } from './respond.ts';

export type ConsumerDeps = PortionDeps;

/** What became of a batch: `records = results + set_asides + cancelled + failed`, sub-records counted one by one. */
export interface BatchReport {
  response: KinesisStreamBatchResponse;
  records: number;
  results: number;
  set_asides: number;
  /** Those that were left out, their job having been cancelled. */
  cancelled: number;
  failed: number;
  /** How many set-asides by reason, kept or not. */
  reasons: Record<string, number>;
  /** How many failures by stage and code: `lake ServiceUnavailableException`. */
  failures: Record<string, number>;
}

export type Consumer = (records: KinesisStreamRecord[]) => Promise<BatchReport>;

/**
 * A batch of the stream: decode → look at its jobs → fetch texts → analyse → deliver → count → respond. What a service
 * did not do is a failure of its records alone; whatever is thrown is a bug, and fails the batch.
 */
export function createConsumer(deps: ConsumerDeps): Consumer {
  const start = createStart(deps.progress);
  const endPortion = createPortion(deps);
  return async (records) => {
    const { items, set_asides } = decode(records);
    const [{ started, ended }, unreadable] = await Promise.all([
      startAndEnd(items),
      setAside(deps.set_asides, set_asides),
    ]);
    return {
      ...reportOf(records, [ended, unreadable, unstarted(started)]),
      records: items.length + set_asides.length,
      cancelled: started.cancelled,
    };
  };

  async function startAndEnd(items: StreamItem[]): Promise<{ started: Started; ended: Ended }> {
    const started = await start(items);
    const parts: Ended[] = [];
    // One after the other: the memory of one is free before the next has its texts.
    for (const portion of portions(started.items)) {
      parts.push(await endPortion(portion, started.job_of));
    }
    return { started, ended: sumOf(parts) };
  }
}

async function setAside(store: SetAsides, set_asides: SetAside[]): Promise<Ended> {
  const failed = await keep(store, set_asides);
  return {
    results: 0,
    set_asides: set_asides.length - failed.length,
    reasons: set_asides.map(({ reason }) => reason),
    failed,
  };
}

function unstarted({ failed }: Started): Ended {
  return { results: 0, set_asides: 0, reasons: [], failed };
}

function sumOf(parts: Ended[]): Ended {
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    results: sum(parts.map(({ results }) => results)),
    set_asides: sum(parts.map(({ set_asides }) => set_asides)),
    reasons: parts.flatMap(({ reasons }) => reasons),
    failed: parts.flatMap(({ failed }) => failed),
  };
}

function reportOf(
  records: KinesisStreamRecord[],
  parts: Ended[],
): Omit<BatchReport, 'records' | 'cancelled'> {
  const { results, set_asides, reasons, failed } = sumOf(parts);
  return {
    response: respond(
      records.map(({ kinesis }) => kinesis.sequenceNumber),
      failed.map(({ position }) => position),
    ),
    results,
    set_asides,
    failed: failed.length,
    reasons: tally(reasons),
    failures: tally(failed.map(({ stage, code }) => `${stage} ${code}`)),
  };
}

function tally(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
