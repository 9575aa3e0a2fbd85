import { createHash, type Hash } from 'node:crypto';
import {
  failedEventSchema,
  failureReportSchema,
  type Selection,
  selects,
  setAsideSchema,
} from '../../schemas/index.ts';
import { findSelected } from '../erase/contents.ts';
import type { ErasableObjects, SelectedRows } from '../erase/ports.ts';
import { readPlaced } from '../read-set-aside.ts';
import { type Restorable, type RestoreKey, readRestorables } from '../restore.ts';

/** The stores that an export reads, in the order of its lines. */
const EXPORTED_STORES = ['results_table', 'lake_raw', 'set_asides', 'failures'] as const;
type ExportedStore = (typeof EXPORTED_STORES)[number];

/** A line of an export: something that a store holds on the selection, as the store holds it. */
interface ExportLine {
  store: ExportedStore;
  /** The key of the object that holds it. Absent for rows. */
  key?: string;
  data: unknown;
}

/** The last line of an export. Without it, the export is not whole. */
interface ExportManifest {
  manifest: {
    format: 1;
    exported_at: string;
    /** Number of lines of each store. */
    lines: Record<ExportedStore, number>;
    /** SHA-256 of all lines before this one, with their line feeds. */
    sha256: string;
  };
}

/** The raw objects of the lake. Each method can throw a {@link ServiceError}. */
interface ExportableRaw {
  days(): Promise<string[]>;
  /** Yields the keys of an hour such as `2026/11/27/06`. */
  keys(hour: string): AsyncIterable<string>;
  lines(key: string): AsyncIterable<{ tenant: string; source: string; record_id: string }>;
}

export interface ExportDeps {
  rows: Pick<SelectedRows, 'page'>;
  raw: ExportableRaw;
  set_asides: Pick<ErasableObjects, 'keys' | 'read'>;
  failures: Pick<ErasableObjects, 'keys' | 'read'>;
  restoreKey: RestoreKey;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/**
 * Yields everything that is held on a selection, as lines of JSON with a line feed, and a manifest as the
 * last one: rows of the results table, all their versions in the raw lake, set-asides, and records of
 * failed batches. What is on a stream is not read: it is in one of these stores within seconds.
 *
 * @throws {ServiceError} if a service fails. The export then has no manifest.
 */
export async function* exportSelection(
  deps: ExportDeps,
  selection: Selection,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const lines = { results_table: 0, lake_raw: 0, set_asides: 0, failures: 0 };
  for await (const line of listAll(deps, selection)) {
    lines[line.store] += 1;
    yield writeLine(line, hash);
  }
  const exported_at = new Date(deps.now()).toISOString();
  const manifest = { format: 1 as const, exported_at, lines, sha256: hash.digest('hex') };
  yield `${JSON.stringify({ manifest } satisfies ExportManifest)}\n`;
}

function writeLine(line: ExportLine, hash: Hash): string {
  const text = `${JSON.stringify(line)}\n`;
  void hash.update(text);
  return text;
}

async function* listAll(deps: ExportDeps, selection: Selection): AsyncGenerator<ExportLine> {
  for await (const data of listRows(deps, selection)) yield { store: 'results_table', data };
  yield* listRaw(deps, selection);
  yield* listSetAsides(deps, selection);
  yield* listFailures(deps, selection);
}

async function* listRows({ rows }: ExportDeps, selection: Selection) {
  for (let after: string | undefined; ; ) {
    const page = await rows.page(selection, after);
    yield* page.rows;
    if (page.next === undefined) return;
    after = page.next;
  }
}

async function* listRaw({ raw }: ExportDeps, selection: Selection): AsyncGenerator<ExportLine> {
  for (const day of await raw.days()) {
    for (let hour = 0; hour < 24; hour += 1) {
      const folder = `${day.replaceAll('-', '/')}/${String(hour).padStart(2, '0')}`;
      for await (const key of raw.keys(folder)) {
        for await (const data of raw.lines(key)) {
          if (selects(selection, data)) yield { store: 'lake_raw', key, data };
        }
      }
    }
  }
}

async function* listSetAsides(
  { set_asides }: ExportDeps,
  selection: Selection,
): AsyncGenerator<ExportLine> {
  for (const prefix of ['over-budget/', 'set-asides/', 'unreadable/']) {
    for await (const key of set_asides.keys(prefix)) {
      const text = await set_asides.read(key);
      if (text === undefined) continue;
      const set_aside = setAsideSchema.parse(JSON.parse(text));
      const bytes = Buffer.from(set_aside.data_base64, 'base64');
      for (const one of readPlaced(set_aside, bytes)) {
        if (findSelected(selection, one) === 'selected') {
          yield { store: 'set_asides', key, data: describeContent(one) };
        }
      }
    }
  }
}

async function* listFailures(
  { failures, restoreKey }: ExportDeps,
  selection: Selection,
): AsyncGenerator<ExportLine> {
  for await (const key of failures.keys('aws/lambda/')) {
    const text = await failures.read(key);
    if (text === undefined) continue;
    const { payload } = failureReportSchema.parse(JSON.parse(text));
    const { Records } = failedEventSchema.parse(JSON.parse(payload));
    for (const one of await readRestorables(Records, restoreKey)) {
      if (findSelected(selection, one) === 'selected') {
        yield { store: 'failures', key, data: describeContent(one) };
      }
    }
  }
}

/** Returns a record as the consumer reads it, or its bytes as text. */
function describeContent(one: Restorable): unknown {
  return one.kind === 'record' ? one.record : { bytes: Buffer.from(one.bytes).toString() };
}
