import { UnreadableObjectError } from '../../insight/keeper/ports.ts';
import {
  type ExportedStore,
  type ExportPlace,
  failedEventSchema,
  failureReportSchema,
  RAW_PREFIX,
  type Selection,
  selects,
  setAsideSchema,
} from '../../schemas/index.ts';
import { findSelected } from '../erase/contents.ts';
import { readPlaced } from '../read-set-aside.ts';
import { type Restorable, readRestorables } from '../restore.ts';
import type { ExportSources } from './ports.ts';

/** Lines of a raw object after which its place is known, also if none of them is selected. */
const LINES_BETWEEN_PLACES = 1_000;

/** A line of an export: something that a store holds on the selection, as the store holds it. */
interface ExportLine {
  store: ExportedStore;
  /** The key of the object that holds it. Absent for rows. */
  key?: string;
  data: unknown;
}

/**
 * A step of reading: a selected line, the place up to which everything has been read, or something that does
 * not say whose it is. Lines without a place belong to the next one.
 */
export interface ReadStep {
  line?: ExportLine;
  place?: ExportPlace;
  unreadable?: number;
}

type ReadStore = (
  sources: ExportSources,
  selection: Selection,
  after?: ExportPlace,
) => AsyncGenerator<ReadStep>;

/**
 * Reads what each store holds on a selection, from a place on. What is on a stream is not read: it is in one
 * of these stores within seconds. Each may throw a {@link ServiceError}.
 */
export const READ_STORES: Record<ExportedStore, ReadStore> = {
  results_table: readRows,
  lake_raw: readRaw,
  set_asides: readSetAsides,
  failures: readFailures,
};

async function* readRows(
  { rows }: ExportSources,
  selection: Selection,
  after?: ExportPlace,
): AsyncGenerator<ReadStep> {
  for (let next = after?.key; ; ) {
    const page = await rows.page(selection, next);
    for (const data of page.rows) yield { line: { store: 'results_table', data } };
    next = page.next;
    if (next === undefined) return;
    yield { place: { key: next } };
  }
}

async function* readRaw(
  { raw }: ExportSources,
  selection: Selection,
  after?: ExportPlace,
): AsyncGenerator<ReadStep> {
  for (const day of await raw.days()) {
    for (let hour = 0; hour < 24; hour += 1) {
      const folder = `${day.replaceAll('-', '/')}/${String(hour).padStart(2, '0')}`;
      if (isBefore(`${RAW_PREFIX}${folder}/`, after)) continue;
      for await (const key of raw.keys(folder)) {
        const done = findDone(key, after);
        if (done === 'all') continue;
        yield* readRawObject({ raw, key, done }, selection);
      }
    }
  }
}

/** Returns whether a folder comes before the one of a place. */
function isBefore(prefix: string, after: ExportPlace | undefined): boolean {
  return after !== undefined && prefix < after.key && !after.key.startsWith(prefix);
}

/** Returns how many lines of an object have been read. */
function findDone(key: string, after: ExportPlace | undefined): number | 'all' {
  if (after === undefined || key > after.key) return 0;
  return key === after.key ? (after.lines ?? 'all') : 'all';
}

/** Reads an object from a line on. Objects that are rewritten by the keeper keep the order of their lines. */
async function* readRawObject(
  { raw, key, done }: Pick<ExportSources, 'raw'> & { key: string; done: number },
  selection: Selection,
): AsyncGenerator<ReadStep> {
  let lines = 0;
  try {
    for await (const data of raw.lines(key)) {
      lines += 1;
      if (lines <= done) continue;
      const is_selected = selects(selection, data);
      if (is_selected) yield { line: { store: 'lake_raw', key, data } };
      if (is_selected || lines % LINES_BETWEEN_PLACES === 0) yield { place: { key, lines } };
    }
  } catch (error) {
    if (!(error instanceof UnreadableObjectError)) throw error;
    yield { unreadable: 1 };
  }
  yield { place: { key } };
}

async function* readSetAsides(
  { set_asides }: ExportSources,
  selection: Selection,
  after?: ExportPlace,
): AsyncGenerator<ReadStep> {
  for (const prefix of ['over-budget/', 'set-asides/', 'unreadable/']) {
    for await (const key of set_asides.keys(prefix, after?.key)) {
      const text = await set_asides.read(key);
      if (text !== undefined) {
        const set_aside = setAsideSchema.parse(JSON.parse(text));
        const bytes = Buffer.from(set_aside.data_base64, 'base64');
        yield* chooseSelected('set_asides', key, readPlaced(set_aside, bytes), selection);
      }
      yield { place: { key } };
    }
  }
}

async function* readFailures(
  { failures, restoreKey }: ExportSources,
  selection: Selection,
  after?: ExportPlace,
): AsyncGenerator<ReadStep> {
  for await (const key of failures.keys('aws/lambda/', after?.key)) {
    const text = await failures.read(key);
    if (text !== undefined) {
      const { payload } = failureReportSchema.parse(JSON.parse(text));
      const { Records } = failedEventSchema.parse(JSON.parse(payload));
      const contents = await readRestorables(Records, restoreKey);
      yield* chooseSelected('failures', key, contents, selection);
    }
    yield { place: { key } };
  }
}

function* chooseSelected(
  store: ExportedStore,
  key: string,
  contents: Restorable[],
  selection: Selection,
): Generator<ReadStep> {
  for (const one of contents) {
    const found = findSelected(selection, one);
    if (found === 'selected') yield { line: { store, key, data: describeContent(one) } };
    if (found === 'unreadable') yield { unreadable: 1 };
  }
}

/** Returns a record as the consumer reads it, or its bytes as text. */
function describeContent(one: Restorable): unknown {
  return one.kind === 'record' ? one.record : { bytes: Buffer.from(one.bytes).toString() };
}
