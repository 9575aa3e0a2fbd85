import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import type { ApiEnv } from './env.ts';

/** Methods whose requests have no body on the web, and with one make `new Request` throw. */
const BODILESS = new Set(['GET', 'HEAD']);

/**
 * The app behind a REST API's proxy integration (payload version 1.0). The event's path is without the stage, so
 * routes are the same in every stage.
 */
export function createLambdaHandler(
  app: Hono<ApiEnv>,
): (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult> {
  const answer = handle(app) as unknown as (
    event: APIGatewayProxyEvent,
    context: Context,
  ) => Promise<APIGatewayProxyResult>;
  return (event, context) =>
    answer(BODILESS.has(event.httpMethod) ? { ...event, body: null } : event, context);
}
