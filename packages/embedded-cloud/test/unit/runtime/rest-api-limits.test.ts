import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { answerWith, changeApi, frontOf } from '../../support/front.ts';

const MIB = 1024 * 1024;
const OK = answerWith({ statusCode: 200, body: 'ok' });

const limit = (HttpMethod: string, ResourcePath: string, rate: number, burst: number) => ({
  HttpMethod,
  ResourcePath,
  ThrottlingRateLimit: rate,
  ThrottlingBurstLimit: burst,
});

const withLimits = (...MethodSettings: object[]) => changeApi({}, { MethodSettings });

async function countAdmitted(
  call: Awaited<ReturnType<typeof frontOf>>,
  count: number,
  verb: string,
  path: string,
): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, () => call(verb, path)));
  for (const { status, body } of answers) {
    if (status !== 200) expect([status, body]).toEqual([429, '{"message":"Too Many Requests"}']);
  }
  return answers.filter(({ status }) => status === 200).length;
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
it('the limit of a stage applies to each method separately', async () => {
  const call = await frontOf(OK, withLimits(limit('*', '/*', 1, 5)));
  expect(await countAdmitted(call, 8, 'GET', '/jobs')).toBe(5);
  expect(await countAdmitted(call, 8, 'GET', '/jobs/latest')).toBe(5);
  expect(await countAdmitted(call, 8, 'DELETE', '/jobs/7')).toBe(5);
  expect(await countAdmitted(call, 8, 'PUT', '/jobs/7')).toBe(5);
});

it('the callers of different paths of one resource share the limit of its method', async () => {
  const call = await frontOf(OK, withLimits(limit('*', '/*', 1, 5)));
  expect(await countAdmitted(call, 4, 'GET', '/jobs/1')).toBe(4);
  expect(await countAdmitted(call, 4, 'GET', '/jobs/2')).toBe(1);
});

it('a method with a limit of its own has that limit instead of the limit of the stage', async () => {
  const own = limit('GET', '/~1jobs~1{id}', 1, 2);
  const call = await frontOf(OK, withLimits(limit('*', '/*', 1, 5), own));
  expect(await countAdmitted(call, 8, 'GET', '/jobs/1')).toBe(2);
  expect(await countAdmitted(call, 8, 'DELETE', '/jobs/1')).toBe(5);
});

it('the bucket of a method fills again at its rate', async () => {
  let now = 0;
  const call = await frontOf(OK, withLimits(limit('*', '/*', 2, 3)), { now: () => now });
  expect(await countAdmitted(call, 5, 'GET', '/jobs')).toBe(3);
  now = 1_000;
  expect(await countAdmitted(call, 5, 'GET', '/jobs')).toBe(2);
});

it('a stage without limits still has the limit of the account', async () => {
  let tokens = 4;
  const admitToAccount = () => tokens-- > 0;
  const call = await frontOf(OK, withLimits(), { admitToAccount });
  expect(await countAdmitted(call, 3, 'GET', '/jobs')).toBe(3);
  expect(await countAdmitted(call, 3, 'DELETE', '/jobs/7')).toBe(1);
});

// API Gateway answers UpdateStage with "Invalid method setting path".
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-methodsetting.html
it.each([
  ['ANY', '/~1jobs'],
  ['GET', '/jobs/{id}'],
  ['*', '/~1jobs'],
])('a limit for the method %s of the path %s is refused', async (verb, path) => {
  await expect(frontOf(OK, withLimits(limit(verb, path, 1, 1)))).rejects.toThrow(
    `Stage: Invalid method setting path: ${path}/${verb}`,
  );
});

it('the path / names the root resource in a limit', async () => {
  await expect(frontOf(OK, withLimits(limit('OPTIONS', '/', 1, 1)))).resolves.toBeDefined();
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
it('request line and header values of more than 10,240 bytes are refused', async () => {
  const call = await frontOf(OK);
  const send = async (bytes: number) =>
    (await call('GET', '/jobs', { headers: { long: 'x'.repeat(bytes) } })).status;
  expect(await send(10_240 - 'GET/jobs'.length)).toBe(200);
  expect(await send(10_241 - 'GET/jobs'.length)).toBe(431);
});

it('a body of more than 10 MB is refused, and the template cannot change the answer', async () => {
  const call = await frontOf(OK);
  const send = async (bytes: number) => call('POST', '/x', { body: Buffer.alloc(bytes) });
  expect((await send(10 * MIB)).status).toBe(200);
  expect(await send(10 * MIB + 1)).toMatchObject({
    status: 413,
    body: 'HTTP content length exceeded 10485760 bytes.',
  });
});

it('a compressed body of more than 10 MB after decompression is refused', async () => {
  const body = gzipSync(Buffer.alloc(10 * MIB + 1));
  const call = await frontOf(OK);
  const answer = await call('POST', '/x', { body, headers: { 'content-encoding': 'gzip' } });
  expect(answer.status).toBe(413);
});
