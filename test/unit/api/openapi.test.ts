import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { buildOpenApiDocument } from '../../../api/openapi/document.ts';
import { createClient } from '../../../client/index.ts';
import { ROUTES } from '../../support/routes.ts';

type Json = Record<string, unknown>;
const document = buildOpenApiDocument({ routes: ROUTES, version: '1.2.3' });
const operations = Object.values(document.paths as Record<string, Record<string, Json>>).flatMap(
  (methods) => Object.values(methods),
);

it('the OpenAPI document has every schema that it refers to', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"(#[^"]+)"/g)];
  expect(references.length).toBeGreaterThan(10);
  for (const [, reference] of references) {
    const found = reference!
      .slice(2)
      .split('/')
      .reduce<unknown>((at, name) => (at as Json | undefined)?.[name], document);
    expect(found, reference).toBeTypeOf('object');
  }
});

it('the OpenAPI document names every operation once, and every parameter of its path', () => {
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [path, methods] of Object.entries(document.paths as Record<string, Json>)) {
    const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const operation of Object.values(methods) as Json[]) {
      const said = (operation.parameters as Json[])
        .filter((parameter) => parameter.in === 'path')
        .map(({ name }) => name);
      expect(said, path).toEqual(wanted);
    }
  }
});

it('every schema of the OpenAPI document compiles', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'document', components: document.components });
  const schemas = (JSON.stringify(operations).match(/"schema":/g) ?? []).length;
  expect(schemas).toBeGreaterThan(50);
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'schema') {
        const text = JSON.stringify(inner).replaceAll('"#/components/', '"document#/components/');
        expect(() => ajv.compile(JSON.parse(text))).not.toThrow();
      } else walk(inner);
    }
  };
  walk(operations);
});

it('the OpenAPI document lists the errors of each operation, all with the schema Error', () => {
  for (const { responses, operationId, security } of operations) {
    const statuses = Object.keys(responses as Json).map(Number);
    if ((security as unknown[]).length > 0) {
      expect(statuses, String(operationId)).toEqual(expect.arrayContaining([401, 403, 429]));
    }
    for (const status of statuses.filter((code) => code >= 400 && code !== 503)) {
      expect(JSON.stringify((responses as Json)[status])).toContain('#/components/schemas/Error');
    }
  }
});

it('the client has a method for every operation except those that serve its pages', () => {
  const client = createClient({ base_url: 'https://api.example' });
  const about = /^(openapi|docs|dashboard)/i;
  for (const { operationId } of operations) {
    const id = String(operationId);
    if (about.test(id)) continue;
    expect(Object.keys(client), id).toContain(id);
  }
});

/** Returns an operation of the document. */
function operationOf(method: string, path: string): Json {
  const found = (document.paths as Record<string, Record<string, Json>>)[path]?.[method];
  expect(found, `${method} ${path}`).toBeDefined();
  return found!;
}

it('the OpenAPI document asks for the key in the header X-API-Key, with a right that each route needs', () => {
  const { securitySchemes } = document.components as Json;
  expect(securitySchemes).toEqual({
    api_key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
    token: expect.objectContaining({ type: 'http', scheme: 'bearer' }),
  });
  for (const { method, path, access } of ROUTES) {
    const { security, description } = operationOf(method.toLowerCase(), path);
    const rights = access === 'open' ? [] : access;
    expect(security, path).toEqual([
      ...rights.map((right) => ({ api_key: [right] })),
      ...rights.map((right) => ({ token: [right] })),
    ]);
    for (const right of rights) expect(description, path).toContain(`\`${right}\``);
  }
});

interface AnyOf {
  type?: string;
  oneOf?: AnyOf[];
}

