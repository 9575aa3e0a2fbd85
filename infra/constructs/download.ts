import { aws_apigateway as apigateway, Duration, type aws_lambda as lambda } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { RECORD_LISTS_PREFIX } from '../../schemas/record-list.ts';
import type { ApiUses } from './api-access.ts';
import { createFunction } from './handler.ts';

/**
 * Longest time of a streamed response: the limit of Lambda and of API Gateway.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
 */
const TIMEOUT_SECONDS = 900;

/** Creates the function that streams the results of jobs. It can read a job's records, and no more. */
export function createDownload(
  scope: Construct,
  { settings, tables, jobs, audit }: ApiUses,
): lambda.Function {
  return createFunction(scope, 'DownloadHandler', {
    settings,
    entry: 'api/download/handler.ts',
    description: 'Streams the results of jobs',
    memory_mb: settings.api.download.memory_mb,
    timeout_seconds: TIMEOUT_SECONDS,
    reserved_concurrency: settings.api.download.reserved_concurrency,
    environment: {
      RESULTS_TABLE: tables.results.tableName,
      JOBS_TABLE: jobs.table.tableName,
      INPUT_BUCKET: jobs.input_bucket.bucketName,
      AUDIT_QUEUE_URL: audit.queue.queueUrl,
      CORS_ORIGINS: settings.api.cors_origins.join(),
    },
    grants: [
      { actions: ['sqs:SendMessage'], resources: [audit.queue.queueArn] },
      { actions: ['dynamodb:BatchGetItem'], resources: [tables.results.tableArn] },
      { actions: ['dynamodb:GetItem'], resources: [jobs.table.tableArn] },
      {
        actions: ['s3:GetObject'],
        resources: [jobs.input_bucket.arnForObjects(`${RECORD_LISTS_PREFIX}*`)],
      },
      // Without this grant, S3 responds with 403 instead of 404 for a list that has expired.
      { actions: ['s3:ListBucket'], resources: [jobs.input_bucket.bucketArn] },
    ],
  });
}

/** Creates the integration that streams what the function writes. By default it would buffer it. */
export function streamFrom(handler: lambda.Function): apigateway.LambdaIntegration {
  return new apigateway.LambdaIntegration(handler, {
    allowTestInvoke: false,
    responseTransferMode: apigateway.ResponseTransferMode.STREAM,
    timeout: Duration.seconds(TIMEOUT_SECONDS),
  });
}
