import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { RestApi } from './api.ts';
import { firstMediaType, isBinaryType } from './media-type.ts';
import type { Match } from './router.ts';

/** A request to a REST API, with the whole body of the request. */
export interface ApiRequest {
  method: string;
  /** The path after the stage, percent-encoded and with a leading slash. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: Buffer;
  source_ip: string;
}

/**
 * Builds the event of a Lambda proxy integration.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function proxyEvent(
  api: RestApi,
  { route, path_parameters }: Match,
  request: ApiRequest,
  { request_id, now }: { request_id: string; now: number },
) {
  const body = bodyOf(api, request);
  return {
    resource: route.resource_path,
    path: request.path,
    httpMethod: request.method,
    ...headersOf(request.headers),
    ...queryOf(request.query),
    pathParameters: path_parameters,
    stageVariables: api.stage_variables,
    requestContext: {
      resourceId: route.resource_id,
      resourcePath: route.resource_path,
      httpMethod: request.method,
      extendedRequestId: request_id.slice(0, 8),
      requestTime: requestTime(now),
      path: `/${api.stage}${request.path}`,
      accountId: ACCOUNT_ID,
      protocol: 'HTTP/1.1',
      stage: api.stage,
      domainPrefix: api.id,
      requestTimeEpoch: now,
      requestId: request_id,
      identity: identityOf(request),
      domainName: `${api.id}.execute-api.${REGION}.amazonaws.com`,
      apiId: api.id,
    },
    ...body,
  };
}

function headersOf(headers: Record<string, string>) {
  const entries = Object.entries(headers);
  if (entries.length === 0) return { headers: null, multiValueHeaders: null };
  return {
    headers,
    multiValueHeaders: Object.fromEntries(entries.map(([name, value]) => [name, [value]])),
  };
}

/**
 * Builds the query fields of the event. If a name occurs several times in the query,
 * `queryStringParameters` has the last value of the name.
 */
function queryOf(query: URLSearchParams) {
  const names = [...new Set(query.keys())];
  if (names.length === 0) {
    return { queryStringParameters: null, multiValueQueryStringParameters: null };
  }
  return {
    queryStringParameters: Object.fromEntries(query),
    multiValueQueryStringParameters: Object.fromEntries(
      names.map((name) => [name, query.getAll(name)]),
    ),
  };
}

function bodyOf({ binary_media_types }: RestApi, { headers, body }: ApiRequest) {
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  const isBinary = isBinaryType(binary_media_types, firstMediaType(headers['content-type']));
  return { body: body.toString(isBinary ? 'base64' : 'utf8'), isBase64Encoded: isBinary };
}

function identityOf({ source_ip, headers }: ApiRequest) {
  return {
    cognitoIdentityPoolId: null,
    accountId: null,
    cognitoIdentityId: null,
    caller: null,
    sourceIp: source_ip,
    principalOrgId: null,
    accessKey: null,
    cognitoAuthenticationType: null,
    cognitoAuthenticationProvider: null,
    userArn: null,
    userAgent: headers['user-agent'] ?? null,
    user: null,
  };
}

/** Formats a time for the event, for example as `23/Nov/2026:14:05:00 +0000`. */
function requestTime(now: number): string {
  const [, day, month, year, time] = new Date(now).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
