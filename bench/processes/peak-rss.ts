import { readFileSync } from 'node:fs';

/** Reads the peak resident memory of this process, in bytes. */
export function readPeakRss(): number {
  // On Linux `maxRSS` starts at the parent's value after a fork; VmHWM is this process's own high-water mark.
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
    return Number(kilobytes) * 1_024;
  } catch {
    return process.resourceUsage().maxRSS * 1_024;
  }
}
