import { Readable } from 'node:stream';
import yauzl from 'yauzl';
import { DamagedDataError, UnreadableFileError } from '../file-error.ts';
import { type ByteSource, skipBytes } from './byte-source.ts';

/** A zip archive: the names of its files, and a way to open each. */
export interface Archive {
  names: string[];
  /** Opens a file of the archive. `size` is the unpacked size that the archive states. */
  open(name: string): ByteSource;
}

/** Folders and files that operating systems add to archives. */
const NOISE = /\/$|^__MACOSX\/|(^|\/)(\.|Thumbs\.db$|desktop\.ini$)/;

/**
 * Opens a zip archive by its directory, which is at the end of the file.
 *
 * @throws {UnreadableFileError} if the archive is damaged, or comes from standard input.
 */
export async function openArchive(source: ByteSource): Promise<Archive> {
  if (source.size === undefined) {
    throw new UnreadableFileError(
      `${source.name} is a zip archive, and the directory of an archive is at its end.`,
      'Name the file instead of using standard input.',
    );
  }
  const zip = await openZip(source, source.size);
  const entries = await listEntries(zip, source.name);
  return {
    names: [...entries.keys()].filter((name) => !NOISE.test(name)),
    open(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw new Error(`The archive has no file ${name}`);
      return {
        name: source.name,
        size: entry.uncompressedSize,
        open: (from) => skipBytes(readEntry(zip, entry), from),
      };
    },
  };
}

class SourceReader extends yauzl.RandomAccessReader {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const source = this.#source;
    const readBytes = async function* () {
      let left = end - start;
      for await (const chunk of source.open(start)) {
        if (chunk.length >= left) {
          yield chunk.subarray(0, left);
          return;
        }
        left -= chunk.length;
        yield chunk;
      }
    };
    return Readable.from(readBytes(), { objectMode: false });
  }
}

function openZip(source: ByteSource, size: number): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    const options = { lazyEntries: true, autoClose: false };
    yauzl.fromRandomAccessReader(new SourceReader(source), size, options, (error, zip) => {
      if (error) reject(createDamagedError(source.name, error));
      else resolve(zip);
    });
  });
}

/** Maximum number of files of an archive. Archives with more files hold no table. */
const MAX_ENTRIES = 10_000;

function listEntries(zip: yauzl.ZipFile, name: string): Promise<Map<string, yauzl.Entry>> {
  const entries = new Map<string, yauzl.Entry>();
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: yauzl.Entry) => {
      if (entries.size < MAX_ENTRIES) entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.once('end', () => resolve(entries));
    zip.once('error', (error) => reject(createDamagedError(name, error)));
    zip.readEntry();
  });
}

function createDamagedError(name: string, cause: unknown): UnreadableFileError {
  return new UnreadableFileError(
    `${name} begins like a zip archive, but its directory is damaged or cut off.`,
    'Copy or download the file again.',
    { cause },
  );
}

async function* readEntry(zip: yauzl.ZipFile, entry: yauzl.Entry): AsyncIterable<Buffer> {
  try {
    const stream = await new Promise<Readable>((resolve, reject) => {
      zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened)));
    });
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    if ((error as { name?: string }).name === 'ServiceError') throw error;
    const reason = entry.isEncrypted() ? 'is encrypted' : 'is damaged or ends early';
    throw new DamagedDataError(`the zip data ${reason}`, { cause: error });
  }
}
