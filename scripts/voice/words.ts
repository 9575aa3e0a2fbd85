import type { Prose } from './source.ts';

/** Violation of a voice rule, with the position of the violation. */
export interface Finding {
  path: string;
  line: number;
  message: string;
}

/**
 * Mark that allows refused words. The mark applies to its own line and to the following line.
 * Sample data and inputs of tests need the mark.
 */
const MARK = 'voice: sample';

const RULES = [
  {
    pattern: /\b(nobody|somebody|whoever)\b/gi,
    advice: 'name the subject: the caller, the consumer, the operator',
  },
  {
    pattern: /^\s*(?:\/\/|\/?\*\*?)\s+What\b(?!.*\?)/g,
    advice: 'begin with the subject: the options of a query, not "What a query may have"',
  },
  { pattern: /\bis not played\b/gi, advice: 'write "is not emulated"' },
];

/** Finds refused words in the comments and strings of a source file. */
export function findWordsInProse(path: string, text: string, prose: Prose[]): Finding[] {
  const lines = text.split('\n');
  return prose.flatMap((piece) => findWords(path, piece.text, piece.line, lines));
}

/** Finds refused words in the whole text of a Markdown or YAML file. */
export function findWordsInText(path: string, text: string): Finding[] {
  return findWords(path, text, 1, text.split('\n'));
}

function findWords(path: string, text: string, first_line: number, lines: string[]): Finding[] {
  const findings: Finding[] = [];
  for (const [offset, content] of text.split('\n').entries()) {
    const line = first_line + offset;
    if (isMarked(lines, line)) continue;
    for (const { pattern, advice } of RULES) {
      for (const [word] of content.matchAll(pattern)) {
        findings.push({ path, line, message: `"${word}": ${advice}` });
      }
    }
  }
  return findings;
}

function isMarked(lines: string[], line: number): boolean {
  return [lines[line - 1], lines[line - 2]].some((content) => content?.includes(MARK));
}
