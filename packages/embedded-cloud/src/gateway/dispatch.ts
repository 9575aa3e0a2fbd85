import { errorCodeOf } from './error-code.ts';
import { ConnectionLostError, createFaultInjector } from './faults/apply.ts';
import type { Faults } from './faults/faults.ts';
import type { Iam } from './iam.ts';
import type { Meter } from './meter.ts';
import type { AwsCall, AwsReply, AwsService } from './types.ts';

export interface DispatchOptions {
  services: Map<string, AwsService>;
  iam: Iam;
  meter: Meter;
  faults: Faults;
  now: () => number;
  sleep(ms: number): Promise<void>;
  /**
   * The gateway calls this function if a service throws an exception. The exception is a bug of the
   * emulation, and the caller receives status 500.
   */
  onError(error: unknown, call: AwsCall): void;
}

/**
 * Creates the function that processes every AWS call. The function checks the policies of the
 * caller's role, applies the fault rules, calls the service, and counts the outcome in the meter.
 *
 * @throws {ConnectionLostError} if a fault rule leaves the call unanswered.
 */
export function createDispatch(options: DispatchOptions): (call: AwsCall) => Promise<AwsReply> {
  const { services, iam, meter, now } = options;
  const injectFaults = createFaultInjector(options);

  const callService = async (service: AwsService, call: AwsCall): Promise<AwsReply> => {
    const reply = await service.handle(call);
    if (reply.status < 400) meter.use(call, service.usageOf?.(call, reply) ?? {});
    return reply;
  };
  const answer = async (service: AwsService, call: AwsCall): Promise<AwsReply> => {
    try {
      const denial = iam.denial(call.caller, service.permissionsOf(call));
      if (denial !== undefined) return denialReply(service, denial);
      return await injectFaults(service, call, (kept) => callService(service, kept));
    } catch (error) {
      if (error instanceof ConnectionLostError) throw error;
      options.onError(error, call);
      return service.errorReply(500, 'InternalFailure', `The embedded ${call.service} failed.`);
    }
  };

  return async (call) => {
    const service = services.get(call.service);
    if (service === undefined) throw new Error(`The gateway has no service ${call.service}.`);
    const started = now();
    const count = (response_bytes: number, error_code: string | undefined) =>
      meter.count(call, { duration_ms: now() - started, response_bytes, error_code });
    try {
      const reply = await answer(service, call);
      count(Buffer.byteLength(reply.body), errorCodeOf(reply));
      return reply;
    } catch (error) {
      count(0, 'ConnectionLost');
      throw error;
    }
  };
}

/** Builds the "access denied" reply. S3 uses a different status and code than the JSON services. */
function denialReply(service: AwsService, message: string): AwsReply {
  return service.service === 's3'
    ? service.errorReply(403, 'AccessDenied', message)
    : service.errorReply(400, 'AccessDeniedException', message);
}
