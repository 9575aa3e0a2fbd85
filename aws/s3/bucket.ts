import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ServiceError } from '../../schemas/index.ts';
import { createClient } from '../clients.ts';
import { callService, requireField } from '../errors.ts';

export interface BucketDeps {
  client?: Pick<S3Client, 'send'>;
  bucket_name: string;
}

/** Access to the objects of one bucket. Each method may throw a {@link ServiceError}. */
export interface Bucket {
  put(key: string, body: string, content_type: string): Promise<void>;
  /**
   * Returns the content of an object as a string. Returns undefined if the object does not exist.
   */
  getText(key: string): Promise<string | undefined>;
  /** Returns the content of an object. Returns undefined if the object does not exist. */
  getBytes(key: string): Promise<Uint8Array | undefined>;
  /** Returns the bytes of an object as a stream. */
  open(key: string): Promise<Readable>;
  /**
   * Yields the keys that begin with a prefix, in alphabetical order. The function makes the next
   * call only when the caller needs more keys.
   */
  listKeys(prefix: string): AsyncIterable<string>;
  /**
   * Yields the keys that begin with a prefix, in alphabetical order, with the times at which the objects
   * were last written, in epoch milliseconds.
   */
  listObjects(prefix: string): AsyncIterable<{ key: string; written_at: number }>;
  /** Returns the names of the folders under a prefix, without slashes. */
  listFolders(prefix: string): Promise<string[]>;
  delete(key: string): Promise<void>;
}

export function openBucket(deps: BucketDeps): Bucket {
  const client = deps.client ?? createClient(S3Client);
  const Bucket = deps.bucket_name;
  const getBody = async (Key: string) => {
    const command = new GetObjectCommand({ Bucket, Key });
    const { Body } = await callService('s3', () => client.send(command));
    return requireField('s3', 'Body', Body);
  };
  const getIfThere = async <Content>(
    key: string,
    read: (body: Awaited<ReturnType<typeof getBody>>) => Promise<Content>,
  ): Promise<Content | undefined> => {
    try {
      const body = await getBody(key);
      return await callService('s3', () => read(body));
    } catch (cause) {
      if (cause instanceof ServiceError && cause.code === 'NoSuchKey') return undefined;
      throw cause;
    }
  };
  async function* listPages(
    input: Pick<ListObjectsV2CommandInput, 'Prefix' | 'Delimiter'>,
  ): AsyncIterable<ListObjectsV2CommandOutput> {
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket, ...input, ContinuationToken });
      const page: ListObjectsV2CommandOutput = await callService('s3', () => client.send(command));
      yield page;
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }
  return {
    async put(Key, Body, ContentType) {
      const command = new PutObjectCommand({ Bucket, Key, Body, ContentType });
      void (await callService('s3', () => client.send(command)));
    },
    getText: (key) => getIfThere(key, (body) => body.transformToString('utf-8')),
    getBytes: (key) => getIfThere(key, (body) => body.transformToByteArray()),
    open: async (key) => (await getBody(key)) as Readable,
    async *listKeys(Prefix) {
      for await (const { Contents = [] } of listPages({ Prefix })) {
        for (const { Key } of Contents) if (Key !== undefined) yield Key;
      }
    },
    async *listObjects(Prefix) {
      for await (const { Contents = [] } of listPages({ Prefix })) {
        for (const { Key: key, LastModified } of Contents) {
          if (key !== undefined) yield { key, written_at: LastModified?.getTime() ?? 0 };
        }
      }
    },
    async listFolders(Prefix) {
      const folders: string[] = [];
      for await (const { CommonPrefixes = [] } of listPages({ Prefix, Delimiter: '/' })) {
        folders.push(...CommonPrefixes.map((one) => (one.Prefix ?? '').slice(Prefix.length, -1)));
      }
      return folders;
    },
    async delete(Key) {
      void (await callService('s3', () => client.send(new DeleteObjectCommand({ Bucket, Key }))));
    },
  };
}
