import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import type { Clients } from './clients.ts';

interface StoredObject {
  key: string;
  body: Buffer;
}

/** Reads all objects of a bucket whose keys begin with the prefix. */
export async function readObjects(
  { s3 }: Clients,
  Bucket: string,
  prefix: string,
): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: prefix, ContinuationToken }),
    );
    for (const { Key = '' } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      if (Body === undefined) throw new Error(`Expected the object ${Key} to have a body.`);
      objects.push({ key: Key, body: Buffer.from(await Body.transformToByteArray()) });
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return objects;
}
