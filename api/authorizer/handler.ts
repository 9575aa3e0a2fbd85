import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { authorizerEnvironmentSchema, parseEnvironment } from '../../schemas/index.ts';
import { createAuthorize } from './authorize.ts';

const authorize = createAuthorize(parseEnvironment(authorizerEnvironmentSchema, process.env));

export const handler = async (event: APIGatewayRequestAuthorizerEvent) => authorize(event);
