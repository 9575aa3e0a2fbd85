import { type FileHandle, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A buffer's records in a file, written before their put is answered and removed once they are on S3. */
export interface Journal {
  id: string;
  /** Arrival of its first record, epoch ms. */
  arrived_at: number;
  /** Of the records, without the frames. */
  bytes: number;
  /** All of the records, or, where it throws, none of them. */
  append(records: Buffer[]): Promise<void>;
  /** No more records after this. */
  seal(): Promise<void>;
  records(): Promise<Buffer[]>;
  remove(): Promise<void>;
}

const LENGTH_BYTES = 4;
/** The name says all that is not in the records: `<arrival, epoch ms>-<id>.journal`. */
const NAME = /^(\d+)-(.+)\.journal$/;

export async function startJournal(
  folder: string,
  id: string,
  arrived_at: number,
): Promise<Journal> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${arrived_at}-${id}.journal`);
  return journal(file, id, arrived_at, await open(file, 'a'));
}

/** The journals that an earlier process left, oldest first: sealed. */
export async function leftJournals(folder: string): Promise<Journal[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const [, arrived_at, id] = NAME.exec(name) ?? [];
      return id === undefined ? [] : [journal(join(folder, name), id, Number(arrived_at))];
    })
    .sort((a, b) => a.arrived_at - b.arrived_at);
}

function journal(file: string, id: string, arrived_at: number, handle?: FileHandle): Journal {
  let written = 0;
  const self: Journal = {
    id,
    arrived_at,
    bytes: 0,
    async append(records) {
      const frames = Buffer.concat(records.flatMap((record) => [lengthOf(record), record]));
      try {
        await handle!.writeFile(frames);
      } catch (error) {
        await handle!.truncate(written);
        throw error;
      }
      written += frames.length;
      self.bytes += frames.length - records.length * LENGTH_BYTES;
    },
    seal: async () => handle?.close(),
    records: async () => unframed(await readFile(file)),
    remove: () => rm(file, { force: true }),
  };
  return self;
}

function lengthOf(record: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(record.length);
  return length;
}

/** A process that died while writing leaves a torn last frame: its put was never answered. */
function unframed(frames: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at + LENGTH_BYTES <= frames.length; ) {
    const end = at + LENGTH_BYTES + frames.readUInt32BE(at);
    if (end > frames.length) break;
    records.push(frames.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return records;
}
