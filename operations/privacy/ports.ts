import type { PrivacyMessage } from '../../schemas/index.ts';

/** The queue of requests for erasures and exports. May throw a {@link ServiceError}. */
export interface PrivacyQueue {
  send(message: PrivacyMessage, delay_seconds: number): Promise<void>;
}
