import { expect, it } from 'vitest';
import { settings } from '../../infra/settings.ts';
import { listResources, synthesize } from '../support/template.ts';

const fromBudgets = {
  StringEquals: { 'aws:SourceAccount': 'AWS::AccountId' },
  ArnLike: { 'aws:SourceArn': 'arn:AWS::Partition:budgets::AWS::AccountId:*' },
};

it('AWS Budgets notifies the topic of the alarms about the costs of the account', () => {
  const budgets = listResources(synthesize(), 'AWS::Budgets::Budget');
  const notify = (NotificationType: string, Threshold: number) => ({
    Notification: {
      NotificationType,
      Threshold,
      ComparisonOperator: 'GREATER_THAN',
      ThresholdType: 'PERCENTAGE',
    },
    Subscribers: [{ SubscriptionType: 'SNS', Address: 'AlarmsTopic' }],
  });
  expect(budgets).toEqual({
    AlarmsAccountBudget: {
      Budget: {
        BudgetName: 'AuraStream-account',
        BudgetType: 'COST',
        TimeUnit: 'MONTHLY',
        BudgetLimit: { Amount: 5_000, Unit: 'USD' },
      },
      NotificationsWithSubscribers: [
        notify('ACTUAL', 80),
        notify('ACTUAL', 100),
        notify('FORECASTED', 100),
      ],
    },
  });
});

// Source: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
it('AWS Budgets of the account may publish to the topic and use its key', () => {
  const template = synthesize({ alarms: { ...settings.alarms, encrypts_topic: true } });
  const [policy] = Object.values(listResources(template, 'AWS::SNS::TopicPolicy'));
  expect(policy?.PolicyDocument.Statement).toContainEqual({
    Sid: expect.any(String),
    Effect: 'Allow',
    Principal: { Service: 'budgets.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: 'AlarmsTopic',
    Condition: fromBudgets,
  });
  const { AlarmsTopicKey } = listResources(template, 'AWS::KMS::Key');
  expect(AlarmsTopicKey?.KeyPolicy.Statement).toContainEqual({
    Effect: 'Allow',
    Principal: { Service: 'budgets.amazonaws.com' },
    Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    Resource: '*',
    Condition: fromBudgets,
  });
});

it('without the setting there is no budget of the account', () => {
  const template = synthesize({
    budgets: { ...settings.budgets, account_usd_per_month: undefined },
  });
  expect(listResources(template, 'AWS::Budgets::Budget')).toEqual({});
});
