import type { Emission } from '../emission.ts';
import type { Ledger, LedgerEntry } from '../ports.ts';
import { hashText } from '../record-ids.ts';
import type { BoundSweep, Sighting, SourceContext } from '../source.ts';

/** A text counts as gone if the service lacks it twice, with this time between, in milliseconds. */
const CONFIRM_MS = 3_600_000;
/** A service may answer from a cache, so younger changes are not compared. */
const SETTLE_MS = 600_000;
/** A service that lacks all of so many texts at once has rather a fault. */
const MAX_ALL_GONE = 10;

export interface SweepDeps {
  sweep: BoundSweep;
  ledger: Ledger;
  context: SourceContext;
}

/**
 * Asks the service again for what was published within the window, and yields the edits and deletions
 * that it has not reported. Errors of the service are thrown: only an answer can say that a text is gone.
 */
export async function* sweepLedger(deps: SweepDeps): AsyncGenerator<Emission, void, undefined> {
  const { sweep, ledger, context } = deps;
  const now = context.now();
  let batch: LedgerEntry[] = [];
  for await (const entry of ledger.listFirstPublished(now - sweep.window_ms, now - SETTLE_MS)) {
    if ((entry.event_at ?? entry.first_at) > now - SETTLE_MS) continue;
    batch.push(entry);
    if (batch.length < sweep.batch_size) continue;
    yield* sweepBatch(batch, deps);
    batch = [];
  }
  if (batch.length > 0) yield* sweepBatch(batch, deps);
}

async function* sweepBatch(
  entries: LedgerEntry[],
  { sweep, ledger, context }: SweepDeps,
): AsyncGenerator<Emission, void, undefined> {
  const ids = entries.map(({ record_id }) => record_id);
  const sightings = new Map(
    (await sweep.lookUp(ids, context)).map((sighting) => [sighting.record_id, sighting]),
  );
  const gone = [...sightings.values()].filter(({ record }) => record === undefined);
  if (gone.length >= MAX_ALL_GONE && gone.length === entries.length) {
    context.tell({ kind: 'skipped', reason: 'all_gone' });
    return;
  }
  const now = context.now();
  for (const entry of entries) {
    const sighting = sightings.get(entry.record_id);
    if (sighting === undefined) continue;
    const missed_at = sighting.record === undefined ? (entry.missed_at ?? now) : undefined;
    if (missed_at !== entry.missed_at) await ledger.note([{ ...entry, missed_at }]);
    const emission = compare(entry, sighting, now);
    if (emission !== undefined) yield emission;
  }
}

/** Returns the change that a look has found. It has no version: the ledger chooses one. */
function compare(entry: LedgerEntry, { record }: Sighting, now: number): Emission | undefined {
  const { record_id, missed_at = now, text_hash } = entry;
  if (record === undefined) {
    return now - missed_at >= CONFIRM_MS ? { record: { record_id, deleted: true } } : undefined;
  }
  return hashText(record.text ?? '') === text_hash ? undefined : { record };
}
