import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Starts an issuer of OpenID Connect on loopback, which publishes one key and signs tokens. */
export async function startIssuer() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }];
  const state = { requests: 0, is_down: false };
  const server = createServer((_, response) => {
    state.requests += 1;
    response.statusCode = state.is_down ? 500 : 200;
    response.end(JSON.stringify({ keys }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pool`;

  /** Signs a token. Its claims and its header are valid unless they are given. */
  function signToken(
    claims: object = {},
    header: object = {},
    key: KeyObject = privateKey,
  ): string {
    const now = Math.floor(Date.now() / 1_000);
    const all = {
      ...{ iss: issuer, aud: 'the-api', sub: 'ann', iat: now, exp: now + 600 },
      ...{ tenant: 'acme', rights: 'openid read publish' },
      ...claims,
    };
    const signed = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'one', ...header })}.${encode(all)}`;
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
  }

  return {
    issuer,
    state,
    signToken,
    /** A token that names no algorithm and has no signature. */
    buildUnsigned: () => `${encode({ alg: 'none', kid: 'one' })}.${signToken().split('.')[1]}.`,
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export type Issuer = Awaited<ReturnType<typeof startIssuer>>;
