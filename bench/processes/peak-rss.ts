import { readFileSync } from 'node:fs';

/** Reads the peak resident memory of this process, in bytes. */
export function readPeakRss(): number {
  // On Linux, `maxRSS` of a forked process starts at the parent's value, but VmHWM does not include
  // the parent's value.
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
    return Number(kilobytes) * 1_024;
  } catch {
    return process.resourceUsage().maxRSS * 1_024;
  }
}
