import type { ApiAnswer } from './answer.ts';
import type { IntegrationProperties } from './integration-properties.ts';

/** Builds the answer of a mock integration to a request with the given headers. */
export type MockAnswer = (headers: Record<string, string>) => ApiAnswer;

/** Prefix of the response parameters that set headers. */
const HEADER = /^method\.response\.header\./;

/**
 * Reads a mock integration. API Gateway answers its requests without calling a service: the request
 * template names the status, and the integration response of this status has the headers.
 *
 * @throws {Error} if a template uses a part of the template language that is not emulated.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
 */
export function readMock(label: string, properties: IntegrationProperties): MockAnswer {
  const request_template = properties.RequestTemplates?.['application/json'] ?? '';
  const status = /^\s*\{\s*"?statusCode"?\s*:\s*(\d{3})\s*\}\s*$/.exec(request_template)?.[1];
  const response = properties.IntegrationResponses?.find(
    ({ StatusCode }) => String(StatusCode) === status,
  );
  if (status === undefined || response === undefined) {
    throw new Error(
      `${label}: the request template of a mock must be {"statusCode": N}, ` +
        'and an integration response must have this status.',
    );
  }
  const fixed = Object.entries(response.ResponseParameters ?? {}).map(([target, value]) => [
    target.replace(HEADER, '').toLowerCase(),
    value.replace(/^'|'$/g, ''),
  ]);
  const override = readOverrides(label, response.ResponseTemplates?.['application/json'] ?? '');
  return (headers) => ({
    status: Number(status),
    headers: { ...Object.fromEntries(fixed), ...override(headers) },
    body: '',
  });
}

const READ = String.raw`\$input\.params\(\)\.header\.get\("([\w-]+)"\)`;
const EQUALS = new RegExp(String.raw`^${READ}\s*==\s*"([^"]*)"$`);
const OVERRIDE = new RegExp(
  String.raw`#if\(((?:[^()]|\(\)|\("[\w-]+"\))*)\)\s*` +
    String.raw`#set\(\$context\.responseOverride\.header\.([\w-]+)\s*=\s*"([^"]*)"\)\s*#end`,
  'g',
);

/**
 * Reads a response template that sets headers. Of the template language, only this is emulated:
 * `#if($input.params().header.get("A") == "b" || …) #set($context.responseOverride.header.C = "d")
 * #end`. A header of the request is found only by the name that the client wrote, because the map of
 * headers is case-sensitive.
 */
function readOverrides(label: string, template: string) {
  const rules = [...template.matchAll(OVERRIDE)].map(
    ([, condition = '', name = '', value = '']) => ({
      any_of: condition.split('||').map((comparison) => {
        const [, header = '', expected] = EQUALS.exec(comparison.trim()) ?? [];
        if (expected === undefined) throw unknownTemplate(label);
        return { header, expected };
      }),
      name: name.toLowerCase(),
      value,
    }),
  );
  if (template.replaceAll(OVERRIDE, '').trim() !== '') throw unknownTemplate(label);
  return (headers: Record<string, string>): Record<string, string> =>
    Object.fromEntries(
      rules
        .filter(({ any_of }) => any_of.some(({ header, expected }) => headers[header] === expected))
        .map(({ name, value }) => [name, value]),
    );
}

function unknownTemplate(label: string): Error {
  return new Error(
    `${label}: the response template uses a part of the template language that is not emulated. ` +
      'Use #if(…header.get("A") == "b" || …) #set($context.responseOverride.header.C = "d") #end.',
  );
}
