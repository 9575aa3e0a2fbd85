import { aws_apigateway as apigateway, aws_s3 as s3 } from 'aws-cdk-lib';
import { ALLOWED_HEADERS } from '../../schemas/http/cors.ts';

/** Time for which a browser keeps the answer to a preflight request. Chromium's maximum is 2 h. */
const MAX_AGE_SECONDS = 7_200;
const METHODS = ['GET', 'HEAD', 'POST', 'DELETE'];
const ORIGIN = 'Access-Control-Allow-Origin';

/**
 * Adds the method that answers the preflight requests of browsers for a resource. A preflight request
 * has no API key. API Gateway answers it alone, so that it costs no invocation.
 *
 * @param origins origins that may call the API. If the list is empty, no method is added.
 */
export function addPreflight(resource: apigateway.IResource, origins: string[]): void {
  const [first, ...others] = origins;
  if (first === undefined) return;
  const headers: Record<string, string> = {
    [ORIGIN]: first,
    'Access-Control-Allow-Methods': METHODS.join(),
    'Access-Control-Allow-Headers': ALLOWED_HEADERS.join(),
    'Access-Control-Max-Age': String(MAX_AGE_SECONDS),
    Vary: 'Origin',
  };
  const integration = new apigateway.MockIntegration({
    // A request without a content type counts as application/json, which is a binary type of the
    // API. Without this setting, the mock could not read it.
    contentHandling: apigateway.ContentHandling.CONVERT_TO_TEXT,
    requestTemplates: { 'application/json': '{"statusCode": 204}' },
    integrationResponses: [
      {
        statusCode: '204',
        responseParameters: mapHeaders(headers, (value) => `'${value}'`),
        ...(others.length === 0
          ? {}
          : { responseTemplates: { 'application/json': others.map(allowOrigin).join('\n') } }),
      },
    ],
  });
  resource.addMethod('OPTIONS', integration, {
    authorizationType: apigateway.AuthorizationType.NONE,
    apiKeyRequired: false,
    methodResponses: [{ statusCode: '204', responseParameters: mapHeaders(headers, () => true) }],
  });
}

/** Returns the rules of a bucket that let web pages of some origins upload with a presigned URL or form. */
export function allowUploads(origins: string[]): s3.CorsRule[] {
  if (origins.length === 0) return [];
  return [
    {
      allowedOrigins: origins,
      allowedMethods: [s3.HttpMethods.PUT, s3.HttpMethods.POST],
      allowedHeaders: ['Content-Type'],
      exposedHeaders: ['ETag'],
      maxAge: 3_600,
    },
  ];
}

function mapHeaders<Value>(
  headers: Record<string, string>,
  toValue: (value: string) => Value,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      `method.response.header.${name}`,
      toValue(value),
    ]),
  );
}

/**
 * Writes the part of a response template that allows one more origin. The map of headers is
 * case-sensitive, and clients that use HTTP/2 write the name in lower case.
 */
function allowOrigin(origin: string): string {
  const isEqual = (name: string) => `$input.params().header.get("${name}") == "${origin}"`;
  return (
    `#if(${isEqual('Origin')} || ${isEqual('origin')})` +
    `#set($context.responseOverride.header.${ORIGIN} = "${origin}")#end`
  );
}
