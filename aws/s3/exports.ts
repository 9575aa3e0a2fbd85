import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ExportStore } from '../../operations/export/ports.ts';
import {
  exportStateKey,
  exportStateSchema,
  exportsErasedKey,
  exportsErasedSchema,
} from '../../schemas/index.ts';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';
import { openBucket } from './bucket.ts';

interface ExportStoreDeps {
  client?: Pick<S3Client, 'send'>;
  /** Name of the bucket with the files. */
  files: string;
  /** Name of the bucket with the states and the requests. */
  states: string;
}

/** Creates the store of the files and states of exports. */
export function createExportStore(deps: ExportStoreDeps): ExportStore {
  const client = deps.client ?? createClient(S3Client);
  const files = openBucket({ client, bucket_name: deps.files });
  const states = openBucket({ client, bucket_name: deps.states });
  return {
    async readState(tenant, export_id) {
      const text = await states.getText(exportStateKey(tenant, export_id));
      return text === undefined ? undefined : exportStateSchema.parse(JSON.parse(text));
    },
    writeState: (tenant, state) =>
      states.put(
        exportStateKey(tenant, state.export_id),
        JSON.stringify(state),
        'application/json',
      ),
    async writePart(Key, Body) {
      const ContentType = 'application/x-ndjson';
      const command = new PutObjectCommand({ Bucket: deps.files, Key, Body, ContentType });
      void (await callService('s3', () => client.send(command)));
    },
    async deleteParts(prefix) {
      for await (const key of files.listKeys(prefix)) await files.delete(key);
    },
    async readErasedAt(tenant) {
      const text = await states.getText(exportsErasedKey(tenant));
      if (text === undefined) return undefined;
      return exportsErasedSchema.parse(JSON.parse(text)).erased_at;
    },
  };
}
