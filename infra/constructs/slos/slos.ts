import { aws_cloudwatch as cloudwatch, type Duration, type aws_sns as sns } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import { BURN_RATES, type BurnRate } from './burn-rates.ts';
import { listObjectives, type Objective, type SloProps } from './objectives.ts';

/**
 * The alarms on the service level objectives. Each objective has one composite alarm, which publishes to the
 * topic of the alarms. It goes off if the error budget burns in both windows of a burn rate. The alarms of the
 * windows publish nothing by themselves.
 */
export class Slos extends Construct {
  /** The alarms that publish, one for each objective. */
  readonly alarms: cloudwatch.CompositeAlarm[];

  constructor(scope: Construct, id: string, { topic, ...props }: SloProps & { topic: sns.Topic }) {
    super(scope, id);
    this.alarms = listObjectives(props).map((objective) => {
      const alarm = new cloudwatch.CompositeAlarm(this, objective.alarm, {
        alarmRule: cloudwatch.AlarmRule.anyOf(
          ...BURN_RATES.map((rate) => this.watchBoth(objective, rate)),
        ),
        alarmDescription: `${objective.meaning} What to do: docs/operations.md, ${objective.alarm}.`,
      });
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
      return alarm;
    });
  }

  private watchBoth(
    objective: Objective,
    { factor, long, short }: BurnRate,
  ): cloudwatch.IAlarmRule {
    const watch = (length: Duration, is_long: boolean) =>
      new cloudwatch.Alarm(this, `${objective.alarm}In${nameWindow(length)}`, {
        ...objective.condition({ factor, length, is_long }),
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
        alarmDescription: `A window of ${objective.alarm}, which is the alarm that publishes.`,
      });
    return cloudwatch.AlarmRule.allOf(watch(long, true), watch(short, false));
  }
}

/** Names a window, such as `5Minutes` or `1Hours`. */
function nameWindow(length: Duration): string {
  const minutes = length.toMinutes();
  return minutes < 60 ? `${minutes}Minutes` : `${minutes / 60}Hours`;
}
