import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The position of one shard. */
interface ShardCheckpoint {
  /** All records up to this one are finished. Absent if no record is known to be finished. */
  sequence_number?: string;
  /** The shard is closed and all of its records are finished, so its children may be read. */
  drained?: boolean;
}

interface Stored {
  /** Shows whether a stream was deleted and created again with the same name. Epoch ms. */
  stream_created_at: number;
  /** The time of the mapping's first start, which is what `LATEST` means. Epoch ms. */
  started_at: number;
  shards: Record<string, ShardCheckpoint>;
}

/** The positions of an event source mapping, kept across restarts. */
export interface Checkpoints {
  started_at: number;
  of(shard_id: string): ShardCheckpoint;
  /** Sets the position in memory and writes it in the background. */
  set(shard_id: string, checkpoint: ShardCheckpoint): void;
  /** Removes all shards but these. */
  keep(shard_ids: string[]): void;
  /** Waits until all positions are on the disk. @throws the first error of writing. */
  flush(): Promise<void>;
}

/** Reads the positions from a file. A missing file, or one of another stream, starts without positions. */
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

/** Writes the latest content, one write at a time. The rename keeps the file complete at any moment. */
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
