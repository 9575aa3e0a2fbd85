import type { Issue, SetAsideReason } from '../../../schemas/index.ts';

/** The error for bytes that are not a valid record. Its message and issues never quote the bytes. */
export class Unreadable extends Error {
  override name = 'Unreadable';
  readonly reason: SetAsideReason;
  readonly issues: Issue[];

  constructor(reason: SetAsideReason, issues: Issue[], options: { cause?: unknown } = {}) {
    super(reason, options);
    this.reason = reason;
    this.issues = issues;
  }
}

/** Returns an error with one issue, which concerns the bytes as a whole. */
export function unreadable(reason: SetAsideReason, message: string): Unreadable {
  return new Unreadable(reason, [{ path: '', message }]);
}
