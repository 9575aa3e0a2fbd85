import type { PersonalDataType } from '../../schemas/index.ts';
import type { Deadline } from '../deadline.ts';

/** A part of a text. The start is inclusive, and the end is exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** Personal data in a text. */
export interface Finding {
  type: PersonalDataType;
  /** Confidence from 0 to 1. */
  score: number;
  /** Place in UTF-16 code units, as the methods of strings count. */
  utf16: Span;
  /** Place in bytes of UTF-8. */
  utf8: Span;
  /** Place in code points, as Comprehend counts. */
  code_points: Span;
}

/**
 * The outcome for one text. If `ok` is false, the text may contain personal data that the detector
 * did not find, so the whole text must be masked. The reason is `failed` for an error in a
 * detector, `out_of_time` for a text that took too long, and `refused` for a text that a service
 * refuses in every call.
 */
export type Detection =
  | { ok: true; findings: Finding[] }
  | { ok: false; reason: 'failed' | 'out_of_time' | 'refused'; detector: string };

/** For which tenant, and until when, a text is searched. Local detectors ignore it. */
export interface SearchContext {
  /** Tenant that pays for calls to a service. */
  tenant: string;
  /** Latest start of a call to a service. If it is undefined, there is no limit. */
  deadline?: Deadline | undefined;
}

/** Finds personal data in texts. */
export interface PersonalDataDetector {
  name: string;
  /** Returns true if the detector finds personal data in texts of this language. */
  supports(language_code: string): boolean;
  /**
   * Finds the personal data of one text. The findings are in the order of their starts. Findings may
   * overlap, for example an e-mail address in a URL.
   *
   * @throws {ServiceError} if a service is away. The text must then wait, because nothing is known
   * about it.
   * @throws {OverBudgetError} if the tenant cannot pay for the call to a service.
   */
  detect(text: string, language_code: string, context?: SearchContext): Promise<Detection>;
}

/** Personal data that a service found. The offsets count code points. */
export interface FoundEntity {
  type: PersonalDataType;
  score: number;
  begin: number;
  end: number;
}

/** Declares the one call of Comprehend that the detector needs. */
export interface EntityService {
  /** Largest text of a call, in bytes of UTF-8. */
  max_bytes: number;
  /**
   * Finds the personal data of a text that is not empty.
   *
   * @throws {ServiceError} if the call failed, or if the response is not complete. If the service
   * refuses this text, `refuses_input` is true.
   */
  detectEntities(
    text: string,
    language_code: string,
    context?: SearchContext,
  ): Promise<FoundEntity[]>;
}
