import type { ErrorCode } from '../schemas/index.ts';

/** What the Lambda adapter hands to the app beside the request; absent in tests that call the app itself. */
export interface ApiBindings {
  requestContext?: {
    requestId?: string;
    /** What the authorizer said of the key. */
    authorizer?: { tenant?: string; rate_limit?: string } | null;
  };
  lambdaContext?: { awsRequestId?: string };
}
export interface ApiEnv {
  Bindings: ApiBindings;
  Variables: { request_id: string; tenant: string; error_code?: ErrorCode };
}
