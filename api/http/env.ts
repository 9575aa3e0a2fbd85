import type { ErrorCode } from '../../schemas/index.ts';

/** The Lambda event's context, which the adapter passes to the app. It is absent if tests call the app directly. */
export interface ApiBindings {
  requestContext?: {
    requestId?: string;
    /** The context that the authorizer returned for the API key. */
    authorizer?: { tenant?: string; rate_limit?: string } | null;
  };
  lambdaContext?: { awsRequestId?: string };
}

export interface ApiEnv {
  Bindings: ApiBindings;
  Variables: { request_id: string; tenant: string; error_code?: ErrorCode };
}
