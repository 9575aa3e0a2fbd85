import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eraseCommand } from '../../../cli/commands/erase.ts';
import { exportCommand } from '../../../cli/commands/export.ts';
import { privacyCommand } from '../../../cli/commands/privacy.ts';
import { describeSelector } from '../../../cli/privacy/selector.ts';
import { buildAct } from '../../../operations/privacy/build-act.ts';
import {
  auditActSchema,
  type ErasureReport,
  signExport,
  signReport,
} from '../../../schemas/index.ts';
import { runCommand } from '../../support/cli.ts';

const secrets = mockClient(SecretsManagerClient);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'privacy-'));
});
beforeEach(() => {
  secrets.reset();
  secrets.on(GetSecretValueCommand).resolves({ SecretString: 'secret' });
});
afterAll(() => rm(folder, { recursive: true }));

const REPORT: ErasureReport = {
  format: 1,
  erasure_id: 'erasure_1',
  selector: { tenant: 'acme', author_hmac: 'hmac' },
  requested_at: '2026-11-27T10:00:00.000Z',
  completed_at: '2026-11-27T10:01:00.000Z',
  is_dry_run: false,
  stores: [{ store: 'results_table', what: 'rows', count: 3 }],
  remains: [],
  unreadable: 0,
};

async function verify(content: string) {
  const path = join(folder, 'report.json');
  await writeFile(path, content);
  return runCommand(privacyCommand(), 'verify', path);
}

it('privacy verify accepts a report that the deployment has signed, and no other', async () => {
  const signed = signReport(REPORT, 'secret');
  expect((await verify(JSON.stringify(signed))).stdout).toBe(
    'The report of erasure_1 is unchanged, and signed by this deployment.',
  );
  const foreign = signReport(REPORT, 'another secret');
  expect((await verify(JSON.stringify(foreign))).error?.message).toContain(
    'is not the one that this deployment has signed',
  );
  expect((await verify('{}')).error?.message).toContain('is no report of an erasure');
});

it('privacy verify accepts the report of an export that the deployment has signed, and no changed one', async () => {
  const at = '2026-11-28T10:00:00.000Z';
  const report = {
    ...{ format: 1 as const, export_id: 'export_1', selector: { tenant: 'acme' } },
    ...{ requested_at: at, completed_at: at, unreadable: 0 },
    lines: { results_table: 1, lake_raw: 0, set_asides: 0, failures: 0 },
    parts: [{ number: 1, lines: 1, bytes: 9, sha256: 'a' }],
  };
  const signed = signExport(report, 'secret');
  expect((await verify(JSON.stringify(signed))).stdout).toBe(
    'The report of export_1 is unchanged, and signed by this deployment.',
  );
  const changed = { ...signed, report: { ...report, parts: [] } };
  expect((await verify(JSON.stringify(changed))).error?.message).toContain(
    'The report of export_1',
  );
});

it('privacy report prints each store of the template with its days', async () => {
  const { stdout } = await runCommand(privacyCommand(), 'report');
  expect(stdout).toMatch(/IngestStream +yes +2 +the retention of the stream/);
  const json = await runCommand(privacyCommand(), 'report', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject([{ store: 'IngestStream', days: 2 }]);
});

it('aurastream erase erases nothing without a terminal and without --yes', async () => {
  const { error } = await runCommand(eraseCommand(), '--tenant', 'acme');
  expect(error?.message).toBe('Nothing is erased.\nCount with --dry-run, and confirm with --yes.');
});

it.each([
  [['--record', 'a'], 'source: must be given with record_id'],
  [['--source', 's', '--record', 'a', '--author', 'Ada'], 'record: must be the only one'],
])('erase and export refuse the selection %j with advice', async (words, message) => {
  for (const command of [eraseCommand(), exportCommand()]) {
    const { error } = await runCommand(command, '--tenant', 'acme', ...words);
    expect(error?.message).toContain(message);
    expect(error?.message).toContain('Select with --tenant');
  }
});

it.each([
  [{ tenant: 'acme' }, 'all records of the tenant acme'],
  [{ tenant: 'acme', source: 's' }, 'all records of s of the tenant acme'],
  [{ tenant: 'acme', source: 's', record_id: 'a' }, 'the record a of s of the tenant acme'],
  [{ tenant: 'acme', author: 'Ada' }, 'the records by Ada of the tenant acme'],
  [
    { tenant: 'acme', before: '2026-11-01T00:00:00Z' },
    'the records from before 2026-11-01T00:00:00Z of the tenant acme',
  ],
])('the question names what is erased: %j', (selector, words) => {
  expect(describeSelector(selector)).toBe(words);
});

it('the audit trail gets author and id as persons, of whom it stores only an HMAC, and the rest as it is', () => {
  const by_author = buildAct('erase', { tenant: 'acme', source: 's', author: 'Ada Lovelace' });
  expect(auditActSchema.parse(by_author)).toEqual({
    ...{ act: 'erase', tenant: 'acme', selectors: { source: 's' } },
    persons: { author: 'Ada Lovelace' },
  });
  const before = '2026-11-01T00:00:00.000Z';
  expect(auditActSchema.parse(buildAct('export', { tenant: 'acme', before }))).toEqual({
    ...{ act: 'export', tenant: 'acme', selectors: { before }, persons: {} },
  });
  const by_id = buildAct('export', { tenant: 'acme', source: 's', record_id: 'r1' });
  expect(by_id.persons).toEqual({ record_id: 'r1' });
});
