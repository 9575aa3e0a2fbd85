import { createApp } from './create-app.ts';
import { settingsFor } from './environment.ts';
import { checkRegion } from './regions.ts';
import { AuraStreamStack } from './stack.ts';

const app = createApp();
const readContext = (name: string): string | undefined => {
  const value: unknown = app.node.tryGetContext(name);
  return typeof value === 'string' ? value : undefined;
};
const settings = settingsFor(readContext('environment'));
checkRegion(settings.analysis.analyzer, process.env.CDK_DEFAULT_REGION);

new AuraStreamStack(app, settings.stack_name, {
  ...settings,
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
