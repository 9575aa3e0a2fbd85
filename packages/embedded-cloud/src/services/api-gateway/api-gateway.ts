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

/**
 * HTTP method and path of each emulated action.
 * Source: https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html
 */
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
const DEFAULT_LIMIT = 25;
const MAX_LIMIT = 500;

/**
 * Emulates the actions of API Gateway for API keys and usage plans. The usage plans are read from
 * the template.
 */
export function createApiGateway({
  keys,
  plans,
}: {
  keys: KeyStore;
  plans: UsagePlan[];
}): AwsService {
  const actions = { ...createKeyActions(keys), ...createPlanActions(keys, plans) };
  const findRoute = (method: string, path: string) =>
    ROUTES.find((route) => route.method === method && route.path.test(path));
  return {
    service: 'apigateway',
    actionOf: ({ method, path }) => findRoute(method, path)?.action ?? '',
    permissionsOf: ({ method, path }) => [
      { action: `apigateway:${method}`, resource: `arn:aws:apigateway:${REGION}::${path}` },
    ],
    async handle(call) {
      const route = findRoute(call.method, call.path);
      if (route === undefined) {
        const message = `${call.method} ${call.path} is not emulated by the embedded API Gateway`;
        return createErrorReply(404, 'NotFoundException', message);
      }
      const ids = route.path.exec(call.path)!.slice(1).map(decodeURIComponent);
      return actions[route.action]!(call, ids);
    },
    errorReply: createErrorReply,
    close: async () => keys.save(),
  };
}

function createKeyActions(keys: KeyStore): Record<string, Action> {
  const withKey = (id: string, createAnswer: (key: ApiKey) => AwsReply) => {
    const key = keys.findById(id);
    return key === undefined ? createKeyNotFound() : createAnswer(key);
  };
  return {
    CreateApiKey({ body }) {
      const input = parseObject(body.toString()) ?? {};
      const value = typeof input.value === 'string' ? input.value : undefined;
      if (value !== undefined && !isKeyValue(value)) {
        const message = `API Key value should be at least ${SHORTEST_VALUE} characters`;
        return createErrorReply(400, 'BadRequestException', message);
      }
      const created = keys.create({
        name: String(input.name ?? ''),
        ...(value === undefined ? {} : { value }),
        enabled: input.enabled === true,
        ...(typeof input.description === 'string' ? { description: input.description } : {}),
        tags: isObject(input.tags) ? (input.tags as Record<string, string>) : {},
      });
      if (created === undefined)
        return createErrorReply(409, 'ConflictException', 'API Key already exists');
      return createReply(201, describeKey(created, true));
    },
    GetApiKeys({ query }) {
      const name = query.get('name') ?? '';
      const with_values = query.get('includeValues') === 'true';
      const limit = Math.min(Number(query.get('limit') ?? DEFAULT_LIMIT), MAX_LIMIT);
      const from = Number(query.get('position') ?? 0);
      const found = keys.list().filter((key) => key.name.startsWith(name));
      const item = found.slice(from, from + limit).map((key) => describeKey(key, with_values));
      const more = from + limit < found.length ? { position: String(from + limit) } : {};
      return createReply(200, { item, ...more });
    },
    GetApiKey: ({ query }, [id]) =>
      withKey(id!, (key) =>
        createReply(200, describeKey(key, query.get('includeValue') === 'true')),
      ),
    UpdateApiKey: ({ body }, [id]) =>
      withKey(id!, (key) => {
        const { patchOperations } = parseObject(body.toString()) ?? {};
        for (const patch of Array.isArray(patchOperations) ? patchOperations : []) {
          const { path, value } = patch as { path: string; value: string };
          if (path === '/enabled') keys.update(key.id, { enabled: value === 'true' });
          if (path === '/name') keys.update(key.id, { name: value });
          if (path === '/description') keys.update(key.id, { description: value });
        }
        return createReply(200, describeKey(key, false));
      }),
    DeleteApiKey: (_, [id]) =>
      withKey(id!, (key) => {
        keys.remove(key.id);
        return createReply(202, {});
      }),
  };
}

function createPlanActions(keys: KeyStore, plans: UsagePlan[]): Record<string, Action> {
  const withPlan = (id: string, createAnswer: (plan: UsagePlan) => AwsReply) => {
    const plan = plans.find((candidate) => candidate.id === id);
    const message = 'Invalid Usage Plan ID specified';
    return plan === undefined
      ? createErrorReply(404, 'NotFoundException', message)
      : createAnswer(plan);
  };
  return {
    GetUsagePlans: () => createReply(200, { item: plans.map(describePlan) }),
    GetUsagePlan: (_, [id]) => withPlan(id!, (plan) => createReply(200, describePlan(plan))),
    CreateUsagePlanKey: ({ body }, [id]) =>
      withPlan(id!, (plan) => {
        const key = keys.findById(String(parseObject(body.toString())?.keyId));
        if (key === undefined) return createKeyNotFound();
        keys.update(key.id, { plan_ids: [...new Set([...key.plan_ids, plan.id])] });
        return createReply(201, { id: key.id, type: 'API_KEY', name: key.name });
      }),
    GetUsagePlanKeys: (_, [id]) =>
      withPlan(id!, (plan) => {
        const members = keys.list().filter(({ plan_ids }) => plan_ids.includes(plan.id));
        const item = members.map((key) => ({ id: key.id, type: 'API_KEY', name: key.name }));
        return createReply(200, { item });
      }),
    DeleteUsagePlanKey: (_, [id, key_id]) =>
      withPlan(id!, (plan) => {
        const key = keys.findById(key_id!);
        if (key === undefined) return createKeyNotFound();
        keys.update(key.id, { plan_ids: key.plan_ids.filter((other) => other !== plan.id) });
        return createReply(202, {});
      }),
  };
}

function isKeyValue(value: string): boolean {
  return value.length >= SHORTEST_VALUE && value.length <= LONGEST_VALUE;
}

function describeKey(key: ApiKey, with_value: boolean): JsonObject {
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

function describePlan({ id, name, stages, throttle, quota }: UsagePlan): JsonObject {
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

function createReply(status: number, body: JsonObject): AwsReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function createKeyNotFound(): AwsReply {
  return createErrorReply(404, 'NotFoundException', 'Invalid API Key identifier specified');
}

function createErrorReply(status: number, code: string, message: string): AwsReply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ message }),
  };
}
