import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createPost, type PostDeps } from '../../../../jobs/callbacks/post.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const open = createPost({ allow_loopback: true });

it('A callback arrives with its headers and body, and returns the status', async () => {
  const seen: string[] = [];
  const url = await serve((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['x-sent']}`);
    request.on('data', (chunk) => seen.push(String(chunk)));
    request.on('end', () => response.writeHead(202).end('thanks'));
  });
  expect(await open(`${url}/hook?a=1`, { 'x-sent': 'yes' }, '{"a":1}')).toEqual({ status: 202 });
  expect(seen).toEqual(['POST /hook?a=1 yes', '{"a":1}']);
});

it('A callback follows a redirect that keeps the body, and none that drops it', async () => {
  const bodies: string[] = [];
  const target = await serve((request, response) => {
    request.on('data', (chunk) => bodies.push(String(chunk)));
    request.on('end', () => response.writeHead(200).end());
  });
  const to = (status: number) =>
    serve((_, response) => response.writeHead(status, { location: `${target}/there` }).end());
  expect(await open(await to(307), {}, 'kept')).toEqual({ status: 200 });
  expect(await open(await to(302), {}, 'dropped')).toEqual({ status: 302 });
  expect(bodies).toEqual(['kept']);
});

it.each([
  'http://169.254.169.254/latest/meta-data',
  'http://10.0.0.1/',
  'https://[fd00::1]/',
  'file:///etc/passwd',
])('A callback follows no redirect to %s', async (location) => {
  const url = await serve((_, response) => response.writeHead(308, { location }).end());
  expect(await open(url, {}, '')).toEqual({ error: 'AddressNotAllowed' });
});

it('A callback stops in a loop of redirects', async () => {
  let asked = 0;
  const url = await serve((_, response) => {
    asked += 1;
    response.writeHead(307, { location: '/again' }).end();
  });
  expect(await open(url, {}, '')).toEqual({ error: 'TooManyRedirects' });
  expect(asked).toBe(4);
});

it('A callback refuses a host name with a private address, even among public ones', async () => {
  const resolving = (addresses: string[]): PostDeps => ({
    allow_loopback: false,
    resolve: (_, __, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      ),
  });
  for (const addresses of [['10.0.0.1'], ['93.184.216.34', '127.0.0.1'], ['169.254.169.254']]) {
    const post = createPost(resolving(addresses));
    expect(await post('https://rebound.example/', {}, '')).toEqual({
      error: 'AddressNotAllowed',
    });
  }
});

it('A callback ends at its time limit if the receiver does not answer', async () => {
  const silent = await serve(() => {});
  const post = createPost({ allow_loopback: true, timeout_ms: 200 });
  expect(await post(silent, {}, '')).toEqual({ error: 'Timeout' });
});

it('A callback reads only the status of an answer', async () => {
  let closed: Promise<unknown> | undefined;
  const url = await serve((_, response) => {
    closed = once(response, 'close');
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', more);
    more();
  });
  expect(await open(url, {}, '')).toEqual({ status: 200 });
  await closed;
});

it('A callback to an unreachable receiver returns only an error code', async () => {
  expect(await open('http://127.0.0.1:9/', {}, '')).toEqual({ error: 'ECONNREFUSED' });
});

it('A callback arrives whole if its body has characters of several bytes', async () => {
  const bodies: string[] = [];
  const url = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      response.writeHead(200).end();
    });
  });
  expect(await open(url, {}, '{"name":"Größe 😀"}')).toEqual({ status: 200 });
  expect(bodies).toEqual(['{"name":"Größe 😀"}']);
});

it('A callback follows a relative redirect from the address that sent it', async () => {
  const paths: string[] = [];
  const target = await serve((request, response) => {
    paths.push(request.url!);
    if (request.url === '/there') response.writeHead(308, { location: 'final' }).end();
    else response.writeHead(204).end();
  });
  const location = `${target}/there`;
  const url = await serve((_, response) => response.writeHead(307, { location }).end());
  expect(await open(url, {}, '')).toEqual({ status: 204 });
  expect(paths).toEqual(['/there', '/final']);
});

it('A callback follows no redirect without an address, or to an address that is none', async () => {
  const none = await serve((_, response) => response.writeHead(307).end());
  expect(await open(none, {}, '')).toEqual({ status: 307 });
  const bad = await serve((_, response) => response.writeHead(307, { location: 'http://[' }).end());
  expect(await open(bad, {}, '')).toEqual({ error: 'BadRedirect' });
});

it('A callback uses a connection of its own, so that each one checks its address', async () => {
  const url = await serve((_, response) => response.writeHead(200).end());
  let connections = 0;
  servers.at(-1)!.on('connection', () => {
    connections += 1;
  });
  await open(url, {}, '');
  await open(url, {}, '');
  expect(connections).toBe(2);
});

it.each<[string, NonNullable<PostDeps['resolve']>, string]>([
  [
    'does not exist',
    (_, __, done) => done(Object.assign(new Error('private'), { code: 'ENOTFOUND' }), []),
    'ENOTFOUND',
  ],
  ['has no address', (_, __, done) => done(null, []), 'AddressNotAllowed'],
  [
    'fails with a code that the receiver could choose',
    (_, __, done) => done(Object.assign(new Error('x'), { code: 'private words' }), []),
    'ConnectionFailed',
  ],
])('A callback to a host name that %s returns only an error code', async (_, resolve, error) => {
  const post = createPost({ allow_loopback: false, resolve });
  expect(await post('https://some.example/', {}, '')).toEqual({ error });
});
