import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientConfig, createS3, serveService } from '@aurastream/embedded-cloud/testing';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { createDownloadSigner } from '../../aws/s3/download-signer.ts';
import { createExportStore } from '../../aws/s3/exports.ts';
import { createPrivacyRequests } from '../../aws/s3/privacy-requests.ts';
import {
  type ExportState,
  exportPartKey,
  exportPrefix,
  exportsErasedKey,
} from '../../schemas/index.ts';

// The adapters of exports on the embedded S3, which refuses what AWS refuses.

const ID = `export_${'0'.repeat(32)}`;
let dir: string;
let client: S3Client;
let close: () => Promise<void>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'export-s3-'));
  const emulated = createS3({ dataDir: dir, now: Date.now });
  const served = await serveService(emulated);
  close = served.close;
  client = new S3Client({ ...clientConfig(served.endpoint), forcePathStyle: true });
  for (const name of ['files', 'states']) await emulated.createBucket(name);
});
afterAll(async () => {
  client.destroy();
  await close();
  await rm(dir, { recursive: true });
});

const STATE: ExportState = {
  ...{ export_id: ID, selector: { tenant: 'acme' }, requested_at: '2026-11-28T00:00:00.000Z' },
  ...{ begun_at: 1, expires_at: 2, step: 'lake_raw', after: { key: 'k', lines: 3 } },
  lines: { results_table: 1, lake_raw: 0, set_asides: 0, failures: 0 },
  ...{ parts: [], unreadable: 0 },
};

it('the function and the API find the same state of an export under its tenant, and another tenant finds none', async () => {
  const store = createExportStore({ client, files: 'files', states: 'states' });
  const api = createPrivacyRequests({ client, bucket_name: 'states' }, 'files');
  expect(await store.readState('acme', ID)).toBeUndefined();
  await store.writeState('acme', STATE);
  expect(await store.readState('acme', ID)).toEqual(STATE);
  expect(await api.readExport('acme', ID)).toEqual(STATE);
  expect(await api.readExport('globex', ID)).toBeUndefined();
  const request = {
    ...{ request_id: ID, kind: 'export' as const, tenant: 'acme', dry_run: false },
    requested_at: STATE.requested_at,
  };
  await api.put(request);
  expect(await api.get('acme', ID)).toEqual(request);
  expect(await api.get('globex', ID)).toBeUndefined();
});

it('a file of an export is lines of JSON under its key, and all files of the export are deleted by their prefix', async () => {
  const store = createExportStore({ client, files: 'files', states: 'states' });
  const keys = [ID, `${ID}1`].map((export_id) =>
    exportPartKey({ tenant: 'acme', export_id }, { number: 1, sha256: 'a'.repeat(64) }),
  );
  for (const key of keys) await store.writePart(key, Buffer.from('{}\n'));
  const head = await client.send(new HeadObjectCommand({ Bucket: 'files', Key: keys[0] }));
  expect([head.ContentType, head.ContentLength]).toEqual(['application/x-ndjson', 3]);
  await store.deleteParts(exportPrefix('acme', ID));
  const read = (Key?: string) => client.send(new GetObjectCommand({ Bucket: 'files', Key }));
  await expect(read(keys[0])).rejects.toThrow('does not exist');
  expect(await (await read(keys[1])).Body?.transformToString()).toBe('{}\n');
});

it('the time at which an erasure has deleted the exports of a tenant is read from its mark', async () => {
  const store = createExportStore({ client, files: 'files', states: 'states' });
  expect(await store.readErasedAt('acme')).toBeUndefined();
  const marks = createExportStore({ client, files: 'states', states: 'states' });
  await marks.writePart(exportsErasedKey('acme'), Buffer.from('{"erased_at":7}'));
  expect(await store.readErasedAt('acme')).toBe(7);
  expect(await store.readErasedAt('globex')).toBeUndefined();
});

it('a file of an export has a URL that is valid for 15 minutes, or until the session that signed it ends', async () => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ENDPOINT_URL', '');
  const sts = mockClient(STSClient);
  // The next test files of the worker share the class.
  onTestFinished(() => sts.restore());
  const now = Date.parse('2026-11-28T10:00:00.500Z');
  const session = (minutes: number) =>
    sts.on(AssumeRoleCommand).resolves({
      Credentials: {
        ...{ AccessKeyId: 'ASIA', SecretAccessKey: 's', SessionToken: 't' },
        Expiration: new Date(now + minutes * 60_000),
      },
    });
  const sign = createDownloadSigner({ bucket_name: 'files', role_arn: 'role', now: () => now });
  session(60);
  const { urls, expires_at } = await sign(['exports/acme/1', 'exports/acme/2']);
  expect(urls.map((url) => new URL(url).pathname)).toEqual(['/exports/acme/1', '/exports/acme/2']);
  for (const url of urls) {
    const { searchParams } = new URL(url);
    expect(searchParams.get('X-Amz-Expires')).toBe('900');
    expect(searchParams.get('X-Amz-SignedHeaders')).toBe('host');
  }
  expect(expires_at).toBe('2026-11-28T10:15:00.000Z');
  session(5);
  expect((await sign(['exports/acme/1'])).expires_at).toBe('2026-11-28T10:05:00.500Z');
  const [call] = sts.commandCalls(AssumeRoleCommand);
  expect(call?.args[0].input).toMatchObject({ RoleArn: 'role', DurationSeconds: 900 });
  vi.unstubAllEnvs();
});
