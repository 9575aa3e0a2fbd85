import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { notFound, parseParam } from '../body.ts';
import type { ApiDeps } from '../deps.ts';
import { openApiDocument } from '../openapi/document.ts';
import { COMMON_ERRORS, type Route } from '../routes/route.ts';
import { PAGE, PAGE_SCRIPT, plainPage } from './page.ts';

/** The viewer's own files, which the page asks for. */
const ASSETS: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};
const SCRIPT = 'page.js';
/** Nothing from anywhere else; the viewer styles its elements in place, and draws its icons from data. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const A_DAY = 'public, max-age=86400';

/** The routes that tell of all routes. @param routes asked when they are called: they are among them. */
export function createDocumentRoutes(routes: () => Route[]): Route[] {
  return [openapiRoute(routes), pageRoute(routes), file];
}

function openapiRoute(routes: () => Route[]): Route {
  let document: Record<string, unknown> | undefined;
  return {
    method: 'GET',
    path: '/openapi.json',
    operation_id: 'openapi',
    summary: 'This document',
    tag: 'Service',
    needs_key: false,
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) } },
    errors: COMMON_ERRORS,
    handler: (deps) => (c) => {
      document ??= openApiDocument({ routes: routes(), version: deps.version });
      return c.json(document, 200, { 'Cache-Control': 'public, max-age=300' });
    },
  };
}

function pageRoute(routes: () => Route[]): Route {
  return {
    method: 'GET',
    path: '/docs',
    operation_id: 'docs',
    summary: 'The document as a page to read and to try',
    tag: 'Service',
    needs_key: false,
    answers: { 200: { description: 'A page', content: ['text/html'] } },
    errors: COMMON_ERRORS,
    handler: (deps) => async (c) => {
      const has_viewer = (await asset(deps, 'swagger-ui-bundle.js')) !== undefined;
      return c.html(has_viewer ? PAGE : plainPage(routes()), 200, {
        'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      });
    },
  };
}

const file: Route = {
  method: 'GET',
  path: '/docs/{file}',
  operation_id: 'docsFile',
  summary: 'What the page is made of',
  tag: 'Service',
  needs_key: false,
  params: z.object({ file: z.string() }),
  answers: { 200: { description: 'A file', content: ['text/css', 'text/javascript'] } },
  errors: ['NOT_FOUND', ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const name = parseParam(c.req, file, 'file', 'file');
    const type = name === SCRIPT ? 'text/javascript; charset=utf-8' : ASSETS[name];
    const bytes = name === SCRIPT ? Buffer.from(PAGE_SCRIPT) : await asset(deps, name);
    if (type === undefined || bytes === undefined) throw notFound('file');
    const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
    const headers = { ETag: etag, 'Cache-Control': A_DAY };
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers);
    return c.body(bytes.toString(), 200, { ...headers, 'Content-Type': type });
  },
};

async function asset({ docs_folder }: ApiDeps, name: string): Promise<Buffer | undefined> {
  if (docs_folder === undefined || !Object.hasOwn(ASSETS, name)) return undefined;
  try {
    return await readFile(join(docs_folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
