import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { composeAuthorizer } from './compose.ts';

const authorize = composeAuthorizer(process.env);

export const handler = (event: APIGatewayRequestAuthorizerEvent) => authorize(event);
