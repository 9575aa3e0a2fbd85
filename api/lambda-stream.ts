import { once } from 'node:events';
import type { APIGatewayProxyEvent, Context, StreamifyHandler } from 'aws-lambda';
import type { Hono } from 'hono';
import { describeSafely } from '../lib/safe-error.ts';
import type { ApiEnv } from './http/env.ts';

/**
 * Creates the Lambda handler that runs the app behind a proxy integration whose response is streamed.
 * The handler does not use Hono's `streamHandle`, which ends the stream properly after an error, so
 * that a caller would take half of a file for all of it.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 *
 * @throws {Error} with the name of the error if the body fails. Lambda then reports the function as
 * failed, and API Gateway closes the connection before the end of the body.
 */
export function createStreamingHandler(
  app: Hono<ApiEnv>,
): StreamifyHandler<APIGatewayProxyEvent, void> {
  return awslambda.streamifyResponse(
    async (event: APIGatewayProxyEvent, stream, lambdaContext: Context) => {
      try {
        await respond(app, { event, stream, lambdaContext });
      } catch (error) {
        // The message of an unexpected error may quote a text, and Lambda logs every error.
        throw new Error(`The download was cut off: ${describeSafely(error).error_name}`);
      }
    },
  );
}

interface Invocation {
  event: APIGatewayProxyEvent;
  stream: Parameters<StreamifyHandler>[1];
  lambdaContext: Context;
}

async function respond(
  app: Hono<ApiEnv>,
  { event, stream, lambdaContext }: Invocation,
): Promise<void> {
  const { authorizer, requestId, identity } = event.requestContext;
  const requestContext = { requestId, authorizer: authorizer ?? null, identity };
  const response = await app.fetch(toRequest(event), { requestContext, lambdaContext });
  const headers = Object.fromEntries(response.headers);
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: response.status, headers });
  // The runtime sends the prelude before the first write, and not before `end`.
  out.write('');
  for await (const part of response.body ?? []) {
    if (!out.write(part)) await once(out, 'drain');
  }
  out.end();
}

/** Creates the request of an event of a REST API. A streamed route takes no body. */
function toRequest(event: APIGatewayProxyEvent): Request {
  const { httpMethod: method, path, requestContext } = event;
  const url = new URL(`https://${requestContext.domainName ?? 'localhost'}${path}`);
  for (const [name, values = []] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
    for (const value of values) url.searchParams.append(name, value);
  }
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(event.multiValueHeaders ?? {})) {
    for (const value of values) headers.append(name, value);
  }
  return new Request(url, { method, headers });
}
