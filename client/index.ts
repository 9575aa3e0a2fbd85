export { createClient } from './client.ts';
export { ApiError } from './errors.ts';
export type { ClientOptions } from './send.ts';
export type { Cancellable, Client, WaitOptions } from './types.ts';
