import { expect, it } from 'vitest';
import { SETTINGS, testApi } from '../app.ts';

async function read(cors_origins: string[], origin?: string, path = '/health') {
  const { request } = testApi(undefined, { settings: { ...SETTINGS, cors_origins } });
  const { headers } = await request(path, origin === undefined ? {} : { headers: { origin } });
  return {
    allowed: headers.get('access-control-allow-origin'),
    exposed: headers.get('access-control-expose-headers'),
    vary: headers.get('vary'),
  };
}

it.each([
  [['https://a.example'], 'https://a.example', 'https://a.example'],
  [['https://a.example', 'https://b.example'], 'https://b.example', 'https://b.example'],
  [['*'], 'https://c.example', '*'],
  [['https://a.example'], 'https://a.example.evil', null],
  [['https://a.example'], 'http://a.example', null],
  [[], 'https://a.example', null],
  [['https://a.example'], undefined, null],
])(
  'with the CORS origins %j, a page of %s may read answers: %s',
  async (origins, origin, allowed) => {
    expect((await read(origins, origin)).allowed).toBe(allowed);
  },
);

it('a page of an allowed origin may read errors too, and the headers that clients need', async () => {
  const { allowed, exposed } = await read(['https://a.example'], 'https://a.example', '/results');
  expect(allowed).toBe('https://a.example');
  for (const name of ['Retry-After', 'X-Next-Cursor', 'X-Request-ID']) {
    expect(exposed).toContain(name);
  }
});

it('caches keep the answers to different origins apart', async () => {
  expect((await read(['https://a.example'])).vary).toBe('Origin');
  expect((await read([])).vary).toBeNull();
});
