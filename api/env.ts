import type { ErrorCode } from '../schemas/index.ts';

/** What the Lambda adapter hands to the app beside the request; absent in tests that call the app itself. */
export interface ApiBindings {
  requestContext?: { requestId?: string };
  lambdaContext?: { awsRequestId?: string };
}
export interface ApiEnv {
  Bindings: ApiBindings;
  Variables: { request_id: string; error_code?: ErrorCode };
}
