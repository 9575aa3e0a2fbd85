import { lookup as resolve } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { type CallbackRules, CallbackUrlError, checkAddress, checkCallbackUrl } from './url.ts';

/** How one attempt ended: with the receiver's status, or why there was none. */
export type PostOutcome = { status: number } | { error: string };

export interface PostDeps extends CallbackRules {
  /** Resolves a name to all of its addresses; absent: the system's. */
  resolve?: (
    host: string,
    options: { all: true },
    done: (
      error: NodeJS.ErrnoException | null,
      addresses: { address: string; family: number }[],
    ) => void,
  ) => void;
  /** For all of an attempt, redirects included. */
  timeout_ms?: number;
}

const TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 3;
/** Those that keep method and body: a POST that became a GET would have told nobody anything. */
const REDIRECTS = new Set([307, 308]);

export type Post = (
  url: string,
  headers: Record<string, string>,
  body: string,
) => Promise<PostOutcome>;

/**
 * Posts to an address that somebody else chose. What is connected to is the very address that was checked, at every
 * redirect anew: a name that resolves otherwise the second time leads nowhere else.
 */
export function createPost(deps: PostDeps): Post {
  return async (url, headers, body) => {
    const timeout = AbortSignal.timeout(deps.timeout_ms ?? TIMEOUT_MS);
    try {
      let target = url;
      for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
        const checked = checkCallbackUrl(target, deps);
        const { status, location } = await postOnce(deps, checked, { headers, body, timeout });
        if (!REDIRECTS.has(status) || location === undefined) return { status };
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
        lookup: checkedLookup(deps),
        signal: sent.timeout,
        agent: false,
        headers: { ...sent.headers, 'content-length': Buffer.byteLength(sent.body) },
      },
      (answer) => {
        resolved({ status: answer.statusCode ?? 0, location: answer.headers.location });
        // What the receiver says beside its status is nothing to us.
        answer.destroy();
      },
    );
    call.once('error', reject);
    call.end(sent.body);
  });
}

/** Gives only addresses that may be called. One forbidden among several refuses them all: somebody plays. */
function checkedLookup(deps: PostDeps): LookupFunction {
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
      if (first === undefined) return done(new CallbackUrlError('leads nowhere'), '', 4);
      if (options.all) return done(null, addresses);
      return done(null, first.address, first.family);
    });
  };
}

/** A code, and nothing that the receiver could have put there. */
function codeOf(error: unknown): string {
  if (error instanceof CallbackUrlError) return 'AddressNotAllowed';
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : 'ConnectionFailed';
}
