import { aws_cloudwatch as cloudwatch, type aws_sns as sns } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import type { Api } from '../api.ts';
import { addAccountBudget } from './account-budget.ts';
import { apiWatches } from './api-watches.ts';
import { type CountsProps, countsWatches } from './counts-watches.ts';
import { type HistoryProps, historyWatches } from './history-watches.ts';
import { type StoreProps, storeWatches } from './store-watches.ts';
import { analysisWatches, type StreamProps, streamWatches } from './stream-watches.ts';
import { createAlarmTopic } from './topic.ts';
import type { Watch } from './watch.ts';

/**
 * CloudWatch alarms, which all publish to one SNS topic. For each alarm, docs/operations.md
 * describes what the operator can do.
 */
export class Alarms extends Construct {
  readonly topic: sns.Topic;
  readonly alarms: cloudwatch.Alarm[];

  constructor(
    scope: Construct,
    id: string,
    props: StreamProps & StoreProps & CountsProps & HistoryProps & { api: Api },
  ) {
    super(scope, id);
    this.topic = createAlarmTopic(this, props.settings);
    addAccountBudget(this, props.settings, this.topic);
    const watches = {
      ...streamWatches(props),
      ...analysisWatches(props),
      ...storeWatches(props),
      ...countsWatches(props),
      ...historyWatches(props),
      ...apiWatches(props),
    };
    this.alarms = Object.entries(watches).map(([name, watch]) => this.watch(name, watch));
  }

  private watch(name: string, { metric, threshold, periods = 1, missing, meaning }: Watch) {
    const alarm = new cloudwatch.Alarm(this, name, {
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: missing ?? cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: `${meaning} What to do: docs/operations.md, ${name}.`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
    return alarm;
  }
}
