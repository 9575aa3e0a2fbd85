import { hash } from 'node:crypto';
import {
  EXPORTED_STORES,
  type ExportedStore,
  type ExportPlace,
  type ExportState,
  exportPartKey,
  exportPrefix,
  type Selection,
  type SignedExport,
  signExport,
} from '../../schemas/index.ts';
import type { ExportSources, ExportStore } from './ports.ts';
import { READ_STORES, type ReadStep } from './read-stores.ts';

/** Size at which a part ends, in bytes. A page of rows or an object may make it some megabytes larger. */
const PART_BYTES = 32 * 1_048_576;
/** Time after which a part ends, in milliseconds, so that a crash repeats no more than this. */
const PART_MS = 60_000;

export interface RunExportDeps extends ExportSources {
  store: ExportStore;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
  /** Ends the run with a part. The next run goes on there. */
  isTimeUp: () => boolean;
  /** Size at which a part ends, in bytes. */
  part_bytes?: number;
}

/** The error for an export that has stopped before its end. Another run of it goes on. */
export class ExportStopped extends Error {
  override name = 'ExportStopped';
}

/** The error for an export whose files an erasure has deleted, with all others of the tenant. */
export class ExportErased extends Error {
  override name = 'ExportErased';
}

/** Lines that were read and are in no part yet. */
interface Pending {
  texts: string[];
  bytes: number;
  lines: Record<ExportedStore, number>;
  unreadable: number;
}

/**
 * Writes what is held on a selection to numbered files, from the place at which the export is. A part is
 * written before the state that names it. So a crash leaves at most a file that no state names, and the next
 * run writes the same lines again.
 *
 * @returns the signed report.
 * @throws {ExportStopped} if the time is up. The next run goes on.
 * @throws {ExportErased} if an erasure of the tenant has deleted the files. The export cannot go on.
 * @throws {ServiceError} if a service fails. The next run goes on.
 */
export async function runExport(
  deps: RunExportDeps,
  selection: Selection,
  state: ExportState,
): Promise<SignedExport> {
  if (state.signed !== undefined) return state.signed;
  await refuseErased(deps, state);
  let pending = createPending();
  let saved_at = deps.now();
  const save = async () => {
    await writePart(deps, state, pending);
    if (state.step === 'done') {
      state.signed = signExport(buildReport(deps, state), await deps.restoreKey());
    }
    await deps.store.writeState(state.selector.tenant, state);
    pending = createPending();
    saved_at = deps.now();
  };
  const reach = async (step: ExportState['step'], after?: ExportPlace) => {
    Object.assign(state, { step, after });
    const is_full = pending.bytes >= (deps.part_bytes ?? PART_BYTES);
    const is_up = step !== 'done' && deps.isTimeUp();
    if (is_full || is_up || step === 'done' || deps.now() - saved_at >= PART_MS) await save();
    if (is_up) throw new ExportStopped('The time of this run is up');
  };
  for (const store of EXPORTED_STORES.slice(EXPORTED_STORES.indexOf(state.step as ExportedStore))) {
    for await (const read of READ_STORES[store](deps, selection, state.after)) {
      addRead(pending, read);
      if (read.place !== undefined) await reach(store, read.place);
    }
    await reach(EXPORTED_STORES[EXPORTED_STORES.indexOf(store) + 1] ?? 'done');
  }
  if (state.signed === undefined) throw new Error('Expected the last step to sign the report');
  return state.signed;
}

function createPending(): Pending {
  const lines = { results_table: 0, lake_raw: 0, set_asides: 0, failures: 0 };
  return { texts: [], bytes: 0, lines, unreadable: 0 };
}

function addRead(pending: Pending, { line, unreadable = 0 }: ReadStep): void {
  pending.unreadable += unreadable;
  if (line === undefined) return;
  const text = `${JSON.stringify(line)}\n`;
  pending.texts.push(text);
  pending.bytes += Buffer.byteLength(text);
  pending.lines[line.store] += 1;
}

/** Writes the lines as the next part, and adds it to the state. Without lines there is no part. */
async function writePart(
  deps: Pick<RunExportDeps, 'store'>,
  state: ExportState,
  { texts, lines, unreadable }: Pending,
): Promise<void> {
  state.unreadable += unreadable;
  for (const store of EXPORTED_STORES) state.lines[store] += lines[store];
  if (texts.length === 0) return;
  const body = Buffer.from(texts.join(''));
  const part = {
    number: state.parts.length + 1,
    ...{ lines: texts.length, bytes: body.length, sha256: hash('sha256', body, 'hex') },
  };
  const { tenant } = state.selector;
  await deps.store.writePart(exportPartKey({ tenant, export_id: state.export_id }, part), body);
  // An erasure marks the tenant before it lists the files. So it has found this one, or the mark is there.
  await refuseErased(deps, state);
  state.parts.push(part);
}

/**
 * Deletes the files of an export that had begun before an erasure deleted those of its tenant. They could hold
 * what the erasure has erased since.
 *
 * @throws {ExportErased} if there was such an erasure.
 */
async function refuseErased(
  { store }: Pick<RunExportDeps, 'store'>,
  { export_id, begun_at, selector }: ExportState,
): Promise<void> {
  const erased_at = await store.readErasedAt(selector.tenant);
  if (erased_at === undefined || erased_at < begun_at) return;
  await store.deleteParts(exportPrefix(selector.tenant, export_id));
  throw new ExportErased('An erasure has deleted the files of all exports of the tenant');
}

function buildReport(
  { now }: Pick<RunExportDeps, 'now'>,
  { export_id, selector, requested_at, lines, parts, unreadable }: ExportState,
) {
  const completed_at = new Date(now()).toISOString();
  return {
    format: 1 as const,
    ...{ export_id, selector, requested_at, completed_at },
    ...{ lines, parts, unreadable },
  };
}
