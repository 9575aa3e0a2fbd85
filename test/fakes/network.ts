import { ServiceError } from '../../schemas/index.ts';

/**
 * The connection between a caller and a fake. The simulation implements it with delays, lost calls
 * and crashes.
 */
export interface Network {
  /**
   * Makes one call. The effect of the call may be delayed or may never happen, and the answer may
   * be lost.
   */
  call<Value>(action: string, effect: () => Value | Promise<Value>): Promise<Value>;
  /** Decides whether one entry of a batch fails although the call succeeds. */
  failsAlone(): boolean;
}

export const PERFECT_NETWORK: Network = {
  call: async (_, effect) => effect(),
  failsAlone: () => false,
};

/** Creates the error of a service that is down. */
export function createOutage(service: string): ServiceError {
  return new ServiceError(service, 'InternalServerError', { retryable: true });
}
