import {
  aws_events as events,
  aws_iam as iam,
  type aws_s3 as s3,
  type aws_sqs as sqs,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Adds the EventBridge rules that send messages to the jobs queue. The first rule sends a message
 * when the input of a job arrives. Every minute, the second rule sends a message that starts the
 * sweep of the jobs.
 */
export function addJobRules(
  scope: Construct,
  { bucket, queue, prefix }: { bucket: s3.Bucket; queue: sqs.Queue; prefix: string },
): void {
  const arrived = new events.CfnRule(scope, 'InputArrived', {
    description: 'The input of a job has arrived',
    eventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [bucket.bucketName] }, object: { key: [{ prefix }] } },
    },
    targets: [{ id: 'jobs', arn: queue.queueArn }],
  });
  const sweep = new events.CfnRule(scope, 'Sweep', {
    description: 'Starts a sweep of the jobs that are due',
    scheduleExpression: 'rate(1 minute)',
    targets: [{ id: 'jobs', arn: queue.queueArn, input: JSON.stringify({ kind: 'sweep' }) }],
  });
  queue.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': [arrived.attrArn, sweep.attrArn] } },
    }),
  );
}
