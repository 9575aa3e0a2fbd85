import type { ChangeRecord, FindRetention } from '../../schemas/index.ts';
import type { HistoryWriter, RejectedVersion } from './ports.ts';
import { type Replaced, readReplaced } from './replaced.ts';

export interface KeepReport {
  changes: number;
  /** Number of versions that the changes have replaced. */
  versions: number;
  unreadable: number;
  failed_versions: number;
  /** Codes of the errors, each once. */
  error_codes: string[];
  /** The first change whose version is not stored. Lambda delivers it and all later ones again. */
  failed_from?: string | undefined;
}

/**
 * Creates the function that stores the versions that a batch of changes has replaced. If some of
 * them fail, the others are stored all the same, and a redelivery stores them again unchanged.
 */
export function createKeep({
  writer,
  kept_days,
  findRetention,
}: {
  writer: HistoryWriter;
  kept_days: number;
  findRetention?: FindRetention;
}): (changes: ChangeRecord[]) => Promise<KeepReport> {
  return async (changes) => {
    const { replaced, unreadable } = readReplaced(changes, { days: kept_days, findRetention });
    const distinct = dropRepeats(replaced);
    const rejected = await writer.put(distinct.map(({ past }) => past));
    return {
      changes: changes.length,
      versions: distinct.length,
      unreadable,
      failed_versions: rejected.length,
      error_codes: [...new Set(rejected.map(({ code }) => code))],
      failed_from: findFirst(distinct, rejected),
    };
  };
}

/** Lambda may deliver a change twice, also in one batch, and DynamoDB refuses equal keys in a call. */
function dropRepeats(replaced: Replaced[]): Replaced[] {
  const by_key = new Map<string, Replaced>();
  for (const one of replaced) {
    const id = `${one.past.record_key}#${one.past.version.revision}`;
    if (!by_key.has(id)) by_key.set(id, one);
  }
  return [...by_key.values()];
}

/** The changes of a batch are in the order of the shard. */
function findFirst(replaced: Replaced[], rejected: RejectedVersion[]): string | undefined {
  const failed = new Set(rejected.map(({ past }) => past));
  return replaced.find(({ past }) => failed.has(past))?.sequence_number;
}