it('the OpenAPI document says how large a body may be, and that it is JSON', () => {
  for (const { method, path, body, max_body_bytes } of ROUTES) {
    const { requestBody } = operationOf(method.toLowerCase(), path);
    if (body === undefined) expect(requestBody, path).toBeUndefined();
    else {
      expect(requestBody, path).toMatchObject({
        required: true,
        description: `At most ${max_body_bytes} bytes.`,
      });
      const { schema } = (requestBody as { content: Record<string, { schema: AnyOf }> }).content[
        'application/json'
      ]!;
      // The body of an alert is one of several objects.
      for (const { type } of schema.oneOf ?? [schema]) expect(type, path).toBe('object');
    }
  }
});

it('a body has at most 256 KiB if it has one text, at most 4 MiB if it has many, and at most 64 KiB if it has none', () => {
  const sizes = ROUTES.filter(({ body, tag }) => body !== undefined && tag !== 'Alerts').map(
    ({ method, path, max_body_bytes }) => [`${method} ${path}`, max_body_bytes],
  );
  expect(Object.fromEntries(sizes)).toEqual({
    'POST /privacy/erasures': 16 * 1024,
    'POST /privacy/exports': 16 * 1024,
    'POST /digests': 64 * 1024,
    'POST /analyze/sync': 256 * 1024,
    'POST /analyze/batch': 4 * 1024 * 1024,
    'POST /analyze/async': 4 * 1024 * 1024,
    'POST /records': 4 * 1024 * 1024,
    'POST /set-asides/replay': 256 * 1024,
  });
});

it('the OpenAPI document says which parameters a request needs', () => {
  const listRequired = (method: string, path: string) =>
    Object.fromEntries(
      (operationOf(method, path).parameters as Json[]).map((one) => [one.name, one.required]),
    );
  expect(listRequired('get', '/results')).toEqual({
    'If-None-Match': false,
    source: false,
    language: false,
    sentiment: false,
    status: false,
    order: false,
    from: false,
    to: false,
    include: false,
    limit: false,
    cursor: false,
  });
  expect(listRequired('get', '/jobs/{job_id}/results')).toMatchObject({
    job_id: true,
    limit: false,
  });
  expect(listRequired('post', '/analyze/async')).toEqual({ 'Idempotency-Key': false });
});

it('the OpenAPI document names the headers that say when to retry, and that of the request id', () => {
  for (const { responses, operationId } of operations) {
    for (const [status, response] of Object.entries(responses as Record<string, Json>)) {
      const headers = Object.keys(response.headers as Json);
      expect(headers, `${operationId} ${status}`).toContain('X-Request-ID');
      const is_error = JSON.stringify(response).includes('schemas/Error');
      const says_when = is_error && ['429', '503'].includes(status);
      expect(headers.includes('Retry-After'), `${operationId} ${status}`).toBe(says_when);
      expect(headers.includes('X-RateLimit-Reset'), `${operationId} ${status}`).toBe(says_when);
    }
  }
});

it('the 503 of GET /ready is the state of the services, not an error', () => {
  const { responses } = operationOf('get', '/ready');
  const unavailable = JSON.stringify((responses as Json)['503']);
  expect(unavailable).toContain('dependencies');
  expect(unavailable).not.toContain('schemas/Error');
});

it('the OpenAPI document forbids no field that a later version may add', () => {
  expect(JSON.stringify(document)).not.toContain('"additionalProperties":false');
});

it('every route that needs a key lists 401, 403 and 429, and every route with a body 400, 413 and 415', () => {
  for (const { errors, access, body, path } of ROUTES) {
    if (access !== 'open') {
      expect(errors, path).toEqual(
        expect.arrayContaining([
          'UNAUTHORIZED',
          'FORBIDDEN',
          'MISSING_RIGHT',
          'RATE_LIMIT_EXCEEDED',
        ]),
      );
    }
    if (body !== undefined) {
      expect(errors, path).toEqual(
        expect.arrayContaining(['VALIDATION_ERROR', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE']),
      );
    }
    expect(errors, path).toContain('INTERNAL_ERROR');
  }
});
