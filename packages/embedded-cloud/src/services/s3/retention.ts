import { S3Error } from './errors.ts';

const LOCK_MODES = ['GOVERNANCE', 'COMPLIANCE'] as const;
type LockMode = (typeof LOCK_MODES)[number];

/** The time until which a version of an object cannot be deleted. */
export interface Retention {
  mode: LockMode;
  /** In epoch milliseconds. */
  retain_until: number;
}

/** The retention of new objects of a bucket whose upload names none. */
export interface DefaultRetention {
  mode: LockMode;
  days: number;
}

const DAY_MS = 86_400_000;
/**
 * Longest default retention: 100 years.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
 */
const MOST_DAYS = 36_500;
const DAYS_OF_YEAR = 365;

const MODE_HEADER = 'x-amz-object-lock-mode';
const UNTIL_HEADER = 'x-amz-object-lock-retain-until-date';
const HOLD_HEADER = 'x-amz-object-lock-legal-hold';
const BYPASS_HEADER = 'x-amz-bypass-governance-retention';

/** Whether the headers of an upload ask for a retention. */
export function asksForRetention(headers: Record<string, string>): boolean {
  return [MODE_HEADER, UNTIL_HEADER, HOLD_HEADER].some((name) => headers[name] !== undefined);
}

/** Whether a call asks to bypass governance mode. */
export function bypassesGovernance(headers: Record<string, string>): boolean {
  return headers[BYPASS_HEADER]?.toLowerCase() === 'true';
}

/**
 * Reads the retention of an upload.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 *
 * @throws {S3Error} NotImplemented for a legal hold, InvalidArgument if one of both headers is missing,
 * if the mode is unknown or if the date is in the past
 */
export function readRetention(headers: Record<string, string>, now: number): Retention | undefined {
  const { [MODE_HEADER]: mode, [UNTIL_HEADER]: until, [HOLD_HEADER]: hold } = headers;
  if (hold !== undefined) throw new S3Error('NotImplemented');
  if (mode === undefined && until === undefined) return undefined;
  if (mode === undefined || until === undefined) {
    const message = `${UNTIL_HEADER} and ${MODE_HEADER} must both be supplied`;
    throw new S3Error('InvalidArgument', message);
  }
  return parseRetention(mode, until, now);
}

/** Parses a mode and a date. @throws {S3Error} InvalidArgument */
export function parseRetention(mode: string, until: string, now: number): Retention {
  const retain_until = Date.parse(until);
  if (Number.isNaN(retain_until)) throw new S3Error('InvalidArgument');
  if (retain_until <= now) {
    throw new S3Error('InvalidArgument', 'The retain until date must be in the future!');
  }
  return { mode: parseMode(mode), retain_until };
}

/** Parses the mode of a retention. @throws {S3Error} InvalidArgument */
function parseMode(mode: string): LockMode {
  const known = LOCK_MODES.find((name) => name === mode);
  if (known === undefined) throw new S3Error('InvalidArgument', 'Unknown wormMode directive.');
  return known;
}

/**
 * Parses a default retention, which has either days or years.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DefaultRetention.html
 *
 * @throws {S3Error} MalformedXML, InvalidArgument
 */
export function parseDefaultRetention(given: {
  mode: string | undefined;
  days: number | undefined;
  years: number | undefined;
}): DefaultRetention {
  const { mode, days, years } = given;
  if (mode === undefined || (days === undefined) === (years === undefined)) {
    throw new S3Error('MalformedXML');
  }
  const all_days = days ?? (years ?? 0) * DAYS_OF_YEAR;
  if (!(Number.isInteger(all_days) && all_days >= 1)) {
    throw new S3Error(
      'InvalidArgument',
      'Default retention period must be a positive integer value.',
    );
  }
  if (all_days > MOST_DAYS) {
    throw new S3Error('InvalidArgument', 'Default retention period too large.');
  }
  return { mode: parseMode(mode), days: all_days };
}

/** Returns the retention of an upload that names none. */
export function applyDefault({ mode, days }: DefaultRetention, now: number): Retention {
  return { mode, retain_until: now + days * DAY_MS };
}

/**
 * Checks that a version may be deleted. In compliance mode no caller may, whatever the permissions.
 *
 * @param bypass whether the call bypasses governance mode; the gateway has checked the permission
 * @throws {S3Error} AccessDenied
 */
export function checkDeletion(
  retention: Retention | undefined,
  { bypass, now }: { bypass: boolean; now: number },
): void {
  if (retention === undefined || retention.retain_until <= now) return;
  if (retention.mode === 'GOVERNANCE' && bypass) return;
  throw new S3Error('AccessDenied', 'Access Denied because object protected by object lock.');
}

/**
 * Checks that a retention may replace another. It may be extended. To shorten it, to remove it or to
 * change its mode, the call must bypass governance mode; in compliance mode it is impossible.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 *
 * @throws {S3Error} AccessDenied
 */
export function checkChange(
  from: Retention | undefined,
  to: Retention | undefined,
  options: { bypass: boolean; now: number },
): void {
  const is_extended =
    from !== undefined &&
    to !== undefined &&
    to.retain_until >= from.retain_until &&
    (to.mode === from.mode || (from.mode === 'GOVERNANCE' && to.mode === 'COMPLIANCE'));
  if (!is_extended) checkDeletion(from, options);
}
