import type { ExtraRoute } from '../../gateway/gateway.ts';
import { type GatewayRequest, signatureOf } from '../../gateway/signature.ts';
import type { AwsReply } from '../../gateway/types.ts';
import type { KeyStore } from '../../services/api-gateway/keys.ts';
import type { Functions } from '../functions.ts';
import type { Stack } from '../template/stack.ts';
import type { ApiAnswer } from './answer.ts';
import { type RestApi, restApis } from './api.ts';
import { authorizerSpecs } from './authorizer.ts';
import { createFront } from './front.ts';
import { gatewayResponses } from './gateway-response.ts';
import { limitRequests } from './limit-requests.ts';
import { apiPermissions } from './permissions.ts';
import type { ApiRequest } from './proxy-event.ts';
import { sourcePolicy } from './source-policy.ts';
import { ACCOUNT_THROTTLE } from './throttles.ts';
import { createUsage, usagePlans } from './usage.ts';

/** The template's REST APIs, with the routes through which the gateway reaches the REST APIs. */
export interface ApiRoutes {
  apis: RestApi[];
  routes: ExtraRoute[];
}

export interface ApiRoutesOptions {
  stack: Stack;
  functions: Functions;
  keys: KeyStore;
  now: () => number;
}

/**
 * Creates the routes of the REST APIs. Each stage answers requests under
 * `/_aws/execute-api/{api}/{stage}/…`. A stage also answers unsigned requests under `/{stage}/…`.
 */
export function apiRoutes(options: ApiRoutesOptions): ApiRoutes {
  const { stack, functions, keys, now } = options;
  const apis = restApis(stack);
  const plans = usagePlans(stack);
  const authorizers = authorizerSpecs(stack);
  const admitToAccount = limitRequests(ACCOUNT_THROTTLE, now);
  const routes = apis.flatMap((api): ExtraRoute[] => {
    const front = createFront({
      api,
      isPermitted: apiPermissions(stack, api),
      judgeSource: sourcePolicy(stack, api),
      invoke: (function_arn, payload) => functions.find(function_arn).invoke(payload),
      invokeWithResponseStream: (function_arn, payload, onPart) =>
        functions.find(function_arn).invokeWithResponseStream(payload, onPart),
      authorizers,
      admitToAccount,
      admitKey: createUsage({ keys, plans, api, now }),
      responses: gatewayResponses(stack, api.id),
      now,
    });
    return [
      stageRoute(`/_aws/execute-api/${api.id}/${api.stage}`, front, () => true),
      // Only unsigned requests go to the stage. A bucket may have the same name as the stage, but
      // requests to S3 are signed.
      stageRoute(`/${api.stage}`, front, (request) => signatureOf(request) === undefined),
    ];
  });
  return { apis, routes };
}

function stageRoute(
  prefix: string,
  front: (request: ApiRequest) => Promise<ApiAnswer>,
  accepts: (request: GatewayRequest) => boolean,
): ExtraRoute {
  const restOf = ({ path }: GatewayRequest) => path.slice(prefix.length);
  const takes = (request: GatewayRequest) =>
    accepts(request) && (restOf(request) === '' || restOf(request).startsWith('/'));
  return {
    prefix,
    // As on AWS, the API itself answers preflights and decides which origins may read its answers.
    hasCorsRule: takes,
    handle(request) {
      if (!takes(request)) return undefined;
      return front(apiRequest(request, restOf(request))).then(toReply);
    },
  };
}

function apiRequest({ path: _, ...request }: GatewayRequest, rest: string): ApiRequest {
  return { ...request, path: rest === '' ? '/' : rest };
}

/**
 * Converts an answer to a reply of the gateway. Several values of a header are joined because the
 * gateway writes one line per header.
 */
function toReply({ headers, ...answer }: ApiAnswer): AwsReply {
  const lines = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return { ...answer, headers: Object.fromEntries(lines) };
}
