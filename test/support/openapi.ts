import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}
interface Operation {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

interface CheckedAnswer {
  status: number;
  headers: Record<string, string>;
  /** Body of the answer, parsed if the body is JSON. */
  body: unknown;
}

/** Checks answers of an API against an OpenAPI document. */
export interface Contract {
  /**
   * Checks one answer.
   *
   * @throws {Error} if the document does not describe the answer, or describes a different body.
   */
  check(method: string, path: string, answer: CheckedAnswer): void;
  operations(): string[];
}

/**
 * HTTP statuses of answers to requests that match no route. The gateway or the app sends the
 * answers.
 */
const UNROUTED_STATUSES = new Set([401, 403, 404, 405, 413, 429]);

export function createContract(document: Record<string, unknown>): Contract {
  const { paths, components } = document as unknown as OpenApi;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (formats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema({ $id: 'document', components }, 'document');
  const validators = new Map<object, ReturnType<Ajv2020['compile']>>();
  const validatorOf = (schema: object) => {
    const known = validators.get(schema) ?? ajv.compile(withReferences(schema));
    validators.set(schema, known);
    return known;
  };
  const patterns = Object.entries(paths).map(([path, operations]) => ({
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    operations,
  }));
  return {
    operations: () =>
      Object.values(paths).flatMap((path) =>
        Object.values(path).map(({ operationId }) => operationId),
      ),
    check(method, path, { status, headers, body }) {
      const bare = path.split('?')[0]!;
      const operation = patterns.find(({ pattern }) => pattern.test(bare))?.operations[
        method.toLowerCase().replace('head', 'get')
      ];
      const where = `${method} ${bare} ${status}`;
      if (operation === undefined) {
        if (!UNROUTED_STATUSES.has(status)) throw new Error(`${where}: not in the document`);
        if (method === 'HEAD') return;
        return checkWith(validatorOf({ $ref: '#/components/schemas/Error' }), body, where);
      }
      const response = operation.responses[status] ?? findUnroutedResponse(status);
      if (response === undefined) throw new Error(`${where}: no such answer in the document`);
      const type = headers['content-type']?.split(';')[0] ?? '';
      const media = response.content?.[type];
      // An answer with status 304 has no body.
      if (method === 'HEAD' || status === 304) return;
      if (media === undefined) throw new Error(`${where}: ${type} is not in the document`);
      if (type === 'application/json') checkWith(validatorOf(media.schema), body, where);
    },
  };
}

/**
 * Returns the default description of an answer with status 405 or 413, or undefined for another
 * status. The document need not list the two statuses, because the app and API Gateway may send
 * such an answer before a route runs.
 */
function findUnroutedResponse(status: number): Operation['responses'][string] | undefined {
  if (status !== 405 && status !== 413) return undefined;
  return { content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } };
}

function withReferences(schema: object): object {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
  return JSON.parse(text) as object;
}

function checkWith(validate: ReturnType<Ajv2020['compile']>, body: unknown, where: string): void {
  if (validate(body)) return;
  const wrong = (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath} ${message}`,
  );
  throw new Error(`${where}: ${wrong.join('; ')}`);
}
