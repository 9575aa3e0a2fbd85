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
  const dead_letters = queue.deadLetterQueue?.queue;
  if (dead_letters === undefined) throw new Error('The queue has no dead-letter queue');
  const target = {
    id: 'jobs',
    arn: queue.queueArn,
    // Events that EventBridge cannot deliver within a day. The alarm SubmissionsFail watches them.
    deadLetterConfig: { arn: dead_letters.queueArn },
  };
  const arrived = new events.CfnRule(scope, 'InputArrived', {
    description: 'The input of a job has arrived',
    eventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [bucket.bucketName] }, object: { key: [{ prefix }] } },
    },
    targets: [target],
  });
  const sweep = new events.CfnRule(scope, 'Sweep', {
    description: 'Starts a sweep of the jobs that are due',
    scheduleExpression: 'rate(1 minute)',
    targets: [{ ...target, input: JSON.stringify({ kind: 'sweep' }) }],
  });
  for (const receiver of [queue, dead_letters]) {
    allowEvents(receiver, [arrived.attrArn, sweep.attrArn]);
  }
}

/** Lets the rules send to a queue. Without the permission, EventBridge drops the events. */
export function allowEvents(queue: sqs.IQueue, rules: string[]): void {
  queue.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': rules } },
    }),
  );
}
