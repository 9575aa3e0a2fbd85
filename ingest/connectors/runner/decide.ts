import type { AuthorWithdrawal, Emission, SourceRecord } from '../emission.ts';
import type { FilterReason } from '../filter.ts';
import type { Ledger, LedgerEntry } from '../ports.ts';
import { hashText } from '../record-ids.ts';
import type { ConnectorStats } from '../stats.ts';

/** A record to publish, or nothing, and the mark behind it. */
export interface Decision {
  record?: SourceRecord;
  cursor?: unknown;
  at?: number | undefined;
}

export interface DecideDeps {
  findReason: (record: SourceRecord) => FilterReason | undefined;
  ledger: Ledger;
  stats: ConnectorStats;
  now: () => number;
}

const MAX_BATCH = 500;

/**
 * Decides for each emission what is published. A record passes if the filter takes it. A withdrawal
 * passes if the ledger has its record. An edit that the filter no longer takes becomes a withdrawal.
 * The ledger holds a record before it is published.
 */
export async function* decide(
  batches: AsyncIterable<Emission[]>,
  deps: DecideDeps,
): AsyncGenerator<Decision[], void, undefined> {
  for await (const batch of batches) {
    for (const { at } of batch) deps.stats.noteEmission(at);
    for (let start = 0; start < batch.length; ) {
      // The withdrawal of an author concerns the records before it, so they must be in the ledger.
      const found = batch.findIndex((one, i) => i >= start && one.withdraw_author !== undefined);
      const end = found < 0 ? batch.length : found;
      if (end > start) yield await decideRecords(batch.slice(start, end), deps);
      const withdrawal = batch[end];
      if (withdrawal?.withdraw_author !== undefined) {
        yield* withdrawAuthor(withdrawal.withdraw_author, withdrawal, deps);
      }
      start = end + 1;
    }
  }
}

async function decideRecords(emissions: Emission[], deps: DecideDeps): Promise<Decision[]> {
  const { ledger, findReason } = deps;
  const reasons = emissions.map(({ record }) =>
    record === undefined || record.deleted ? undefined : findReason(record),
  );
  const ids = emissions.flatMap((emission, i) =>
    needsEntry(emission, reasons[i]) ? [emission.record.record_id] : [],
  );
  const found = ids.length === 0 ? [] : await ledger.find([...new Set(ids)]);
  const entries = new Map(found.map((entry) => [entry.record_id, entry]));
  const notes = new Map<string, LedgerEntry>();
  const decisions = emissions.map(({ record, cursor, at }, i): Decision => {
    if (record === undefined) return { cursor, at };
    const decided = decideRecord(record, reasons[i], entries.get(record.record_id), deps);
    if (decided === undefined) return { cursor, at };
    const entry = { ...decided.entry, event_at: at };
    for (const map of [entries, notes]) keepHigher(map, entry);
    return { record: decided.record, cursor, at };
  });
  if (notes.size > 0) await ledger.note([...notes.values()]);
  return decisions;
}

/** An event that comes again must not hide a later version. */
function keepHigher(entries: Map<string, LedgerEntry>, entry: LedgerEntry): void {
  const before = entries.get(entry.record_id);
  if (before === undefined || before.version <= entry.version) entries.set(entry.record_id, entry);
}

type WithRecord = Emission & { record: SourceRecord };

/** Returns whether the ledger decides on an emission. */
function needsEntry(emission: Emission, reason: FilterReason | undefined): emission is WithRecord {
  const { record, is_first = false } = emission;
  if (record === undefined) return false;
  if (record.deleted) return true;
  return reason === undefined ? record.record_version === undefined : !is_first;
}

interface Decided {
  record: SourceRecord;
  entry: LedgerEntry;
}

function decideRecord(
  record: SourceRecord,
  reason: FilterReason | undefined,
  entry: LedgerEntry | undefined,
  { stats, now }: DecideDeps,
): Decided | undefined {
  if (record.deleted) {
    if (entry !== undefined) return withdraw(entry, record.record_version, now());
    stats.noteFiltered('withdrawal');
    return undefined;
  }
  if (reason === undefined) return publish(record, entry, now());
  stats.noteFiltered(reason);
  return entry !== undefined && isLaterThan(record, entry)
    ? withdraw(entry, record.record_version, now())
    : undefined;
}

/**
 * Returns whether a record that the filter refuses is later than what was published. It is not if only
 * the filter has changed. The version of a withdrawal comes again after a crash.
 */
function isLaterThan({ record_version, text = '' }: SourceRecord, entry: LedgerEntry): boolean {
  if (record_version === undefined) return entry.is_withdrawn || hashText(text) !== entry.text_hash;
  return record_version > entry.version || (entry.is_withdrawn && record_version === entry.version);
}

function publish(record: SourceRecord, entry: LedgerEntry | undefined, now: number): Decided {
  const { record_id, author, text = '' } = record;
  const text_hash = hashText(text);
  const version = record.record_version ?? chooseVersion(record, text_hash, entry, now);
  return {
    record: { ...record, record_version: version },
    entry: {
      ...{ record_id, author, version, text_hash, is_withdrawn: false },
      first_at: entry?.first_at ?? now,
    },
  };
}

/** Chooses the version of a record whose source has no clock of edits. */
function chooseVersion(
  { created_at }: SourceRecord,
  text_hash: string,
  entry: LedgerEntry | undefined,
  now: number,
): number {
  if (entry === undefined)
    return created_at === undefined ? now : Math.max(0, Date.parse(created_at));
  if (!entry.is_withdrawn && entry.text_hash === text_hash) return entry.version;
  return Math.max(now, entry.version + 1);
}

function withdraw(entry: LedgerEntry, given: number | undefined, now: number): Decided {
  // A withdrawal without a version that comes again after a crash keeps its version.
  const observed = entry.is_withdrawn ? entry.version : Math.max(now, entry.version + 1);
  const version = given ?? observed;
  const { record_id, author, first_at } = entry;
  return {
    record: { record_id, deleted: true, record_version: version },
    entry: { record_id, author, first_at, version, is_withdrawn: true },
  };
}

/** Withdraws what the ledger has of an author. The mark comes with the last withdrawal. */
async function* withdrawAuthor(
  { author, version }: AuthorWithdrawal,
  { cursor, at }: Emission,
  { ledger, now }: DecideDeps,
): AsyncGenerator<Decision[], void, undefined> {
  let decided: Decided[] = [];
  const note = async () => {
    await ledger.note(decided.map(({ entry }) => entry));
    const decisions = decided.map(({ record }): Decision => ({ record }));
    decided = [];
    return decisions;
  };
  for await (const entry of ledger.listByAuthor(author)) {
    if (isBeyond(entry, version, at)) continue;
    const chosen = entry.is_withdrawn ? entry.version : Math.max(version, entry.version + 1);
    const { record, entry: changed } = withdraw(entry, chosen, now());
    decided.push({ record, entry: { ...changed, event_at: at } });
    if (decided.length >= MAX_BATCH) yield await note();
  }
  yield [...(await note()), { cursor, at }];
}

/**
 * Returns whether the withdrawal of an author leaves an entry as it is: one of a later event, which is
 * in the ledger because this event comes again after a crash; or one that was withdrawn before. An entry
 * that an earlier attempt has withdrawn may not have been published.
 */
function isBeyond(entry: LedgerEntry, version: number, at: number | undefined): boolean {
  if (entry.is_withdrawn) return entry.version !== version && entry.event_at !== at;
  return at === undefined || entry.event_at === undefined
    ? entry.version > version
    : entry.event_at > at;
}
