import type { Ledger, LedgerEntry } from '../../ingest/connectors/ports.ts';

/** Creates a ledger in memory. It passes the contract suite of ledgers. */
export function createFakeLedger(): Ledger {
  const entries = new Map<string, LedgerEntry>();
  return {
    async note(given) {
      for (const entry of given) {
        const before = entries.get(entry.record_id);
        if (before !== undefined && before.version > entry.version) continue;
        entries.set(entry.record_id, { ...entry, first_at: before?.first_at ?? entry.first_at });
      }
    },
    find: async (ids) => ids.flatMap((id) => entries.get(id) ?? []),
    async *listByAuthor(author) {
      yield* [...entries.values()].filter((entry) => entry.author === author);
    },
    async *listFirstPublished(from, to) {
      const found = [...entries.values()].filter(
        ({ first_at, is_withdrawn }) => !is_withdrawn && first_at >= from && first_at < to,
      );
      yield* found.sort((a, b) => a.first_at - b.first_at);
    },
  };
}
