import * as z from 'zod';
import {
  type ErrorCode,
  errorResponseSchema,
  jobResultSchema,
  jobViewSchema,
  progressSchema,
  resultSchema,
} from '../../schemas/index.ts';
import { STATUS } from '../http/errors.ts';
import type { Route } from '../routes/route.ts';

type Json = Record<string, unknown>;

/** Schemas that the OpenAPI document defines once as named components. The keys are the names. */
const COMPONENTS: Record<string, z.ZodType> = {
  Error: errorResponseSchema,
  Job: jobViewSchema,
  JobResult: jobResultSchema,
  Progress: progressSchema,
  Result: resultSchema,
};

/**
 * Builds the OpenAPI 3.1 document that describes the routes. The schemas in the document come from
 * the zod schemas of the requests and answers.
 */
export function buildOpenApiDocument(options: {
  routes: Route[];
  version: string;
  /** URL of the API. The default is `.`, which is relative to the URL of the document. */
  server_url?: string;
}): Json {
  const paths: Record<string, Json> = {};
  for (const route of options.routes) {
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: describeOperation(route),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'AuraStream',
      version: options.version,
      description: 'Text in, sentiment out: while you wait, in jobs, or through the stream.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: options.server_url ?? '.' }],
    tags: [...new Set(options.routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(COMPONENTS).map(([name, schema]) => [name, outputSchema(schema, name)]),
      ),
      securitySchemes: {
        api_key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A token of the issuer that the deployment accepts, if it accepts one.',
        },
      },
    },
  };
}

function describeOperation(route: Route): Json {
  return {
    operationId: route.operation_id,
    summary: route.summary,
    tags: [route.tag],
    ...describeAccess(route),
    parameters: describeParameters(route),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            description: `At most ${route.max_body_bytes} bytes.`,
            content: { 'application/json': { schema: inputSchema(route.body) } },
          },
        }),
    responses: { ...describeAnswers(route), ...describeErrors(route) },
  };
}

/**
 * Describes who may make a request. Since OpenAPI 3.1, an entry of `security` lists the roles that it
 * needs, whatever its type is. All of the roles in an entry are needed, and one entry is enough.
 * Source: https://spec.openapis.org/oas/v3.1.0#security-requirement-object
 */
function describeAccess({ access }: Route): Json {
  if (access === 'open') return { security: [] };
  return {
    description: `Needs the right ${access.map((right) => `\`${right}\``).join(' or ')}.`,
    security: ['api_key', 'token'].flatMap((scheme) =>
      access.map((right) => ({ [scheme]: [right] })),
    ),
  };
}

function describeParameters({ params, query, headers = {} }: Route): Json[] {
  const of = (object: z.ZodObject | undefined, place: 'path' | 'query') => {
    const schema = object === undefined ? {} : inputSchema(object);
    const properties = (schema.properties ?? {}) as Record<string, Json>;
    const required = (schema.required ?? []) as string[];
    return Object.entries(properties).map(([name, property]) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema: property,
    }));
  };
  return [
    ...of(params, 'path'),
    ...of(query, 'query'),
    ...Object.entries(headers).map(([name, { schema, description }]) => ({
      name,
      in: 'header',
      required: false,
      description,
      schema: inputSchema(schema),
    })),
  ];
}

const COMMON_HEADERS = { 'X-Request-ID': header('Names the request in our logs') };
const LIMIT_HEADERS = {
  'Retry-After': header('Seconds until the same request may pass'),
  'X-RateLimit-Limit': header('Requests a second of the key’s tier'),
  'X-RateLimit-Remaining': header('Of those, how many are left'),
  'X-RateLimit-Reset': header('Seconds until there are more'),
};

function header(description: string): Json {
  return { description, schema: { type: 'string' } };
}

function describeAnswers({ answers }: Route): Json {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, content = [], headers = {} }]) => {
      const own = Object.entries(headers).map(([name, text]) => [name, header(text)]);
      const media = content.map((type) => [type, { schema: { type: 'string' } }]);
      const json =
        schema === undefined ? [] : [['application/json', { schema: outputSchema(schema) }]];
      return [
        status,
        {
          description,
          headers: { ...COMMON_HEADERS, ...Object.fromEntries(own) },
          content: Object.fromEntries([...json, ...media]),
        },
      ];
    }),
  );
}

/**
 * Describes the errors of a route. The keys of the returned object are HTTP statuses. If the
 * route's answers already describe a status, the function leaves this status out.
 */
function describeErrors({ errors, answers }: Route): Json {
  const by_status = new Map<number, ErrorCode[]>();
  for (const code of errors) {
    if (STATUS[code] in answers) continue;
    by_status.set(STATUS[code], [...(by_status.get(STATUS[code]) ?? []), code]);
  }
  return Object.fromEntries(
    [...by_status].map(([status, codes]) => [
      status,
      {
        description: codes.join(', '),
        headers: {
          ...COMMON_HEADERS,
          ...(status === 429 || status === 503 ? LIMIT_HEADERS : {}),
        },
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  );
}

function inputSchema(schema: z.ZodType): Json {
  return jsonSchema(schema, 'input');
}

/**
 * Returns the JSON Schema of an answer, or a reference if the schema is a named component.
 *
 * @param own_name name of the component that the document is defining. The function writes this
 * component in full, because a reference would point to itself.
 */
function outputSchema(schema: z.ZodType, own_name?: string): Json {
  const named = Object.entries(COMPONENTS).find(([, component]) => component === schema)?.[0];
  if (named !== undefined && named !== own_name) return { $ref: `#/components/schemas/${named}` };
  return jsonSchema(schema, 'output');
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io,
    reused: 'inline',
    // A transform has no JSON Schema for its output. With `any`, zod writes an empty schema instead
    // of throwing an error.
    unrepresentable: 'any',
    // The document must not forbid additional fields, because later versions may add fields.
    override: ({ jsonSchema: made }) => {
      if (made.additionalProperties === false) delete made.additionalProperties;
    },
  }) as Json;
  return rest;
}
