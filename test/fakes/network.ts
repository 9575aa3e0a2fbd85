import { ServiceError } from '../../schemas/index.ts';

/** Stands between a caller and the state of a fake: the simulation puts delays, losses and crashes here. */
export interface Network {
  /** Makes one call. Its effect may come late or not at all, and its answer may be lost. */
  call<Value>(action: string, effect: () => Value | Promise<Value>): Promise<Value>;
  /** Whether one entry of a batch fails by itself. */
  failsAlone(): boolean;
}

export const PERFECT_NETWORK: Network = {
  call: async (_, effect) => effect(),
  failsAlone: () => false,
};

/** The error of a service that is down. */
export function createOutage(service: string): ServiceError {
  return new ServiceError(service, 'InternalServerError', { retryable: true });
}
