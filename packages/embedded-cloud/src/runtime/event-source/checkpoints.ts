import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { rethrowDiskFull } from '../../full-disk.ts';

/** A mapping's position in one shard. All records up to the position are finished. */
interface ShardCheckpoint {
  /**
   * Sequence number of the last record before the first unfinished record. Absent if no record is
   * known to be finished.
   */
  sequence_number?: string;
  /**
   * Whether the shard is closed and all records of the shard are finished. A mapping reads the
   * children of a shard only after the shard is drained.
   */
  drained?: boolean;
}

interface Stored {
  /**
   * Creation time of the stream, in milliseconds since 1970. If the stream is deleted and created
   * again with the same name, this time changes.
   */
  stream_created_at: number;
  /**
   * Time of the mapping's first start, in milliseconds since 1970. With the starting position
   * `LATEST`, reading starts at this time.
   */
  started_at: number;
  shards: Record<string, ShardCheckpoint>;
}

/**
 * The positions of an event source mapping in its shards. A file stores the positions, so that a
 * restarted mapping continues where the mapping stopped.
 */
export interface Checkpoints {
  started_at: number;
  of(shard_id: string): ShardCheckpoint;
  /**
   * Sets the position of a shard in memory, and writes the position to the file in the background.
   */
  set(shard_id: string, checkpoint: ShardCheckpoint): void;
  /** Removes the positions of all shards except the given shards. */
  keep(shard_ids: string[]): void;
  /**
   * Waits until all positions are written to the disk.
   * @throws the first error that occurred while writing.
   */
  flush(): Promise<void>;
}

/**
 * Reads the positions from a file. If the file is missing or belongs to another stream, no shard
 * has a position.
 */
export async function openCheckpoints(options: {
  path: string;
  stream_created_at: number;
  now: () => number;
}): Promise<Checkpoints> {
  const { path, stream_created_at, now } = options;
  await mkdir(dirname(path), { recursive: true });
  const found = await readStored(path);
  const stored: Stored =
    found?.stream_created_at === stream_created_at
      ? found
      : { stream_created_at, started_at: now(), shards: {} };
  const write = createWriter(path, () => JSON.stringify(stored));
  write.soon();
  return {
    started_at: stored.started_at,
    of: (shard_id) => stored.shards[shard_id] ?? {},
    set(shard_id, checkpoint) {
      stored.shards[shard_id] = checkpoint;
      write.soon();
    },
    keep(shard_ids) {
      for (const shard_id of Object.keys(stored.shards)) {
        if (!shard_ids.includes(shard_id)) delete stored.shards[shard_id];
      }
    },
    flush: write.flush,
  };
}

/**
 * Creates a writer that stores the latest content in a file. Only one write runs at a time. Each
 * write creates a new file and then replaces the old file with the new file, so that the file is
 * always complete.
 */
function createWriter(path: string, content: () => string) {
  let wanted = false;
  let running: Promise<void> | undefined;
  let failed: unknown;
  const run = async () => {
    while (wanted) {
      wanted = false;
      await writeFile(`${path}.new`, content());
      await rename(`${path}.new`, path);
    }
  };
  return {
    soon() {
      wanted = true;
      running ??= run()
        .catch((cause: unknown) => {
          rethrowDiskFull(cause);
          failed ??= cause;
        })
        .finally(() => {
          running = undefined;
        });
    },
    async flush() {
      await running;
      if (failed !== undefined) throw failed;
    },
  };
}

async function readStored(path: string): Promise<Stored | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Stored;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(
      `The checkpoints in ${path} can't be read. Delete the file to read the stream from its start.`,
      {
        cause,
      },
    );
  }
}
