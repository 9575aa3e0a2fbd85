/**
 * Reads the first item, so that an error before it is thrown here. Returns an iterable of all items.
 */
export async function startReading<Item>(items: AsyncIterable<Item>): Promise<AsyncIterable<Item>> {
  const iterator = items[Symbol.asyncIterator]();
  const first = await iterator.next();
  return goOn(first, iterator);
}

async function* goOn<Item>(
  first: IteratorResult<Item>,
  iterator: AsyncIterator<Item>,
): AsyncIterable<Item> {
  try {
    for (let next = first; !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}
