import { type FileHandle, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that contains the records of a buffer. The file is removed when the records are on S3. */
export interface Journal {
  id: string;
  /** Arrival time of the first record, in epoch milliseconds. */
  arrived_at: number;
  /** Total size of the records in bytes, without the length prefixes. */
  bytes: number;
  /** Appends records to the journal. If the method throws, none of the records is appended. */
  append(records: Buffer[]): Promise<void>;
  /** Closes the file, so that no more records can be appended. */
  seal(): Promise<void>;
  readRecords(): Promise<Buffer[]>;
  remove(): Promise<void>;
}

const LENGTH_BYTES = 4;
/** Pattern of a journal's file name, `<arrival in epoch milliseconds>-<id>.journal`. */
const NAME = /^(\d+)-(.+)\.journal$/;

export async function startJournal(
  folder: string,
  id: string,
  arrived_at: number,
): Promise<Journal> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${arrived_at}-${id}.journal`);
  return createJournal(file, id, arrived_at, await open(file, 'a'));
}

/**
 * Finds the journals of an earlier process. The oldest journal comes first. All found journals are
 * sealed.
 */
export async function findJournals(folder: string): Promise<Journal[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const [, arrived_at, id] = NAME.exec(name) ?? [];
      return id === undefined ? [] : [createJournal(join(folder, name), id, Number(arrived_at))];
    })
    .sort((a, b) => a.arrived_at - b.arrived_at);
}

function createJournal(file: string, id: string, arrived_at: number, handle?: FileHandle): Journal {
  let written = 0;
  const journal: Journal = {
    id,
    arrived_at,
    bytes: 0,
    async append(records) {
      const frames = Buffer.concat(records.flatMap((record) => [writeLength(record), record]));
      try {
        await handle!.writeFile(frames);
      } catch (error) {
        await handle!.truncate(written);
        throw error;
      }
      written += frames.length;
      journal.bytes += frames.length - records.length * LENGTH_BYTES;
    },
    seal: async () => handle?.close(),
    readRecords: async () => readFrames(await readFile(file)),
    remove: () => rm(file, { force: true }),
  };
  return journal;
}

function writeLength(record: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(record.length);
  return length;
}

/**
 * Splits the content of a journal into records. Each frame contains the length of a record and the
 * record. An incomplete last frame is ignored, because the process crashed while writing the frame
 * and never acknowledged the put.
 */
function readFrames(frames: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at + LENGTH_BYTES <= frames.length; ) {
    const end = at + LENGTH_BYTES + frames.readUInt32BE(at);
    if (end > frames.length) break;
    records.push(frames.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return records;
}
