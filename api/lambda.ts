import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import type { ApiEnv } from './http/env.ts';

/**
 * Methods that do not allow a body. The handler removes the body of a request with such a method,
 * because `new Request` would otherwise throw an error.
 */
const BODILESS = new Set(['GET', 'HEAD']);

/**
 * Creates the Lambda handler that runs the app behind the proxy integration of a REST API (payload
 * version 1.0). The event's path does not contain the stage, and therefore the app's routes do not
 * depend on the stage.
 */
export function createLambdaHandler(
  app: Hono<ApiEnv>,
): (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult> {
  // All answers are text. Hono's default would encode JSON lines as base64, which API Gateway does
  // not decode, because the API has no binary media types.
  const options = { isContentTypeBinary: () => false };
  const answer = handle(app, options) as unknown as (
    event: APIGatewayProxyEvent,
    context: Context,
  ) => Promise<APIGatewayProxyResult>;
  return (event, context) =>
    answer(BODILESS.has(event.httpMethod) ? { ...event, body: null } : event, context);
}
