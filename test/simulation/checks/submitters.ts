import { Violation } from './violation.ts';

/** An invocation of the submission. A killed invocation gets no answers and sends no requests. */
interface Invocation {
  name: string;
  isKilled: () => boolean;
}

/**
 * Creates the check that one invocation at a time submits a job. The function is called when a
 * request to the stream starts, and returns a function to call when the request has ended.
 */
export function createSubmitterCheck(): (job_id: string, invocation: Invocation) => () => void {
  const in_flight = new Map<string, Set<Invocation>>();
  const earlier = new Map<string, string[]>();
  return (job_id, invocation) => {
    const { name } = invocation;
    const fail = (other = '') => {
      throw new Violation(`Job ${job_id}: ${other} and ${name} submit it at the same time`);
    };
    const requests = in_flight.get(job_id) ?? new Set();
    in_flight.set(job_id, requests);
    const other = [...requests].find((one) => one.name !== name && !one.isKilled());
    if (other !== undefined) fail(other.name);
    const names = earlier.get(job_id) ?? [];
    if (names.at(-1) !== name) {
      if (names.includes(name)) fail(names.at(-1));
      earlier.set(job_id, [...names, name]);
    }
    const request = { ...invocation };
    requests.add(request);
    return () => requests.delete(request);
  };
}
