import * as z from 'zod';

/**
 * What Lambda writes to the S3 failure destination of a Kinesis event source: the fields that AuraStream reads.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export const failureReportSchema = z.object({
  requestContext: z.object({
    condition: z.string().describe('RetryAttemptsExhausted, MaximumRecordAgeExceeded, …'),
    approximateInvokeCount: z.int(),
  }),
  timestamp: z.iso.datetime({ offset: true }),
  KinesisBatchInfo: z.object({ shardId: z.string(), batchSize: z.int() }),
  payload: z.string().describe('The event that the function received, as JSON.'),
});
export type FailureReport = z.infer<typeof failureReportSchema>;

/** The event in a failure report: the fields that AuraStream reads. */
export const failedEventSchema = z.object({
  Records: z.array(
    z.object({
      eventID: z.string(),
      kinesis: z.object({
        partitionKey: z.string(),
        sequenceNumber: z.string(),
        data: z.base64(),
        approximateArrivalTimestamp: z.number().describe('Epoch seconds.'),
      }),
    }),
  ),
});
export type FailedRecord = z.infer<typeof failedEventSchema>['Records'][number];

/** Marks a failure report or a set-aside whose records are back on the stream. */
export const restoredMarkSchema = z.object({
  restored_at: z.iso.datetime(),
  records: z.int().min(0),
});
export type RestoredMark = z.infer<typeof restoredMarkSchema>;
