import type { DigestDefinition, DigestMessage, Result, Sentiment } from '../../schemas/index.ts';

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

/** The digests of all tenants. Each method throws a ServiceError if a call fails. */
export interface Digests {
  /** Lists the digests of a tenant, or of all tenants, by name. */
  list(tenant?: string): Promise<DigestDefinition[]>;
  get(tenant: string, name: string): Promise<DigestDefinition | undefined>;
  /** Stores a digest. A digest of the tenant with the same name is replaced. */
  put(digest: DigestDefinition): Promise<void>;
  /** @returns the deleted digest, or undefined if there was none. */
  delete(tenant: string, name: string): Promise<DigestDefinition | undefined>;
}

/** Sends messages to the function that delivers digests. Throws a ServiceError if a call fails. */
export interface DigestQueue {
  send(message: DigestMessage, delay_seconds: number): Promise<void>;
}
