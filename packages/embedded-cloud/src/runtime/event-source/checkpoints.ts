import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** How far one shard has come. */
export interface ShardCheckpoint {
  /** All records up to this one are finished. */
  sequence_number?: string;
  /** The shard is closed and every record of it is finished: its children may be read. */
  drained?: boolean;
}

interface Stored {
  /** Tells a stream from another of the same name that was made later. Epoch ms. */
  stream_created_at: number;
  /** When the mapping first read the stream: where `LATEST` is. Epoch ms. */
  started_at: number;
  shards: Record<string, ShardCheckpoint>;
}

/** An event source mapping's memory across restarts. */
export interface Checkpoints {
  started_at: number;
  of(shard_id: string): ShardCheckpoint;
  /** Remembers at once, writes soon. */
  set(shard_id: string, checkpoint: ShardCheckpoint): void;
  /** Forgets shards that the stream no longer has. */
  keep(shard_ids: string[]): void;
  /** Ends when everything that was set is on the disk. @throws the first error of writing. */
  written(): Promise<void>;
}

/** Opens the memory in a file; one of another stream, or none, makes a new one. */
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
    written: write.done,
  };
}

/** One write at a time, always of the latest content, never half a file. */
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
    async done() {
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
    throw new Error(`The checkpoints in ${path} can't be read; delete the file to start over.`, {
      cause,
    });
  }
}
