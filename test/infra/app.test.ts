import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Properties } from '../support/template.ts';

const EMAILS = ['a@example.com', 'b@example.com'];
const ORIGINS = ['https://a.example', 'https://b.example'];
const CIDRS = ['203.0.113.0/24', '198.51.100.7/32'];
const outdir = mkdtempSync(join(tmpdir(), 'aurastream-app-'));

// The synthesis is in a hook, because a hook has more time than a test.
beforeAll(async () => {
  const options = {
    alarmEmails: EMAILS.join(),
    allowedCidrs: CIDRS.join(),
    corsOrigins: ORIGINS.join(),
    environment: 'staging',
  };
  vi.stubEnv('CDK_OUTDIR', outdir);
  vi.stubEnv('CDK_CONTEXT_JSON', JSON.stringify(options));
  // The module synthesizes when it is loaded.
  vi.resetModules();
  await import('../../infra/app.ts');
}, 180_000);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(outdir, { recursive: true, force: true });
});

function readProperties(type: string): Properties[] {
  const text = readFileSync(join(outdir, 'AuraStream-staging.template.json'), 'utf8');
  const resources: { Type: string; Properties: Properties }[] = Object.values(
    JSON.parse(text).Resources,
  );
  return resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
}

it('-c alarmEmails sends the alarms to each address', () => {
  const subscriptions = readProperties('AWS::SNS::Subscription');
  expect(subscriptions.map(({ Endpoint, Protocol }) => [Protocol, Endpoint])).toEqual(
    EMAILS.map((email) => ['email', email]),
  );
  for (const { TopicArn } of subscriptions) expect(TopicArn.Ref).toMatch(/^AlarmsTopic/);
});

it('-c allowedCidrs refuses all addresses outside of its ranges, with or without a key', () => {
  const [api] = readProperties('AWS::ApiGateway::RestApi');
  const invoke = {
    Principal: { AWS: '*' },
    Action: 'execute-api:Invoke',
    Resource: 'execute-api:/*',
  };
  expect(api?.Policy.Statement).toEqual([
    { ...invoke, Effect: 'Allow' },
    { ...invoke, Effect: 'Deny', Condition: { NotIpAddress: { 'aws:SourceIp': CIDRS } } },
  ]);
});

it('-c corsOrigins lets pages of each origin upload, and call the API', () => {
  const rules = readProperties('AWS::S3::Bucket').flatMap(
    ({ CorsConfiguration }) => CorsConfiguration?.CorsRules ?? [],
  );
  expect(rules.map(({ AllowedOrigins }) => AllowedOrigins)).toContainEqual(ORIGINS);
  const environments = readProperties('AWS::Lambda::Function').map(
    ({ Environment }) => Environment.Variables.CORS_ORIGINS,
  );
  expect(environments.filter((value) => value !== undefined)).toEqual([
    // The API, and the function that streams downloads.
    ORIGINS.join(),
    ORIGINS.join(),
  ]);
});

it('-c environment names the stack, which tags its resources with it', () => {
  const manifest = JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8'));
  const { properties } = manifest.artifacts['AuraStream-staging'];
  expect(properties.tags).toEqual({ application: 'aurastream', environment: 'staging' });
});

it('a deployment to a region without the analyzer is refused before anything is deployed', async () => {
  vi.resetModules();
  vi.stubEnv('CDK_DEFAULT_REGION', 'sa-east-1');
  await expect(import('../../infra/app.ts')).rejects.toThrow('sa-east-1 does not have');
  vi.stubEnv('CDK_DEFAULT_REGION', undefined);
});
