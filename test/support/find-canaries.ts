import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListBucketsCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { TestCloud } from './cloud.ts';

/**
 * Looks for words in every current store of an embedded cloud: all items of all tables, all objects of all
 * buckets, unpacked, the table `results` and the queues.
 *
 * @returns the places that have a word, with the word.
 */
export async function findInCurrentStores(test: TestCloud, words: string[]): Promise<string[]> {
  const found: string[] = [];
  const look = (place: string, text: string) => {
    for (const word of words) if (text.includes(word)) found.push(`${place}: ${word}`);
  };
  for (const name of await listTables(test)) look(name, await readTable(test, name));
  for (const bucket of await listBuckets(test)) {
    const pages = paginateListObjectsV2({ client: test.clients.s3 }, { Bucket: bucket });
    for await (const { Contents = [] } of pages) {
      for (const { Key = '' } of Contents) {
        // Files of the table results are read by SQL. Replaced rows stay in them until VACUUM.
        if (!Key.startsWith('results/'))
          look(`${bucket}/${Key}`, await readObject(test, bucket, Key));
      }
    }
  }
  const { rows } = await test.query('SELECT text, author, url, attributes FROM results');
  look('results', JSON.stringify(rows));
  look('queues', await readFile(join(test.data_dir, 'sqs/queues.json'), 'utf8').catch(() => ''));
  return found;
}

/** Looks for words in the versions of objects that are not current. */
export async function findInOldVersions(test: TestCloud, words: string[]): Promise<string[]> {
  const folder = join(test.data_dir, 's3/.versions');
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const found: string[] = [];
  for (const name of names) {
    const bytes = await readFile(join(folder, name)).catch(() => Buffer.alloc(0));
    const text = unpack(bytes);
    for (const word of words) if (text.includes(word)) found.push(`${name}: ${word}`);
  }
  return found;
}

async function listTables({ clients }: TestCloud): Promise<string[]> {
  return (await clients.dynamodb.send(new ListTablesCommand())).TableNames ?? [];
}

async function readTable({ clients }: TestCloud, TableName: string): Promise<string> {
  const texts: string[] = [];
  let ExclusiveStartKey: Record<string, never> | undefined;
  do {
    const page = await clients.dynamodb.send(new ScanCommand({ TableName, ExclusiveStartKey }));
    texts.push(JSON.stringify(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey as never;
  } while (ExclusiveStartKey !== undefined);
  return texts.join('\n');
}

async function listBuckets({ clients }: TestCloud): Promise<string[]> {
  const { Buckets = [] } = await clients.s3.send(new ListBucketsCommand());
  return Buckets.map(({ Name = '' }) => Name);
}

async function readObject({ clients }: TestCloud, Bucket: string, Key: string): Promise<string> {
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket, Key }));
  return unpack(Buffer.from((await Body?.transformToByteArray()) ?? []));
}

/** Returns bytes as text: unpacked if they are gzip, and with the base64 in it decoded. */
function unpack(bytes: Buffer): string {
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
  const encoded = text.match(/[A-Za-z0-9+/]{24,}={0,2}/g) ?? [];
  return [text, ...encoded.map((one) => Buffer.from(one, 'base64').toString())].join('\n');
}
