import * as z from 'zod';

/** The size limit of a Kinesis record: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const MAX_TEXT_BYTES = 1_048_576;

/**
 * The expected traffic.
 *
 * @example
 * ```ts
 * const load = loadSchema.parse({ records_per_second: 500, characters: 140, repeat_share: 0.6 });
 * ```
 */
export const loadSchema = z
  .object({
    records_per_second: z.number().positive().max(1_000_000),
    /** The mean length of a text. */
    characters: z.number().int().min(1).max(1_048_576),
    /** The share of the records whose text has been analysed before. */
    repeat_share: z.number().min(0).max(1),
    /** The mean number of UTF-8 bytes per character: 1 for English, 3 for Chinese. */
    bytes_per_character: z.number().min(1).max(4).default(1),
    /** The number of languages, each with an equal share of the records. */
    languages: z.number().int().min(1).max(12).default(1),
    /** The account's present quota of BatchDetectSentiment calls per second. */
    quota_calls_per_second: z.number().positive().default(10),
  })
  .refine((load) => load.characters * load.bytes_per_character <= MAX_TEXT_BYTES, {
    error: 'characters times bytes_per_character exceeds 1,048,576, the most that a record carries',
  });
export type PlannedLoad = z.output<typeof loadSchema>;

/** The mean size of a text in UTF-8. */
export function computeTextBytes({ characters, bytes_per_character }: PlannedLoad): number {
  return characters * bytes_per_character;
}
