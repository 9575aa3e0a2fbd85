import type { RequestOptions, Send } from './send.ts';

/**
 * Sends a request and parses the JSON body of the response. The type `Answer` is not checked here,
 * because the API guarantees the form of each response in docs/api.md and `/openapi.json`.
 */
export async function sendForJson<Answer>(
  send: Send,
  path: string,
  options: RequestOptions,
): Promise<Answer> {
  const response = await send(path, options);
  return (await response.json()) as Answer;
}

/**
 * Yields the items of all pages. Requests the next page only after the caller has taken all items
 * of the current page.
 */
export async function* readPages<Item>(
  readPage: (
    cursor: string | undefined,
  ) => Promise<{ items: Item[]; next_cursor?: string | undefined }>,
): AsyncIterable<Item> {
  let cursor: string | undefined;
  do {
    const page = await readPage(cursor);
    yield* page.items;
    cursor = page.next_cursor;
  } while (cursor !== undefined);
}
