import pLimit from 'p-limit';
import { OverBudgetError } from '../../budgets/over-budget-error.ts';
import { ServiceError } from '../../schemas/index.ts';
import type { RedactedRecord, RedactRecord } from '../privacy/redact-record.ts';
import type { BatchContext } from './batch.ts';
import type { Rejected, StreamItem } from './decode/decode.ts';
import { explainBudget } from './over-budget.ts';
import type { Version } from './versions.ts';

/** A version whose item has the content that is stored. */
export interface RedactedVersion
  extends Version,
    Pick<RedactedRecord, 'keeps_text' | 'analysed' | 'pii'> {}

export interface RedactVersionsDeps {
  privacy: { redactRecord: RedactRecord };
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/** Number of texts that a service searches at the same time. */
const TEXTS_AT_A_TIME = 16;
/**
 * Share of the time for the analysis that calls to a service may take to search for personal data.
 * The rest is for the analysis of what was searched, so that each batch makes progress.
 */
const SEARCH_SHARE = 0.5;

/** Versions after the search. Each version is in one of the two lists, or has failed. */
export interface Redacted {
  redacted: RedactedVersion[];
  /** Versions that no budget can pay for. */
  refused: Rejected<StreamItem>[];
}

/**
 * Redacts versions of records, before anything of them is sent, cached or stored. A version fails, and
 * is delivered again, if a service that must search it is away, or if the time of the analysis is up
 * before its turn. The first version has a turn in any case, so that a batch makes progress.
 */
export async function redactVersions(
  versions: Version[],
  { privacy: { redactRecord }, now }: RedactVersionsDeps,
  { analysis, tally }: BatchContext,
): Promise<Redacted> {
  const limit = pLimit(TEXTS_AT_A_TIME);
  const started_at = now();
  const at = started_at + Math.max(0, analysis.at - started_at) * SEARCH_SHARE;
  const search = { at, signal: analysis.signal };
  const refused: Redacted['refused'] = [];
  const redactInTime = async (version: Version, place: number) => {
    try {
      if (place > 0 && now() >= analysis.at) throw new OutOfTime();
      return await redactVersion(version, redactRecord, search);
    } catch (cause) {
      if (cause instanceof OverBudgetError) {
        const why = explainBudget(cause, now());
        refused.push(...version.places.map((item) => ({ item, why })));
        return [];
      }
      const code = cause instanceof OutOfTime ? 'OutOfTime' : readCode(cause);
      const { places } = version;
      tally.addFailed(places.map(({ delivered_as }) => ({ stage: 'privacy', code, delivered_as })));
      return [];
    }
  };
  const redacted = await Promise.all(
    versions.map((version, place) => limit(() => redactInTime(version, place))),
  );
  return { redacted: redacted.flat(), refused };
}

class OutOfTime extends Error {}

/** Returns the code of a failed service. Any other error is a bug and is thrown. */
function readCode(cause: unknown): string {
  if (cause instanceof ServiceError) return cause.code;
  throw cause;
}

async function redactVersion(
  version: Version,
  redactRecord: RedactRecord,
  search: BatchContext['analysis'],
): Promise<RedactedVersion> {
  const { item, places } = version;
  // A withdrawal has no content.
  if (item.record.deleted) {
    return { ...version, keeps_text: false, analysed: { text: '' }, pii: undefined };
  }
  const { stored, ...redacted } = await redactRecord(item.record, search);
  return { item: { ...item, record: { ...item.record, ...stored } }, places, ...redacted };
}
