import type { AuditAct, ErrorCode } from '../../schemas/index.ts';

/** The authorizer's answer about a caller. API Gateway passes on only texts. */
interface CallerContext {
  tenant?: string;
  /** Rights of the caller, with commas between them. */
  rights?: string;
  /** Time at which the key or the token expires, in milliseconds since 1970. */
  expires_at?: string;
  rate_limit?: string;
  open_job_records?: string;
  /** Id of the person, if the caller has a token of an OIDC issuer. */
  subject?: string;
}

/**
 * Contexts of the event and of the Lambda function, which Hono's Lambda adapter passes to the app.
 * The contexts are absent if a test calls the app directly.
 */
export interface ApiBindings {
  requestContext?: {
    requestId?: string;
    /** Context that the authorizer returned for the caller. */
    authorizer?: CallerContext | null;
    identity?: { apiKeyId?: string | null; sourceIp?: string };
  };
  lambdaContext?: { awsRequestId?: string };
}

export interface ApiEnv {
  Bindings: ApiBindings;
  Variables: { request_id: string; tenant: string; error_code?: ErrorCode; read?: AuditAct };
}
