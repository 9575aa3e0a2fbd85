import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from 'hono';
import * as z from 'zod';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { notFound } from '../http/errors.ts';
import { parseParams } from '../http/parse.ts';
import { COMMON_ERRORS, type Route } from '../routes/route.ts';

const INDEX = 'index.html';
const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};

/** Names of built files: a name, a hash of the content, and an ending. They are no paths. */
const HASHED_NAME = /^[a-z]+(?:-[a-z]+)*-[A-Z0-9]{8}\.(?:js|css|svg)$/;

/** Licences of the packages in the built files. */
const NOTICES = 'notices.txt';

const COMMON = {
  method: 'GET',
  tag: 'Service',
  access: 'open',
  errors: ['NOT_FOUND', ...COMMON_ERRORS],
} satisfies Partial<Route>;

/** Media types of the files, without the charset. */
const FILE_TYPES = ['text/css', 'text/javascript', 'image/svg+xml', 'text/plain'];

const fileParams = z.object({ file: z.string() });

const pageRoute: Route = {
  ...COMMON,
  path: '/dashboard',
  operation_id: 'dashboard',
  summary: 'The dashboard, a page that reads this API with a key',
  answers: { 200: { description: 'A page', content: ['text/html'] } },
  handler: (deps) => async (c) => {
    c.header('Content-Security-Policy', writePolicy(deps.upload_origin));
    c.header('Referrer-Policy', 'no-referrer');
    // The page names its other files, so a browser must ask whether there is a newer one.
    return answerFile(c, deps, INDEX, 'no-cache');
  },
};

const fileRoute: Route = {
  ...COMMON,
  path: '/dashboard/{file}',
  operation_id: 'dashboardFile',
  summary: 'A file of the dashboard',
  params: fileParams,
  answers: {
    200: { description: 'A file', content: FILE_TYPES },
  },
  handler: (deps) => async (c) => {
    const { file } = parseParams(c.req, fileParams, 'file');
    if (file === NOTICES) return answerFile(c, deps, NOTICES, 'no-cache');
    if (!HASHED_NAME.test(file)) throw notFound('file');
    return answerFile(c, deps, file, 'public, max-age=31536000, immutable');
  },
};

/** The routes of the dashboard. They need no key: the page has no data, and asks for a key itself. */
export const dashboardRoutes: Route[] = [pageRoute, fileRoute];

/**
 * Content security policy of the dashboard. Everything comes from the host of the API. Only the files
 * of jobs go to another one, the bucket.
 */
function writePolicy(upload_origin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${upload_origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** @throws {HttpError} NOT_FOUND if the bundle has no such file. */
async function answerFile(
  c: Context<ApiEnv>,
  { dashboard_folder }: ApiDeps,
  name: string,
  cache_control: string,
): Promise<Response> {
  const bytes = await readBuiltFile(dashboard_folder, name);
  if (bytes === undefined) throw notFound('file');
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
  c.header('ETag', etag);
  c.header('Cache-Control', cache_control);
  c.header('X-Content-Type-Options', 'nosniff');
  if (c.req.header('if-none-match')?.replace('W/', '') === etag) return c.body(null, 304);
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
  return c.body(bytes.toString(), 200, type === undefined ? {} : { 'Content-Type': type });
}

async function readBuiltFile(
  folder: string | undefined,
  name: string,
): Promise<Buffer | undefined> {
  if (folder === undefined) return undefined;
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
