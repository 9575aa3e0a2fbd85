/**
 * Largest rate of one item of the ledger, in calls per second. At this rate the consumers of 500
 * shards or more share the item. They make up to 600 writes per second to it when all of them start
 * at once, and DynamoDB takes 1,000 (`npm run simulate:scale`).
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export const CALLS_PER_ITEM = 5_000;

/** A quota, or one part of a large quota. Each part has an item of the ledger. */
export interface QuotaPart {
  quota: string;
  calls_per_second: number;
}

/**
 * Divides a large quota into equal parts and chooses one of them at random. Every process uses the
 * part that it has chosen, so that each part serves about the same number of processes.
 *
 * @param quota.calls_per_item largest rate of one part. The default is {@link CALLS_PER_ITEM}.
 */
export function choosePart(
  {
    quota,
    calls_per_second,
    calls_per_item = CALLS_PER_ITEM,
  }: QuotaPart & { calls_per_item?: number },
  random: () => number = Math.random,
): QuotaPart {
  const parts = Math.ceil(calls_per_second / calls_per_item);
  if (parts <= 1) return { quota, calls_per_second };
  return {
    quota: `${quota}-${Math.floor(random() * parts)}`,
    calls_per_second: calls_per_second / parts,
  };
}
