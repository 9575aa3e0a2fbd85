import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { measureClock } from '../../aws/kinesis/clock.ts';
import { MAX_SKEW_MS } from '../../insight/reach/wait-for-table.ts';
import { Advice } from '../errors.ts';

/**
 * Refuses to go on if the clock of this machine differs from that of AWS by more than 5 s, because the
 * clock decides which records were accepted before a command began.
 *
 * @throws {Advice} if the clock differs by more.
 */
export async function refuseWrongClock({ StreamName }: StackOutputs): Promise<void> {
  const difference_ms = await measureClock(StreamName);
  if (Math.abs(difference_ms) <= MAX_SKEW_MS) return;
  const seconds = Math.round(Math.abs(difference_ms) / 1_000);
  throw new Advice(
    `The clock of this machine is ${seconds} s ${difference_ms > 0 ? 'ahead of' : 'behind'} that of AWS.`,
    'Set the clock, for instance by NTP, and run the command again.',
  );
}
