import { aws_apigateway as apigateway, aws_logs as logs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

const Field = apigateway.AccessLogField;

/**
 * Creates the access log of a stage and returns the options of the stage for it. A line says who
 * requested what, and how it was answered. It has neither the API key nor the query, which can name
 * records.
 */
export function accessLog(scope: Construct, retention: logs.RetentionDays) {
  const group = new logs.LogGroup(scope, 'AccessLog', { retention });
  const line = {
    request_id: Field.contextRequestId(),
    time: Field.contextRequestTimeEpoch(),
    tenant: Field.contextAuthorizer('tenant'),
    api_key_id: Field.contextIdentityApiKeyId(),
    source_ip: Field.contextIdentitySourceIp(),
    method: Field.contextHttpMethod(),
    path: Field.contextPath(),
    status: Field.contextStatus(),
    error: Field.contextErrorResponseType(),
    response_bytes: Field.contextResponseLength(),
    latency_ms: Field.contextResponseLatency(),
  };
  return {
    accessLogDestination: new apigateway.LogGroupLogDestination(group),
    accessLogFormat: apigateway.AccessLogFormat.custom(JSON.stringify(line)),
  };
}
