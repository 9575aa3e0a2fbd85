import { join, resolve } from 'node:path';
import type { CheckpointStore, Ledger } from '../../ingest/connectors/ports.ts';
import { createCheckpointFiles } from '../../ingest/connectors/stores/checkpoint-files.ts';
import { openLedgerFile } from '../../ingest/connectors/stores/ledger-file.ts';

/** Folder of the marks and ledgers, unless the user names another one. */
export const STATE_FOLDER = join('.aurastream', 'connectors');

/** The stores of the connectors that run on this machine. */
export interface ConnectorState {
  checkpoints: CheckpointStore;
  openLedger: (connector: string) => Promise<Ledger>;
}

/** Opens the stores in a folder. It holds no texts and no secrets. */
export function openState(folder: string, now: () => number = Date.now): ConnectorState {
  const path = resolve(folder);
  return {
    checkpoints: createCheckpointFiles(path, now),
    openLedger: (connector) =>
      openLedgerFile({ path: join(path, `${connector}.ledger.jsonl`), now }),
  };
}
