import { EXPORTED_STORES, hashSelector, type PrivacyMessage } from '../../schemas/index.ts';
import { buildSelection } from '../erase/selection.ts';
import {
  ExportErased,
  ExportStopped,
  type RunExportDeps,
  runExport,
} from '../export/run-export.ts';
import type { Slice } from './handle-request.ts';

const DAY_MS = 86_400_000;

export interface ExportSliceDeps extends RunExportDeps {
  /** Days after which the files of an export are deleted. */
  export_days: number;
}

/** Goes on with the export of a message, and begins it if there is none of its id. */
export async function exportSlice(
  deps: ExportSliceDeps,
  { request, selector }: Pick<PrivacyMessage, 'request' | 'selector'>,
): Promise<Slice> {
  const state = await readOrBegin(deps, { request, selector });
  const selection = await buildSelection(selector, Number.MAX_SAFE_INTEGER, deps.restoreKey);
  try {
    const { report } = await runExport(deps, selection, state);
    return { status: 'done', counts: report.lines };
  } catch (error) {
    if (error instanceof ExportStopped) return { status: 'again' };
    if (error instanceof ExportErased) return { status: 'failed', reason: 'erased' };
    throw error;
  }
}

async function readOrBegin(
  { store, restoreKey, now, export_days }: ExportSliceDeps,
  { request, selector }: Pick<PrivacyMessage, 'request' | 'selector'>,
) {
  const { request_id: export_id, tenant, requested_at } = request;
  const known = await store.readState(tenant, export_id);
  if (known !== undefined) return known;
  const begun_at = now();
  const state = {
    ...{ export_id, requested_at, begun_at, expires_at: begun_at + export_days * DAY_MS },
    selector: hashSelector(selector, await restoreKey()),
    step: EXPORTED_STORES[0],
    lines: { results_table: 0, lake_raw: 0, set_asides: 0, failures: 0 },
    ...{ parts: [], unreadable: 0 },
  };
  await store.writeState(tenant, state);
  return state;
}
