/** Sentence, table row or line of code of a Markdown document. */
export interface Sentence {
  /** Text without Markdown. The cells of a table row are separated by ` | `. */
  text: string;
  /** Number of the line on which the paragraph or the row starts. Line numbers start at 1. */
  line: number;
  /** Heading of the section that contains the sentence. */
  section: string;
  /** `true` for a line of a code block. A promise may quote it, but need not. */
  is_code: boolean;
}

interface Block {
  lines: string[];
  line: number;
}

/** Removes what Markdown adds to a text: links, code marks, emphasis, and repeated white space. */
export function withoutMarkdown(text: string): string {
  return text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`|\*\*/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Lists the sentences of a Markdown document in their order. */
export function listSentences(markdown: string): Sentence[] {
  const sentences: Sentence[] = [];
  let section = '';
  let is_code = false;
  let block: Block | undefined;
  const add = (text: string, line: number) => {
    const plain = withoutMarkdown(text);
    if (plain !== '') sentences.push({ text: plain, line, section, is_code });
  };
  const endBlock = () => {
    for (const text of splitSentences(block?.lines ?? [])) add(text, block?.line ?? 0);
    block = undefined;
  };
  const lines = markdown.split('\n');
  for (const [index, line] of lines.entries()) {
    const heading = /^#+ (.*)$/.exec(line)?.[1];
    if (line.startsWith('```')) {
      endBlock();
      is_code = !is_code;
    } else if (is_code) {
      add(line, index + 1);
    } else if (heading !== undefined) {
      endBlock();
      section = withoutMarkdown(heading);
    } else if (line.startsWith('|')) {
      endBlock();
      if (!isTableHead(line, lines[index + 1])) add(joinCells(line), index + 1);
    } else if (line.trim() === '') {
      endBlock();
    } else {
      if (isListItem(line)) endBlock();
      block ??= { lines: [], line: index + 1 };
      block.lines.push(line.replace(LIST_MARK, ''));
    }
  }
  endBlock();
  return sentences;
}

const LIST_MARK = /^\s*(-|\d+\.) /;
const isListItem = (line: string) => LIST_MARK.test(line);

/** Returns true for the head of a table and for the line of dashes below it. */
function isTableHead(line: string, next = ''): boolean {
  const is_rule = (text: string) => /^\|[\s:|-]+\|$/.test(text);
  return is_rule(line) || is_rule(next);
}

function joinCells(row: string): string {
  const cells = row.split('|').map((cell) => cell.trim());
  return cells.slice(1, -1).join(' | ');
}

/** Splits a paragraph after each full stop or colon that a capital letter or code follows. */
function splitSentences(lines: string[]): string[] {
  return lines.join(' ').split(/(?<=[.!?:]["”)]?\**)\s+(?=["“(*`[A-Z0-9])/);
}
