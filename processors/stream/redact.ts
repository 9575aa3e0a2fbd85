import pLimit from 'p-limit';
import { ServiceError } from '../../schemas/index.ts';
import type { RedactedRecord, RedactRecord } from '../privacy/redact-record.ts';
import type { BatchContext } from './batch.ts';
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
 * Redacts versions of records, before anything of them is sent, cached or stored. A version fails, and
 * is delivered again, if a service that must search it is away, or if the time of the analysis is up
 * before its turn. The first version has a turn in any case, so that a batch makes progress.
 */
export async function redactVersions(
  versions: Version[],
  { privacy: { redactRecord }, now }: RedactVersionsDeps,
  { analysis, tally }: BatchContext,
): Promise<RedactedVersion[]> {
  const limit = pLimit(TEXTS_AT_A_TIME);
  const redactInTime = async (version: Version, place: number) => {
    try {
      if (place > 0 && now() >= analysis.at) throw new OutOfTime();
      return await redactVersion(version, redactRecord, analysis);
    } catch (cause) {
      const code = cause instanceof OutOfTime ? 'OutOfTime' : readCode(cause);
      const { places } = version;
      tally.addFailed(places.map(({ delivered_as }) => ({ stage: 'privacy', code, delivered_as })));
      return [];
    }
  };
  const redacted = await Promise.all(
    versions.map((version, place) => limit(() => redactInTime(version, place))),
  );
  return redacted.flat();
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
  analysis: BatchContext['analysis'],
): Promise<RedactedVersion> {
  const { item, places } = version;
  // A withdrawal has no content.
  if (item.record.deleted) {
    return { ...version, keeps_text: false, analysed: { text: '' }, pii: undefined };
  }
  const { stored, ...redacted } = await redactRecord(item.record, analysis);
  return { item: { ...item, record: { ...item.record, ...stored } }, places, ...redacted };
}
