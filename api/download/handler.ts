import { createStreamingHandler } from '../lambda-stream.ts';
import { composeDownload } from './compose.ts';

export const handler = createStreamingHandler(composeDownload(process.env));
