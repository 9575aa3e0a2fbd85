import { readFileSync } from 'node:fs';

/** The most memory that this process has had, in bytes. */
export function peakRss(): number {
  // On Linux `maxRSS` begins with that of whoever started the process; the high-water mark is its own.
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
    return Number(kilobytes) * 1_024;
  } catch {
    return process.resourceUsage().maxRSS * 1_024;
  }
}
