import { Violation } from './violation.ts';

/**
 * Creates the check that one invocation at a time submits a job. The function gets each request to
 * the stream, in the order in which the requests start.
 */
export function createSubmitterCheck(): (job_id: string, invocation: string) => void {
  const invocations = new Map<string, string[]>();
  return (job_id, invocation) => {
    const before = invocations.get(job_id) ?? [];
    if (before.at(-1) === invocation) return;
    if (before.includes(invocation)) {
      const other = before.at(-1);
      throw new Violation(`Job ${job_id}: ${other} submits it while ${invocation} is alive`);
    }
    invocations.set(job_id, [...before, invocation]);
  };
}
