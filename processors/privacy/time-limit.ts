/** The clocks of a limit, in milliseconds. Neither of them goes back. */
export interface Clocks {
  now: () => number;
  /** CPU time of the thread. */
  readCpu: () => number;
}

/** `threadCpuUsage` is in Node.js 22.19 and later, and so on Lambda. The whole process has at least its CPU time. */
const { threadCpuUsage, cpuUsage } = process as NodeJS.Process & {
  threadCpuUsage?: () => NodeJS.CpuUsage;
};

export const CLOCKS: Clocks = {
  now: () => performance.now(),
  readCpu: () => {
    const { user, system } = threadCpuUsage?.() ?? cpuUsage();
    return (user + system) / 1_000;
  },
};

/**
 * Starts a limit for work that awaits nothing. It counts CPU time, because a machine that is busy with other work, or a
 * function that has a part of a core, would otherwise fail a text that is not the reason.
 *
 * @returns whether the work since the start has taken longer, by both clocks.
 */
export function startTimeLimit(limit_ms: number, { now, readCpu }: Clocks): () => boolean {
  const ends_at = now() + limit_ms;
  const cpu_limit = readCpu() + limit_ms;
  return () => now() > ends_at && readCpu() > cpu_limit;
}
