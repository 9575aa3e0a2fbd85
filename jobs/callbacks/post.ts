import { lookup as resolve } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { type CallbackRules, CallbackUrlError, checkAddress, checkCallbackUrl } from './url.ts';

/** The HTTP status of the receiver's response, or an error code if there was no response. */
export type PostOutcome = { status: number } | { error: string };

export interface PostDeps extends CallbackRules {
  /**
   * Resolves a host name to all of its addresses. The default is the resolver of the operating
   * system.
   */
  resolve?: (
    host: string,
    options: { all: true },
    done: (
      error: NodeJS.ErrnoException | null,
      addresses: { address: string; family: number }[],
    ) => void,
  ) => void;
  /** Time limit in milliseconds for one attempt with all its redirects. Default 30,000. */
  timeout_ms?: number;
}

const TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 3;
/**
 * The statuses of the redirects that the client follows. After these redirects, the client sends
 * the same method and body again. A redirect with a different status would turn the POST into a GET
 * without a body.
 */
const REDIRECT_STATUSES = new Set([307, 308]);

export type Post = (
  url: string,
  headers: Record<string, string>,
  body: string,
) => Promise<PostOutcome>;

/**
 * Creates the function that posts callbacks to URLs. Because callers choose the URLs, the function
 * connects only to addresses that the function has checked. The function resolves the host name and
 * checks the addresses for the first request, and again for each redirect. If the host name
 * resolves to a private address after the check (DNS rebinding), the function does not connect to
 * that address.
 */
export function createPost(deps: PostDeps): Post {
  return async (url, headers, body) => {
    const timeout = AbortSignal.timeout(deps.timeout_ms ?? TIMEOUT_MS);
    try {
      let target = url;
      for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
        const checked = checkCallbackUrl(target, deps);
        const { status, location } = await postOnce(deps, checked, { headers, body, timeout });
        if (!REDIRECT_STATUSES.has(status) || location === undefined) return { status };
        if (!URL.canParse(location, checked.href)) return { error: 'BadRedirect' };
        target = new URL(location, checked).href;
      }
      return { error: 'TooManyRedirects' };
    } catch (error) {
      return { error: timeout.aborted ? 'Timeout' : codeOf(error) };
    }
  };
}

function postOnce(
  deps: PostDeps,
  url: URL,
  sent: { headers: Record<string, string>; body: string; timeout: AbortSignal },
): Promise<{ status: number; location: string | undefined }> {
  const request = url.protocol === 'http:' ? requestHttp : requestHttps;
  return new Promise((resolved, reject) => {
    const call = request(
      url,
      {
        method: 'POST',
        lookup: createCheckedLookup(deps),
        signal: sent.timeout,
        agent: false,
        headers: { ...sent.headers, 'content-length': Buffer.byteLength(sent.body) },
      },
      (response) => {
        resolved({ status: response.statusCode ?? 0, location: response.headers.location });
        // AuraStream does not read the body of the response, so the connection is closed here.
        response.destroy();
      },
    );
    call.once('error', reject);
    call.end(sent.body);
  });
}

/**
 * Creates a lookup function that resolves host names to public addresses only. If one of several
 * addresses is private, the lookup fails, because the host name may be an attempt at DNS rebinding.
 */
function createCheckedLookup(deps: PostDeps): LookupFunction {
  const resolveAll = deps.resolve ?? resolve;
  return (host, options, done) => {
    resolveAll(host, { all: true }, (error, addresses) => {
      if (error !== null) return done(error, '', 4);
      try {
        for (const { address } of addresses) checkAddress(address, deps);
      } catch (refusal) {
        return done(refusal as NodeJS.ErrnoException, '', 4);
      }
      const [first] = addresses;
      if (first === undefined)
        return done(new CallbackUrlError('has a name without an address'), '', 4);
      if (options.all) return done(null, addresses);
      return done(null, first.address, first.family);
    });
  };
}

/** Returns an error code that cannot contain data from the receiver. */
function codeOf(error: unknown): string {
  if (error instanceof CallbackUrlError) return 'AddressNotAllowed';
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : 'ConnectionFailed';
}
