import { randomUUID } from 'node:crypto';
import {
  type AuditAct,
  type AuditCaller,
  type AuditEntry,
  type AuditOutcome,
  auditActSchema,
  ServiceError,
} from '../schemas/index.ts';
import { type AuditKeys, hashPersons } from './keys.ts';
import type { AuditWriter } from './writer.ts';

/** The trail, as one caller writes to it. */
export interface AuditTrail {
  writer: AuditWriter;
  keys: () => Promise<AuditKeys>;
  caller: AuditCaller;
  now: () => number;
  /** Called if an act is done and its outcome cannot be written. */
  onOutcomeLost: (act_id: string, error: unknown) => void;
}

/** An act was refused, because the audit trail could not be written. Nothing was done. */
export class AuditUnavailable extends Error {
  override name = 'AuditUnavailable';
  constructor(act: string, cause: unknown) {
    const code = cause instanceof Error ? cause.message : String(cause);
    super(`Nothing was done: the act ${act} could not be written to the audit trail (${code}).`, {
      cause,
    });
  }
}

/**
 * Writes to the trail that an act begins, does it, and writes how it ended. The work does not begin if
 * the first entry cannot be written. An error of the work is recorded and thrown again.
 *
 * @param describe returns the counts of a result, or another outcome than `done`.
 * @throws {AuditUnavailable} if the beginning cannot be written.
 *
 * @example
 * const report = await recordAct(
 *   trail,
 *   { act: 'erase', tenant: 'acme', selectors: { source: 'reviews' }, persons: { author: 'Ada' } },
 *   () => erase(selection),
 *   ({ rows }) => ({ counts: { rows } }),
 * );
 */
export async function recordAct<Result>(
  trail: AuditTrail,
  act: AuditAct,
  work: (act_id: string) => Promise<Result>,
  describe: (result: Result) => Partial<AuditOutcome> = () => ({}),
): Promise<Result> {
  const act_id = await beginAct(trail, act);
  let result: Result;
  try {
    result = await work(act_id);
  } catch (error) {
    const error_code = codeOf(error);
    await endAct(trail, act_id, act, { outcome: 'failed', ...(error_code && { error_code }) });
    throw error;
  }
  await endAct(trail, act_id, act, { outcome: 'done', ...describe(result) });
  return result;
}

/**
 * Writes that an act begins. Commands and functions use {@link recordAct}, which also writes the end.
 *
 * @returns the id of the act, which pairs its entries.
 * @throws {AuditUnavailable} if the entry cannot be written.
 */
export async function beginAct(trail: AuditTrail, act: AuditAct): Promise<string> {
  const act_id = randomUUID();
  try {
    const keys = await trail.keys();
    const at = new Date(trail.now()).toISOString();
    await trail.writer.write([
      createEntry(keys, trail.caller, act, { phase: 'begun', act_id, at }),
    ]);
  } catch (cause) {
    throw new AuditUnavailable(act.act, cause);
  }
  return act_id;
}

/** Writes how an act ended. If that is impossible, it calls `onOutcomeLost`, because the act is done. */
export async function endAct(
  trail: AuditTrail,
  act_id: string,
  act: AuditAct,
  outcome: AuditOutcome,
): Promise<void> {
  try {
    const keys = await trail.keys();
    const at = new Date(trail.now()).toISOString();
    const place = { phase: 'ended', act_id, at, ...outcome } as const;
    await trail.writer.write([createEntry(keys, trail.caller, act, place)]);
  } catch (error) {
    trail.onOutcomeLost(act_id, error);
  }
}

/** Creates the entry of an act. The selectors that name persons become HMACs. */
export function createEntry(
  keys: AuditKeys,
  caller: AuditCaller,
  act: AuditAct,
  rest: Pick<AuditEntry, 'phase' | 'act_id' | 'at'> & Partial<AuditOutcome>,
): AuditEntry {
  const { persons = {}, selectors = {}, ...named } = auditActSchema.parse(act);
  return {
    ...caller,
    ...named,
    ...rest,
    selectors: { ...selectors, ...hashPersons(keys, persons) },
  };
}

/** Returns the code of an error for an entry. The message stays out, because it may quote a text. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof ServiceError) return error.code.replace(/\W/g, '_').slice(0, 64);
  return error instanceof Error ? error.name.replace(/\W/g, '_').slice(0, 64) : undefined;
}
