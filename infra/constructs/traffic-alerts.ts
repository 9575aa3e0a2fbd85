import { aws_events as events, type aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import type { Alerts } from './alerts.ts';
import { createFunction } from './handler.ts';
import type { Tables } from './tables.ts';

interface TrafficAlertsProps {
  settings: Settings;
  tables: Tables;
  alerts: Alerts;
}

/**
 * Evaluates the alerts on the traffic of sources each minute. EventBridge invokes the function itself: a
 * queue in between would cost more than the function, because Lambda polls an empty queue all the time.
 * A missed run needs no dead letter, because the next run makes up for it.
 */
export class TrafficAlerts extends Construct {
  readonly handler: lambda.Function & { role: iam.Role };

  constructor(scope: Construct, id: string, { settings, tables, alerts }: TrafficAlertsProps) {
    super(scope, id);
    this.handler = createFunction(this, 'Handler', {
      settings,
      entry: 'insight/alerts/traffic/handler.ts',
      description: 'Evaluates the alerts on the traffic of sources',
      ...settings.traffic_alerts,
      environment: {
        ALERTS_TABLE: tables.alerts.tableName,
        COUNTS_TABLE: tables.counts.tableName,
        ALERT_QUEUE_URL: alerts.queue.queueUrl,
        ENVIRONMENT: settings.environment,
      },
      grants: [
        {
          actions: [
            ...['dynamodb:Query', 'dynamodb:GetItem'],
            ...['dynamodb:PutItem', 'dynamodb:UpdateItem'],
          ],
          resources: [tables.alerts.tableArn],
        },
        { actions: ['dynamodb:Query'], resources: [tables.counts.tableArn] },
        { actions: ['sqs:SendMessage'], resources: [alerts.queue.queueArn] },
      ],
    });
    const rule = new events.CfnRule(this, 'Schedule', {
      description: 'Evaluates the alerts on the traffic of sources',
      scheduleExpression: 'rate(1 minute)',
      targets: [{ id: 'evaluate', arn: this.handler.functionArn }],
    });
    void new lambda.CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: this.handler.functionArn,
      principal: 'events.amazonaws.com',
      sourceArn: rule.attrArn,
    });
  }
}
