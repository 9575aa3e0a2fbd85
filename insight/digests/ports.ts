import type { Result, Sentiment } from '../../schemas/index.ts';

/** The texts among which a digest chooses. */
export interface TextsQuery {
  tenant: string;
  source: string;
  sentiment: Sentiment;
  /** Earliest and latest time of creation, in ISO 8601. The latest is exclusive. */
  from: string;
  to: string;
  limit: number;
}

/**
 * Lists the newest results of a query with their texts.
 *
 * @throws {ServiceError} if a call fails.
 */
export type ListTexts = (query: TextsQuery) => Promise<Result[]>;
