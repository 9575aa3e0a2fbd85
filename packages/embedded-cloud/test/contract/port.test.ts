import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createPort } from '../../src/gateway/port.ts';

it('headers that are larger than the parser reads are answered with 431, not with a closed connection', async () => {
  const port = createPort((_, response) => void response.end('ok'));
  const { port: number } = await port.listen(0, '127.0.0.1');
  const socket = connect(number, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\nLong: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
  } finally {
    socket.destroy();
    await port.close();
  }
});
