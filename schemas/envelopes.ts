/**
 * The messages of other services in which records can be wrapped, with the name of each in the
 * setting `consumer.unwrap`.
 */
export const ENVELOPES = {
  cloudwatch_logs: 'a message of CloudWatch Logs',
  sns: 'an SNS notification',
  sqs: 'an SQS message',
  eventbridge: 'an EventBridge event',
  dynamodb: 'a change of a DynamoDB stream',
  firehose: 'a Firehose record',
  kinesis: 'a Kinesis event',
  dms: 'a change of the Database Migration Service',
  debezium: 'a change of Debezium',
  fluent_bit: 'a line of Fluent Bit',
} as const;

export type EnvelopeName = keyof typeof ENVELOPES;

export const ENVELOPE_NAMES = Object.keys(ENVELOPES) as [EnvelopeName, ...EnvelopeName[]];
