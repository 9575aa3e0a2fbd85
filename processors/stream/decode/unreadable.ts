import type { Issue, SetAsideReason } from '../../../schemas/index.ts';

/** These bytes are no record, and never will be. Neither the message nor an issue holds any of the text. */
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

/** One issue with the bytes as a whole. */
export function unreadable(reason: SetAsideReason, message: string): Unreadable {
  return new Unreadable(reason, [{ path: '', message }]);
}
