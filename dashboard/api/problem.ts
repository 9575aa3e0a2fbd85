import type { ErrorResponse } from '../../schemas/index.ts';

/**
 * Why a request has no answer: `unreachable` (no API, or it cannot work now), `key` (unknown, expired
 * or revoked), `right` (the key may not do this), `busy` (too many requests), `budget` (used up),
 * `refused` (the request itself is wrong), `bug`.
 */
export type ProblemKind = 'unreachable' | 'key' | 'right' | 'busy' | 'budget' | 'refused' | 'bug';

/** The error of a request. */
export class Problem extends Error {
  override name = 'Problem';
  readonly kind: ProblemKind;
  /** Status of the answer; 0 if there was none. */
  readonly status: number;
  /** Rights of which the key needs one, if the kind is `right`. */
  readonly rights: readonly string[];
  /** Seconds until another attempt can succeed, if the API names them. */
  readonly retry_after: number | undefined;

  constructor(
    kind: ProblemKind,
    message: string,
    more: { status?: number; rights?: readonly string[]; retry_after?: number | undefined } = {},
  ) {
    super(message);
    this.kind = kind;
    this.status = more.status ?? 0;
    this.rights = more.rights ?? [];
    this.retry_after = more.retry_after;
  }
}

const KINDS: Record<number, ProblemKind> = {
  401: 'key',
  403: 'key',
  429: 'busy',
  500: 'bug',
  502: 'unreachable',
  503: 'unreachable',
  504: 'unreachable',
};

/** Returns the problem that an answer of the API describes. `body` may be anything. */
export function describeRefusal(status: number, body: unknown): Problem {
  const { code, message, required_rights, retry_after } = readError(body);
  const kind = kindOf(status, code);
  return new Problem(kind, message ?? `HTTP ${status}`, {
    status,
    rights: required_rights ?? [],
    retry_after,
  });
}

function kindOf(status: number, code: string | undefined): ProblemKind {
  if (code === 'MISSING_RIGHT') return 'right';
  if (code === 'BUDGET_EXCEEDED') return 'budget';
  return KINDS[status] ?? 'refused';
}

function readError(body: unknown): Partial<ErrorResponse['error']> {
  if (typeof body !== 'object' || body === null || !('error' in body)) return {};
  const { error } = body;
  return typeof error === 'object' && error !== null ? error : {};
}
