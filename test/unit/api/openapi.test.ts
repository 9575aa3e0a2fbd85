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

it('the client has a method for every operation except those that document the API', () => {
  const client = createClient({ base_url: 'https://api.example' });
  /** Maps an operation id to the name of the client method, if the two differ. */
  const names: Record<string, string> = { jobResults: 'results' };
  const about = /^(openapi|docs)/i;
  for (const { operationId } of operations) {
    const id = String(operationId);
    if (about.test(id)) continue;
    expect(Object.keys(client), id).toContain(names[id] ?? id);
  }
});
