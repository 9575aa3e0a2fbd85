import * as z from 'zod';

/**
 * The fields that AuraStream reads from a failure report. Lambda writes a report to the S3 failure
 * destination of a Kinesis event source when Lambda stops retrying a batch. Source:
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
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

/** The fields that AuraStream reads from the event in a failure report. */
export const failedEventSchema = z.object({
  Records: z.array(
    z.object({
      eventID: z.string(),
      eventSourceARN: z.string(),
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

/**
 * Marks a failure report or a set-aside whose records were put on the stream again. The mark
 * contains the time and the number of records.
 */
export const restoredMarkSchema = z.object({
  restored_at: z.iso.datetime(),
  records: z.int().min(0),
  /** The `refused_at` of a set-aside that was over budget. */
  refused_at: z.iso.datetime().optional(),
});
export type RestoredMark = z.infer<typeof restoredMarkSchema>;
