import { composeApi } from './compose.ts';
import { createLambdaHandler } from './lambda.ts';

export const handler = createLambdaHandler(composeApi(process.env));
