import { createApp } from './create-app.ts';
import { settingsFor } from './environment.ts';
import { checkRegion } from './regions.ts';
import type { Settings } from './settings.ts';
import { AuraStreamStack } from './stack.ts';

const app = createApp();
const readContext = (name: string): string | undefined => {
  const value: unknown = app.node.tryGetContext(name);
  return typeof value === 'string' ? value : undefined;
};
/** @throws {Error} if the key is neither `new` nor an ARN. */
const readEncryptionKey = (): Settings['encryption_key'] => {
  const value = readContext('encryptionKey');
  if (value === undefined || value === 'new') return value;
  if (value.startsWith('arn:')) return value as `arn:${string}`;
  throw new Error(`encryptionKey: expected new or the ARN of a KMS key, got ${value}.`);
};
const settings = settingsFor(readContext('environment'));
checkRegion(settings.analysis.analyzer, process.env.CDK_DEFAULT_REGION);

new AuraStreamStack(app, settings.stack_name, {
  ...settings,
  encryption_key: readEncryptionKey() ?? settings.encryption_key,
  api: {
    ...settings.api,
    allowed_cidrs: readContext('allowedCidrs')?.split(',') ?? settings.api.allowed_cidrs,
    cors_origins: readContext('corsOrigins')?.split(',') ?? settings.api.cors_origins,
  },
  alarms: {
    ...settings.alarms,
    emails: readContext('alarmEmails')?.split(',') ?? settings.alarms.emails,
  },
});
app.synth();
