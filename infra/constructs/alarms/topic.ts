import {
  Annotations,
  aws_iam as iam,
  aws_kms as kms,
  Stack,
  aws_sns as sns,
  aws_sns_subscriptions as subscriptions,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from '../../settings.ts';
import { budgetsKeyStatement } from './account-budget.ts';

/** Id of the warning that no address receives the alarms. */
export const NO_RECEIVER = 'aurastream:alarms-without-receiver';

/**
 * Creates the topic to which the alarms publish. The topic refuses calls without TLS, and only
 * alarms of this account and region may publish to it. addAccountBudget lets AWS Budgets publish too.
 * If all data has a customer-managed key, the topic uses that key.
 */
export function createAlarmTopic(
  scope: Construct,
  { alarms, encryption_key }: Settings,
): sns.Topic {
  const has_own_key = alarms.encrypts_topic && encryption_key === undefined;
  const topic = new sns.Topic(scope, 'Topic', {
    displayName: 'AuraStream alarms',
    enforceSSL: true,
    ...(has_own_key ? { masterKey: createTopicKey(scope) } : {}),
  });
  // The policy of enforceSSL replaces the default policy, which would let the account publish.
  // Source: https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: fromAlarms(scope),
    }),
  );
  if (alarms.emails.length === 0) {
    Annotations.of(topic).addWarningV2(
      NO_RECEIVER,
      'No address receives the alarms. Deploy with -c alarmEmails=you@example.com, or subscribe to AlarmTopicArn.',
    );
  }
  for (const address of alarms.emails) {
    topic.addSubscription(new subscriptions.EmailSubscription(address));
  }
  return topic;
}

/**
 * Creates the key of the topic. CloudWatch cannot use the key `alias/aws/sns`, because nothing can
 * be added to the policy of that key.
 * Source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
function createTopicKey(scope: Construct): kms.Key {
  const key = new kms.Key(scope, 'TopicKey', {
    description: 'Encrypts the alarms of AuraStream',
    enableKeyRotation: true,
  });
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: fromAlarms(scope),
    }),
  );
  key.addToResourcePolicy(budgetsKeyStatement(scope));
  return key;
}

function fromAlarms(scope: Construct) {
  const { partition, region, account } = Stack.of(scope);
  return {
    StringEquals: { 'aws:SourceAccount': account },
    ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` },
  };
}
