import type { ErrorCode } from '../../schemas/index.ts';

/**
 * Contexts of the event and of the Lambda function, which Hono's Lambda adapter passes to the app.
 * The contexts are absent if a test calls the app directly.
 */
export interface ApiBindings {
  requestContext?: {
    requestId?: string;
    /** Context that the authorizer returned for the API key. */
    authorizer?: { tenant?: string; rate_limit?: string; open_job_records?: string } | null;
  };
  lambdaContext?: { awsRequestId?: string };
}

export interface ApiEnv {
  Bindings: ApiBindings;
  Variables: { request_id: string; tenant: string; error_code?: ErrorCode };
}
