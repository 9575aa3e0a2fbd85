import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Error } from './errors.ts';

/** A multipart upload that is not complete yet. */
interface Upload {
  bucket: string;
  key: string;
  /** Headers that the completed object will have. The headers come from CreateMultipartUpload. */
  headers: Record<string, string>;
}

export interface Part {
  number: number;
  etag: string;
  bytes: number;
}

/**
 * Stores multipart uploads as files below `<root>/.uploads/<upload id>/`. The uploads survive a
 * restart of the embedded cloud.
 */
export interface Uploads {
  create(upload: Upload): Promise<string>;
  /**
   * Finds an upload.
   *
   * @throws {S3Error} NoSuchUpload if the upload does not exist or belongs to another bucket or key
   */
  find(id: string, bucket: string, key: string): Promise<Upload>;
  addPart(id: string, number: number, etag: string, body: Buffer): Promise<void>;
  listParts(id: string): Promise<Map<number, Part>>;
  /** Reads the bytes of the given parts, one part after the other. */
  read(id: string, parts: Part[]): AsyncIterable<Buffer>;
  remove(id: string): Promise<void>;
}

export function createUploads(root: string): Uploads {
  const folder = (id: string) => join(root, '.uploads', id);
  const partFile = (id: string, { number, etag }: Omit<Part, 'bytes'>) =>
    join(folder(id), `part-${number}-${etag}`);

  const listParts: Uploads['listParts'] = async (id) => {
    const found = new Map<number, Part>();
    for (const name of await readdir(folder(id))) {
      const [, number, etag] = /^part-(\d+)-([0-9a-f]{32})$/.exec(name) ?? [];
      if (number === undefined || etag === undefined) continue;
      const { size } = await stat(join(folder(id), name));
      found.set(Number(number), { number: Number(number), etag, bytes: size });
    }
    return found;
  };

  return {
    async create(upload) {
      const id = randomBytes(16).toString('hex');
      await mkdir(folder(id), { recursive: true });
      await writeFile(join(folder(id), 'upload.json'), JSON.stringify(upload));
      return id;
    },
    async find(id, bucket, key) {
      // Only ids of 32 hexadecimal digits are accepted, because the id becomes part of a file path.
      if (!/^[0-9a-f]{32}$/.test(id)) throw new S3Error('NoSuchUpload');
      const text = await readFile(join(folder(id), 'upload.json'), 'utf8').catch(() => {
        throw new S3Error('NoSuchUpload');
      });
      const upload = JSON.parse(text) as Upload;
      if (upload.bucket !== bucket || upload.key !== key) throw new S3Error('NoSuchUpload');
      return upload;
    },
    async addPart(id, number, etag, body) {
      const temporary = join(folder(id), `.${number}-${randomBytes(8).toString('hex')}`);
      await writeFile(temporary, body);
      const earlier = (await listParts(id)).get(number);
      await rename(temporary, partFile(id, { number, etag }));
      if (earlier !== undefined && earlier.etag !== etag)
        await rm(partFile(id, earlier), { force: true });
    },
    listParts,
    async *read(id, list) {
      for (const part of list) yield* createReadStream(partFile(id, part)) as AsyncIterable<Buffer>;
    },
    async remove(id) {
      await rm(folder(id), { recursive: true, force: true });
    },
  };
}
