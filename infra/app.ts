import { App } from 'aws-cdk-lib';
import { settings } from './settings.ts';
import { AuraStreamStack } from './stack.ts';

const app = new App({ analyticsReporting: false });
const allowedCidrs: unknown = app.node.tryGetContext('allowedCidrs');
const alarmEmails: unknown = app.node.tryGetContext('alarmEmails');

new AuraStreamStack(app, settings.stack_name, {
  ...settings,
  api: {
    ...settings.api,
    allowed_cidrs:
      typeof allowedCidrs === 'string' ? allowedCidrs.split(',') : settings.api.allowed_cidrs,
  },
  alarms: {
    ...settings.alarms,
    emails: typeof alarmEmails === 'string' ? alarmEmails.split(',') : settings.alarms.emails,
  },
});
app.synth();
