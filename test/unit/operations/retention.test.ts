import { expect, it } from 'vitest';
import { settings } from '../../../infra/settings.ts';
import { createRemains } from '../../../operations/erase/remains.ts';
import { describeRetention } from '../../../operations/retention/report.ts';
import { readRetentionTemplate } from '../../../operations/retention/template.ts';
import { synthesize } from '../../support/template.ts';

const DAY_SECONDS = 86_400;
const find = (template: unknown, store: string) =>
  describeRetention(template).find((one) => one.store === store);

it('every store of the template is in the report, with its time from the settings', () => {
  const template = synthesize().toJSON();
  const kept = describeRetention(template);
  const { stores } = readRetentionTemplate(template);
  expect(new Set(kept.map(({ store }) => store.split('/')[0]))).toEqual(
    new Set(stores.map(({ name }) => name)),
  );
  const days = Object.fromEntries(kept.map((one) => [one.store, one.days]));
  expect(days).toMatchObject({
    TablesResults: settings.results.ttl_seconds / DAY_SECONDS,
    TablesHistory: settings.lake.raw_days,
    'LakeBucket/results_raw/': settings.lake.raw_days,
    'LakeBucket/delivery-errors/': settings.lake.raw_days,
    'IngestSetAsides/set-asides/': settings.set_asides_days,
    'IngestSetAsides/privacy-requests/': settings.set_asides_days,
    'IngestSetAsides/unreadable/': settings.unreadable_days,
    PrivacyQueue: 1,
    IngestFailures: settings.failures_days,
    'JobsInputs/exports/': settings.privacy_requests.export_days,
    'JobsInputs/inputs/': settings.jobs.deadline_seconds / DAY_SECONDS + 1,
    'JobsInputs/record-lists/': settings.jobs.retention_seconds / DAY_SECONDS,
    IngestStream: settings.stream.retention_hours / 24,
    JobsQueue: 14,
    ApiAccessLog: settings.log_retention_days,
  });
  expect(find(template, 'LakeBucket/results/')).toMatchObject({
    has_texts: true,
    restorable_days: 7,
  });
});

it('the report follows the template: another time is another time, and a store without a rule has none', () => {
  const template = synthesize({ failures_days: 10 }).toJSON();
  expect(find(template, 'IngestFailures')?.days).toBe(10);
  const [id = ''] = Object.entries(template.Resources)
    .filter(([name]) => name.startsWith('IngestFailures'))
    .filter(([, one]) => (one as { Type: string }).Type === 'AWS::S3::Bucket')
    .map(([name]) => name);
  delete template.Resources[id].Properties.LifecycleConfiguration;
  expect(find(template, 'IngestFailures')).toMatchObject({ ended_by: 'nothing' });
  expect(find(template, 'IngestFailures')).not.toHaveProperty('days');
});

it('the report names the days of tenants and sources, in the stores that hold them', () => {
  const retention = { by_tenant: { acme: 30 }, by_source: { 'acme/tickets': 7 } };
  const kept = describeRetention(synthesize({ retention }).toJSON());
  const by_source = { acme: 30, 'acme/tickets': 7 };
  expect(kept.filter((one) => one.by_source).map(({ store }) => store)).toEqual(
    expect.arrayContaining(['TablesResults', 'TablesHistory', 'LakeBucket/results/']),
  );
  expect(kept.filter((one) => one.by_source)).toHaveLength(3);
  expect(kept.find(({ store }) => store === 'TablesResults')).toMatchObject({
    ...{ days: settings.results.ttl_seconds / DAY_SECONDS, by_source },
  });
  expect(describeRetention(synthesize().toJSON()).some((one) => one.by_source)).toBe(false);
});

it('a store whose contents are not described makes the report fail', () => {
  const template = synthesize().toJSON();
  const Diary = { Type: 'AWS::S3::Bucket', Properties: {} };
  const with_more = { ...template, Resources: { ...template.Resources, Diary } };
  expect(() => describeRetention(with_more)).toThrow('Expected a known store, got Diary');
});

it('the report of an erasure says for each kind of copy until when it remains, with how late AWS may be', () => {
  const completed_at = Date.UTC(2026, 10, 27);
  const remains = createRemains(synthesize().toJSON())(completed_at);
  const daysOf = (where: string) => {
    const until = remains.find((one) => one.where.includes(where))?.until ?? '';
    return (Date.parse(until) - completed_at) / (DAY_SECONDS * 1_000);
  };
  expect(daysOf('backups of the results table')).toBe(35 + 2);
  expect(daysOf('files and snapshots')).toBe(1 + 1 + 1 + 7 + 2);
  expect(daysOf('failure bucket')).toBe(14 + 7 + 2);
  expect(daysOf('streams')).toBe(1 + 2);
  expect(daysOf('ids of the erased records')).toBe(90 + 2);
});
