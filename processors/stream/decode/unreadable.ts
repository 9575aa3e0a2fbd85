import type { Issue, SetAside, SetAsideReason } from '../../../schemas/index.ts';

/**
 * The error for a record that can never have a result, for example because the bytes of the record
 * are invalid. The message and the issues never quote the bytes.
 */
export class Unreadable extends Error {
  override name = 'Unreadable';
  readonly reason: SetAsideReason;
  readonly issues: Issue[];
  /** The budget that is used up, if that is the reason. */
  readonly over_budget: SetAside['over_budget'];

  constructor(
    reason: SetAsideReason,
    issues: Issue[],
    options: { cause?: unknown; over_budget?: SetAside['over_budget'] } = {},
  ) {
    super(reason, options);
    this.reason = reason;
    this.issues = issues;
    this.over_budget = options.over_budget;
  }
}

/** Creates an error with one issue for the record as a whole. */
export function unreadable(reason: SetAsideReason, message: string): Unreadable {
  return new Unreadable(reason, [{ path: '', message }]);
}
