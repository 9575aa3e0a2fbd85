import {
  findPrivacyPolicy,
  type Pii,
  type PrivacySettings,
  type StreamRecord,
} from '../../schemas/index.ts';
import type { Deadline } from '../deadline.ts';
import type { ResolvedLanguage } from '../language.ts';
import { detectUnsure, detectUnsureLocally } from './detect-unsure.ts';
import type { Detection, PersonalDataDetector } from './ports.ts';
import { type MetadataDeps, maskAuthor, redactAttributes, redactUrl } from './redact-metadata.ts';
import { redactText, sumPii } from './redact-text.ts';

/** The fields of a record that may hold personal data. */
type Content = Pick<StreamRecord, 'text' | 'author' | 'url' | 'attributes'>;

/** A record in the forms in which it is analysed and stored. */
export interface RedactedRecord {
  /** The content that is stored. */
  stored: Content;
  /** False if the text is not stored, but only its hash and its size. */
  keeps_text: boolean;
  /** The text that is analysed. Its language is known, unless the policy is `off`. */
  analysed: { text: string; language?: ResolvedLanguage };
  /** The personal data that was found. Undefined if there was none, or if the policy is `off`. */
  pii: Pii | undefined;
}

/**
 * Redacts a record as the policy of its tenant and source says.
 *
 * @param deadline latest start of a call to a service.
 * @throws {ServiceError} if a service that the policy needs is away. The record must then wait.
 * @throws {OverBudgetError} if the tenant cannot pay for the search of the text.
 */
export type RedactRecord = (record: StreamRecord, deadline?: Deadline) => Promise<RedactedRecord>;

export interface RedactRecordDeps {
  settings: PrivacySettings;
  /** Searches texts. */
  detector: PersonalDataDetector;
  /** Searches URLs and attributes, which are short and never sent to a service. */
  detectLocally: (text: string, language_code: string) => Detection;
  resolveLanguage: (given: string, text: string) => ResolvedLanguage;
  /**
   * Returns the key of the pseudonyms of a tenant. Only called if the settings ask for pseudonyms, or if
   * an author is masked in what is stored.
   *
   * @throws {ServiceError} if the key cannot be read.
   */
  pseudonymKey: (tenant: string) => Promise<Uint8Array>;
}

/** Creates the function that redacts records. The language is that of the text as it came. */
export function createRedactRecord(deps: RedactRecordDeps): RedactRecord {
  const { settings, detector } = deps;
  return async (record, deadline) => {
    const { policy, stored_text } = findPrivacyPolicy(settings, record.tenant, record.source);
    const keeps_text = stored_text !== 'none';
    if (policy === 'off') {
      return { stored: record, keeps_text, analysed: { text: record.text }, pii: undefined };
    }
    const { text, author, url, attributes } = record;
    const language = deps.resolveLanguage(record.language, text);
    const pseudonym_key =
      settings.placeholders === 'pseudonyms' ? await deps.pseudonymKey(record.tenant) : undefined;
    const of_text = redactText(
      text,
      await detectUnsure(detector, text, language, { tenant: record.tenant, deadline }),
      pseudonym_key,
    );
    const detect = (value: string) => detectUnsureLocally(deps.detectLocally, value, language);
    const metadata = { detect, pseudonym_key };
    const others = redactOthers({ url, attributes }, metadata);
    const redacts_stored = policy === 'redact' || stored_text === 'redacted';
    return {
      stored: redacts_stored
        ? { text: of_text.stored, author: await redactAuthor(record, deps), ...others.stored }
        : { text, author, url, attributes },
      keeps_text,
      analysed: { text: policy === 'redact' ? of_text.masked : text, language },
      pii: sumPii([of_text.pii, ...others.pii], redacts_stored),
    };
  };
}

/**
 * Replaces an author by a pseudonym, whatever form other personal data has in stores: an erasure finds the
 * records of an author by it.
 */
async function redactAuthor(
  { tenant, author }: Pick<StreamRecord, 'tenant' | 'author'>,
  { pseudonymKey }: Pick<RedactRecordDeps, 'pseudonymKey'>,
): Promise<string | undefined> {
  return author === undefined ? undefined : maskAuthor(author, await pseudonymKey(tenant));
}

function redactOthers(
  { url, attributes }: Pick<Content, 'url' | 'attributes'>,
  deps: MetadataDeps,
) {
  const of_url = url === undefined ? undefined : redactUrl(url, deps);
  const of_attributes = attributes === undefined ? undefined : redactAttributes(attributes, deps);
  return {
    stored: {
      url: of_url?.value,
      attributes: of_attributes?.value,
    },
    pii: [...(of_url?.pii ?? []), ...(of_attributes?.pii ?? [])],
  };
}
