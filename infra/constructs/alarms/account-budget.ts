import { aws_budgets as budgets, aws_iam as iam, Stack, type aws_sns as sns } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from '../../settings.ts';

/** Shares of the budget at which AWS Budgets notifies, in percent. */
const NOTIFICATIONS = [
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'ACTUAL', threshold: 100 },
  { notificationType: 'FORECASTED', threshold: 100 },
];

const ABOVE_PERCENTAGE = { comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' };

/**
 * Adds a budget of AWS Budgets that publishes to the topic of the alarms. The budget covers the whole
 * account: calls to Comprehend belong to no resource, so a filter by tag would leave out most of the
 * costs. It stops nothing, and AWS updates costs up to three times a day.
 * Sources: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
 * and https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html
 */
export function addAccountBudget(
  scope: Construct,
  { stack_name, budgets: { account_usd_per_month } }: Settings,
  topic: sns.Topic,
): void {
  if (account_usd_per_month === undefined) return;
  const budget = new budgets.CfnBudget(scope, 'AccountBudget', {
    budget: {
      budgetName: `${stack_name}-account`,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: account_usd_per_month, unit: 'USD' },
    },
    notificationsWithSubscribers: NOTIFICATIONS.map((notification) => ({
      notification: { ...notification, ...ABOVE_PERCENTAGE },
      subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
    })),
  });
  allowBudgets(scope, topic);
  // AWS Budgets refuses a topic to which it may not publish.
  budget.node.addDependency(topic);
}

function allowBudgets(scope: Construct, topic: sns.Topic): void {
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [BUDGETS],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: fromBudgets(scope),
    }),
  );
}

const BUDGETS = new iam.ServicePrincipal('budgets.amazonaws.com');

/** Returns the statement with which AWS Budgets can use the key of the topic. */
export function budgetsKeyStatement(scope: Construct): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [BUDGETS],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: ['*'],
    conditions: fromBudgets(scope),
  });
}

function fromBudgets(scope: Construct) {
  const { partition, account } = Stack.of(scope);
  return {
    StringEquals: { 'aws:SourceAccount': account },
    ArnLike: { 'aws:SourceArn': `arn:${partition}:budgets::${account}:*` },
  };
}
