import type { Books } from './books.ts';
import type { Findings } from './findings.ts';

/** Number of characters that identify a text. Each text has a unique mark at its start. */
const COMPARED = 60;

/** Checks that the logs of the functions contain no text. */
export function checkLeaks(books: Books, log: string, findings: Findings): void {
  const texts = [
    ...books.entries.flatMap(({ specs }) => specs.map(textOf)),
    ...books.jobs.flatMap((job) => job.texts),
    ...books.answers.flatMap(({ asked }) => asked.map(({ text }) => text)),
  ];
  const starts = new Set(texts.map((text = '') => text.slice(0, COMPARED).trim()));
  starts.delete('');
  for (const start of starts) {
    if (log.includes(start)) findings.add('leaked_texts', 'a function logged a text');
  }
}

function textOf(spec: Books['entries'][number]['specs'][number]): string | undefined {
  return spec.kind === 'record' ? spec.text : spec.repaired?.text;
}
