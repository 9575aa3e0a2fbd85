import { EventEmitter } from 'node:events';
import type { LookupFunction } from 'node:net';
import { beforeEach, expect, it, vi } from 'vitest';
import { createPost, type PostDeps } from '../../../../jobs/callbacks/post.ts';

/** The reaction of the receiver to one request. */
type Answer = { status?: number; location?: string } | { error: object } | 'silence';

interface SentOptions {
  method: string;
  lookup: LookupFunction;
  signal: AbortSignal;
  agent: unknown;
  headers: Record<string, unknown>;
}

interface Sent extends SentOptions {
  protocol: 'http' | 'https';
  url: string;
  body: string;
  is_closed: boolean;
}

const network = vi.hoisted(() => ({ sent: [] as Sent[], answers: [] as Answer[] }));

/** Creates a `request` function that resolves host names as Node.js does, and opens no socket. */
const createRequest = vi.hoisted(() => {
  return (protocol: 'http' | 'https') =>
    (url: URL, options: SentOptions, onResponse: (response: object) => void) => {
      const call = new EventEmitter();
      const sent: Sent = { ...options, protocol, url: url.href, body: '', is_closed: false };
      options.signal.addEventListener('abort', () => call.emit('error', new Error('aborted')));
      const answer = () => {
        const next = network.answers.shift() ?? { status: 200 };
        if (next === 'silence') return;
        if ('error' in next) call.emit('error', next.error);
        else
          onResponse({
            statusCode: next.status,
            headers: { location: next.location },
            destroy: () => {
              sent.is_closed = true;
            },
          });
      };
      const end = (body: string) => {
        network.sent.push(Object.assign(sent, { body }));
        if (/^[\d.[]/.test(url.hostname)) return answer();
        options.lookup(url.hostname, { all: true }, (error) => {
          if (error) call.emit('error', error);
          else answer();
        });
      };
      return Object.assign(call, { end });
    };
});
vi.mock('node:http', async (original) => ({
  ...(await original<object>()),
  request: createRequest('http'),
}));
vi.mock('node:https', async (original) => ({
  ...(await original<object>()),
  request: createRequest('https'),
}));

beforeEach(() => {
  network.sent.length = 0;
  network.answers.length = 0;
});

const PUBLIC = [{ address: '93.184.216.34', family: 4 }];
const URL_OF_HOOK = 'https://example.com/hook';

/** Posts to the hook. Each host name has the given addresses. */
function post(
  answers: Answer[],
  {
    addresses = PUBLIC,
    url = URL_OF_HOOK,
    ...deps
  }: Partial<PostDeps> & { addresses?: typeof PUBLIC; url?: string } = {},
) {
  network.answers.push(...answers);
  const resolve: PostDeps['resolve'] = (_host, _options, done) => done(null, addresses);
  return createPost({ allow_loopback: false, resolve, ...deps })(url, { 'x-one': '1' }, '{"ä":1}');
}

it('a callback is a POST of its body with its headers and its length in bytes, on a connection of its own', async () => {
  expect(await post([{ status: 204 }])).toEqual({ status: 204 });
  expect(network.sent).toMatchObject([
    {
      protocol: 'https',
      url: URL_OF_HOOK,
      method: 'POST',
      agent: false,
      headers: { 'x-one': '1', 'content-length': 8 },
      body: '{"ä":1}',
      is_closed: true,
    },
  ]);
});

it.each([307, 308])(
  'the redirect %d is followed with the same method, headers and body',
  async (status) => {
    const answers = [{ status, location: '/other?x=1' }, { status: 200 }];
    expect(await post(answers)).toEqual({ status: 200 });
    const [first, second] = network.sent;
    expect(second).toMatchObject({ url: 'https://example.com/other?x=1', method: 'POST' });
    expect(second?.headers).toEqual(first?.headers);
    expect(second?.body).toBe(first?.body);
  },
);

it.each([200, 301, 302, 303, 404, 500])(
  'the status %d is the outcome, also if it names a location',
  async (status) => {
    expect(await post([{ status, location: 'https://example.com/other' }])).toEqual({ status });
    expect(network.sent).toHaveLength(1);
  },
);

it('a redirect without a location is the outcome', async () => {
  expect(await post([{ status: 307 }])).toEqual({ status: 307 });
});

it('a redirect to something that is no URL has failed', async () => {
  expect(await post([{ status: 307, location: 'https://' }])).toEqual({ error: 'BadRedirect' });
});

it('3 redirects are followed, and the fourth has failed', async () => {
  const redirect = { status: 308, location: '/again' };
  expect(await post([redirect, redirect, redirect, { status: 200 }])).toEqual({ status: 200 });
  expect(network.sent).toHaveLength(4);
  expect(await post([redirect, redirect, redirect, redirect])).toEqual({
    error: 'TooManyRedirects',
  });
  expect(network.sent).toHaveLength(8);
});

it.each(['https://10.0.0.1/', 'http://example.com/'])(
  'a redirect to %s is not followed',
  async (location) => {
    const outcome = await post([{ status: 307, location }]);
    expect(outcome).toEqual({ error: 'AddressNotAllowed' });
    expect(network.sent).toHaveLength(1);
  },
);

it('a host name is called only if all of its addresses are public', async () => {
  const addresses = [...PUBLIC, { address: '10.0.0.1', family: 4 }];
  expect(await post([], { addresses })).toEqual({ error: 'AddressNotAllowed' });
  expect(await post([], { addresses: [] })).toEqual({ error: 'AddressNotAllowed' });
  expect(await post([{ status: 200 }])).toEqual({ status: 200 });
});

it('a host name that cannot be resolved has failed with the code of the resolver', async () => {
  const cause = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  const resolve: PostDeps['resolve'] = (_host, _options, done) => done(cause, []);
  expect(await post([], { resolve })).toEqual({ error: 'ENOTFOUND' });
});

it('the connection goes to an address that was checked, in the form that Node.js asks for', async () => {
  await post([{ status: 200 }], { addresses: [...PUBLIC, { address: '2606:2800::1', family: 6 }] });
  const { lookup } = network.sent[0]!;
  const look = (all: boolean) =>
    new Promise((resolve) => {
      lookup('example.com', { all }, (...found) => resolve(found));
    });
  expect(await look(false)).toEqual([null, '93.184.216.34', 4]);
  expect(await look(true)).toEqual([null, [...PUBLIC, { address: '2606:2800::1', family: 6 }]]);
});

it('plain HTTP is used only for a loopback address, if the deployment allows it', async () => {
  const url = 'http://127.0.0.1:8080/hook';
  expect(await post([{ status: 200 }], { url, allow_loopback: true })).toEqual({ status: 200 });
  expect(network.sent).toMatchObject([{ protocol: 'http', url }]);
  expect(await post([], { url })).toEqual({ error: 'AddressNotAllowed' });
  expect(network.sent).toHaveLength(1);
});

it('a receiver that does not answer in time has failed', async () => {
  expect(await post(['silence'], { timeout_ms: 1 })).toEqual({ error: 'Timeout' });
});

it('a receiver has 30 seconds if the deployment sets no other limit', async () => {
  const timeout = vi.spyOn(AbortSignal, 'timeout');
  await post([{ status: 200 }]);
  expect(timeout.mock.calls).toEqual([[30_000]]);
  timeout.mockRestore();
});

it.each([
  [{ code: 'ECONNREFUSED' }, 'ECONNREFUSED'],
  [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'SELF_SIGNED_CERT_IN_CHAIN'],
  [{ code: 'private words' }, 'ConnectionFailed'],
  [{ code: `X${'A'.repeat(40)}` }, 'ConnectionFailed'],
  [{ code: 7 }, 'ConnectionFailed'],
  [{}, 'ConnectionFailed'],
])(
  'the connection error %j is reported as %s, so that no text of the receiver is stored',
  async (error, code) => {
    expect(await post([{ error }])).toEqual({ error: code });
  },
);

it('a response without a status counts as status 0', async () => {
  expect(await post([{}])).toEqual({ status: 0 });
});

it('the resolver is asked for all addresses of a host name', async () => {
  const asked: unknown[] = [];
  const resolve: PostDeps['resolve'] = (host, options, done) => {
    asked.push([host, options]);
    done(null, PUBLIC);
  };
  await post([{ status: 200 }], { resolve });
  expect(asked).toEqual([['example.com', { all: true }]]);
});
