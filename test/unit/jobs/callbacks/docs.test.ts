import { expect, it } from 'vitest';
import { signCallback } from '../../../../schemas/index.ts';
import { importSource, readDocCode } from '../../../support/doc-code.ts';

type IsOurs = (secret: string, timestamp: string, signature: string, body: string) => boolean;

it('the function isOurs of docs/api.md accepts a signed callback, also while the secret is replaced, and no changed or old one', async () => {
  const code = readDocCode('docs/api.md', 'function isOurs(');
  const { isOurs } = (await importSource(`${code}\nexport { isOurs };`)) as { isOurs: IsOurs };
  const now = Math.floor(Date.now() / 1_000);
  const body = '{"event":"job.completed"}';
  const sign = (timestamp: number) => signCallback('secret', timestamp, body);
  expect(isOurs('secret', String(now), sign(now), body)).toBe(true);
  expect(isOurs('another', String(now), sign(now), body)).toBe(false);
  expect(isOurs('secret', String(now + 1), sign(now), body)).toBe(false);
  expect(isOurs('secret', String(now), sign(now), `${body} `)).toBe(false);
  expect(isOurs('secret', String(now), sign(now).slice(0, -1), body)).toBe(false);
  const by_another = signCallback('another', now, body);
  expect(isOurs('secret', String(now), `${by_another},${sign(now)}`, body)).toBe(true);
  expect(isOurs('secret', String(now), `${by_another},${by_another}`, body)).toBe(false);
  const old = now - 301;
  expect(isOurs('secret', String(old), sign(old), body)).toBe(false);
});
