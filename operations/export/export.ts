import { createHash } from 'node:crypto';
import { EXPORTED_STORES, type ExportedStore, type Selection } from '../../schemas/index.ts';
import type { ExportSources } from './ports.ts';
import { READ_STORES } from './read-stores.ts';

/** The last line of an export. Without it, the export is not whole. */
interface ExportManifest {
  manifest: {
    format: 1;
    exported_at: string;
    /** Number of lines of each store. */
    lines: Record<ExportedStore, number>;
    /** Number of set-asides, failed records and raw objects that do not say whose they are. */
    unreadable: number;
    /** SHA-256 of all lines before this one, with their line feeds. */
    sha256: string;
  };
}

export interface ExportDeps extends ExportSources {
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/**
 * Yields everything that is held on a selection, as lines of JSON with a line feed, and a manifest as the
 * last one: rows of the results table, all their versions in the raw lake, set-asides, and records of
 * failed batches.
 *
 * @throws {ServiceError} if a service fails. The export then has no manifest.
 */
export async function* exportSelection(
  deps: ExportDeps,
  selection: Selection,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const lines = { results_table: 0, lake_raw: 0, set_asides: 0, failures: 0 };
  let unreadable = 0;
  for (const store of EXPORTED_STORES) {
    for await (const step of READ_STORES[store](deps, selection)) {
      unreadable += step.unreadable ?? 0;
      if (step.line === undefined) continue;
      lines[store] += 1;
      const text = `${JSON.stringify(step.line)}\n`;
      void hash.update(text);
      yield text;
    }
  }
  const exported_at = new Date(deps.now()).toISOString();
  const sha256 = hash.digest('hex');
  const manifest = { format: 1 as const, exported_at, lines, unreadable, sha256 };
  yield `${JSON.stringify({ manifest } satisfies ExportManifest)}\n`;
}
