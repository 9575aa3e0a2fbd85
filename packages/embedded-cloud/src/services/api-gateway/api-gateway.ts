import { isObject, type JsonObject, parseObject } from '../../gateway/json-protocol.ts';
import { type AwsCall, type AwsReply, type AwsService, REGION } from '../../gateway/types.ts';
import type { ApiKey, KeyStore } from './keys.ts';
import type { UsagePlan } from './plans.ts';

type Call = Pick<AwsCall, 'query' | 'body'>;
type Action = (call: Call, ids: string[]) => AwsReply;

interface Route {
  action: string;
  method: string;
  path: RegExp;
}

/** Source: https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html */
const ROUTES: Route[] = [
  { action: 'CreateApiKey', method: 'POST', path: /^\/apikeys$/ },
  { action: 'GetApiKeys', method: 'GET', path: /^\/apikeys$/ },
  { action: 'GetApiKey', method: 'GET', path: /^\/apikeys\/([^/]+)$/ },
  { action: 'UpdateApiKey', method: 'PATCH', path: /^\/apikeys\/([^/]+)$/ },
  { action: 'DeleteApiKey', method: 'DELETE', path: /^\/apikeys\/([^/]+)$/ },
  { action: 'GetUsagePlans', method: 'GET', path: /^\/usageplans$/ },
  { action: 'GetUsagePlan', method: 'GET', path: /^\/usageplans\/([^/]+)$/ },
  { action: 'CreateUsagePlanKey', method: 'POST', path: /^\/usageplans\/([^/]+)\/keys$/ },
  { action: 'GetUsagePlanKeys', method: 'GET', path: /^\/usageplans\/([^/]+)\/keys$/ },
  {
    action: 'DeleteUsagePlanKey',
    method: 'DELETE',
    path: /^\/usageplans\/([^/]+)\/keys\/([^/]+)$/,
  },
];
const SHORTEST_VALUE = 20;
const LONGEST_VALUE = 128;
const PAGE = 25;
const LARGEST_PAGE = 500;

/** API Gateway's control plane as far as keys and usage plans go; the plans are the template's. */
export function createApiGateway({
  keys,
  plans,
}: {
  keys: KeyStore;
  plans: UsagePlan[];
}): AwsService {
  const actions = { ...keyActions(keys), ...planActions(keys, plans) };
  const routeOf = (method: string, path: string) =>
    ROUTES.find((route) => route.method === method && route.path.test(path));
  return {
    service: 'apigateway',
    actionOf: ({ method, path }) => routeOf(method, path)?.action ?? '',
    permissionsOf: ({ method, path }) => [
      { action: `apigateway:${method}`, resource: `arn:aws:apigateway:${REGION}::${path}` },
    ],
    async handle(call) {
      const route = routeOf(call.method, call.path);
      if (route === undefined) return refusal(404, 'NotFoundException', 'Not played here');
      const ids = route.path.exec(call.path)!.slice(1).map(decodeURIComponent);
      return actions[route.action]!(call, ids);
    },
    errorReply: refusal,
    close: async () => keys.save(),
  };
}

