import { expect, it } from 'vitest';
import { frontOf, method, RESOURCES } from '../../support/front.ts';

const ORIGIN = 'method.response.header.Access-Control-Allow-Origin';

const is = (header: string, value: string) =>
  `$input.params().header.get("${header}") == "${value}"`;
const set = (name: string, value: string) =>
  `#set($context.responseOverride.header.${name} = "${value}")#end`;

async function preflight(integration: object, headers: Record<string, string> = {}) {
  const { May, ...others } = RESOURCES;
  const Options = method('OPTIONS', { Ref: 'Jobs' }, { Type: 'MOCK', ...integration });
  return (await frontOf(undefined, { ...others, Options }))('OPTIONS', '/jobs', { headers });
}

const mock = (template?: string) => ({
  RequestTemplates: { 'application/json': '{"statusCode": 204}' },
  IntegrationResponses: [
    {
      StatusCode: '204',
      ResponseParameters: { [ORIGIN]: "'https://a.example'" },
      ...(template === undefined ? {} : { ResponseTemplates: { 'application/json': template } }),
    },
  ],
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
it('a mock integration answers without a function and its permission', async () => {
  expect(await preflight(mock())).toMatchObject({
    status: 204,
    headers: { 'access-control-allow-origin': 'https://a.example' },
    body: '',
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
it.each([
  [undefined, {}, 500],
  ['CONVERT_TO_TEXT', {}, 204],
  [undefined, { 'content-type': 'text/plain' }, 204],
  [undefined, { 'content-type': 'application/json; charset=utf-8' }, 500],
])(
  'with the content handling %s, a mock of an API with binary JSON answers a request with %j with %i',
  async (ContentHandling, headers, status) => {
    const { May, ...others } = RESOURCES;
    const handling = ContentHandling === undefined ? {} : { ContentHandling };
    const integration = { Type: 'MOCK', ...mock(), ...handling };
    const Api = { ...RESOURCES.Api!, Properties: { BinaryMediaTypes: ['application/json'] } };
    const Options = method('OPTIONS', { Ref: 'Jobs' }, integration);
    const call = await frontOf(undefined, { ...others, Api, Options });
    expect((await call('OPTIONS', '/jobs', { headers })).status).toBe(status);
  },
);

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
it.each([
  [{}, 'https://a.example'],
  [{ origin: 'https://b.example' }, 'https://b.example'],
  [{ origin: 'https://c.example' }, 'https://c.example'],
  [{ origin: 'https://bxexample' }, 'https://a.example'],
])('a response template overrides a header for the request %j', async (headers, expected) => {
  const template = ['https://b.example', 'https://c.example']
    .map((one) =>
      `#if(${is('Origin', one)} || ${is('origin', one)})\n`.concat(
        set('Access-Control-Allow-Origin', one),
      ),
    )
    .join('\n');
  const answer = await preflight(mock(template), headers);
  expect(answer.headers['access-control-allow-origin']).toBe(expected);
});

it.each(['#foreach($x in $y)#end', '{"a": 1}', `#if(true)${set('A', 'b')}`])(
  'the response template %j is refused, because it is not emulated',
  async (template) => {
    await expect(preflight(mock(template))).rejects.toThrow(
      'Options (AWS::ApiGateway::Method): the response template uses a part of the template language',
    );
  },
);

it('a mock whose request template names no status is refused', async () => {
  const RequestTemplates = { 'application/json': '{}' };
  await expect(preflight({ ...mock(), RequestTemplates })).rejects.toThrow(
    'must be {"statusCode": N}',
  );
});
