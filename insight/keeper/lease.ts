import type { Statements, TableLease } from './ports.ts';

export interface LeaseDeps {
  lease: TableLease;
  statements: Statements;
  /** Returns an id that no other invocation has. */
  newOwner: () => string;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
  sleep: (ms: number) => Promise<void>;
}

/** Returns the time that is left for the invocation, in milliseconds. */
export type RemainingMs = () => number;

/**
 * Runs a statement and returns its id when it has succeeded.
 *
 * @throws {StatementError} if Athena could not run the statement.
 * @throws {InterruptedError} if the time is up or the lease is lost. The statement has been stopped.
 * @throws {NoTimeError} if no time is left. The statement has not been started.
 */
export type RunStatement = (sql: string) => Promise<string>;

/** The error for a statement that failed. `code` is Athena's name for the reason. */
export class StatementError extends Error {
  override name = 'StatementError';
  readonly code: string;
  constructor(code: string) {
    super(`Athena could not run the statement: ${code}`);
    this.code = code;
  }
}

/** The error for work that ends although the statement may be correct. */
export class InterruptedError extends Error {
  override name = 'InterruptedError';
}

/** The error for work that has not begun, because the time is up or another keeper works. */
export class NoTimeError extends InterruptedError {
  override name = 'NoTimeError';
}

/**
 * Time for which a lease is extended, in milliseconds. The owner extends the lease when half of the
 * time is left, and a call to Athena or DynamoDB takes at most 15 s for each of 3 attempts.
 */
const LEASE_MS = 180_000;
/** Time that stopping a statement and releasing the lease needs, in milliseconds. */
const STOP_MS = 30_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;

/**
 * Takes the lease on the table, does the work, and releases the lease. In the following example, the
 * keeper A is killed while its statement runs:
 *
 *     A  take      if free or ended       the lease of A ends at 10:03
 *     A  start     the statement 7
 *     A  extend    if owner is A          the lease of A ends at 10:04 and names the statement 7
 *     B  take      if free or ended       refused
 *     B  take      if free or ended       at 10:05: B has the lease, and must stop the statement 7
 *     B  stop 7, and wait until it has ended, then start a statement
 *
 * If A is killed between its two calls, or is only slow, two statements can run at the same time. Then
 * Iceberg refuses the commit of the later one, because it has not seen the earlier one.
 *
 * @returns undefined if another keeper has the lease.
 */
export async function withLease<Result>(
  deps: LeaseDeps,
  remaining_ms: RemainingMs,
  work: (run: RunStatement) => Promise<Result>,
): Promise<{ result: Result } | undefined> {
  const owner = deps.newOwner();
  const taken = await deps.lease.take(owner, deps.now() + LEASE_MS);
  if (taken === undefined) return undefined;
  try {
    if (taken.left_statement !== undefined) void (await stopAndWait(deps, taken.left_statement));
    return { result: await work((sql) => runStatement(deps, owner, remaining_ms, sql)) };
  } finally {
    await deps.lease.release(owner);
  }
}

/**
 * Does the work as soon as no other keeper has the lease.
 *
 * @throws {NoTimeError} if the time is up before that.
 */
export async function waitForLease<Result>(
  deps: LeaseDeps,
  remaining_ms: RemainingMs,
  work: (run: RunStatement) => Promise<Result>,
): Promise<Result> {
  for (;;) {
    const held = await withLease(deps, remaining_ms, work);
    if (held !== undefined) return held.result;
    if (remaining_ms() < 2 * STOP_MS) throw new NoTimeError('Another keeper has the lease');
    await deps.sleep(LONGEST_WAIT_MS);
  }
}

async function runStatement(
  deps: LeaseDeps,
  owner: string,
  remaining_ms: RemainingMs,
  sql: string,
): Promise<string> {
  if (remaining_ms() < 2 * STOP_MS) throw new NoTimeError('No time is left for a statement');
  const id = await deps.statements.start(sql);
  let until = deps.now() + LEASE_MS;
  const extend = async () => {
    until = deps.now() + LEASE_MS;
    return deps.lease.extend(owner, until, id);
  };
  let is_owner = await extend();
  for (let wait_ms = FIRST_WAIT_MS; ; wait_ms = Math.min(wait_ms * 2, LONGEST_WAIT_MS)) {
    const { state, code = 'UNKNOWN' } = await deps.statements.read(id);
    if (state === 'succeeded') return id;
    if (state === 'failed') throw new StatementError(code);
    if (!is_owner) return interrupt(deps, id, 'Another keeper has taken the lease');
    if (remaining_ms() < STOP_MS) return interrupt(deps, id, 'The time of the invocation is up');
    await deps.sleep(wait_ms);
    if (until - deps.now() < LEASE_MS / 2) is_owner = await extend();
  }
}

/**
 * Requires that a minute of the invocation is left, so that a query can start.
 *
 * @throws {NoTimeError} if it has less.
 */
export function requireTime(remaining_ms: RemainingMs): void {
  if (remaining_ms() < 2 * STOP_MS) throw new NoTimeError('No time is left to read');
}

/**
 * Runs a query and returns its rows. A query changes nothing, so it needs no lease.
 *
 * @throws {StatementError} if Athena could not run the query.
 * @throws {InterruptedError} if the time is up. The query has been stopped.
 */
export async function runQuery(
  deps: Pick<LeaseDeps, 'statements' | 'sleep'>,
  remaining_ms: RemainingMs,
  sql: string,
): Promise<Record<string, unknown>[]> {
  requireTime(remaining_ms);
  const id = await deps.statements.start(sql);
  for (let wait_ms = FIRST_WAIT_MS; ; wait_ms = Math.min(wait_ms * 2, LONGEST_WAIT_MS)) {
    const { state, code = 'UNKNOWN' } = await deps.statements.read(id);
    if (state === 'succeeded') return (await deps.statements.answer(id)).rows;
    if (state === 'failed') throw new StatementError(code);
    if (remaining_ms() < STOP_MS) {
      await deps.statements.stop(id);
      throw new InterruptedError('The time of the invocation is up');
    }
    await deps.sleep(wait_ms);
  }
}

/** Stops a statement. Returns its id if it has succeeded nevertheless. */
async function interrupt(deps: LeaseDeps, id: string, reason: string): Promise<string> {
  if (await stopAndWait(deps, id)) return id;
  throw new InterruptedError(reason);
}

/** Stops a statement, waits until it has ended, and returns whether it has succeeded. */
async function stopAndWait({ statements, sleep }: LeaseDeps, id: string): Promise<boolean> {
  for (let wait_ms = FIRST_WAIT_MS; ; wait_ms = Math.min(wait_ms * 2, LONGEST_WAIT_MS)) {
    const { state } = await statements.read(id);
    if (state !== 'running') return state === 'succeeded';
    await statements.stop(id);
    await sleep(wait_ms);
  }
}
