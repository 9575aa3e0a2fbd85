export { type Client, createClient, type WaitOptions } from './client.ts';
export { ApiError, type ClientOptions } from './request.ts';
