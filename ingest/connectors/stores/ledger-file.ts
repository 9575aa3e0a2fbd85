import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ledgerEntrySchema } from '../../../schemas/ledger-entry.ts';
import type { Ledger, LedgerEntry } from '../ports.ts';
import { readIfPresent, replaceFile } from './whole-file.ts';

export interface LedgerFileDeps {
  path: string;
  /** Time for which an entry is kept after its text was first published. Default 90 days. */
  kept_ms?: number;
  now: () => number;
}

/**
 * Opens a ledger that is kept in memory and in a file of JSON lines, for one process. Opening it
 * rewrites the file without entries that are replaced or too old.
 */
export async function openLedgerFile({
  path,
  kept_ms = 90 * 86_400_000,
  now,
}: LedgerFileDeps): Promise<Ledger> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const entries = new LedgerEntries();
  for (const line of ((await readIfPresent(path)) ?? '').split('\n')) {
    const entry = parseEntry(line);
    if (entry !== undefined && entry.first_at > now() - kept_ms) void entries.add(entry);
  }
  await replaceFile(path, formatLines([...entries.list()]));
  return {
    async note(given) {
      const changed = given.flatMap((entry) => entries.add(entry) ?? []);
      if (changed.length > 0) await appendFile(path, formatLines(changed), { mode: 0o600 });
    },
    find: async (ids) => ids.flatMap((id) => entries.find(id) ?? []),
    async *listByAuthor(author) {
      yield* entries.listByAuthor(author);
    },
    async *listFirstPublished(from, to) {
      const found = [...entries.list()].filter(
        ({ first_at, is_withdrawn }) => !is_withdrawn && first_at >= from && first_at < to,
      );
      yield* found.sort((a, b) => a.first_at - b.first_at);
    },
  };
}

/** A killed process may leave half a line at the end. Its record was not published. */
function parseEntry(line: string): LedgerEntry | undefined {
  try {
    return ledgerEntrySchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function formatLines(entries: LedgerEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

/** The entries in memory, by record and by author. */
class LedgerEntries {
  readonly #entries = new Map<string, LedgerEntry>();
  readonly #ids_by_author = new Map<string, Set<string>>();

  /** Returns the entry as it is now held; undefined if a later version is held. */
  add(entry: LedgerEntry): LedgerEntry | undefined {
    const before = this.#entries.get(entry.record_id);
    if (before !== undefined && before.version > entry.version) return undefined;
    const held = { ...entry, first_at: before?.first_at ?? entry.first_at };
    this.#entries.set(entry.record_id, held);
    if (entry.author !== undefined) {
      const ids = this.#ids_by_author.get(entry.author) ?? new Set();
      this.#ids_by_author.set(entry.author, ids.add(entry.record_id));
    }
    return held;
  }

  find(record_id: string): LedgerEntry | undefined {
    return this.#entries.get(record_id);
  }

  list(): IterableIterator<LedgerEntry> {
    return this.#entries.values();
  }

  listByAuthor(author: string): LedgerEntry[] {
    const ids = this.#ids_by_author.get(author) ?? [];
    return [...ids].flatMap((id) => this.#entries.get(id) ?? []);
  }
}
