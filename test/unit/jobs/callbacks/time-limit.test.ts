import { expect, it, vi } from 'vitest';
import { createPost } from '../../../../jobs/callbacks/post.ts';

it('an attempt of a callback has 30 s, all its redirects included', async () => {
  const timeout = vi.spyOn(AbortSignal, 'timeout');
  // The address is refused before a connection, so the test opens no socket.
  const outcome = await createPost({ allow_loopback: false })('https://10.0.0.1/', {}, '{}');
  expect(outcome).toEqual({ error: 'AddressNotAllowed' });
  expect(timeout.mock.calls).toEqual([[30_000]]);
  timeout.mockRestore();
});
