import { colours } from './colours.ts';
import { padEnd, width } from './width.ts';

const BAR_COLUMNS = 32;
const COLOURS: Record<string, (text: string) => string> = {
  POSITIVE: colours.green,
  NEGATIVE: colours.red,
  MIXED: colours.yellow,
};

/** Formats a bar chart with one bar for each count. The longest bar is first. */
export function formatChart(title: string, counts: Record<string, number>): string {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const most = Math.max(1, ...entries.map(([, count]) => count));
  const names = Math.max(...entries.map(([name]) => width(name)), 8);
  const digits = String(most).length;
  const lines = entries.map(([name, count]) => {
    const bar = '█'.repeat(Math.max(count > 0 ? 1 : 0, Math.round((count / most) * BAR_COLUMNS)));
    const colour = COLOURS[name] ?? colours.cyan;
    return `  ${padEnd(name, names)}  ${String(count).padStart(digits)}  ${colour(bar)}`;
  });
  return [colours.bold(title), ...lines].join('\n');
}
