import { aws_cloudwatch as cloudwatch, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Api } from '../api.ts';
import type { Lake } from '../lake.ts';
import { analysisRows } from './analysis-rows.ts';
import { apiRows } from './api-rows.ts';
import { resourceRows } from './resource-rows.ts';
import { type StreamRowsProps, streamRows } from './stream-rows.ts';
import { COLUMNS, writeHeading } from './widgets.ts';

export interface DashboardProps extends StreamRowsProps {
  lake: Lake;
  api: Api;
  /** The alarms that publish, with those that need an answer at once first. */
  alarms: cloudwatch.IAlarm[];
}

const HEADING =
  '# AuraStream\nAn alarm that is red has a section in docs/operations.md, "When an alarm goes off". Times are in the time zone of the console.';

/**
 * The dashboard of the pipeline in CloudWatch, for the engineer on call: alarms first, then records from left to
 * right through the pipeline. Create it last, because it shows every function, table and queue of the stack.
 */
export class PipelineDashboard extends Construct {
  readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.dashboard = new cloudwatch.Dashboard(this, 'Pipeline', {
      dashboardName: props.settings.stack_name,
      start: '-PT3H',
      periodOverride: cloudwatch.PeriodOverride.INHERIT,
      widgets: [
        [writeHeading(HEADING, 2)],
        [
          new cloudwatch.AlarmStatusWidget({
            title: 'Alarms',
            alarms: props.alarms,
            sortBy: cloudwatch.AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
            width: COLUMNS,
            height: 6,
          }),
        ],
        ...streamRows(props),
        ...analysisRows(props),
        ...apiRows(props),
        ...resourceRows({ ...props, stack }),
      ],
    });
  }
}
