import type { RequestOptions, Send } from './send.ts';

/** Sends a request and reads the JSON of its answer. The API promises the shape: docs/api.md, `/openapi.json`. */
export async function sendForJson<Answer>(
  send: Send,
  path: string,
  options: RequestOptions,
): Promise<Answer> {
  const response = await send(path, options);
  return (await response.json()) as Answer;
}

/** Yields the items of all pages. It requests a page when the caller has taken all items of the page before it. */
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