function keyActions(keys: KeyStore): Record<string, Action> {
  const withKey = (id: string, answer: (key: ApiKey) => AwsReply) => {
    const key = keys.byId(id);
    return key === undefined ? noKey() : answer(key);
  };
  return {
    CreateApiKey({ body }) {
      const input = parseObject(body.toString()) ?? {};
      const value = typeof input.value === 'string' ? input.value : undefined;
      if (value !== undefined && !isKeyValue(value)) {
        const message = `API Key value should be at least ${SHORTEST_VALUE} characters`;
        return refusal(400, 'BadRequestException', message);
      }
      const made = keys.create({
        name: String(input.name ?? ''),
        ...(value === undefined ? {} : { value }),
        enabled: input.enabled === true,
        ...(typeof input.description === 'string' ? { description: input.description } : {}),
        tags: isObject(input.tags) ? (input.tags as Record<string, string>) : {},
      });
      if (made === undefined) return refusal(409, 'ConflictException', 'API Key already exists');
      return answer(201, shown(made, true));
    },
    GetApiKeys({ query }) {
      const name = query.get('name') ?? '';
      const with_values = query.get('includeValues') === 'true';
      const limit = Math.min(Number(query.get('limit') ?? PAGE), LARGEST_PAGE);
      const from = Number(query.get('position') ?? 0);
      const found = keys.all().filter((key) => key.name.startsWith(name));
      const item = found.slice(from, from + limit).map((key) => shown(key, with_values));
      const more = from + limit < found.length ? { position: String(from + limit) } : {};
      return answer(200, { item, ...more });
    },
    GetApiKey: ({ query }, [id]) =>
      withKey(id!, (key) => answer(200, shown(key, query.get('includeValue') === 'true'))),
    UpdateApiKey: ({ body }, [id]) =>
      withKey(id!, (key) => {
        const { patchOperations } = parseObject(body.toString()) ?? {};
        for (const patch of Array.isArray(patchOperations) ? patchOperations : []) {
          const { path, value } = patch as { path: string; value: string };
          if (path === '/enabled') keys.change(key.id, { enabled: value === 'true' });
          if (path === '/name') keys.change(key.id, { name: value });
          if (path === '/description') keys.change(key.id, { description: value });
        }
        return answer(200, shown(key, false));
      }),
    DeleteApiKey: (_, [id]) =>
      withKey(id!, (key) => {
        keys.remove(key.id);
        return answer(202, {});
      }),
  };
}

function planActions(keys: KeyStore, plans: UsagePlan[]): Record<string, Action> {
  const withPlan = (id: string, then: (plan: UsagePlan) => AwsReply) => {
    const plan = plans.find((candidate) => candidate.id === id);
    const message = 'Invalid Usage Plan ID specified';
    return plan === undefined ? refusal(404, 'NotFoundException', message) : then(plan);
  };
  return {
    GetUsagePlans: () => answer(200, { item: plans.map(shownPlan) }),
    GetUsagePlan: (_, [id]) => withPlan(id!, (plan) => answer(200, shownPlan(plan))),
    CreateUsagePlanKey: ({ body }, [id]) =>
      withPlan(id!, (plan) => {
        const key = keys.byId(String(parseObject(body.toString())?.keyId));
        if (key === undefined) return noKey();
        keys.change(key.id, { plan_ids: [...new Set([...key.plan_ids, plan.id])] });
        return answer(201, { id: key.id, type: 'API_KEY', name: key.name });
      }),
    GetUsagePlanKeys: (_, [id]) =>
      withPlan(id!, (plan) => {
        const inside = keys.all().filter(({ plan_ids }) => plan_ids.includes(plan.id));
        const item = inside.map((key) => ({ id: key.id, type: 'API_KEY', name: key.name }));
        return answer(200, { item });
      }),
    DeleteUsagePlanKey: (_, [id, key_id]) =>
      withPlan(id!, (plan) => {
        const key = keys.byId(key_id!);
        if (key === undefined) return noKey();
        keys.change(key.id, { plan_ids: key.plan_ids.filter((other) => other !== plan.id) });
        return answer(202, {});
      }),
  };
}

function isKeyValue(value: string): boolean {
  return value.length >= SHORTEST_VALUE && value.length <= LONGEST_VALUE;
}

function shown(key: ApiKey, with_value: boolean): JsonObject {
  return {
    id: key.id,
    name: key.name,
    enabled: key.enabled,
    createdDate: key.created_at,
    lastUpdatedDate: key.created_at,
    stageKeys: [],
    tags: key.tags,
    ...(key.description === undefined ? {} : { description: key.description }),
    ...(with_value ? { value: key.value } : {}),
  };
}

function shownPlan({ id, name, stages, throttle, quota }: UsagePlan): JsonObject {
  return {
    id,
    name,
    apiStages: stages.map(({ api_id, stage }) => ({ apiId: api_id, stage })),
    ...(throttle === undefined
      ? {}
      : { throttle: { rateLimit: throttle.requests_per_second, burstLimit: throttle.burst } }),
    ...(quota === undefined ? {} : { quota }),
  };
}

function answer(status: number, body: JsonObject): AwsReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function noKey(): AwsReply {
  return refusal(404, 'NotFoundException', 'Invalid API Key identifier specified');
}

function refusal(status: number, code: string, message: string): AwsReply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ message }),
  };
}
