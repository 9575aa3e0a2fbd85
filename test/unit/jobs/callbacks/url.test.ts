import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  CallbackUrlError,
  checkAddress,
  checkCallbackUrl,
} from '../../../../jobs/callbacks/url.ts';

const CLOSED = { allow_loopback: false };
const OPEN = { allow_loopback: true };

const byte = fc.integer({ min: 0, max: 255 });
const quad = (first: number, second: fc.Arbitrary<number> = byte) =>
  fc.tuple(second, byte, byte).map((rest) => [first, ...rest].join('.'));
const forbidden_v4 = fc.oneof(
  quad(0),
  quad(10),
  quad(127),
  quad(100, fc.integer({ min: 64, max: 127 })),
  quad(169, fc.constant(254)),
  quad(172, fc.integer({ min: 16, max: 31 })),
  quad(192, fc.constant(168)),
  quad(224),
  quad(255),
);
const forbidden_v6 = fc.oneof(
  fc.constantFrom('::', '::1', 'fd00:ec2::254', '::7f00:1', '::a00:1', '4000::1', 'fe00::1'),
  fc.tuple(fc.constantFrom('fe80', 'fc00', 'fd12', 'ff02'), byte).map(([net, n]) => `${net}::${n}`),
  forbidden_v4.map((address) => `::ffff:${address}`),
  forbidden_v4.map((address) => `64:ff9b::${address}`),
);

/**
 * Returns other spellings of an IPv4 address. Browsers and the C function `inet_aton` accept these
 * spellings.
 */
function disguise(address: string): string[] {
  const bytes = address.split('.').map(Number);
  const number = bytes.reduce((sum, part) => sum * 256 + part, 0);
  const hex = (n: number) => `0x${n.toString(16)}`;
  return [
    String(number),
    hex(number),
    bytes.map((part) => `0${part.toString(8)}`).join('.'),
    bytes.map(hex).join('.'),
    `${address}.`,
  ];
}

it('A callback URL never leads to a private, loopback, link-local or shared address, however it is written', () => {
  fc.assert(
    fc.property(forbidden_v4, (address) => {
      for (const host of [address, ...disguise(address)]) {
        expect(() => checkCallbackUrl(`https://${host}/`, CLOSED), host).toThrow(CallbackUrlError);
      }
      expect(() => checkAddress(address, CLOSED)).toThrow(CallbackUrlError);
    }),
  );
  fc.assert(
    fc.property(forbidden_v6, (address) => {
      const url = `https://[${address}]/`;
      expect(() => checkCallbackUrl(url, CLOSED), url).toThrow(CallbackUrlError);
      expect(() => checkAddress(address, CLOSED), address).toThrow(CallbackUrlError);
    }),
  );
});

it.each([
  'https://example.com/hook',
  'https://example.com:8443/hook?x=1',
  'https://example.com:1024/',
  'https://93.184.216.34/',
  'https://[2606:2800:220:1::1]/',
])('The callback URL %s is allowed', (url) => {
  expect(checkCallbackUrl(url, CLOSED).href).toBe(url);
});

it.each([
  ['http://example.com/', /must be https/],
  ['ftp://example.com/', /must be https/],
  ['file:///etc/passwd', /must be https/],
  ['https://user:pass@example.com/', /credentials/],
  ['https://example.com:22/', /port/],
  ['https://example.com:25/', /port/],
  ['https://example.com:1023/', /port/],
  ['https://user@example.com/', /credentials/],
  ['https://:pass@example.com/', /credentials/],
  ['https://localhost/', /public address/],
  ['https://a.localhost./', /public address|URL/],
  ['https://localhost./', /public address/],
  ['nonsense', /URL/],
])('The callback URL %s is refused with a reason', (url, message) => {
  expect(() => checkCallbackUrl(url, CLOSED)).toThrow(message);
});

it('A callback URL may be a loopback address if the deployment allows it, and no other private address', () => {
  for (const url of ['http://127.0.0.1:8080/', 'http://localhost:81/', 'https://[::1]/']) {
    expect(checkCallbackUrl(url, OPEN).href).toBe(new URL(url).href);
  }
  for (const url of ['http://10.0.0.1/', 'https://192.168.1.1/', 'http://example.com/']) {
    expect(() => checkCallbackUrl(url, OPEN)).toThrow(CallbackUrlError);
  }
});

it.each([
  ['https://example.com:1024/', true],
  ['https://example.com:443/', true],
  ['https://a.localhost/', false],
])('The callback URL %s is allowed: %s', (url, is_allowed) => {
  const check = () => checkCallbackUrl(url, CLOSED);
  if (is_allowed) expect(check).not.toThrow();
  else expect(check).toThrow(CallbackUrlError);
});

it('A deployment that allows loopback addresses keeps all other rules', () => {
  expect(() => checkCallbackUrl('ftp://localhost/', OPEN)).toThrow(/must be https/);
  expect(() => checkCallbackUrl('http://93.184.216.34/', OPEN)).toThrow(/must be https/);
  expect(() => checkCallbackUrl('https://93.184.216.34:22/', OPEN)).toThrow(/port/);
});
