import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { CheckpointStore, ConnectorState, Lease } from '../ports.ts';
import { readIfPresent, replaceFile, withFileLock } from './whole-file.ts';

const ENDING = '.checkpoint.json';
const stateSchema = z.object({
  connector: z.string(),
  cursor: z.unknown().optional(),
  at: z.number().optional(),
  saved_at: z.number().optional(),
  is_paused: z.boolean(),
  owner: z.string().optional(),
  until: z.number().optional(),
});

/** Creates a store that keeps each checkpoint in a file of a folder, for one machine. */
export function createCheckpointFiles(folder: string, now: () => number): CheckpointStore {
  const pathOf = (connector: string) => join(folder, `${connector}${ENDING}`);
  const read = async (connector: string): Promise<ConnectorState> => {
    const text = await readIfPresent(pathOf(connector));
    return text === undefined
      ? { connector, is_paused: false }
      : stateSchema.parse(JSON.parse(text));
  };
  /** Replaces the state of a connector by what `change` returns; undefined changes nothing. */
  const update = (
    connector: string,
    change: (state: ConnectorState) => ConnectorState | undefined,
  ) =>
    withFileLock(pathOf(connector), async () => {
      const changed = change(await read(connector));
      if (changed !== undefined) await replaceFile(pathOf(connector), JSON.stringify(changed));
      return changed;
    });
  const isFree = ({ owner, until = 0 }: ConnectorState) => owner === undefined || until <= now();
  return {
    async take(connector, lease) {
      const state = await update(connector, (found) =>
        isFree(found) || found.owner === lease.owner ? { ...found, ...lease } : undefined,
      );
      return state && withoutLease(state);
    },
    async save(connector, lease, mark) {
      const saved = mark && { ...mark, saved_at: now() };
      const state = await update(connector, (found) =>
        holds(found, lease) ? { ...found, ...lease, ...saved } : undefined,
      );
      return state && { is_paused: state.is_paused };
    },
    async release(connector, owner) {
      void (await update(connector, (found) =>
        found.owner === owner ? { connector, ...withoutLease(found) } : undefined,
      ));
    },
    async read(connector) {
      const text = await readIfPresent(pathOf(connector));
      return text === undefined ? undefined : stateSchema.parse(JSON.parse(text));
    },
    async list() {
      const files = await readdir(folder).catch(() => []);
      const names = files.filter((file) => file.endsWith(ENDING)).sort();
      return Promise.all(names.map((file) => read(file.slice(0, -ENDING.length))));
    },
    async setPaused(connector, is_paused) {
      void (await update(connector, (found) => ({ ...found, is_paused })));
    },
    async rewind(connector, cursor) {
      const state = await update(connector, (found) =>
        isFree(found) ? { connector, cursor, is_paused: found.is_paused } : undefined,
      );
      return state !== undefined;
    },
  };
}

/** A process keeps its lease until another one has taken it, even if it is late to extend it. */
function holds(state: ConnectorState, { owner }: Lease): boolean {
  return state.owner === owner;
}

function withoutLease({ cursor, at, saved_at, is_paused }: ConnectorState) {
  return { cursor, at, saved_at, is_paused };
}
