import { relative } from 'node:path';
import rooms from '../../rooms.json' with { type: 'json' };

interface Share {
  total: number;
  covered: number;
}

/** The part of Istanbul's coverage map that the summary of the rooms needs. */
export interface MeasuredFiles {
  files(): string[];
  fileCoverageFor(file: string): { toSummary(): { lines: Share; branches: Share } };
}

/**
 * Returns one line of text for each room. The line contains the shares of covered lines and
 * branches.
 */
export function describeRooms(root: string, coverage: MeasuredFiles): string {
  const lines = Object.keys(rooms).flatMap((room) => {
    const files = coverage.files().filter((file) => relative(root, file).startsWith(`${room}/`));
    const summaries = files.map((file) => coverage.fileCoverageFor(file).toSummary());
    if (summaries.length === 0) return [];
    const covered = percent(summaries.map((summary) => summary.lines));
    const branches = percent(summaries.map((summary) => summary.branches));
    return [`${room.padEnd(27)} lines ${covered}  branches ${branches}`];
  });
  return lines.join('\n');
}

function percent(shares: Share[]): string {
  const total = shares.reduce((sum, share) => sum + share.total, 0);
  const covered = shares.reduce((sum, share) => sum + share.covered, 0);
  return `${total === 0 ? '100.0' : ((100 * covered) / total).toFixed(1)} %`.padStart(7);
}
