import type { PrivacyMessage, PrivacyRequest } from '../../schemas/index.ts';

/** The queue of requests for erasures and exports. May throw a {@link ServiceError}. */
export interface PrivacyQueue {
  send(message: PrivacyMessage, delay_seconds: number): Promise<void>;
}

/** The stored requests, which the API reads. May throw a {@link ServiceError}. */
export interface PrivacyRequestLog {
  put(request: PrivacyRequest): Promise<void>;
}
