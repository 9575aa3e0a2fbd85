import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { ApiDeps } from '../deps.ts';
import { notFound } from '../http/errors.ts';
import { parseParams } from '../http/parse.ts';
import { buildOpenApiDocument } from '../openapi/document.ts';
import { COMMON_ERRORS, type Route } from '../routes/route.ts';
import { PAGE, PAGE_SCRIPT, renderPlainPage } from './page.ts';

/** Content type of each file of Swagger UI that the docs page loads. */
const ASSETS: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};
const SCRIPT = 'page.js';
/**
 * Content security policy of the docs page. The policy lets the page load files only from the
 * page's own host. Swagger UI needs inline styles, and data URLs for icons.
 */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const A_DAY = 'public, max-age=86400';

/**
 * Creates the routes that serve the API's documentation.
 *
 * @param routes function that returns all routes of the API. The caller cannot pass a list instead,
 * because the list also contains the routes that `createDocumentRoutes` creates.
 * @param serves_page whether the documentation is also a page.
 */
export function createDocumentRoutes(routes: () => Route[], serves_page: boolean): Route[] {
  const page = serves_page ? [createPageRoute(routes), fileRoute] : [];
  return [createOpenapiRoute(routes), ...page];
}

function createOpenapiRoute(routes: () => Route[]): Route {
  let document: Record<string, unknown> | undefined;
  return {
    method: 'GET',
    path: '/openapi.json',
    operation_id: 'openapi',
    summary: 'This document',
    tag: 'Service',
    access: 'open',
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) } },
    errors: COMMON_ERRORS,
    handler: (deps) => (c) => {
      document ??= buildOpenApiDocument({ routes: routes(), version: deps.version });
      return c.json(document, 200, { 'Cache-Control': 'public, max-age=300' });
    },
  };
}

function createPageRoute(routes: () => Route[]): Route {
  return {
    method: 'GET',
    path: '/docs',
    operation_id: 'docs',
    summary: 'This document as a page that can send requests',
    tag: 'Service',
    access: 'open',
    answers: { 200: { description: 'A page', content: ['text/html'] } },
    errors: COMMON_ERRORS,
    handler: (deps) => async (c) => {
      const has_viewer = (await readAsset(deps, 'swagger-ui-bundle.js')) !== undefined;
      return c.html(has_viewer ? PAGE : renderPlainPage(routes()), 200, {
        'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      });
    },
  };
}

const fileParams = z.object({ file: z.string() });

const fileRoute: Route = {
  method: 'GET',
  path: '/docs/{file}',
  operation_id: 'docsFile',
  summary: 'A file of the page',
  tag: 'Service',
  access: 'open',
  params: fileParams,
  answers: { 200: { description: 'A file', content: ['text/css', 'text/javascript'] } },
  errors: ['NOT_FOUND', ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { file: name } = parseParams(c.req, fileParams, 'file');
    const type = name === SCRIPT ? 'text/javascript; charset=utf-8' : ASSETS[name];
    const bytes = name === SCRIPT ? Buffer.from(PAGE_SCRIPT) : await readAsset(deps, name);
    if (type === undefined || bytes === undefined) throw notFound('file');
    const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
    const headers = { ETag: etag, 'Cache-Control': A_DAY };
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers);
    return c.body(bytes.toString(), 200, { ...headers, 'Content-Type': type });
  },
};

async function readAsset({ docs_folder }: ApiDeps, name: string): Promise<Buffer | undefined> {
  if (docs_folder === undefined || !Object.hasOwn(ASSETS, name)) return undefined;
  try {
    return await readFile(join(docs_folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
