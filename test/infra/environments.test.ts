import { expect, it } from 'vitest';
import { settingsFor } from '../../infra/environment.ts';
import { settings } from '../../infra/settings.ts';
import { listDeletions, listResources, synthesize, synthesizeStack } from '../support/template.ts';

it('the default environment has the plain settings', () => {
  expect(settingsFor()).toEqual(settings);
  expect(settingsFor(settings.environment)).toEqual(settings);
});

it('all names that the template gives contain the environment', () => {
  const template = synthesize(settingsFor('eu-test'));
  const namesOf = (type: string, property: string) =>
    Object.values(listResources(template, type)).map((resource) => resource[property]);
  expect(namesOf('AWS::Glue::Database', 'DatabaseInput')).toEqual([{ Name: 'aurastream_eu_test' }]);
  expect(new Set(namesOf('AWS::Glue::Table', 'DatabaseName'))).toEqual(
    new Set(['aurastream_eu_test']),
  );
  expect(namesOf('AWS::Athena::WorkGroup', 'Name')).toEqual(['aurastream-eu-test']);
  expect(namesOf('AWS::ApiGateway::RestApi', 'Name')).toEqual(['AuraStream-eu-test']);
  expect(namesOf('AWS::ApiGateway::UsagePlan', 'UsagePlanName')).toEqual(
    ['Starter', 'Growth', 'Professional', 'Enterprise'].map((tier) => `AuraStream-eu-test ${tier}`),
  );
});

it('the metrics of an environment raise the alarms of that environment only', () => {
  const alarms = listResources(synthesize(settingsFor('eu-test')), 'AWS::CloudWatch::Alarm');
  const own = Object.values(alarms).filter(({ Namespace }) => Namespace === 'AuraStream');
  expect(own).not.toEqual([]);
  for (const { Dimensions } of own) {
    expect(Dimensions).toContainEqual({ Name: 'environment', Value: 'eu-test' });
  }
});

it.each(['', 'a', 'Staging', 'eu_test', '-a', 'a-', '1a', 'a'.repeat(21)])(
  'an environment may not be named %j, because names of resources contain it',
  (name) => {
    expect(() => settingsFor(name)).toThrow('-c environment=staging');
  },
);

it('production refuses to delete the stack and its tables, and keeps what waits on the stream', () => {
  const production = settingsFor('production');
  expect(synthesizeStack(production).terminationProtection).toBe(true);
  const template = synthesize(production);
  const tables = listResources(template, 'AWS::DynamoDB::Table');
  const kept = Object.entries(listDeletions(template, 'AWS::DynamoDB::Table')).filter(
    ([, deletion]) => deletion === 'Retain',
  );
  expect(kept.map(([id]) => [id, tables[id]?.DeletionProtectionEnabled])).toEqual([
    ['TablesResults', true],
    ['TablesCounts', true],
    ['TablesAlerts', true],
    ['TablesKeys', true],
    ['JobsTable', true],
  ]);
  expect(listDeletions(template, 'AWS::Kinesis::Stream')).toEqual({
    IngestStream: 'Retain',
    IngestBulkStream: 'Retain',
  });
});

it('an environment other than production can be deleted with its stream', () => {
  const staging = settingsFor('staging');
  expect(synthesizeStack(staging).terminationProtection).toBe(false);
  expect(listDeletions(synthesize(staging), 'AWS::Kinesis::Stream')).toEqual({
    IngestStream: 'Delete',
    IngestBulkStream: 'Delete',
  });
});

it('production encrypts its alarms with a key of its own', () => {
  const keys = listResources(synthesize(settingsFor('production')), 'AWS::KMS::Key');
  expect(Object.keys(keys)).toEqual(['AlarmsTopicKey']);
});

it('production differs from the default environment in its protection, its docs page, the key of its alarms and the lock of its audit trail only', () => {
  expect(settingsFor('production')).toEqual({
    ...settings,
    environment: 'production',
    stack_name: 'AuraStream-production',
    is_protected: true,
    alarms: { ...settings.alarms, encrypts_topic: true },
    api: { ...settings.api, serves_docs: false },
    audit: { ...settings.audit, object_lock: 'compliance' },
  });
});

it('production does not serve the docs page, and every other environment does', () => {
  expect(settingsFor('production').api.serves_docs).toBe(false);
  expect(settingsFor('staging').api.serves_docs).toBe(true);
});
